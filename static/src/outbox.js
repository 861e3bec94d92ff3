// Programs that were handed in and that the server has not answered for, kept
// in this browser per user and assignment until it has.  Who is not their
// owner neither sees them nor sends them.
import { freshKey } from './api.js'
import { UNSENT, attempt } from './drafts.js'
import { Store } from './store.js'

// The server remembers a key for 24 h.  Later the same program would be a
// second submission, if the first had arrived after all.
const SURE_MS = 23 * 3600 * 1000
const SKEW_MS = 5 * 60 * 1000 // further ahead than this: the clock was set back

/*
 * An entry:
 *   owner, assignment, language, code
 *   key        its Idempotency-Key
 *   replace    the queued submission whose place it shall take, or null
 *   since      when it was first tried (ms)
 *   tries      how often it was in vain
 *   next       when to try again
 *   patience   not earlier than that: the server asked for it
 *   why        of the last try: lost unsure busy pending login; '' while the
 *              first one is on its way
 *   kept_at    when it was kept, or kept once more
 *   ask        true: it is not known to be hers; she must say so
 *   refused    {title, text} of the server's last word that nobody saw yet
 */
class Outbox extends Store {
  #kept = new Map() // what the browser's storage would not take

  constructor() {
    super()
    window.addEventListener('storage', (e) => {
      if (e.key === null || e.key.startsWith(UNSENT)) this.changed()
    })
  }

  /** All of one user, the oldest first. */
  of(owner) {
    const start = `${UNSENT}${owner}:`
    const stored = attempt(() => Object.keys(localStorage), [])
    const names = new Set([...stored, ...this.#kept.keys()])
    return [...names].filter((n) => n.startsWith(start))
      .map((n) => this.#read(n)).filter(Boolean)
      .sort((a, b) => a.since - b.since)
  }

  /** The one for an assignment, or null. */
  find(owner, assignment) {
    return this.#read(nameOf({ owner, assignment }))
  }

  /** Keep a program before it is sent, in the place of what is kept for the
   *  same assignment.  The very same program keeps its key. */
  keep(owner, assignment, { language, code, replace = null, next }) {
    const old = this.find(owner, assignment)
    const same = old && !old.refused && sure(old) &&
      old.language === language && old.code === code
    const entry = {
      owner, assignment, language, code, replace, next,
      key: same ? old.key : freshKey(),
      since: same ? old.since : Date.now(),
      kept_at: Date.now(), tries: 0, patience: 0, why: '', ask: false, refused: null
    }
    this.#write(entry)
    return entry
  }

  /** Note something about an entry, unless another one took its place. */
  note(entry, more) {
    const now = this.find(entry.owner, entry.assignment)
    if (now?.key === entry.key) this.#write({ ...now, ...more })
  }

  /** She says: send it, though it may be hers no more, or may have arrived. */
  renew(entry) {
    const old = sure(entry) ? {} : { key: freshKey(), since: Date.now() }
    this.note(entry, { ...old, ask: false, tries: 0, next: 0 })
  }

  /** It is answered for, or not wanted any more. */
  drop(entry) {
    const name = nameOf(entry)
    if (this.#read(name)?.key !== entry.key) return
    this.#kept.delete(name)
    attempt(() => localStorage.removeItem(name))
    this.changed()
  }

  /** Somebody signed in.  What nobody handed in before goes with a guest, who
   *  came to be for it; one with a name is asked. */
  adopt(me) {
    for (const entry of this.of('nobody')) {
      if (!this.find(me.id, entry.assignment)) {
        this.#write({ ...entry, owner: me.id, ask: Boolean(me.name) })
      }
      this.drop(entry)
    }
  }

  /** Will it be lost when this page is closed? */
  fleeting(entry) {
    return this.#kept.has(nameOf(entry))
  }

  #read(name) {
    const kept = this.#kept.get(name)
    if (kept) return kept
    const text = attempt(() => localStorage.getItem(name), null)
    return text === null ? null : attempt(() => JSON.parse(text), null)
  }

  #write(entry) {
    const name = nameOf(entry)
    const stored = attempt(() => {
      localStorage.setItem(name, JSON.stringify(entry))
      return true
    }, false)
    if (stored) this.#kept.delete(name)
    else this.#kept.set(name, entry)
    this.changed()
  }
}

const nameOf = ({ owner, assignment }) => `${UNSENT}${owner}:${assignment}`

/** Is it certain that sending it again makes no second submission? */
export function sure(entry) {
  const age = Date.now() - entry.since
  return age > -SKEW_MS && age < SURE_MS
}

export const outbox = new Outbox()
