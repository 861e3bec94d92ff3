// The list of assignments: the same for everybody, read once and again when
// somebody looks at it.
import { get } from './api.js'
import { Store } from './store.js'

class CourseList extends Store {
  assignments = null // null: not read yet
  failure = null
  #asking = null

  /** GET the list.  Never throws; `failure` says. */
  load() {
    this.#asking ??= this.#load().finally(() => { this.#asking = null })
    return this.#asking
  }

  async #load() {
    try {
      this.assignments = (await get('/assignments')).assignments
      this.failure = null
    } catch (e) {
      this.failure = e
    }
    this.changed()
  }

  find(id) {
    return this.assignments?.find((a) => a.id === id) || null
  }

  title(id) {
    return this.find(id)?.title || `#${id}`
  }
}

export const courseList = new CourseList()
