require('./none');
