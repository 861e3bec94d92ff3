// Words, by key.  A message is a text, or a function of its parameters.
import en from './messages/en.js'

const messages = { ...en }
export const locale = 'en'

/** More words, which came later (later.js). */
export const add = (more) => Object.assign(messages, more)

export function t(key, params) {
  const message = messages[key]
  if (message === undefined) return key
  return typeof message === 'function' ? message(params || {}) : message
}

export const has = (key) => messages[key] !== undefined
