// The other tabs of this browser: they share the cookie, and must hear of
// what the server does not push.

class Tabs extends EventTarget {
  #channel = 'BroadcastChannel' in window ? new BroadcastChannel('assay') : null

  constructor() {
    super()
    if (!this.#channel) return
    this.#channel.onmessage = (m) =>
      this.dispatchEvent(new CustomEvent(m.data.what, { detail: m.data.id }))
  }

  /** what: `who` somebody signed in, `left` logged out, `submitted` id */
  tell(what, id = null) {
    this.#channel?.postMessage({ what, id })
  }
}

export const tabs = new Tabs()
