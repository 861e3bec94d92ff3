// While a submission waits in the queue, its place is asked for again: seldom
// where the wait is long, often where it is short, and never in the dark.
import { tracker } from './tracker.js'

const LEAST_MS = 2000
const MOST_MS = 10000
const UNKNOWN_S = 12 // as if it took so long

let timer = 0

/** When to ask for a submission again (ms since 1970). */
function dueAt(item) {
  const wait = item.expected_wait_seconds ?? UNKNOWN_S
  const pause = Math.min(MOST_MS, Math.max(LEAST_MS, wait * 250))
  return (item.read_at ?? 0) + pause * (1 + Math.random() / 4)
}

function arm() {
  clearTimeout(timer)
  if (document.visibilityState !== 'visible') return
  const queued = tracker.pending().filter((i) => i.state === 'queued')
  if (!queued.length) return
  const at = Math.min(...queued.map(dueAt))
  timer = setTimeout(() => ask(queued), Math.max(at - Date.now(), 200))
}

async function ask(items) {
  await Promise.all(items.filter((i) => !tracker.justRead(i.id, LEAST_MS))
    .map((i) => tracker.read(i.id)))
  arm() // also where nothing could be read
}

/** From now on. */
export function watchQueue() {
  tracker.addEventListener('change', arm)
  document.addEventListener('visibilitychange', arm)
  arm()
}
