// What a student may see of the tests, beside the handout.
import { html } from 'lit'
import { t } from '../i18n.js'
import { announce } from '../live.js'

async function copy(e, text) {
  const button = e.currentTarget
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    return // the text can still be selected
  }
  button.textContent = t('copied')
  announce(t('copied'))
  setTimeout(() => { button.textContent = t('copy') }, 1500)
}

function block(label, text) {
  return html`<div class="sample-part">
    <div class="sample-head"><span>${label}</span>${navigator.clipboard
      ? html`<button class="tiny" aria-label=${t('copy.what', { what: label })}
          @click=${(e) => copy(e, text)}>${t('copy')}</button>`
      : ''}</div>
    <pre tabindex="0">${text || t('sample.nothing')}</pre>
  </div>`
}

export function samples(list) {
  if (!list?.length) return ''
  return html`<section class="samples" aria-label=${t('solve.samples')}>
    ${list.map((s, i) => html`<h2>${t('solve.sample', { n: i + 1 })}</h2>
      <div class="sample">
        ${block(t('sample.input'), s.input)}
        ${block(t('sample.output'), s.output)}
      </div>`)}
  </section>`
}
