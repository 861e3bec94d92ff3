// Everything that I handed in, newest first.
import { html } from 'lit'
import { get } from '../api.js'
import { courseList } from '../course.js'
import { languageTitle, number, verdictTitle, verdictTone, when }
  from '../format.js'
import { t } from '../i18n.js'
import '../later.js'
import { session } from '../session.js'
import { tracker } from '../tracker.js'
import { Element } from './element.js'
import { icons } from './icons.js'
import { failed } from './notice.js'
import './outcome.js'

const PAGE = 30
const NEWS = ['judged', 'replaced'] // what changes a row

class Submissions extends Element {
  static properties = {
    items: { state: true }, // null: not read yet
    more: { state: true },
    failure: { state: true }
  }

  constructor() {
    super()
    this.watch(courseList, session, tracker)
    this.items = null
    this.more = false
    this.failure = null
    this.anew = () => this.load()
  }

  connectedCallback() {
    super.connectedCallback()
    document.title = `${t('subs.title')} · Assay`
    courseList.load()
    session.addEventListener('who', this.anew)
    for (const what of NEWS) tracker.addEventListener(what, this.anew)
    this.load()
  }

  disconnectedCallback() {
    super.disconnectedCallback()
    session.removeEventListener('who', this.anew)
    for (const what of NEWS) tracker.removeEventListener(what, this.anew)
  }

  /** The newest page, or the one after what is shown. */
  async load(older = false) {
    await session.ready()
    if (!session.me && !session.failure) {
      this.items = []
      return
    }
    const from = older ? `&before=${this.items.at(-1).id}` : ''
    try {
      const { submissions } = await get(`/submissions?limit=${PAGE}${from}`)
      this.items = older ? [...this.items, ...submissions] : submissions
      this.more = submissions.length === PAGE
      this.failure = null
    } catch (e) {
      this.failure = e
    }
  }

  render() {
    if (this.failure && !this.items) {
      return failed(this.failure, () => this.load())
    }
    if (!this.items) {
      return html`<section class="page"><h1>${t('subs.title')}</h1>
        <div class="rows ghost"></div></section>`
    }
    if (!this.items.length) {
      return html`<section class="page empty"><h1>${t('subs.empty')}</h1>
        <assay-outcome></assay-outcome>
        <p>${t('subs.empty.text')}</p>
        <p><a class="button primary" href="/">${t('subs.solve')}</a></p>
      </section>`
    }
    return html`<section class="page">
      <h1>${t('subs.title')}</h1>
      <assay-outcome></assay-outcome>
      <ol class="rows">${this.items.map((s) => this.row(s))}</ol>
      ${this.failure
        ? html`<p class="notice fail" role="alert">${this.failure.message}</p>`
        : ''}
      ${this.more
        ? html`<button @click=${() => this.load(true)}>${t('subs.older')}</button>`
        : ''}
    </section>`
  }

  row(s) {
    const judged = s.status === 'graded'
    const replaced = s.status === 'replaced'
    const tone = judged ? verdictTone(s.verdict) : replaced ? 'gone' : 'wait'
    const word = judged
      ? verdictTitle(s.verdict)
      : t(replaced ? 'subs.replaced' : 'subs.pending')
    const id = s.assignment?.id ?? s.assignment
    return html`<li><a class="item" href="/submissions/${s.id}">
      <span class="stamp ${tone}">${icons[tone]}</span>
      <span class="item-main"><b>${courseList.title(id)}</b>
        <small><time datetime=${s.submitted_at}>${when(s.submitted_at)}</time>
          · ${languageTitle(s.language)}</small></span>
      <span class="item-side"><span>${word}</span>
        <small>${judged ? t('points', { n: number(s.points) }) : ''}</small>
      </span></a></li>`
  }
}
customElements.define('assay-submissions', Submissions)
