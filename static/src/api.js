// Requests to /api.  Every failure is an ApiError that says in words what
// happened; nothing here is silent and nothing waits for ever.
import { t } from './i18n.js'

const TIMEOUT_MS = 15000
const TRIES = 3 // of a GET
const RETRY_MAX_S = 10 // longer than this is for the reader to decide

/**
 * kind: `refused` the server answered with a problem; `lost` no answer came,
 * or one that is not from us: what was asked may or may not have happened.
 */
export class ApiError extends Error {
  constructor(kind, { status = 0, problem = {}, retryAfter = null } = {}) {
    super(wordsOf(problem) || t(`error.${kind}`))
    this.kind = kind
    this.status = status
    this.problem = problem
    this.field = problem.field || ''
    this.retryAfter = retryAfter // seconds, or null
  }

  /** May the same request succeed if it is sent again a little later? */
  get passing() {
    return this.kind === 'lost' || this.status === 429 ||
      (this.status >= 502 && this.status <= 504)
  }
}

/** {field: "code", detail: "is empty"} → "Code is empty." */
function wordsOf({ field, detail, title }) {
  const text = [field, detail || title].filter(Boolean).join(' ').trim()
  if (!text) return ''
  const full = /[.!?]$/.test(text) ? text : `${text}.`
  return full.charAt(0).toUpperCase() + full.slice(1)
}

/** Seconds until `Retry-After`, which is a number or a date; or null. */
function retryAfterOf(response) {
  const value = response.headers.get('retry-after')
  if (value === null) return null
  const seconds = /^\d+$/.test(value)
    ? Number(value)
    : (Date.parse(value) - Date.now()) / 1000
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : null
}

/** The JSON of a response, or null where it has none. */
async function jsonOf(response) {
  const type = response.headers.get('content-type') || ''
  if (!/[/+]json\b/.test(type)) return null
  return response.json()
}

/** One request.  `body` becomes JSON.  Answers {status, data, headers}. */
export async function request(method, path, { body, headers, timeout } = {}) {
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), timeout || TIMEOUT_MS)
  let response, data
  try {
    response = await fetch(`/api${path}`, {
      method,
      signal: abort.signal,
      credentials: 'same-origin',
      headers: {
        Accept: 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers
      },
      body: body === undefined ? undefined : JSON.stringify(body)
    })
    data = await jsonOf(response)
  } catch {
    throw new ApiError('lost')
  } finally {
    clearTimeout(timer)
  }
  if (!response.ok) {
    throw new ApiError('refused', {
      status: response.status,
      problem: data || {},
      retryAfter: retryAfterOf(response)
    })
  }
  if (data === null && response.status !== 204) throw new ApiError('lost')
  return { status: response.status, data, headers: response.headers }
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms))

/** GET, tried again after what passes; answers the data, null on 204. */
export async function get(path, options) {
  for (let tries = 1; ; tries++) {
    try {
      return (await request('GET', path, options)).data
    } catch (e) {
      const wait = e.retryAfter ?? 0.3 * 2 ** tries
      if (!e.passing || tries === TRIES || wait > RETRY_MAX_S) throw e
      await pause(wait * 1000 * (0.75 + Math.random() / 2))
    }
  }
}

/** A fresh Idempotency-Key; randomUUID is not there on plain http. */
export function freshKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
}
