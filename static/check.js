// Are the words complete?  Every key that the source asks for is in every
// messages file, and every message is asked for.  `npm run check`, and before
// each build.
import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const src = path.join(path.dirname(fileURLToPath(import.meta.url)), 'src')

async function* files(dir) {
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const full = path.join(dir, entry.name)
    if (entry.isDirectory()) yield* files(full)
    else if (full.endsWith('.js')) yield full
  }
}

const literal = new Map() // 'nav.main' → the files that ask for it
const families = new Map() // `verdict.${…}.means` → ^verdict\..*\.means$, as well
const sources = new Map()
const quote = (s) => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
const note = (map, key, file) =>
  map.set(key, [...(map.get(key) ?? []), file])

for await (const file of files(src)) {
  // the editor says nothing by itself
  if (/[\\/](messages|editor)[\\/]/.test(file)) continue
  const text = await readFile(file, 'utf8')
  sources.set(file, text)
  // keys are lower case words with dots; also where a table holds them
  for (const [, key] of text.matchAll(/'([a-z_]+(?:\.[a-z_]+)*)'/g)) {
    note(literal, key, file)
  }
  for (const [, key] of text.matchAll(/`([a-z_]*\.?\$\{[^}`]*\}[a-z_.]*|[a-z_.]+\$\{[^}`]*\}[a-z_.]*)`/g)) {
    note(families, `^${key.split(/\$\{[^}]*\}/).map(quote).join('.+')}$`, file)
  }
}

/** Who asks for a word. */
const askers = (key) => [...(literal.get(key) ?? []),
  ...[...families].filter(([f]) => new RegExp(f).test(key)).flatMap(([, by]) => by)]

const faults = []
let asked
for (const name of await readdir(path.join(src, 'messages'))) {
  if (name.endsWith('.later.js')) continue
  const words = async (file) => Object.keys(
    (await import(pathToFileURL(path.join(src, 'messages', file)))).default)
  const later = await words(name.replace(/\.js$/, '.later.js'))
  const messages = [...await words(name), ...later]
  asked ??= messages
  for (const key of literal.keys()) {
    const stem = messages.some((m) => m.startsWith(`${key}.`))
    if (key.includes('.') && !stem && !messages.includes(key)) {
      faults.push(`${name}: '${key}' is asked for, and missing`)
    }
  }
  for (const key of messages) {
    if (!askers(key).length) faults.push(`${name}: '${key}' is never asked for`)
    if (!asked.includes(key)) faults.push(`${name}: '${key}' only stands here`)
    if (messages.indexOf(key) !== messages.lastIndexOf(key)) {
      faults.push(`${name}: '${key}' stands there twice`)
    }
  }
  for (const key of asked) {
    if (!messages.includes(key)) faults.push(`${name}: '${key}' is missing`)
  }
  for (const key of later) {
    for (const file of new Set(askers(key))) {
      if (/^import '\.\.?\/later\.js'$/m.test(sources.get(file))) continue
      faults.push(`${path.basename(file)}: '${key}' may not be there yet: ` +
        'import later.js')
    }
  }
}
for (const fault of faults) console.error(fault)
process.exitCode = faults.length ? 1 : 0
