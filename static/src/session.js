// Who is signed in, and what depends on it: points, and what is solved.
import { get, request } from './api.js'
import { moveDrafts } from './drafts.js'
import { Store } from './store.js'
import { tabs } from './tabs.js'

/** Without https there are no locks, and then the job is done all the same. */
const locked = (mode, job) => navigator.locks
  ? navigator.locks.request('assay:who', { mode }, job)
  : job()

class Session extends Store {
  me = null // null: nobody is signed in
  known = false // has the server been asked?
  points = 0
  progress = {} // assignment id → {solved, attempts, points, last_submission}
  failure = null // the ApiError of the last refresh
  left = false // she logged out …
  lost = false // … or the session ended, and she was not asked
  before = null // … and it was her session: {id, name}
  #asking = null
  #again = false

  constructor() {
    super()
    for (const what of ['who', 'left']) {
      tabs.addEventListener(what, () => {
        this.left = what === 'left'
        this.refresh()
      })
    }
  }

  /** Whose drafts are these? */
  get owner() {
    return this.me ? this.me.id : 'nobody'
  }

  /** Once the server was asked for the first time. */
  async ready() {
    if (!this.known) await (this.#asking ?? this.refresh())
  }

  of(assignment) {
    return this.progress[assignment] || null
  }

  /** GET it all again.  Never throws; `failure` says. */
  async refresh() {
    if (this.#asking) {
      this.#again = true // what is on its way may be older than the cause
      return this.#asking
    }
    this.#asking = this.#ask()
    await this.#asking
    this.#asking = null
    if (this.#again) {
      this.#again = false
      await this.refresh()
    }
  }

  async #ask() {
    try {
      const me = await get('/me')
      this.#take(me, await get('/me/progress'))
      this.failure = null
    } catch (e) {
      if (e.status === 401) {
        this.#take(null, null)
        this.failure = null
      } else {
        this.failure = e
      }
    }
    this.known = true
    this.changed()
  }

  #take(me, progress) {
    const before = this.me?.id
    const other = me?.id !== before
    if (other) this.dispatchEvent(new Event('leave')) // last call for drafts
    if (other) this.lost = Boolean(before && !me && !this.left)
    if (other) this.before = this.lost ? this.me : null
    this.me = me
    this.points = progress?.points ?? me?.points ?? 0
    this.progress = progress?.assignments ?? {}
    if (me && !before) moveDrafts('nobody', me.id)
    if (other) this.dispatchEvent(new Event('who'))
  }

  /** An event brought the sum: show it at once, then ask for the rest. */
  earned(total) {
    if (typeof total !== 'number') return
    this.points = total
    this.changed()
  }

  /** The cookie is no longer good. */
  ended() {
    this.#take(null, null)
    this.changed()
  }

  async #changeWho(method, path, body, left = false) {
    await locked('exclusive', async () => {
      await request(method, path, { body })
      tabs.tell(left ? 'left' : 'who')
    })
    this.left = left
    await this.refresh()
  }

  /** Nobody signs in or out in this browser while the job is done; not to be
   *  used by a job that does. */
  held(job) {
    return locked('shared', job)
  }

  /** An anonymous learner, for somebody who hands in without signing in. */
  begin() {
    return this.#changeWho('POST', '/users', {})
  }

  register(name, password) {
    return this.#changeWho('POST', '/users', { name, password })
  }

  rename(name, password) {
    return this.#changeWho('PATCH', '/me', { name, password })
  }

  logIn(name, password) {
    return this.#changeWho('POST', '/session', { name, password })
  }

  logOut() {
    return this.#changeWho('DELETE', '/session', undefined, true)
  }
}

export const session = new Session()
