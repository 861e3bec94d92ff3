import('fs').then(async (m) => {
    console.log(typeof m.readFileSync, (await import('node:path')).join('a', 'b'));
    return import('./none.mjs');
}).catch((e) => console.log(e.code, e.message));
