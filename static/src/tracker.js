// Submissions as they are now, from answers (the truth) and events (hints).
// An event that is older than what is known changes nothing.
import { get } from './api.js'
import { Store } from './store.js'

/*
 * An item: what GET /api/submissions/{id} answers, and
 *   state       queued running, and at last judged or replaced
 *   read_at     when an answer last told of it (ms)
 *   seq         of the newest event
 *   heard       the verdict came as an event
 *   tests_done, tests_total
 *   whole       the details were read since it was judged
 *   failure     the ApiError of the last attempt to read them
 */
class Tracker extends Store {
  #items = new Map()
  #reading = new Map()

  get(id) {
    return this.#items.get(id) || null
  }

  /** The newest one known for an assignment, or null. */
  newest(assignment) {
    let best = null
    for (const item of this.#items.values()) {
      if (item.assignment === assignment && (!best || item.id > best.id)) {
        best = item
      }
    }
    return best
  }

  pending() {
    return [...this.#items.values()].filter((i) => !over(i))
  }

  /** Was it in the queue a moment ago, and so was not worth asking again? */
  justRead(id, ms = 2000) {
    const item = this.#items.get(id)
    return item?.state === 'queued' && Date.now() - item.read_at < ms
  }

  /** Somebody else is signed in. */
  forget() {
    this.#items.clear()
    this.#reading.clear()
    this.changed()
  }

  /** Take the answer to a GET, or to a POST, with what the caller knows of it
   *  besides: then it is `fresh`. */
  take(answer, more) {
    const old = this.#items.get(answer.id)
    const item = {
      tests: [], tests_done: 0, tests_total: 0, seq: -1, ...old, ...more,
      ...answer, failure: null, read_at: Date.now()
    }
    item.assignment = idOf(item.assignment)
    if (item.status === 'pending') {
      if (old && over(old)) return old // an answer from before
      item.state = item.queue_position === 0 ? 'running' : old?.state || 'queued'
      item.tests = old?.tests || []
    } else {
      item.state = item.status === 'replaced' ? 'replaced' : 'judged'
      item.whole = Array.isArray(answer.tests)
    }
    this.#put(item, old, Boolean(old || more))
    return item
  }

  /** Take an event of docs/INTERFACES.md. */
  hear(event) {
    const old = this.#items.get(event.id)
    if (event.state === 'replaced') {
      this.replaced(event.id)
      return
    }
    if (old && event.seq <= old.seq) return
    if (old && over(old) && event.state !== 'judged') return
    const { test, ...rest } = event
    delete rest.type
    const item = { tests: [], ...old, ...rest, whole: false }
    if (test) item.tests = [...item.tests, test]
    item.heard = item.state === 'judged'
    this.#put(item, old, true)
  }

  /** A later one took its place in the queue; it will never be judged. */
  replaced(id) {
    const old = this.#items.get(id)
    if (old && over(old)) return
    if (old) {
      this.#put({ ...old, state: 'replaced', status: 'replaced' }, old, false)
    }
    this.dispatchEvent(new Event('replaced'))
  }

  /** `fresh`: it was judged just now, as against found in the history.  What was not judged for a
   *  fault of ours may be judged after all, when that was mended. */
  #put(item, old, fresh) {
    this.#items.set(item.id, item)
    const before = old?.state === 'judged' && (old.verdict === item.verdict ||
      old.verdict !== 'system_error')
    if (item.state === 'judged' && !before && fresh) {
      this.dispatchEvent(new CustomEvent('judged', { detail: item }))
    }
    this.changed()
  }

  /** GET one again; `more` as for take().  Never throws: `failure` of the item says.  Answers the
   *  item, or null where there is none. */
  async read(id, more) {
    if (!this.#reading.has(id)) {
      this.#reading.set(id, this.#read(id, more).finally(
        () => this.#reading.delete(id)))
    }
    return this.#reading.get(id)
  }

  async #read(id, more) {
    try {
      return this.take(await get(`/submissions/${id}`), more)
    } catch (failure) {
      const item = this.#items.get(id)
      if (item) {
        this.#put({ ...item, failure, read_at: Date.now() }, item, false)
      }
      return item ? this.#items.get(id) : { id, failure, tests: [] }
    }
  }
}

const over = (item) => item.state === 'judged' || item.state === 'replaced'

/** An assignment is named by its number, bare or inside an object. */
const idOf = (a) => (a && typeof a === 'object' ? a.id : a)

export const tracker = new Tracker()
