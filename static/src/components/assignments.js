// All assignments of the course, with what was done of each.
import { html } from 'lit'
import { courseList } from '../course.js'
import { languageTitle, number, when } from '../format.js'
import { t } from '../i18n.js'
import '../later.js'
import { session } from '../session.js'
import { Element } from './element.js'
import { icons } from './icons.js'
import { failed } from './notice.js'
import './outcome.js'
import { stateOf } from './strip.js'

class Assignments extends Element {
  constructor() {
    super()
    this.watch(courseList, session)
  }

  connectedCallback() {
    super.connectedCallback()
    document.title = `${t('list.title')} · Assay`
    courseList.load()
  }

  render() {
    const list = courseList.assignments
    if (!list) {
      return courseList.failure
        ? failed(courseList.failure, () => courseList.load())
        : html`<section class="page"><h1>${t('list.title')}</h1>
            <div class="rows ghost"></div></section>`
    }
    if (!list.length) {
      return html`<section class="page empty"><h1>${t('list.empty')}</h1>
        <p>${t('list.empty.text')}</p></section>`
    }
    const solved = list.filter((a) => session.of(a.id)?.solved).length
    return html`<section class="page">
      <h1>${t('list.title')}</h1>
      <p class="lead">${t('list.progress', { solved, of: list.length })}</p>
      <assay-outcome></assay-outcome>
      <ol class="rows">${list.map((a, i) => this.row(a, i))}</ol>
    </section>`
  }

  row(a, i) {
    const state = stateOf(a)
    const earned = session.of(a.id)?.points
    const points = earned
      ? t('panel.points', { points: number(earned), max: number(a.points) })
      : t('points', { n: number(a.points) })
    const facts = [
      (a.languages || []).map(languageTitle).join(', '),
      a.due_at ? t('solve.due', { at: when(a.due_at) }) : ''
    ]
    return html`<li><a class="item ${state.name}" href="/assignments/${a.slug}">
      <span class="hallmark ${state.name}" aria-hidden="true">${
        state.name === 'solved' ? icons.pass : i + 1}</span>
      <span class="item-main"><b>${a.title}</b>
        <small>${facts.filter(Boolean).join(' · ')}</small></span>
      <span class="item-side"><span>${state.text}</span>
        <small>${points}</small></span>
    </a></li>`
  }
}
customElements.define('assay-assignments', Assignments)
