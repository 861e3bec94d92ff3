// Hand in a program, and say in words what became of it.  The code itself is
// never touched here: it stays in the editor and its draft, and in the outbox
// until the server has answered for it.
import { ApiError } from './api.js'
import { t } from './i18n.js'
import './later.js'
import { announce } from './live.js'
import { outbox } from './outbox.js'
import { TIMEOUT_MS, alone, postman } from './postman.js'
import { ended, explain, notice } from './refusals.js'
import { session } from './session.js'
import { placeInQueue } from './words.js'

/** Whose program is it that is handed in here now? */
const author = () =>
  session.me?.id ?? (session.lost ? session.before.id : 'nobody')

/**
 * `replace`: the queued submission whose place it shall take.  Answers {item}
 * when it was received, {notice: {tone, title, text, action}} when it is
 * refused, {} when there is no answer yet: then it is in the outbox.
 */
export async function submit(assignment, language, code, replace = null) {
  forgetGuest(assignment)
  const entry = outbox.keep(author(), assignment,
    { language, code, replace, next: Date.now() + 2 * TIMEOUT_MS })
  const outcome = await alone(() => attempt(entry), true)
  const { item, notice: why } = outcome
  if (item) announceReceived(item)
  else if (why) announce(`${why.title} ${why.text}`)
  else announce(t('announce.unsent'))
  return outcome
}

async function attempt(entry) {
  let now = entry
  try {
    if (!session.known || session.failure) await session.refresh()
    // an account that is only out of sight must not be replaced by a new one
    if (session.failure) throw session.failure
    if (session.lost) return { notice: ended() }
    if (!session.me) await session.begin()
    now = outbox.find(session.owner, entry.assignment)
    // somebody else came meanwhile, in another tab
    if (now?.key !== entry.key || now.ask) return { notice: notice('who') }
    return { item: await postman.post(now) }
  } catch (e) {
    if (!(e instanceof ApiError)) throw e
    now = outbox.find(session.owner, entry.assignment) ?? entry
    const kept = postman.settle(now, e)
    if (e.status === 401) {
      session.ended()
      return { notice: ended() }
    }
    if (kept) return {}
    outbox.drop(now)
    return { notice: await explain(e, entry.assignment) }
  }
}

/** A guest whose session ended cannot come back for what she left.  She, or
 *  who took her place at this page, hands in anew. */
function forgetGuest(assignment) {
  const { before, me, lost } = session
  if (me || lost || !before || before.name) return
  const left = outbox.find(before.id, assignment)
  if (left) outbox.drop(left)
}

function announceReceived(item) {
  if (item.state === 'judged') return
  const place = item.state === 'queued' ? placeInQueue(item) : ''
  announce(`${t('announce.received', item)} ${place}`.trim())
}
