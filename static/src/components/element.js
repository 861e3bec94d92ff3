// What our elements share: they render into the page itself, so that the one
// style sheet holds for all.  (The editor alone has a shadow root.)
import { LitElement } from 'lit'
import { Watch } from '../store.js'

export class Element extends LitElement {
  createRenderRoot() {
    return this
  }

  /** Render again whenever one of these stores changed. */
  watch(...stores) {
    return new Watch(this, ...stores)
  }
}

/** Focus and say the heading of a page that a link led to. */
export function arrive(host) {
  const heading = host.querySelector('h1')
  if (!heading) return
  heading.tabIndex = -1
  heading.focus({ preventScroll: true })
}
