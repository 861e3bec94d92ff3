// The push channel.  What it brings is a hint: it says `resync` whenever the
// page must GET again, which is on every (re)connect, after silence, and when
// the page is looked at again after a pause.
import { Store } from './store.js'

const FIRST_MS = 400
const LONGEST_MS = 30000
const QUIET_MS = 60000 // nothing is expected: look this often
const EXPECTING_MS = [2000, 3000, 5000, 10000] // a verdict is

class Events extends Store {
  state = 'off' // off connecting open waiting
  #socket = null
  #timer = 0
  #failures = 0
  #wanted = false
  #expecting = false
  #silences = 0
  #silence = 0

  constructor() {
    super()
    const look = () => {
      if (document.visibilityState === 'visible' && this.#wanted) this.hurry()
    }
    document.addEventListener('visibilitychange', look)
    window.addEventListener('pageshow', (e) => e.persisted && look())
    window.addEventListener('online', look)
  }

  /** Begin, or begin anew as another user. */
  start() {
    this.stop()
    this.#wanted = true
    this.#connect()
    this.#listenForSilence()
  }

  stop() {
    this.#wanted = false
    this.#failures = 0
    clearTimeout(this.#timer)
    clearTimeout(this.#silence)
    this.#drop()
    this.#enter('off')
  }

  /** Is a verdict on its way?  Then silence is suspicious much sooner. */
  expect(yes) {
    if (yes === this.#expecting) return
    this.#expecting = yes
    this.#heard()
    if (yes && this.state === 'waiting') this.hurry()
  }

  /** A GET knew more than the channel: the connection may be dead. */
  suspect() {
    if (this.state === 'open') this.#retry()
  }

  /** Do not wait out the backoff; look at once. */
  hurry() {
    if (this.state === 'waiting') {
      clearTimeout(this.#timer)
      this.#connect()
    } else if (this.state === 'open') {
      this.#say('resync')
    }
  }

  #connect() {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    this.#enter('connecting')
    const socket = new WebSocket(`${scheme}://${location.host}/api/events`)
    this.#socket = socket
    socket.onopen = () => {
      this.#failures = 0
      this.#enter('open')
      this.#heard()
      this.#say('resync')
    }
    socket.onmessage = (m) => {
      this.#heard()
      this.#take(m.data)
    }
    socket.onclose = () => this.#retry()
  }

  #take(text) {
    let event
    try {
      event = JSON.parse(text)
    } catch {
      return // not ours; the next resync mends whatever it meant
    }
    if (event && event.type === 'submission') {
      this.dispatchEvent(new CustomEvent('submission', { detail: event }))
    }
  }

  /** Full jitter, so that a class does not come back in one instant. */
  #retry() {
    this.#drop()
    if (!this.#wanted) return
    const most = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#failures++)
    this.#enter('waiting')
    this.#timer = setTimeout(() => this.#connect(),
      most * (0.25 + 0.75 * Math.random()))
    // refused or cut off?  A GET tells, and says so where it is the session
    if (this.#failures > 1) this.#say('resync')
  }

  #drop() {
    const socket = this.#socket
    this.#socket = null
    if (!socket) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
  }

  #heard() {
    this.#silences = 0
    if (this.#wanted) this.#listenForSilence()
  }

  #listenForSilence() {
    clearTimeout(this.#silence)
    const step = Math.min(this.#silences, EXPECTING_MS.length - 1)
    const wait = this.#expecting ? EXPECTING_MS[step] : QUIET_MS
    this.#silence = setTimeout(() => {
      this.#silences++
      const seen = document.visibilityState === 'visible' || this.#expecting
      if (seen) this.#say('resync')
      this.#listenForSilence()
    }, wait)
  }

  #enter(state) {
    this.state = state
    this.changed()
  }

  #say(type) {
    this.dispatchEvent(new Event(type))
  }
}

export const events = new Events()
