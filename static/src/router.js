// Addresses to pages.  Links are plain <a href>; a click on one of ours
// changes the page without loading the document again.
import { Store } from './store.js'

const ROUTES = [
  [/^\/$/, () => ({ page: 'solve', slug: '' })],
  [/^\/assignments$/, () => ({ page: 'assignments' })],
  [/^\/assignments\/((?:[\w-]+\/)?[\w-]+)$/,
    (m) => ({ page: 'solve', slug: m[1] })],
  [/^\/submissions$/, () => ({ page: 'submissions' })],
  [/^\/submissions\/(\d+)$/, (m) => ({ page: 'submission', id: Number(m[1]) })]
]

function match(path) {
  for (const [pattern, make] of ROUTES) {
    const m = pattern.exec(path)
    if (m) return make(m)
  }
  return { page: 'missing' }
}

class Router extends Store {
  constructor() {
    super()
    this.visit = 0 // a new number: load again, though the address is the same
    this.route = match(location.pathname)
    window.addEventListener('popstate', () => this.#arrive())
    document.addEventListener('click', (e) => this.#click(e))
  }

  go(path) {
    if (path !== location.pathname) history.pushState(null, '', path)
    this.#arrive()
    window.scrollTo(0, 0)
  }

  #arrive() {
    this.visit++
    this.route = match(location.pathname)
    this.changed()
  }

  #click(e) {
    if (e.defaultPrevented || e.button !== 0) return
    if (e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return
    const a = e.target.closest?.('a[href]')
    if (!a || a.target || a.hasAttribute('download')) return
    const url = new URL(a.href)
    if (url.origin !== location.origin || url.hash) return
    if (match(url.pathname).page === 'missing') return // a file, or the API
    e.preventDefault()
    this.go(url.pathname)
  }
}

export const router = new Router()
