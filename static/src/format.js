// Numbers, times and names as people read them.
import { locale, has, t } from './i18n.js'

const decimals = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 })
const whole = new Intl.DateTimeFormat(undefined, {
  dateStyle: 'medium', timeStyle: 'short'
})
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })

export const number = (n) => decimals.format(n || 0)

/** Today: the clock; else date and time, in the reader's zone. */
export function when(text) {
  const at = new Date(text)
  if (Number.isNaN(at.getTime())) return ''
  const today = at.toDateString() === new Date().toDateString()
  return (today ? clock : whole).format(at)
}

export function duration(ms) {
  return ms < 1000
    ? t('unit.ms', { n: number(Math.round(ms)) })
    : t('unit.s', { n: number(ms / 1000) })
}

export function memory(kb) {
  return kb < 1024
    ? t('unit.kib', { n: number(kb) })
    : t('unit.mib', { n: number(Math.round(kb / 102.4) / 10) })
}

const LANGUAGES = {
  python3: 'Python 3', c: 'C', cpp: 'C++', java: 'Java',
  javascript: 'JavaScript', bash: 'Bash', go: 'Go', rust: 'Rust',
  kotlin: 'Kotlin', csharp: 'C#'
}
export const languageTitle = (id) => LANGUAGES[id] || id

/** One word for a verdict, one sentence of what it means, and how it looks. */
export function verdictTitle(verdict) {
  return has(`verdict.${verdict}`) ? t(`verdict.${verdict}`) : verdict || ''
}

export function verdictMeaning(verdict) {
  const key = `verdict.${verdict}.means`
  return has(key) ? t(key) : ''
}

export function verdictTone(verdict) {
  if (verdict === 'accepted') return 'pass'
  return verdict === 'system_error' ? 'wait' : 'fail'
}
