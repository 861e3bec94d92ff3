// A verdict for an assignment that is not on the screen.
import { html } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { courseList } from '../course.js'
import { verdictTitle, verdictTone } from '../format.js'
import { t } from '../i18n.js'
import { router } from '../router.js'
import { tracker } from '../tracker.js'
import { Element } from './element.js'
import { icons } from './icons.js'

const LONG_ENOUGH_MS = 12000

class Toasts extends Element {
  static properties = { items: { state: true } }

  constructor() {
    super()
    this.items = []
    tracker.addEventListener('judged', (e) => this.add(e.detail))
    router.addEventListener('change', () => { this.items = [] })
  }

  add(item) {
    if (document.querySelector(
      `[data-assignment="${item.assignment}"], [data-submission="${item.id}"]`)) {
      return // it is on the screen
    }
    this.items = [...this.items.filter((i) => i.id !== item.id), item]
    setTimeout(() => {
      this.items = this.items.filter((i) => i.id !== item.id)
    }, LONG_ENOUGH_MS)
  }

  render() {
    return html`<div class="toasts">${repeat(this.items, (i) => i.id, (i) => {
      const tone = verdictTone(i.verdict)
      return html`<p class="toast ${tone}">${icons[tone]}<span>${t(
        'toast.judged', {
          title: courseList.title(i.assignment),
          verdict: verdictTitle(i.verdict)
        })}</span> <a href="/submissions/${i.id}">${t('toast.show')}</a></p>`
    })}</div>`
  }
}
customElements.define('assay-toasts', Toasts)
