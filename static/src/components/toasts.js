// Small news at the edge: a verdict for an assignment that is not on the
// screen, and failures that have no better place.
import { html } from 'lit'
import { courseList } from '../course.js'
import { verdictTitle, verdictTone } from '../format.js'
import { t } from '../i18n.js'
import { announce } from '../live.js'
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
    const text = t('toast.judged', {
      title: courseList.title(item.assignment),
      verdict: verdictTitle(item.verdict)
    })
    this.show({ text, tone: verdictTone(item.verdict), id: item.id })
  }

  show(one) {
    this.items = [...this.items, one]
    setTimeout(() => {
      this.items = this.items.filter((i) => i !== one)
    }, LONG_ENOUGH_MS)
  }

  render() {
    return html`<div class="toasts">${this.items.map((i) => html`
      <p class="toast ${i.tone}">${icons[i.tone]}<span>${i.text}</span>
        ${i.id
          ? html`<a href="/submissions/${i.id}">${t('toast.show')}</a>`
          : ''}</p>`)}</div>`
  }
}
customElements.define('assay-toasts', Toasts)

/** Say what failed, here and to a screen reader. */
export function complain(text) {
  document.querySelector('assay-toasts')?.show({ text, tone: 'fail' })
  announce(text)
}
