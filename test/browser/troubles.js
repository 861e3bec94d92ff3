// What goes wrong is said in words, and no code is lost.
import assert from 'node:assert/strict'
import { journey } from './lib/student.js'
import { program } from './lib/stack.js'

const SLOW = 'import time\ntime.sleep(1.2)\n'

const first = async (tab) =>
  (await tab.get('/api/assignments')).assignments[0].slug

/** The notice's words, and the code as it was before. */
async function refused(tab, words, code) {
  await tab.see('.notice')
  assert.match(await tab.text('.notice'), words)
  assert.equal(await tab.code(), code)
}

export function troubles(here) {
  journey(here, 'an empty program is refused, and that is said',
    async (arrive) => {
      const tab = await (await (await arrive()).tab()).ready()
      await tab.write(' ')
      await tab.write('')
      await tab.page.keyboard.press('Control+a')
      await tab.page.keyboard.press('Delete')
      await tab.submit()
      await refused(tab, /not accepted.*empty/is, '')
      assert.equal(await tab.page.$('.verdict'), null)
      await tab.page.click('.notice button')
      await tab.gone('.notice')
    })

  journey(here, 'a program that is too large is refused and kept',
    async (arrive) => {
      const tab = await (await (await arrive()).tab()).ready()
      const large = `# ${'x'.repeat(98)}\n`.repeat(3000)
      await tab.write(large)
      await tab.submit()
      await refused(tab, /too large/i, large)
      await tab.page.reload()
      await tab.ready()
      assert.equal(await tab.code(), large)
    })

  journey(here, 'one at a time: the pending one is shown, the new one kept',
    async (arrive) => {
      const tab = await (await (await arrive()).tab()).ready()
      const good = program(await first(tab), 'accepted')
      await tab.write(SLOW + good)
      await tab.submit()
      await tab.see('.verdict:not([data-state=judged])')
      await tab.write(good)
      await tab.submit()
      await refused(tab, /one at a time/i, good)
      const id = await tab.verdict('accepted')
      const { submissions } = await tab.get('/api/submissions')
      assert.deepEqual(submissions.map((s) => s.id), [id])
    })

  journey(here, 'offline: nothing is lost, and nothing is sent twice',
    async (arrive) => {
      const student = await arrive()
      const tab = await (await student.tab()).ready()
      const good = program(await first(tab), 'accepted')
      await tab.write(good)
      await student.context.setOffline(true)
      await tab.submit()
      await refused(tab, /not handed in yet.*no connection/is, good)
      await tab.see('.banner')
      await student.context.setOffline(false)
      await tab.verdict('accepted') // by itself, and as a guest who began only now
      await tab.gone('.notice')
      await tab.gone('.banner')
      assert.equal((await tab.submissions()).length, 1)
    })

  journey(here, 'the answer is lost: trying again makes no second submission',
    async (arrive) => {
      const student = await arrive()
      const tab = await (await student.tab()).ready()
      const good = program(await first(tab), 'accepted')
      await tab.write(good)
      const keys = []
      await student.context.route(/\/submissions$/, async (route) => {
        const request = route.request()
        if (request.method() !== 'POST') return route.continue()
        keys.push(request.headers()['idempotency-key'])
        if (keys.length > 1) return route.continue()
        await route.fetch() // it arrives, the answer does not
        await route.abort()
      })
      await tab.submit()
      await refused(tab, /not handed in yet.*no answer/is, good)
      await tab.submit() // she does not wait until it goes by itself
      await tab.verdict('accepted')
      await tab.gone('.notice')
      assert.equal(keys.length, 2)
      assert.equal(keys[0], keys[1])
      assert.equal((await tab.submissions()).length, 1)
    })

  journey(here, 'the server is down: said, kept, and mended by itself',
    async (arrive) => {
      const tab = await (await (await arrive()).tab()).ready()
      const good = program(await first(tab), 'accepted')
      await tab.write(good)
      here.stack.stop('nginx')
      try {
        await tab.submit()
        await refused(tab, /not handed in yet.*no answer/is, good)
      } finally {
        here.stack.start('nginx')
      }
      await tab.verdict('accepted')
      await tab.gone('.notice')
      assert.equal((await tab.submissions()).length, 1)
    })

  journey(here, 'a handler is down: said, kept, and not tried sooner than asked',
    async (arrive) => {
      const tab = await (await (await arrive()).tab()).ready()
      const slug = await first(tab)
      await tab.write(program(slug, 'wrong_answer'))
      await tab.submit()
      const id = await tab.verdict('wrong_answer')
      const good = program(slug, 'accepted')
      await tab.write(good)
      const tries = []
      tab.page.on('response', (r) => {
        if (r.request().method() !== 'POST') return
        tries.push({ at: Date.now(), patience: r.headers()['retry-after'] })
      })
      here.stack.stop('submissions')
      try {
        await tab.submit()
        await refused(tab, /not handed in yet/i, good)
        const deadline = Date.now() + 20000
        while (tries.length < 2 && Date.now() < deadline) {
          await tab.page.waitForTimeout(50)
        }
      } finally {
        here.stack.start('submissions')
      }
      assert.ok(Number(tries[0].patience) > 0)
      const pause = tries[1].at - tries[0].at
      assert.ok(pause >= Number(tries[0].patience) * 1000, `${pause} ms`)
      await tab.verdict('accepted', id)
      await tab.gone('.notice')
      assert.equal((await tab.submissions()).length, 2)
    })

  journey(here, 'the page cannot be filled: said, and tried again',
    async (arrive) => {
      const student = await arrive()
      here.stack.stop('assignments')
      let tab
      try {
        tab = await student.tab()
        await tab.see('h1:has-text("could not be loaded")')
      } finally {
        here.stack.start('assignments')
      }
      await tab.page.click('main .primary')
      await tab.ready()
      await tab.see('.prose > *')
    })

  journey(here, 'logging in again brings the last result back',
    async (arrive) => {
      const tab = await (await (await arrive()).tab()).ready()
      const name = `eve-${Date.now()}`
      await tab.logIn(name, true)
      await tab.write(program(await first(tab), 'wrong_answer'))
      await tab.submit()
      await tab.verdict('wrong_answer')
      await tab.logOut()
      await tab.gone('.verdict')
      await tab.logIn(name)
      await tab.verdict('wrong_answer')
    })

  journey(here, 'the websocket is cut while a program runs: the page asks again',
    async (arrive) => {
      const tab = await (await (await arrive()).tab()).ready()
      const slug = await first(tab)
      await tab.write(program(slug, 'wrong_answer'))
      await tab.submit() // signed in, and listening
      const id = await tab.verdict('wrong_answer')
      await tab.write(SLOW + program(slug, 'accepted'))
      await tab.submit()
      await tab.see('.verdict:not([data-state=judged])')
      here.stack.stop('nginx')
      here.stack.start('nginx')
      await tab.verdict('accepted', id)
      await tab.see('#solved')
      await tab.points(100)
      // and events come again, without a reload
      await tab.page.waitForFunction(
        () => document.querySelector('assay-verdict').live)
      const asked = []
      tab.page.on('request', (r) => {
        if (/\/api\/submissions\/\d+$/.test(r.url())) asked.push(r.url())
      })
      await tab.write(SLOW + program(slug, 'wrong_answer'))
      await tab.submit()
      await tab.see('.verdict[data-state=running]')
      await tab.verdict('wrong_answer', id + 1)
      assert.ok(asked.length <= 3, asked.join('\n'))
    })

  journey(here, 'events do not come at all: polling finds the verdict',
    async (arrive) => {
      const student = await arrive()
      await student.context.routeWebSocket(/\/api\/events/, (ws) => ws.close())
      const tab = await (await student.tab()).ready()
      await tab.write(program(await first(tab), 'accepted'))
      await tab.submit()
      await tab.verdict('accepted')
      await tab.see('#solved')
      await tab.points(100)
    })

  journey(here, 'the session ends: said, kept, and the next try is a guest\'s',
    async (arrive) => {
      const student = await arrive()
      const tab = await (await student.tab()).ready()
      const slug = await first(tab)
      await tab.write(program(slug, 'wrong_answer'))
      await tab.submit()
      await tab.verdict('wrong_answer')
      const good = program(slug, 'accepted')
      await tab.write(good)
      await student.context.clearCookies()
      await tab.submit()
      await refused(tab, /no longer signed in/i, good)
      await tab.submit()
      await tab.verdict('accepted')
      assert.equal(await tab.code(), good)
    })

  journey(here, 'the session ends unseen: the page says so before anything is sent',
    async (arrive) => {
      const student = await arrive()
      const tab = await (await student.tab()).ready()
      const slug = await first(tab)
      await tab.write(program(slug, 'wrong_answer'))
      await tab.submit()
      await tab.verdict('wrong_answer')
      const good = program(slug, 'accepted')
      await tab.write(good)
      await student.context.clearCookies()
      await tab.page.evaluate(() => dispatchEvent(new Event('online')))
      await tab.see('.banner:has-text("no longer signed in")')
      assert.equal(await tab.code(), good)
      await tab.submit()
      await refused(tab, /no longer signed in/i, good)
      await tab.gone('.banner')
      await tab.submit()
      await tab.verdict('accepted')
    })

  journey(here, 'drafts survive a reload, per assignment and language',
    async (arrive) => {
      const tab = await (await (await arrive()).tab()).ready()
      const { assignments } = await tab.get('/api/assignments')
      const { slug } = assignments.find((a) => a.languages.includes('c'))
      await tab.write('here = 1\n')
      await tab.page.goto(`/assignments/${slug}`)
      await tab.ready()
      await tab.write('there = 2\n')
      await tab.speak('c')
      await tab.write('int there = 3;\n')
      await tab.page.reload() // at once: no pause of typing came
      await tab.ready()
      assert.equal(await tab.code(), 'int there = 3;\n')
      await tab.speak('python3')
      assert.equal(await tab.code(), 'there = 2\n')
      await tab.page.goto('/')
      await tab.ready()
      assert.equal(await tab.code(), 'here = 1\n')
    })
}
