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

const literal = new Set() // 'nav.main'
const families = new Set() // `verdict.${…}.means` → ^verdict\..*\.means$
const quote = (s) => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

for await (const file of files(src)) {
  // the editor says nothing by itself
  if (/[\\/](messages|editor)[\\/]/.test(file)) continue
  const text = await readFile(file, 'utf8')
  // keys are lower case words with dots; also where a table holds them
  for (const [, key] of text.matchAll(/'([a-z_]+(?:\.[a-z_]+)*)'/g)) {
    literal.add(key)
  }
  for (const [, key] of text.matchAll(/`([a-z_]*\.?\$\{[^}`]*\}[a-z_.]*|[a-z_.]+\$\{[^}`]*\}[a-z_.]*)`/g)) {
    families.add(`^${key.split(/\$\{[^}]*\}/).map(quote).join('.+')}$`)
  }
}

const faults = []
let asked
for (const name of await readdir(path.join(src, 'messages'))) {
  const url = pathToFileURL(path.join(src, 'messages', name))
  const messages = Object.keys((await import(url)).default)
  asked ??= messages
  for (const key of literal) {
    const stem = messages.some((m) => m.startsWith(`${key}.`))
    if (key.includes('.') && !stem && !messages.includes(key)) {
      faults.push(`${name}: '${key}' is asked for, and missing`)
    }
  }
  for (const key of messages) {
    const used = literal.has(key) ||
      [...families].some((f) => new RegExp(f).test(key))
    if (!used) faults.push(`${name}: '${key}' is never asked for`)
    if (!asked.includes(key)) faults.push(`${name}: '${key}' only stands here`)
  }
  for (const key of asked) {
    if (!messages.includes(key)) faults.push(`${name}: '${key}' is missing`)
  }
}
for (const fault of faults) console.error(fault)
process.exitCode = faults.length ? 1 : 0
