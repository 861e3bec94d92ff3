// Where one is, the points, and who one is.
import { html } from 'lit'
import { keyed } from 'lit/directives/keyed.js'
import { number } from '../format.js'
import { hasUnsent } from '../drafts.js'
import { t } from '../i18n.js'
import { router } from '../router.js'
import { session } from '../session.js'
import { openAccount } from './dialogs.js'
import { Element } from './element.js'
import { icons, mark } from './icons.js'
import { complain } from './toasts.js'

const TABS = [
  ['/', 'nav.solve', ['solve']],
  ['/assignments', 'nav.assignments', ['assignments']],
  ['/submissions', 'nav.submissions', ['submissions', 'submission']]
]

class TopBar extends Element {
  static properties = { open: { state: true } }

  constructor() {
    super()
    this.watch(router, session)
    this.open = false
    this.shown = null
    this.rose = false
  }

  connectedCallback() {
    super.connectedCallback()
    this.away = (e) => {
      if (e.type === 'keydown' ? e.key === 'Escape' : !this.contains(e.target)) {
        this.close(e.type === 'keydown')
      }
    }
    document.addEventListener('pointerdown', this.away)
    document.addEventListener('keydown', this.away)
  }

  disconnectedCallback() {
    super.disconnectedCallback()
    document.removeEventListener('pointerdown', this.away)
    document.removeEventListener('keydown', this.away)
  }

  close(refocus) {
    if (!this.open) return
    this.open = false
    if (refocus) this.querySelector('#account')?.focus()
  }

  willUpdate() {
    if (!session.known) return
    if (session.points === this.shown) return
    this.rose = this.shown !== null && session.points > this.shown
    this.shown = session.points
  }

  dialog(mode) {
    this.close(true)
    openAccount(mode)
  }

  async logOut() {
    // asked first, where something would stay behind
    if (!session.me.name || hasUnsent(session.owner)) {
      this.dialog('leave')
      return
    }
    this.close(true)
    try {
      await session.logOut()
    } catch (e) {
      complain(e.message)
    }
  }

  render() {
    const { page } = router.route
    return html`<header class="top">
      <a class="brand" href="/">${mark}<span>Assay</span></a>
      <nav class="tabs" aria-label=${t('nav.main')}>
        ${TABS.map(([href, label, pages]) => html`<a href=${href}
          aria-current=${pages.includes(page) ? 'page' : 'false'}
          >${t(label)}</a>`)}
      </nav>
      ${keyed(session.points, html`<p id="points"
        class="points ${this.rose ? 'rose' : ''}"
        data-points=${session.points}>${t('points',
          { n: number(session.points) })}</p>`)}
      <div class="account">${this.account()}</div>
    </header>`
  }

  account() {
    if (!session.known) return html`<span class="account-wait"></span>`
    if (!session.me) {
      return html`<button id="account" class="quiet"
        @click=${() => this.dialog('login')}>${icons.user}<span
        >${t('account.login')}</span></button>`
    }
    const name = session.me.name || t('account.guest')
    return html`
      <button id="account" class="quiet" aria-expanded=${String(this.open)}
        aria-controls="account-menu"
        aria-label=${t('account.menu', { name })}
        @click=${() => { this.open = !this.open }}
        >${icons.user}<span>${name}</span></button>
      <div id="account-menu" class="menu" ?hidden=${!this.open}>
        ${session.me.name ? '' : html`
          <button @click=${() => this.dialog('choose')}>
            ${t('account.choose')}</button>
          <button @click=${() => this.dialog('login')}>
            ${t('account.login')}</button>`}
        <button @click=${this.logOut}>${t('account.logout')}</button>
      </div>`
  }
}
customElements.define('assay-top-bar', TopBar)
