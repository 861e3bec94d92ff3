// One submission of mine: its result and its code.
import { html } from 'lit'
import { courseList } from '../course.js'
import { preferLanguage, writeDraft } from '../drafts.js'
import { languageTitle } from '../format.js'
import { t } from '../i18n.js'
import '../later.js'
import { router } from '../router.js'
import { session } from '../session.js'
import { tracker } from '../tracker.js'
import { Element } from './element.js'
import { failed } from './notice.js'
import './outcome.js'
import './verdict.js'

class Submission extends Element {
  static properties = { sid: {}, failure: { state: true } }

  constructor() {
    super()
    this.watch(courseList, tracker)
    this.failure = null
  }

  connectedCallback() {
    super.connectedCallback()
    courseList.load()
  }

  willUpdate(changed) {
    if (changed.has('sid')) this.load()
    const item = tracker.get(this.sid)
    if (item?.state === 'judged' && !item.whole && !item.failure) {
      tracker.read(this.sid)
    }
  }

  async load() {
    document.title = `${t('sub.title', { id: this.sid })} · Assay`
    this.failure = null
    await session.ready()
    const item = await tracker.read(this.sid)
    this.failure = item.failure && !tracker.get(this.sid) ? item.failure : null
  }

  /** What stands in the editor now is overwritten; it was asked for. */
  openInEditor(item) {
    const a = courseList.find(item.assignment)
    if (!a) return
    writeDraft(session.owner, a.id, item.language, item.code)
    preferLanguage(item.language)
    router.go(`/assignments/${a.slug}`)
  }

  render() {
    if (this.failure) return failed(this.failure, () => this.load())
    const item = tracker.get(this.sid)
    return html`<section class="page">
      <p class="eyebrow"><a href="/submissions">${t('sub.all')}</a></p>
      <h1>${item ? courseList.title(item.assignment) : html`&nbsp;`}</h1>
      <assay-outcome></assay-outcome>
      ${item
        ? html`<assay-verdict .item=${item}></assay-verdict>${this.code(item)}`
        : html`<div class="rows ghost"></div>`}
    </section>`
  }

  code(item) {
    if (item.code === undefined) return ''
    return html`<section class="listing">
      <header><h2>${t('panel.code')}, ${languageTitle(item.language)}</h2>
        ${courseList.find(item.assignment)
          ? html`<button @click=${() => this.openInEditor(item)}
              >${t('sub.open')}</button>`
          : ''}</header>
      <pre class="code" tabindex="0">${item.code}</pre>
    </section>`
  }
}
customElements.define('assay-submission', Submission)
