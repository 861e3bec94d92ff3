// One assignment: handout, editor, verdict.  Without a slug: the first one
// that is not solved yet.
import { html } from 'lit'
import { keyed } from 'lit/directives/keyed.js'
import { get } from '../api.js'
import { courseList } from '../course.js'
import {
  dropDraft, preferLanguage, preferredLanguage, readDraft, writeDraft
} from '../drafts.js'
import { events } from '../events.js'
import { languageTitle, number, when } from '../format.js'
import { mountHandout } from '../handout.js'
import { t } from '../i18n.js'
import { announce } from '../live.js'
import { router } from '../router.js'
import { session } from '../session.js'
import { tracker } from '../tracker.js'
import { Element } from './element.js'
import { icons } from './icons.js'
import { failed } from './notice.js'
import { samples } from './samples.js'
import { strip } from './strip.js'
import './editor.js'

const PAUSE_MS = 400 // of typing, before a draft is kept
const RETRY_MS = 5000

/** What hands in, and shows the result. */
async function later() {
  const [{ submit }] = await Promise.all([
    import('./outcome.js'), import('./verdict.js')
  ])
  return submit
}
const MAC = /Mac|iPhone|iPad/.test(navigator.platform)

class Solve extends Element {
  static properties = {
    slug: {},
    visit: {},
    phase: { state: true }, // loading ready failed done
    assignment: { state: true },
    language: { state: true },
    notice: { state: true }, // why a submission was not received
    sending: { state: true },
    asked: { state: true }, // the last submission that was asked for
    kept: { state: true }, // does this browser keep drafts?
    panel: { state: true } // false: what comes later could not be fetched
  }

  constructor() {
    super()
    this.watch(session, tracker, courseList, events)
    this.phase = 'loading'
    this.turn = 0
    this.kept = true
    this.panel = true
    this.dirty = false
    this.flush = this.flush.bind(this)
    this.who = this.who.bind(this)
    this.whenHidden = () => document.hidden && this.flush()
  }

  connectedCallback() {
    super.connectedCallback()
    session.addEventListener('leave', this.flush)
    session.addEventListener('who', this.who)
    window.addEventListener('pagehide', this.flush)
    document.addEventListener('visibilitychange', this.whenHidden)
    courseList.load()
  }

  disconnectedCallback() {
    super.disconnectedCallback()
    this.flush()
    session.removeEventListener('leave', this.flush)
    session.removeEventListener('who', this.who)
    window.removeEventListener('pagehide', this.flush)
    document.removeEventListener('visibilitychange', this.whenHidden)
  }

  willUpdate(changed) {
    if (changed.has('slug') || changed.has('visit')) this.load()
  }

  updated(changed) {
    if (changed.has('assignment') && this.assignment) {
      const body = this.querySelector('.prose')
      if (body) mountHandout(body, this.assignment)
    }
    this.look()
  }

  // -- loading --

  async load() {
    const turn = ++this.turn
    this.flush()
    this.phase = 'loading'
    this.assignment = null
    this.notice = null
    document.title = 'Assay'
    let assignment
    try {
      const path = this.slug ? `/assignments/${this.slug}` : '/assignments/next'
      ;[assignment] = await Promise.all([get(path), session.ready()])
    } catch (e) {
      if (turn !== this.turn) return
      this.failure = e
      this.phase = 'failed'
      return
    }
    if (turn !== this.turn) return
    if (!assignment) {
      this.phase = 'done'
      return
    }
    this.assignment = assignment
    this.phase = 'ready'
    this.owner = session.owner
    this.language = this.choose(assignment.languages)
    document.title = `${assignment.title} · Assay`
    await this.updateComplete
    this.openEditor()
    // not needed before the handout can be read
    later().then(() => { this.panel = true }, () => { this.panel = false })
  }

  choose(languages) {
    const last = preferredLanguage()
    if (languages.includes(last)) return last
    // none while no grader has said what it has: then what the starter is in
    return languages[0] ?? Object.keys(this.assignment.starter ?? {})[0] ?? last
  }

  /** What is not on this device may be on the server: the newest submission,
   *  and its details once it is judged. */
  look() {
    if (this.phase !== 'ready') return
    const { id } = this.assignment
    const last = session.of(id)?.last_submission
    if (last && !tracker.get(last) && this.asked !== last) {
      this.asked = last // once; after a failure again, but not at once
      tracker.read(last).then((item) => {
        this.recall(item)
        if (item.failure) setTimeout(() => { this.asked = null }, RETRY_MS)
      })
    }
    const item = tracker.newest(id)
    if (item?.state === 'judged' && !item.whole && !item.failure) {
      tracker.read(item.id)
    }
  }

  /** On a device without a draft: go on from what was handed in. */
  recall(item) {
    if (!item?.code || item.assignment !== this.assignment?.id) return
    if (!this.assignment.languages.includes(item.language)) return
    if (this.dirty || this.editor.value !== this.starter(this.language)) return
    if (readDraft(this.owner, item.assignment, item.language) !== null) return
    this.language = item.language
    this.updateComplete.then(() => this.editor.open(item.code))
  }

  // -- the code --

  get editor() {
    return this.querySelector('assay-editor')
  }

  starter(language) {
    return this.assignment.starter?.[language] ?? ''
  }

  draft() {
    return readDraft(this.owner, this.assignment.id, this.language) ??
      this.starter(this.language)
  }

  openEditor() {
    this.dirty = false
    this.editor?.open(this.draft())
    this.requestUpdate()
  }

  edited() {
    this.dirty = true
    clearTimeout(this.pausing)
    this.pausing = setTimeout(this.flush, PAUSE_MS)
  }

  /** Keep the draft now. */
  flush() {
    clearTimeout(this.pausing)
    if (!this.dirty || !this.assignment || !this.editor) return
    this.dirty = false
    const code = this.editor.value
    const where = [this.owner, this.assignment.id, this.language]
    if (code === this.starter(this.language)) dropDraft(...where)
    else this.kept = writeDraft(...where, code)
    this.requestUpdate() // is it still what waits to be sent?
  }

  /** Somebody else is at the keyboard, or the same one under a name.  What
   *  stands in the editor goes with a guest, and stays when a session merely
   *  ended; it is never left to the next one after a log-out. */
  who() {
    this.asked = null
    if (this.phase !== 'ready' || !this.editor) return
    if (!session.me && !session.left) return
    const before = this.owner
    this.owner = session.owner
    if (before === this.owner) return
    const hers = readDraft(this.owner, this.assignment.id, this.language)
    const same = session.me && (before === 'nobody' || !session.me.name)
    if (same && hers === null) {
      this.dirty = true
      this.flush()
    } else if (this.editor.value !== this.draft()) {
      this.openEditor()
    }
    this.notice = null
  }

  async speak(language) {
    this.flush()
    this.language = language
    preferLanguage(language)
    await this.updateComplete
    this.openEditor()
  }

  restart() {
    this.editor.replace(this.starter(this.language))
    this.editor.focus()
    announce(t('solve.restarted'))
  }

  /** `replace`: the queued submission whose place it shall take. */
  async handIn(replace = null) {
    if (this.sending) return
    this.sending = true
    this.notice = null
    this.flush()
    const { id } = this.assignment
    const outcome = await this.send(id, replace)
    this.sending = false
    if (this.assignment?.id !== id) return
    this.notice = outcome.notice || null
    await this.updateComplete
    // stacked, as on a phone, the result is below the fold, and will grow
    const stacked = !window.matchMedia('(min-width: 64rem)').matches
    this.querySelector('.work .notice, .triumph, assay-verdict')?.scrollIntoView({
      block: stacked ? 'start' : 'nearest'
    })
  }

  async send(id, replace) {
    let submit
    try {
      submit = await later()
    } catch {
      this.panel = false
      announce(t('solve.unsendable'))
      return {}
    }
    this.panel = true
    return submit(id, this.language, this.editor.value, replace)
  }

  // -- what is seen --

  render() {
    switch (this.phase) {
      case 'failed':
        return failed(this.failure, () => this.load())
      case 'done':
        return this.done()
      default:
        return this.solve(this.assignment)
    }
  }

  done() {
    const none = courseList.assignments?.length === 0
    const key = none ? 'solve.none' : 'solve.all'
    document.title = `${t(key)} · Assay`
    return html`<section class="page empty">
      ${none ? '' : html`<p class="stamp pass">${icons.pass}</p>`}
      <h1>${t(key)}</h1>
      <p>${t(none ? 'solve.none.text' : 'solve.all.text')}</p>
      <p><a class="button primary" href="/assignments">
        ${t('list.title')}</a></p>
    </section>`
  }

  solve(a) {
    return html`<div class="solve" data-assignment=${a?.id ?? ''}
      aria-busy=${String(!a)}>
      ${strip(a?.id)}
      <article class="handout" aria-label=${a ? a.title : t('solve.loading')}>
        ${a ? this.head(a) : html`<p class="eyebrow">&nbsp;</p>
          <h1 class="ghost">&nbsp;</h1>`}
        ${keyed(a?.id, html`<div class="prose ${a ? '' : 'ghost'}"></div>`)}
        ${a ? samples(a.samples) : ''}
      </article>
      <section class="work" aria-label=${t('solve.work')}>
        ${a ? this.work(a) : html`<div class="bench ghost"></div>`}
      </section>
    </div>`
  }

  head(a) {
    const list = courseList.assignments || []
    const at = list.findIndex((x) => x.id === a.id)
    const facts = [
      at >= 0 ? t('solve.position', { n: at + 1, of: list.length }) : '',
      t('points', { n: number(a.points) }),
      a.due_at ? t('solve.due', { at: when(a.due_at) }) : '',
      session.of(a.id)?.solved ? t('solve.solved') : ''
    ]
    return html`<p class="eyebrow">${facts.filter(Boolean).join(' · ')}</p>
      <h1 id="title">${a.title}</h1>`
  }

  work(a) {
    return html`
      <div class="bench">
        <div class="tools">
          <label>${t('solve.language')}
            <select id="language" .value=${this.language}
              ?disabled=${a.languages.length < 2}
              @change=${(e) => this.speak(e.target.value)}>
              ${a.languages.map((l) => html`<option value=${l}
                ?selected=${l === this.language}
                >${languageTitle(l)}</option>`)}
            </select></label>
          <button class="quiet" title=${t('solve.restart.title')}
            @click=${this.restart}>${icons.again}<span
            >${t('solve.restart')}</span></button>
        </div>
        <assay-editor .language=${this.language} @edit=${this.edited}
          @handin=${() => this.handIn()}></assay-editor>
        <div class="hand">
          <button id="submit" class="primary" ?disabled=${this.sending}
            @click=${() => this.handIn()}>${this.sending
              ? t('solve.sending')
              : t('solve.submit')}</button>
          <kbd>${t(MAC ? 'solve.shortcut.mac' : 'solve.shortcut')}</kbd>
          <span class="kept ${this.kept ? '' : 'warn'}">${this.kept
            ? t('solve.kept')
            : t('solve.unkept')}</span>
        </div>
      </div>
      ${a.languages.length
        ? '' : html`<p class="quiet-note">${t('solve.no_grader')}</p>`}
      <assay-outcome .assignment=${a.id} .code=${this.editor?.value}
        .notice=${this.notice} .does=${{
          retry: () => this.handIn(),
          replace: (id) => this.handIn(id),
          close: () => { this.notice = null }
        }}></assay-outcome>
      ${this.result(a)}`
  }

  result(a) {
    const item = tracker.newest(a.id)
    if (!this.panel) {
      return html`<p class="quiet-note">${t('solve.unsendable')} ${item
        ? html`<a href="/submissions/${item.id}">${t('sub.title', item)}</a>`
        : ''}</p>`
    }
    if (!item) return html`<p class="quiet-note">${t('panel.empty')}</p>`
    return html`${item.verdict === 'accepted' ? this.solved() : ''}
      <assay-verdict .item=${item}
        .live=${events.state === 'open'}></assay-verdict>`
  }

  solved() {
    const points = t('points', { n: number(session.points) })
    return html`<div class="triumph" id="solved">
      <span class="stamp pass">${icons.pass}</span>
      <p><b>${t('solved.title')}</b> ${t('solved.text', { points })}</p>
      <button id="next" class="primary" @click=${() => router.go('/')}
        >${t('solved.next')} ${icons.next}</button>
    </div>`
  }
}
customElements.define('assay-solve', Solve)
