// The course at a glance: one hallmark an assignment, stamped when solved.
import { html } from 'lit'
import { courseList } from '../course.js'
import { t } from '../i18n.js'
import { session } from '../session.js'
import { icons } from './icons.js'

/** solved, tried or new; with the words for it. */
export function stateOf(assignment) {
  const p = session.of(assignment.id)
  if (p?.solved) return { name: 'solved', text: t('list.solved') }
  return p?.attempts
    ? { name: 'tried', text: t('list.tried', { n: p.attempts }) }
    : { name: 'new', text: t('list.new') }
}

export function strip(current) {
  const list = courseList.assignments || []
  return html`<nav class="strip" aria-label=${t('nav.strip')}>
    ${list.map((a, i) => {
      const state = stateOf(a)
      return html`<a class="hallmark ${state.name}"
        href="/assignments/${a.slug}" title="${a.title}: ${state.text}"
        aria-label="${a.title}: ${state.text}"
        aria-current=${a.id === current ? 'page' : 'false'}
        >${state.name === 'solved' ? icons.pass : i + 1}</a>`
    })}
  </nav>`
}
