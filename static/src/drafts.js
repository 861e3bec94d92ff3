// What was typed, kept in this browser: per user, assignment and language, so
// that the next one at a shared computer does not see it.

const PREFIX = 'assay:draft:'
export const UNSENT = 'assay:unsent:' // src/outbox.js
const LANGUAGE = 'assay:language'

const keyOf = (owner, assignment, language) =>
  `${PREFIX}${owner}:${assignment}:${language}`

/** Reading and writing both throw where storage is forbidden or full. */
export function attempt(action, otherwise) {
  try {
    return action()
  } catch {
    return otherwise
  }
}

/** The draft, or null. */
export function readDraft(owner, assignment, language) {
  return attempt(
    () => localStorage.getItem(keyOf(owner, assignment, language)), null)
}

/** False: it could not be kept, and the page must say so. */
export function writeDraft(owner, assignment, language, code) {
  return attempt(() => {
    localStorage.setItem(keyOf(owner, assignment, language), code)
    return true
  }, false)
}

export function dropDraft(owner, assignment, language) {
  attempt(() => localStorage.removeItem(keyOf(owner, assignment, language)))
}

/** Somebody signed in: what was typed before that is hers, except where she
 *  has a draft of her own. */
export function moveDrafts(from, to) {
  attempt(() => {
    const start = `${PREFIX}${from}:`
    const keys = Object.keys(localStorage).filter((k) => k.startsWith(start))
    for (const key of keys) {
      const target = `${PREFIX}${to}:${key.slice(start.length)}`
      if (localStorage.getItem(target) === null) {
        localStorage.setItem(target, localStorage.getItem(key))
      }
      localStorage.removeItem(key)
    }
  })
}

/** Is something of hers not handed in yet? */
export const hasUnsent = (owner) => attempt(() => Object.keys(localStorage)
  .some((k) => k.startsWith(`${UNSENT}${owner}:`)), false)

export const preferredLanguage = () =>
  attempt(() => localStorage.getItem(LANGUAGE), null)

export function preferLanguage(language) {
  attempt(() => localStorage.setItem(LANGUAGE, language))
}
