require('fs').writeFileSync('data.json', '{"a": [1, 2');
require('./data.json');
