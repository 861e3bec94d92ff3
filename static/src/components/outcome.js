// What became of handing in, where it is not a submission: a refusal, or a
// program that the server has not answered for yet.
import { html } from 'lit'
import { courseList } from '../course.js'
import { when } from '../format.js'
import { t } from '../i18n.js'
import '../later.js'
import { announce } from '../live.js'
import { outbox, sure } from '../outbox.js'
import { postman } from '../postman.js'
import { watchQueue } from '../queue.js'
import { session } from '../session.js'
import { openAccount } from './dialogs.js'
import { Element } from './element.js'
import { icons } from './icons.js'
export { submit } from '../submit.js'

const AT_ONCE_MS = 3000 // an answer within this is no delay to speak of

class Outcome extends Element {
  static properties = {
    assignment: {}, // the one on the screen, or absent
    code: {}, // and what stands in its editor
    notice: {}, // of src/refusals.js
    does: {} // what its buttons do: {retry, replace, close}
  }

  constructor() {
    super()
    this.watch(outbox, postman, session, courseList)
    this.look = () => this.requestUpdate()
  }

  connectedCallback() {
    super.connectedCallback()
    window.addEventListener('online', this.look)
    window.addEventListener('offline', this.look)
  }

  disconnectedCallback() {
    super.disconnectedCallback()
    clearTimeout(this.ticking)
    window.removeEventListener('online', this.look)
    window.removeEventListener('offline', this.look)
  }

  /** The seconds until the next try go by. */
  updated() {
    clearTimeout(this.ticking)
    if (this.some || this.querySelector('.countdown')) {
      this.ticking = setTimeout(this.look, 1000)
    }
  }

  render() {
    const all = session.known ? outbox.of(session.owner) : []
    const unsent = all.filter((e) => e.why || e.ask || e.refused ||
      Date.now() - e.kept_at >= AT_ONCE_MS)
    this.some = unsent.length < all.length // there will be, if no answer comes
    const here = (e) => e.assignment === this.assignment
    return html`${this.notice ? this.refusal(this.notice) : ''}
      ${[...unsent.filter(here), ...unsent.filter((e) => !here(e))]
        .map((e) => this.entry(e))}`
  }

  // -- a refusal --

  refusal(notice) {
    const { does } = this
    const actions = {
      retry: () => html`<button class="primary" @click=${does.retry}
        >${t('error.again')}</button>`,
      login: () => html`<button class="primary"
        @click=${() => openAccount('login')}>${t('account.login')}</button>`,
      show: () => html`<a class="button" href="/submissions/${notice.pending}"
        >${t('refused.show')}</a>`,
      replace: () => html`<button class="primary"
        @click=${() => does.replace(notice.pending)}
        >${t('refused.replace')}</button>`
    }
    return html`<div class="notice ${notice.tone}">
      ${icons[notice.tone]}
      <p><b>${notice.title}</b> ${notice.text}</p>
      <div class="buttons">
        ${actions[notice.action]?.() ?? ''}
        <button class="quiet" @click=${does.close}>${t('refused.close')}</button>
      </div>
    </div>`
  }

  // -- not answered for --

  entry(e) {
    const here = e.assignment === this.assignment
    const kind = this.kind(e)
    const title = t(`unsent.title.${
      kind === 'old' || kind === 'refused' ? kind : 'yet'}`,
    { of: here ? '' : `: ${courseList.title(e.assignment)}` })
    const tone = e.refused ? 'fail' : 'wait'
    const changed = here && !e.refused && this.code !== undefined &&
      this.code !== e.code
    return html`<div class="notice unsent ${tone}"
      data-unsent=${e.assignment} data-kind=${kind}>
      ${icons[tone]}
      <div>
        <p><b>${title}</b> ${e.refused
          ? `${e.refused.title} ${e.refused.text}`
          : t(`unsent.${kind}.text`, { name: session.me?.name ?? '' })}
          ${changed ? t('unsent.changed') : ''}
          ${outbox.fleeting(e) ? t('unsent.fleeting') : ''}</p>
        <p class="facts">${t('unsent.since', { at: when(e.since) })}${
          kind === 'refused' ? '' : html` · ${this.next(e, kind)}`}</p>
      </div>
      <div class="buttons">${this.buttons(e, kind)}</div>
    </div>`
  }

  /** Why is it still here? */
  kind(e) {
    if (e.refused) return 'refused'
    if (e.ask) return 'ask'
    if (!sure(e)) return 'old'
    if (!navigator.onLine) return 'offline'
    return e.why || (postman.sending === e.key ? 'sending' : 'lost')
  }

  next(e, kind) {
    if (kind === 'ask' || kind === 'old') return t('unsent.next.never')
    if (postman.sending === e.key) return t('unsent.next.now')
    if (kind === 'offline') return t('unsent.next.offline')
    if (kind === 'pending') return t('unsent.next.pending')
    const n = Math.ceil((e.next - Date.now()) / 1000)
    return html`<span class="countdown">${n > 0
      ? t('unsent.next', { n }) : t('unsent.next.now')}</span>`
  }

  buttons(e, kind) {
    if (kind === 'refused') {
      return html`<button class="quiet" @click=${() => this.discard(e)}
        >${t('refused.close')}</button>`
    }
    const word = kind === 'ask' || kind === 'old' ? kind : 'now'
    return html`<button class=${kind === 'ask' ? 'primary' : ''}
        ?disabled=${postman.sending === e.key} @click=${() => this.send(e)}
        >${t(`unsent.send.${word}`)}</button>
      ${kind === 'old'
        ? html`<a class="button" href="/submissions">${t('subs.title')}</a>` : ''}
      <button class="quiet" @click=${() => this.discard(e)}
        >${t('unsent.discard')}</button>`
  }

  send(e) {
    outbox.renew(e)
    postman.hurry()
  }

  discard(e) {
    outbox.drop(e)
    announce(t(e.refused ? 'announce.dismissed' : 'announce.discarded'))
    const next = document.querySelector('#submit') ?? document.querySelector('h1')
    next?.focus()
  }
}
customElements.define('assay-outcome', Outcome)

postman.addEventListener('sent', (e) => {
  const { id, assignment } = e.detail
  if (document.querySelector(`[data-assignment="${assignment}"]`)) return
  document.querySelector('assay-toasts')?.show({
    id, tone: 'wait',
    text: t('toast.sent', { title: courseList.title(assignment) })
  })
})
postman.start()
watchQueue()
