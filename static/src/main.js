// Boot, and the wiring between session, events and tracker.
import './components/app.js'
import { events } from './events.js'
import { session } from './session.js'
import { tabs } from './tabs.js'
import { tracker } from './tracker.js'

session.addEventListener('who', () => {
  tracker.forget()
  if (session.me) events.start()
  else events.stop()
})

events.addEventListener('submission', (e) => {
  tracker.hear(e.detail)
  if (e.detail.state === 'judged') session.earned(e.detail.total_points)
})

tracker.addEventListener('judged', () => session.refresh())

// Handed in by another tab.  What was judged before (somebody sent the same
// program) has its verdict at once, and no event.
tabs.addEventListener('submitted', async (e) => {
  await session.ready()
  if (session.me && !tracker.get(e.detail)) tracker.read(e.detail, {})
})

// The truth, asked for again: who, points, and everything that is pending or
// was handed in elsewhere meanwhile.
async function resync() {
  const waiting = new Set(tracker.pending().map((i) => i.id))
  await session.refresh()
  if (session.me?.pending) waiting.add(session.me.pending)
  // src/queue.js asks for those in the queue, and often enough
  const items = await Promise.all([...waiting]
    .filter((id) => !tracker.justRead(id)).map((id) => tracker.read(id)))
  if (items.some((i) => i.state === 'judged' && !i.heard)) {
    events.suspect()
  }
}
events.addEventListener('resync', resync)
tracker.addEventListener('replaced', resync) // by which one?

tracker.addEventListener('change', () => {
  events.expect(tracker.pending().length > 0)
})

// Not even asked successfully: look again until it is.
let again = 0
session.addEventListener('change', () => {
  clearTimeout(again)
  if (!session.failure) return
  const wait = (session.failure.retryAfter ?? 3) * 1000
  again = setTimeout(() => session.refresh(), wait * (1 + Math.random()))
})

session.refresh()
