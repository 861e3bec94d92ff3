// Expected and actual output, side by side, with the lines marked that
// differ.  What is long is cut: a megabyte of output must not stop the page.
import { html } from 'lit'
import { t } from '../i18n.js'
import '../later.js'

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

function side(label, lines, others, mark) {
  const shown = lines.slice(0, LINES_MAX)
  if (lines.length === 1 && !lines[0]) {
    return html`<div class="part"><h3>${label}</h3>
      <p class="facts">${t('sample.nothing')}</p></div>`
  }
  return html`<div class="part"><h3>${label}</h3><pre tabindex="0">${
    shown.map((line, i) => !mark || bare(line) === bare(others[i])
      ? html`<span class="line">${line}
</span>`
      : html`<span class="line differs"><span class="unseen">${
        t('test.differs')}: </span>${line}
</span>`)}${lines.length > LINES_MAX
  ? t('test.more', { n: lines.length - LINES_MAX }) : ''}</pre></div>`
}

const split = (text) =>
  text.slice(0, CHARS_MAX).replace(/\n$/, '').split('\n')

/** `mark` only where the difference is what was wrong, not after a crash. */
export function compared(expected, actual, mark) {
  const e = split(expected)
  const a = split(actual)
  return html`<div class="pair">
    ${side(t('test.expected'), e, a, mark)}
    ${side(t('test.actual'), a, e, mark)}
  </div>`
}

/** Bring the first lines that differ into view, once. */
export function showDifferences(host) {
  for (const pre of host.querySelectorAll('details[open] .pair pre')) {
    const line = pre.querySelector('.differs')
    if (!line || pre.dataset.shown) continue
    pre.dataset.shown = 'yes'
    const up = line.offsetTop - pre.offsetTop
    if (up > pre.clientHeight * 0.8) pre.scrollTop = up - pre.clientHeight / 2
  }
}
