// The frame: top bar, what the address asks for, and who must be told what.
import { html } from 'lit'
import { t } from '../i18n.js'
import { announce } from '../live.js'
import { router } from '../router.js'
import { session } from '../session.js'
import { tracker } from '../tracker.js'
import { verdictMeaning, verdictTitle } from '../format.js'
import { openAccount } from './dialogs.js'
import { Element, arrive } from './element.js'
import './toasts.js'
import './top-bar.js'
import './solve.js'

// Pages that the first look does not need are fetched when they are asked for.
const LATER = {
  assignments: () => import('./assignments.js'),
  submissions: () => import('./submissions.js'),
  submission: () => import('./submission.js')
}

class App extends Element {
  static properties = { offline: { state: true }, unloaded: { state: true } }

  constructor() {
    super()
    this.watch(router, session)
    this.offline = !navigator.onLine
    this.unloaded = ''
    this.visit = 0
    const look = () => { this.offline = !navigator.onLine }
    window.addEventListener('online', look)
    window.addEventListener('offline', look)
    tracker.addEventListener('judged', (e) => {
      const { verdict } = e.detail
      announce(t('announce.judged', {
        verdict: verdictTitle(verdict), tests: verdictMeaning(verdict)
      }))
    })
  }

  willUpdate() {
    const { page } = router.route
    const load = LATER[page]
    if (!load || customElements.get(`assay-${page}`)) return
    load().then(
      () => { this.unloaded = '' },
      () => { this.unloaded = page })
  }

  async updated() {
    if (this.visit === router.visit) return
    this.visit = router.visit
    await this.querySelector('#main > *')?.updateComplete
    arrive(this)
  }

  render() {
    const lost = this.offline || session.failure?.kind === 'lost'
    return html`
      <a class="skip" href="#main">${t('app.skip')}</a>
      <assay-top-bar></assay-top-bar>
      ${lost
        ? html`<p class="banner" role="status">${t('app.offline')}</p>`
        : ''}
      ${session.lost
        ? html`<p class="banner" role="status">${t('app.ended')}
            <button class="link" @click=${() => openAccount('login')}
              >${t('account.login')}</button></p>`
        : ''}
      <main id="main" tabindex="-1">${this.page(router.route)}</main>
      <assay-toasts></assay-toasts>
      <div id="live" class="unseen" aria-live="polite"></div>`
  }

  page(route) {
    if (this.unloaded === route.page) {
      return html`<section class="page empty">
        <h1>${t('error.load')}</h1>
        <p>${t('error.lost')}</p>
        <button class="primary" @click=${() => location.reload()}>
          ${t('error.again')}</button>
      </section>`
    }
    switch (route.page) {
      case 'solve':
        return html`<assay-solve .slug=${route.slug} .visit=${router.visit}>
          </assay-solve>`
      case 'assignments':
        return html`<assay-assignments></assay-assignments>`
      case 'submissions':
        return html`<assay-submissions></assay-submissions>`
      case 'submission':
        return html`<assay-submission .sid=${route.id}></assay-submission>`
      default:
        document.title = `${t('app.missing')} · Assay`
        return html`<section class="page empty">
          <h1>${t('app.missing')}</h1>
          <p>${t('app.missing.text')}</p>
          <p><a class="button primary" href="/assignments">
            ${t('app.back')}</a></p>
        </section>`
    }
  }
}
customElements.define('assay-app', App)
