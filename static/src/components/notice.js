// Failures in words, with what can be done now.
import { html } from 'lit'
import { t } from '../i18n.js'
import { openAccount } from './dialogs.js'
import { icons } from './icons.js'

/** A page that could not be loaded. */
export function failed(failure, again) {
  const gone = failure.status === 404
  return html`<section class="page empty" role="alert">
    <h1>${t(gone ? 'app.missing' : 'error.load')}</h1>
    <p>${gone ? t('error.gone') : failure.message}</p>
    ${gone
      ? html`<p><a class="button primary" href="/assignments">${t('app.back')}</a></p>`
      : html`<button class="primary" @click=${again}>${t('error.again')}</button>`}
  </section>`
}

/** A submission that was not received.  `does`: retry, close. */
export function refusal(notice, does) {
  const actions = {
    retry: () => html`<button class="primary" @click=${does.retry}
      >${t('error.again')}</button>`,
    login: () => html`<button class="primary" @click=${() => openAccount('login')}
      >${t('account.login')}</button>`,
    show: () => html`<a class="button" href="/submissions/${notice.pending}"
      >${t('refused.show')}</a>`
  }
  return html`<div class="notice ${notice.tone}" role="alert">
    ${icons[notice.tone]}
    <p><b>${notice.title}</b> ${notice.text}</p>
    <div class="buttons">
      ${actions[notice.action]?.() ?? ''}
      <button class="quiet" @click=${does.close}>${t('refused.close')}</button>
    </div>
  </div>`
}
