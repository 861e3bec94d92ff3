// Sentences that are put together from facts.
import { t } from './i18n.js'
import './later.js'

/** { queue_position, expected_wait_seconds } → "In the queue, place 3, about
 *  2 seconds."  No place: it is known only that it waits. */
export function placeInQueue({ queue_position: n, expected_wait_seconds: s }) {
  if (!n) return t('panel.queued.text')
  return t('panel.queued.place', { n, wait: waitFor(s) })
}

/** In words; empty where nobody knows. */
function waitFor(seconds) {
  if (typeof seconds !== 'number' || !(seconds >= 0)) return ''
  if (seconds < 1) return t('wait.moment')
  if (seconds < 90) return t('wait.seconds', { n: round(seconds) })
  return t('wait.minutes', { n: Math.round(seconds / 60) })
}

/** 47 s is not known better than "about 45". */
const round = (s) => (s < 20 ? Math.round(s) : Math.round(s / 5) * 5)
