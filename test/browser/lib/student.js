// A test with students, who all leave at its end.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Student } from './browser.js'

const only = process.env.T

/** `body(arrive, t)`; `arrive(options)` gives a new student. */
export function journey(here, name, body) {
  if (only && !name.includes(only)) return
  test(name, { timeout: 90000 }, async (t) => {
    assert.equal(here.failure, undefined)
    const students = []
    const arrive = async (options) => {
      const s = await Student.arrive(here.browser, here.stack.url, options)
      students.push(s)
      return s
    }
    let failure = null
    try {
      await body(arrive, t)
    } catch (e) {
      failure = e
    }
    for (const s of students) {
      await s.leave().catch((e) => { failure ??= e })
    }
    if (failure) throw failure
  })
}
