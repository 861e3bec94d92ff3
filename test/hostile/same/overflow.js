let depth = 0;
const down = () => { depth++; down(); };
try { down(); } catch (e) { console.log(e.name, e.message, depth > 5000); }
down();
