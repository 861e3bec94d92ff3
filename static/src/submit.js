// Hand in a program, and say in words what became of it.  The code itself is
// never touched here: whatever happens, it stays in the editor and its draft.
import { freshKey, request } from './api.js'
import { t } from './i18n.js'
import { announce } from './live.js'
import { session } from './session.js'
import { tabs } from './tabs.js'
import { tracker } from './tracker.js'

// While no answer came, the same program keeps its key: had the first one
// arrived, the second is answered with the same submission.
let unanswered = { body: '', key: '' }

function keyOf(owner, assignment, body) {
  const what = `${owner} ${assignment} ${body}`
  if (unanswered.body !== what) unanswered = { body: what, key: freshKey() }
  return unanswered.key
}

/**
 * Answers {item} when it was received, or {notice: {tone, title, text,
 * action}} when not; action is `retry`, `login` or absent.
 */
export async function submit(assignment, language, code) {
  try {
    if (!session.known || session.failure) await session.refresh()
    // an account that is only out of sight must not be replaced by a new one
    if (session.failure) throw session.failure
    if (session.lost) return { notice: ended() }
    if (!session.me) await session.begin()
    const body = { language, code }
    const key = keyOf(session.owner, assignment, JSON.stringify(body))
    const { data } = await request(
      'POST', `/assignments/${assignment}/submissions`,
      { body, headers: { 'Idempotency-Key': key }, timeout: 20000 })
    unanswered = { body: '', key: '' }
    const item = tracker.take(data, { assignment, language, code })
    tabs.tell('submitted', item.id)
    if (item.state !== 'judged') announce(t('announce.received', item))
    return { item }
  } catch (e) {
    if (e.kind !== 'lost') unanswered = { body: '', key: '' }
    const why = await explain(e, assignment)
    if (e.status !== 401) announce(`${why.title} ${why.text}`)
    return { notice: why }
  }
}

const notice = (name, action, params) => ({
  tone: 'fail', title: t(`refused.${name}`),
  text: t(`refused.${name}.text`, params), action
})

/** Said once; who submits again after that wants to go on as a guest. */
function ended() {
  session.lost = false
  session.changed()
  const said = notice('session', 'login')
  announce(`${said.title} ${said.text}`)
  return said
}

async function explain(e, assignment) {
  if (e.kind === 'lost') return notice('lost', 'retry')
  const params = { detail: e.message, seconds: e.retryAfter }
  switch (e.status) {
    case 401:
      session.ended()
      return ended()
    case 409:
      return e.problem.pending
        ? pending(e.problem.pending, assignment)
        : notice('other', 'retry', params)
    case 413:
      return notice('large', undefined, params)
    case 404:
      return notice('gone', undefined, params)
    case 429:
      return notice('often', 'retry', params)
    case 502: case 503: case 504:
      return notice('busy', 'retry', params)
    default:
      return notice('other', e.status >= 500 ? 'retry' : undefined, params)
  }
}

/** One is in grading already: show that one. */
async function pending(id, assignment) {
  const item = await tracker.read(id)
  const here = item.failure || item.assignment === assignment
  return {
    tone: 'wait',
    title: t('refused.pending'),
    text: t(here ? 'refused.pending.here' : 'refused.pending.elsewhere'),
    action: here ? undefined : 'show',
    pending: id
  }
}
