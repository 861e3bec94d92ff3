// Failures in words, with what can be done now.
import { html } from 'lit'
import { t } from '../i18n.js'

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
