// One private Assay for all tests of a run, started and stopped by
// deploy/stack.sh.
import { execFileSync } from 'node:child_process'
import {
  chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync,
  renameSync, rmSync, writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..')
const script = path.join(root, 'deploy/stack.sh')
const course = path.join(root, 'courses/demo')

const run = (...args) =>
  execFileSync(script, args, { stdio: ['ignore', 'inherit', 'inherit'] })

export class Stack {
  /** Start one.  Throws, with the script's words on standard error. */
  constructor() {
    if (!existsSync(path.join(root, 'static/dist/index.html'))) {
      throw new Error('static/dist is not built: run `make static`')
    }
    this.dir = mkdtempSync(path.join(tmpdir(), 'assay.'))
    chmodSync(this.dir, 0o755)
    try {
      run('up', this.dir, '--port', '0', '--throwaway', '--graders', '1',
        '--build', process.env.B || 'debug', '--set', 'wait_workers=4')
      const env = readFileSync(path.join(this.dir, 'stack.env'), 'utf8')
      this.url = `http://127.0.0.1:${/^PORT=\D?(\d+)/m.exec(env)[1]}`
    } catch (e) {
      this.down()
      throw e
    }
  }

  /** A component, or a handler: postgres redis box nginx graderd users … */
  stop(name) {
    run('stop', name, this.dir)
  }

  start(name) {
    run('start', name, this.dir)
  }

  /** The next process that comes to this point (lib/fault.h) dies there. */
  fault(point, order = 'kill') {
    const faults = path.join(this.dir, 'run/faults')
    mkdirSync(faults, { recursive: true })
    chmodSync(faults, 0o777) // who obeys takes the order away
    const file = path.join(this.dir, 'order')
    writeFileSync(file, `${order}\n`, { mode: 0o644 })
    renameSync(file, path.join(faults, point)) // whole, or not there
  }

  /** Nobody has come there yet. */
  faultWaits(point) {
    return existsSync(path.join(this.dir, 'run/faults', point))
  }

  down() {
    run('down', this.dir)
    if (!process.env.KEEP) rmSync(this.dir, { recursive: true, force: true })
  }
}

let count = 0
const nonce = Date.now().toString(36)

/** A program of the demo course: `program('sum', 'accepted')`.  Each one is a
 *  little different: what was judged before is not run again. */
export function program(slug, folder, extension = 'py') {
  const dir = path.join(course, slug, 'submissions', folder)
  const name = readdirSync(dir).sort().find((n) => n.endsWith(`.${extension}`))
  const mark = extension === 'py' ? '#' : '//'
  const text = readFileSync(path.join(dir, name), 'utf8')
  return `${text}${mark} ${nonce} ${++count}\n`
}

/** Its starter code. */
export const starter = (slug, extension = 'py') =>
  readFileSync(path.join(course, slug, 'starter', `solution.${extension}`), 'utf8')
