// Sends what lies in the outbox, until the server has answered for it: at
// growing, jittered intervals, and at once when the network may be back.
import { ApiError, request } from './api.js'
import { attempt } from './drafts.js'
import { t } from './i18n.js'
import './later.js'
import { announce } from './live.js'
import { outbox, sure } from './outbox.js'
import { explain } from './refusals.js'
import { session } from './session.js'
import { Store } from './store.js'
import { tabs } from './tabs.js'
import { tracker } from './tracker.js'

export const TIMEOUT_MS = 20000 // of one try
const FIRST_MS = 2000
const LONGEST_MS = 60000
const PAUSE_MS = 1000
const CROWD_MS = 1500 // a class comes back within this, not in one instant
const LEASE = 'assay:unsent-lease'

/** One tab of this browser does it, and who comes meanwhile does not; unless
 *  `anyway`, for what somebody is waiting for. */
export async function alone(job, anyway = false) {
  if (navigator.locks) {
    return navigator.locks.request(LEASE, { ifAvailable: true },
      (lock) => (lock || anyway ? job() : null))
  }
  // Without https there are no locks.  Two tabs may both get this lease in the
  // same instant; then the key keeps the submission one.
  const until = attempt(() => Number(localStorage.getItem(LEASE)), 0)
  if (until > Date.now() && !anyway) return null
  attempt(() => localStorage.setItem(LEASE, Date.now() + 2 * TIMEOUT_MS))
  try {
    return await job()
  } finally {
    attempt(() => localStorage.removeItem(LEASE))
  }
}

/** Was that the server's last word?  What a proxy or a portal on the way says
 *  is not, nor is what passes. */
function final(e) {
  if (e.kind !== 'refused' || e.status >= 500) return false
  if ([401, 408, 425, 429].includes(e.status)) return false
  return e.status === 413 || Boolean(e.problem.type)
}

/** What a failure says about where the program is. */
function whyOf(e) {
  if (e.kind === 'lost') return 'lost'
  if (e.status === 401) return 'login'
  if (e.status === 409) return 'pending'
  return e.status === 503 || e.status === 429 ? 'busy' : 'unsure'
}

class Postman extends Store {
  sending = '' // the key of what is on its way from this tab
  #timer = 0
  #busy = false

  start() {
    const soon = () => this.hurry(CROWD_MS * Math.random())
    window.addEventListener('online', soon)
    window.addEventListener('pageshow', (e) => e.persisted && soon())
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') soon()
    })
    session.addEventListener('who', () => {
      if (session.me) outbox.adopt(session.me)
      soon()
    })
    tracker.addEventListener('judged', () => this.hurry(0, 'pending'))
    outbox.addEventListener('change', () => this.#arm())
    if (session.me) outbox.adopt(session.me)
    soon()
  }

  /** Send one, once; nobody signs in or out in this browser meanwhile.  With
   *  `check` only if its owner is still signed in: else answers null.  Answers
   *  the submission; throws an ApiError. */
  async post(entry, check = false) {
    this.sending = entry.key
    this.changed()
    try {
      return await session.held(async () => {
        if (check) {
          await session.refresh()
          if (session.failure) throw session.failure
          if (session.owner !== entry.owner) return null
        }
        return this.#post(entry)
      })
    } finally {
      this.sending = ''
      this.changed()
    }
  }

  async #post(entry) {
    const { assignment, language, code, replace } = entry
    const { data } = await request(
      'POST',
      `/assignments/${assignment}/submissions${
        replace ? `?replace=${replace}` : ''}`,
      {
        body: { language, code },
        headers: { 'Idempotency-Key': entry.key },
        timeout: TIMEOUT_MS
      })
    outbox.drop(entry)
    if (data.replaced) tracker.replaced(data.replaced)
    const item = tracker.take(data, { assignment, language, code })
    tabs.tell('submitted', item.id)
    return item
  }

  /** A try was in vain.  False: that was the server's last word on it.  With
   *  `patient` it waits for the end of an earlier submission. */
  settle(entry, e, patient = false) {
    const pending = e.status === 409 && e.problem.pending
    if (final(e) && !(patient && pending)) return false
    const tries = entry.tries + 1
    const most = Math.min(LONGEST_MS, FIRST_MS * 2 ** (tries - 1))
    const asked = (e.retryAfter ?? 0) * 1000
    const now = Date.now()
    outbox.note(entry, {
      tries, why: whyOf(e), patience: now + asked,
      next: now + asked + most * (0.5 + Math.random() / 2)
    })
    return true
  }

  /** Do not wait out the pauses, but for those that the server asked for. */
  hurry(ms = 0, why = '') {
    for (const entry of this.#mine()) {
      if (why && entry.why !== why) continue
      const at = Math.max(entry.patience, Date.now() + ms)
      if (entry.next > at) outbox.note(entry, { next: at })
    }
    this.#arm()
  }

  /** What may be sent now by itself, sooner or later. */
  #mine() {
    if (!session.known || session.lost) return []
    return outbox.of(session.owner)
      .filter((e) => !e.ask && !e.refused && sure(e))
  }

  #arm(least = 0) {
    clearTimeout(this.#timer)
    const mine = this.#mine()
    if (this.#busy || !mine.length) return
    const at = Math.min(...mine.map((e) => e.next))
    this.#timer = setTimeout(() => this.#round(),
      Math.max(at - Date.now(), least))
  }

  async #round() {
    if (this.#busy) return
    this.#busy = true
    try {
      await alone(async () => {
        for (const entry of this.#mine()) {
          if (entry.next <= Date.now() && !(await this.#deliver(entry))) break
        }
      })
    } finally {
      this.#busy = false
      this.#arm(PAUSE_MS) // or another tab has the lease
    }
  }

  /** Try one.  False: the next one would fare alike. */
  async #deliver(entry) {
    try {
      if (!session.me) await session.begin()
      const now = outbox.find(session.owner, entry.assignment)
      if (now?.key !== entry.key || now.ask) return true
      const item = await this.post(now, true)
      if (!item) return false
      announce(t('announce.sent', item))
      this.dispatchEvent(new CustomEvent('sent', { detail: item }))
      return true
    } catch (e) {
      if (!(e instanceof ApiError)) throw e
      return this.#vain(entry, e)
    }
  }

  async #vain(entry, e) {
    // a guest may have begun meanwhile, who took it over
    const now = outbox.find(session.owner, entry.assignment) ?? entry
    if (this.settle(now, e, true)) {
      if (e.status === 401) session.ended()
      return false
    }
    const { title, text } = await explain(e, entry.assignment)
    outbox.note(now, { refused: { title, text } })
    announce(`${title} ${text}`)
    return true
  }
}

export const postman = new Postman()
