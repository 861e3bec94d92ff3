// Expected and actual output, side by side, with the lines marked that
// differ.  What is long is cut: a megabyte of output must not stop the page.
import { html } from 'lit'
import { t } from '../i18n.js'

const LINES_MAX = 200
const CHARS_MAX = 20000

/** At most so much of a text; says how much more there is. */
export function plain(text) {
  const lines = text.slice(0, CHARS_MAX).split('\n')
  const all = text.split('\n').length
  const shown = lines.slice(0, LINES_MAX)
  const left = all - shown.length
  return left > 0
    ? `${shown.join('\n')}\n${t('test.more', { n: left })}`
    : shown.join('\n')
}

/** Graders look past blanks; so a line is not marked for them alone. */
const bare = (line) => (line ?? '').trim().split(/\s+/).join(' ')

function side(label, lines, others) {
  const shown = lines.slice(0, LINES_MAX)
  return html`<div class="part"><h3>${label}</h3><pre tabindex="0">${
    shown.map((line, i) => bare(line) === bare(others[i])
      ? html`<span class="line">${line}
</span>`
      : html`<span class="line differs"><span class="unseen">${
        t('test.differs')}: </span>${line}
</span>`)}${lines.length > LINES_MAX
  ? t('test.more', { n: lines.length - LINES_MAX }) : ''}</pre></div>`
}

const split = (text) =>
  text.slice(0, CHARS_MAX).replace(/\n$/, '').split('\n')

export function compared(expected, actual) {
  const e = split(expected)
  const a = split(actual)
  return html`<div class="pair">
    ${side(t('test.expected'), e, a)}
    ${side(t('test.actual'), a, e)}
  </div>`
}
