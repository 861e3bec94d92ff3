// One submission as it is now: queued, running test by test, judged.
import { html } from 'lit'
import { keyed } from 'lit/directives/keyed.js'
import {
  duration, memory, number, verdictMeaning, verdictTitle,
  verdictTone, when
} from '../format.js'
import { t } from '../i18n.js'
import '../later.js'
import { tracker } from '../tracker.js'
import { placeInQueue } from '../words.js'
import { compared, plain, showDifferences } from './difference.js'
import { Element } from './element.js'
import { icons } from './icons.js'

const SEGMENTS_MAX = 60 // more tests are one long bar

class Verdict extends Element {
  static properties = {
    item: {},
    live: {} // false: say that events do not come
  }

  constructor() {
    super()
    this.live = true
  }

  updated() {
    showDifferences(this)
  }

  render() {
    const item = this.item
    if (!item) return ''
    const { state } = item
    const judged = state === 'judged'
    const tone = judged
      ? verdictTone(item.verdict)
      : state === 'replaced' ? 'gone' : 'wait'
    return keyed(item.id, html`<section class="verdict ${tone}"
      aria-label=${t('panel.title')} data-submission=${item.id}
      data-state=${state} data-verdict=${item.verdict ?? ''}>
      <header>
        <span class="stamp ${tone} ${tone === 'wait' && !judged ? 'busy' : ''}"
          >${icons[tone]}</span>
        <div>${judged ? this.judged(item) : this.before(item)}</div>
      </header>
      ${state === 'replaced' ? '' : this.bar(item)}
      ${judged ? this.facts(item) : ''}
      ${judged ? this.details(item) : ''}
    </section>`)
  }

  /** There is no verdict, or not yet. */
  before(item) {
    const { state } = item
    const text = state === 'replaced'
      ? t('panel.replaced.text')
      : state === 'running'
        ? t('panel.running.text', {
          done: item.tests_done,
          total: Math.max(item.tests_total, item.tests_done)
        })
        : placeInQueue(item)
    const late = this.live || state === 'replaced'
    return html`<h2>${t(`panel.${state}`)}</h2>
      <p class="place">${text} ${late ? '' : t('panel.no_live')}</p>
      <p class="facts">${t('panel.id', {
        id: item.id, at: when(item.submitted_at || new Date())
      })}</p>`
  }

  judged(item) {
    return html`<h2>${verdictTitle(item.verdict)}</h2>
      <p>${verdictMeaning(item.verdict)}</p>`
  }

  /** One segment a test, in the order in which they run. */
  bar(item) {
    const tests = item.tests || []
    const total = Math.max(item.tests_total || 0, tests.length)
    const done = item.state === 'judged' ? tests.length : item.tests_done || 0
    if (total > SEGMENTS_MAX) {
      return html`<progress max=${total} value=${done}
        aria-label=${t('panel.progress')}></progress>`
    }
    const segments = Array.from({ length: total || 1 }, (_, i) => {
      const test = tests[i]
      if (test) return verdictTone(test.verdict)
      if (item.state === 'judged') return total ? 'skipped' : verdictTone(item.verdict)
      return i < done ? 'done' : i === done ? 'current' : 'todo'
    })
    return html`<div class="bar" role="progressbar"
      aria-label=${t('panel.progress')} aria-valuemin="0"
      aria-valuemax=${total || 1} aria-valuenow=${done}>
      ${segments.map((s) => html`<i class=${s}></i>`)}</div>`
  }

  facts(item) {
    const tests = item.tests || []
    const passed = tests.filter((x) => x.verdict === 'accepted').length
    const total = Math.max(item.tests_total || 0, tests.length)
    const has = (x) => x !== undefined && x !== null
    const facts = [
      item.whole && total ? t('panel.passed', { passed, total }) : '',
      has(item.max_points) ? t('panel.points', {
        points: number(item.points), max: number(item.max_points)
      }) : '',
      item.time_ms ? duration(item.time_ms) : '',
      item.memory_kb ? memory(item.memory_kb) : '',
      item.late_by_seconds ? t('panel.late', {
        hours: lateness(item.late_by_seconds)
      }) : '',
      item.submitted_at
        ? t('panel.id', { id: item.id, at: when(item.submitted_at) }) : ''
    ]
    return html`<p class="facts">${facts.filter(Boolean).join(' · ')}</p>`
  }

  details(item) {
    if (!item.whole) {
      return item.failure
        ? html`<p class="facts">${t('panel.unread')}
            <button class="tiny" @click=${() => tracker.read(item.id)}
              >${t('error.again')}</button></p>`
        : html`<p class="facts">${t('panel.loading')}</p>`
    }
    const tests = item.tests
    const first = tests.findIndex((x) => x.verdict !== 'accepted')
    const left = (item.tests_total || 0) - tests.length
    return html`
      ${item.feedback && (!tests.length || item.verdict === 'compile_error')
        ? html`<pre class="output" tabindex="0" aria-label=${t('test.message')}
            >${plain(item.feedback)}</pre>` : ''}
      <ol class="tests">${tests.map((x, i) => this.test(x, i === first))}</ol>
      ${left > 0 && tests.length
        ? html`<p class="facts">${t('panel.not_run', { n: left })}</p>` : ''}`
  }

  test(x, open) {
    const tone = verdictTone(x.verdict)
    const row = html`${icons[tone]}
      <span class="test-name">${breakable(testTitle(x.name))}</span>
      <span class="test-side">
        <span class="test-verdict">${verdictTitle(x.verdict)}</span>
        <span class="test-time">${x.time_ms === undefined
          ? '' : duration(x.time_ms)}</span></span>`
    const inside = this.inside(x)
    return html`<li class=${tone}>${inside
      ? html`<details ?open=${open}
          @toggle=${() => showDifferences(this)}><summary>${row}</summary>
          <div class="inside">${inside}</div></details>`
      : html`<div class="row">${row}</div>`}</li>`
  }

  /** What is told of a test, or null. */
  inside(x) {
    const part = (label, text) => text
      ? html`<div class="part"><h3>${label}</h3>
          <pre tabindex="0">${plain(text)}</pre></div>`
      : ''
    const both = x.expected !== undefined && x.actual !== undefined
    const wrong = x.verdict === 'wrong_answer'
    if (!x.message && !x.input && !x.stderr && !both) return null
    return html`
      ${x.message
        ? html`<pre class="message" tabindex="0">${plain(x.message)}</pre>` : ''}
      ${wrong ? '' : part(t('test.stderr'), x.stderr)}
      ${part(t('test.input'), x.input)}
      ${both ? compared(x.expected, x.actual, wrong) : ''}
      ${wrong ? part(t('test.stderr'), x.stderr) : ''}`
  }
}
customElements.define('assay-verdict', Verdict)

/** "sample/01" and "secret/big/03" in words; a hidden name is empty. */
function testTitle(name) {
  if (!name) return t('test.hidden')
  const [, folder, rest] = /^(sample|secret)\/(.*)$/.exec(name) || []
  return folder ? t(`test.${folder}`, { name: rest }) : name
}

/** A name may break after a dot or an underscore, not in a word. */
const breakable = (name) =>
  name.split(/(?<=[._])/).map((part) => html`${part}<wbr>`)

/** 5400 s → "1 h 30 min". */
function lateness(seconds) {
  const minutes = Math.ceil(seconds / 60)
  const parts = [
    [Math.floor(minutes / 1440), 'd'], [Math.floor(minutes / 60) % 24, 'h'],
    [minutes % 60, 'min']
  ]
  return parts.filter(([n]) => n).map(([n, u]) => `${n} ${u}`).join(' ')
}
