const fs = require('fs')
const env = JSON.stringify(process.env, Object.keys(process.env).sort())
const check = (ok, what) => {
  if (ok) return
  console.log(what)
  process.exit(1)
}
check(env === '{"HOME":"/w","LANG":"C.UTF-8","PATH":"/usr/bin:/bin",' +
  '"TMPDIR":"/tmp"}', env)
check(process.execArgv.every((a) => /^--(max-old|heap-gr|v8-pool|stack)/.test(a)),
  process.execArgv)
check(module.paths.every((p) => !fs.existsSync(p)), module.paths)
check(fs.readdirSync('.').join() === 'solution.js', fs.readdirSync('.'))
check(fs.readdirSync('/tmp').length === 0, fs.readdirSync('/tmp'))
fs.writeFileSync('package.json', '{"type":"module","main":"x.js"}')
fs.writeFileSync('.noderc', 'throw 1')
fs.mkdirSync('node_modules/fs', { recursive: true })
fs.writeFileSync('node_modules/fs/index.js', 'throw 1')
fs.mkdirSync('.node_modules')
fs.writeFileSync('/tmp/x', 'x')
process.env.NODE_OPTIONS = '--require=/w/.noderc'
check(require('fs') === fs, 'another fs')
console.log('ok')
