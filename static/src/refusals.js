// The server's refusals in words.
import { t } from './i18n.js'
import './later.js'
import { session } from './session.js'
import { tracker } from './tracker.js'

/** {tone, title, text, action}; action is `retry`, `login`, `show`, `replace`
 *  or absent. */
export const notice = (name, action, params) => ({
  tone: 'fail', title: t(`refused.${name}`),
  text: t(`refused.${name}.text`, params), action
})

/** What an ApiError that was the server's last word means for a program. */
export async function explain(e, assignment) {
  const params = { detail: e.message }
  switch (e.status) {
    case 409:
      return e.problem.pending
        ? pending(e.problem.pending, assignment)
        : notice('other', 'retry', params)
    case 413:
      return notice('large')
    case 404:
      return notice('gone')
    default:
      return notice('other', undefined, params)
  }
}

/** The session ended.  Said once; who submits again after that wants to go on
 *  as a guest. */
export function ended() {
  const name = session.before?.name
  session.lost = false
  session.changed()
  return name
    ? notice('session', 'login', { name })
    : notice('guest', 'login')
}

/** One is in grading already: show that one.  While it only waits, this one
 *  can have its place. */
async function pending(id, assignment) {
  const item = await tracker.read(id)
  const here = item.failure || item.assignment === assignment
  const kind = !here ? 'elsewhere' : item.state === 'queued' ? 'queued' : 'running'
  return {
    tone: 'wait',
    title: t('refused.pending'),
    text: t(`refused.pending.${kind}`),
    action: { elsewhere: 'show', queued: 'replace', running: undefined }[kind],
    pending: id
  }
}
