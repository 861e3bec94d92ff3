// All browser tests, on one stack and one browser, one after another.
import { after, before } from 'node:test'
import { launch } from './lib/browser.js'
import { Stack } from './lib/stack.js'
import { journeys } from './journeys.js'
import { manners } from './manners.js'
import { queue } from './queue.js'
import { troubles } from './troubles.js'
import { unsent } from './unsent.js'

const here = {} // {stack, browser}, once started; or why not: {failure}

before(async () => {
  try {
    here.stack = new Stack()
    here.browser = await launch()
  } catch (e) {
    here.failure = e.message // once, not as a trace under each test
  }
}, { timeout: 180000 })

after(async () => {
  await here.browser?.close()
  here.stack?.down()
}, { timeout: 60000 })

journeys(here)
manners(here)
troubles(here)
unsent(here)
queue(here)
