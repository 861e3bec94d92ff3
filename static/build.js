// src/ → dist/: bundles with hashed names, index.html that names them, and
// compressed copies beside each.  `--watch` builds again at each change.
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import * as esbuild from 'esbuild'

const root = path.dirname(fileURLToPath(import.meta.url))
const dist = path.join(root, 'dist')
const gzip = promisify(zlib.gzip)
const brotli = zlib.brotliCompress && promisify(zlib.brotliCompress)

/*
 * Every module that a page imports on demand imports main.js too.  It is there
 * already, so nothing is loaded for it; but then all that is loaded first is
 * shared by the same entries, and esbuild puts it into one file, not into one
 * for each set of pages that happens to share it.
 */
const together = {
  name: 'together',
  setup: (build) =>
    build.onLoad({ filter: /[\\/]src[\\/]components[\\/].*\.js$/ }, async (a) => ({
      contents: `${await readFile(a.path, 'utf8')}\nimport '../main.js'\n`
    }))
}

const options = {
  absWorkingDir: root,
  entryPoints: { main: 'src/main.js', style: 'src/css/main.css' },
  outdir: 'next/assets', // never written: see finish()
  bundle: true,
  splitting: true,
  format: 'esm',
  target: ['chrome100', 'firefox104', 'safari16.4'],
  minify: true,
  legalComments: 'none',
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  metafile: true,
  plugins: [together],
  write: false,
  logLevel: 'warning'
}

/** Write a file and its compressed copies; answers their sizes. */
async function put(file, bytes) {
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, bytes)
  const gz = await gzip(bytes, { level: 9 })
  await writeFile(file + '.gz', gz)
  let br = null
  if (brotli) {
    br = await brotli(bytes)
    await writeFile(file + '.br', br)
  }
  return { raw: bytes.length, gz: gz.length, br: br ? br.length : 0 }
}

/** What the first page needs before anything is imported on demand. */
function firstLoad(outputs, entry) {
  const seen = new Set()
  const visit = (name) => {
    if (seen.has(name)) return
    seen.add(name)
    for (const i of outputs[name].imports) {
      if (i.kind === 'import-statement') visit(i.path)
    }
  }
  visit(entry)
  return seen
}

const hash = (bytes) =>
  createHash('sha256').update(bytes).digest('hex').slice(0, 8)

/** Make dist/ from a finished build: beside the old one, then in its place,
 *  so that a failed build leaves a page that works. */
async function finish(result) {
  const next = path.join(root, `dist.next-${process.pid}`)
  await rm(next, { recursive: true, force: true })
  const outputs = result.metafile.outputs
  const entryOf = (source) =>
    Object.keys(outputs).find((o) => outputs[o].entryPoint === source)
  const script = entryOf('src/main.js')
  const style = entryOf('src/css/main.css')
  const first = firstLoad(outputs, script)

  const sizes = new Map()
  for (const file of result.outputFiles) {
    const name = path.basename(file.path)
    const size = await put(path.join(next, 'assets', name), file.contents)
    sizes.set(name, size)
  }
  const icon = await readFile(path.join(root, 'src/icon.svg'))
  const iconName = `icon-${hash(icon)}.svg`
  await put(path.join(next, 'assets', iconName), icon)

  const asset = (output) => `/assets/${path.basename(output)}`
  const preload = [...first]
    .filter((o) => o !== script)
    .map((o) => `<link rel="modulepreload" href="${asset(o)}">`)
    .join('\n    ')
  const html = (await readFile(path.join(root, 'src/index.html'), 'utf8'))
    .replace('@script@', asset(script))
    .replace('@style@', asset(style))
    .replace('@icon@', `/assets/${iconName}`)
    .replace('<!--@preload@-->', preload)
  const page = await put(path.join(next, 'index.html'), Buffer.from(html))

  const old = `${next}.old`
  await rename(dist, old).catch(() => {})
  await rename(next, dist)
  await rm(old, { recursive: true, force: true })
  report(sizes, [...first, style].map((o) => path.basename(o)), page)
}

function report(sizes, first, page) {
  const kb = (n) => (n / 1024).toFixed(1).padStart(7)
  let total = page.gz
  for (const [name, size] of sizes) {
    if (first.includes(name)) total += size.gz
    const mark = first.includes(name) ? 'first' : '     '
    console.log(`${mark} ${kb(size.gz)} KiB gz ${kb(size.br)} KiB br  ${name}`)
  }
  console.log(`first load ${kb(total).trim()} KiB gz`)
}

if (process.argv.includes('--watch')) {
  const onEnd = {
    name: 'finish',
    setup: (build) =>
      build.onEnd((r) => (r.errors.length ? undefined : finish(r)))
  }
  const context = await esbuild.context({
    ...options, plugins: [together, onEnd]
  })
  await context.watch()
} else {
  await finish(await esbuild.build(options))
}
