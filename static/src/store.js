// The smallest observable: a store says `changed()`, an element that watches
// it renders again.

export class Store extends EventTarget {
  changed() {
    this.dispatchEvent(new Event('change'))
  }
}

/** Lit controller: render the host whenever one of the stores changed. */
export class Watch {
  constructor(host, ...stores) {
    this.stores = stores
    this.update = () => host.requestUpdate()
    host.addController(this)
  }

  hostConnected() {
    for (const s of this.stores) s.addEventListener('change', this.update)
  }

  hostDisconnected() {
    for (const s of this.stores) s.removeEventListener('change', this.update)
  }
}
