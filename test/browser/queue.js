// In the queue: which place, how long, and second thoughts.
import assert from 'node:assert/strict'
import { journey } from './lib/student.js'
import { program } from './lib/stack.js'

const first = async (tab) =>
  (await tab.get('/api/assignments')).assignments[0]

/** Hand in without the page; answers the API's answer. */
const hand = (tab, assignment, code) => tab.page.evaluate(
  async ([id, text]) => {
    const json = { 'Content-Type': 'application/json' }
    await fetch('/api/users', { method: 'POST', headers: json, body: '{}' })
    const r = await fetch(`/api/assignments/${id}/submissions`, {
      method: 'POST', headers: json,
      body: JSON.stringify({ language: 'python3', code: text })
    })
    return r.json()
  }, [assignment, code])

/** The page hears events. */
const heard = (tab) => tab.page.waitForFunction(
  () => document.querySelector('assay-verdict').live)

const place = (tab) => tab.text('.verdict .place')

export function queue(here) {
  journey(here, 'the place in the queue is shown, and asked for again',
    async (arrive) => {
      const tab = await (await (await arrive()).tab()).ready()
      const { id, slug } = await first(tab)
      await tab.write(program(slug, 'accepted'))
      here.stack.stop('graderd')
      try {
        for (let i = 0; i < 2; i++) {
          const other = await (await arrive()).tab('/assignments')
          await hand(other, id, program(slug, 'wrong_answer'))
        }
        const asked = []
        tab.page.on('request', (r) => {
          if (/\/api\/submissions\/\d+$/.test(r.url())) asked.push(Date.now())
        })
        await tab.submit()
        await tab.see('.verdict[data-state=queued]')
        assert.match(await place(tab), /In the queue, place 3[,.] /)
        const deadline = Date.now() + 30000
        while (asked.length < 4 && Date.now() < deadline) {
          await tab.page.waitForTimeout(50)
        }
        const gaps = asked.slice(1).map((at, i) => at - asked[i])
        assert.ok(gaps.length === 3 && Math.min(...gaps) >= 1900, `${gaps} ms`)
      } finally {
        here.stack.start('graderd')
      }
      await tab.verdict('accepted')
    })

  journey(here, 'the place falls while those before it are judged',
    async (arrive) => {
      const tab = await (await (await arrive()).tab()).ready()
      const { id, slug } = await first(tab)
      const slow = () => `import time\ntime.sleep(2)\n${program(slug, 'accepted')}`
      await tab.write(program(slug, 'accepted'))
      here.stack.stop('graderd')
      try {
        for (let i = 0; i < 12; i++) {
          const other = await (await arrive()).tab('/assignments')
          await hand(other, id, slow())
        }
        await tab.submit()
        await tab.see('.verdict[data-state=queued]')
        assert.match(await place(tab), /place 13[,.]/)
      } finally {
        here.stack.start('graderd')
      }
      const places = new Set()
      const deadline = Date.now() + 60000
      while (Date.now() < deadline) {
        if (await tab.page.$('.verdict:not([data-state=queued])')) break
        places.add(await tab.page.$eval('.verdict .place', (p) => p.textContent))
        await tab.page.waitForTimeout(20)
      }
      assert.ok([...places].some((p) => /place (1[0-2]|[2-9])[,.]|Next in/.test(p)),
        [...places].join('\n'))
      assert.ok([...places].some((p) =>
        /, (about \d+ (second|minute)s?|less than a second)\./.test(p)),
      [...places].join('\n'))
      await tab.verdict('accepted')
    })

  journey(here, 'second thoughts: another program takes the place of the queued one',
    async (arrive) => {
      const student = await arrive()
      const tab = await (await student.tab()).ready()
      const { slug } = await first(tab)
      await tab.write(program(slug, 'wrong_answer'))
      await tab.submit() // signed in, and listening in both tabs
      const before = await tab.verdict('wrong_answer')
      const list = await student.tab('/submissions')
      await list.see('.item')
      await heard(tab)
      const good = program(slug, 'accepted')
      here.stack.stop('graderd')
      try {
        await tab.write(program(slug, 'wrong_answer'))
        await tab.submit()
        await tab.see('.verdict[data-state=queued]')
        await tab.write(good)
        await tab.submit()
        await tab.page.click('.notice button:has-text("Send this one instead")')
        await tab.gone('.notice')
        await tab.see(`.verdict[data-state=queued][data-submission="${before + 2}"]`)
        assert.match(await place(tab), /Next in the queue/)
        await list.see('.item:has-text("Replaced by a later one")')
        const [now, old] = await tab.submissions()
        assert.deepEqual([now.status, old.status], ['pending', 'replaced'])
        assert.equal((await tab.get('/api/me')).pending, now.id)
        // the replaced one has a page that says so
        await list.page.goto(`/submissions/${old.id}`)
        await list.see('.verdict[data-state=replaced]')
        assert.match(await list.text('.verdict .place'), /in its place/)
        assert.ok(await list.overflow() <= 0)
      } finally {
        here.stack.start('graderd')
      }
      const id = await tab.verdict('accepted', before)
      await tab.see('#solved')
      assert.equal(await tab.code(), good)
      assert.deepEqual((await tab.submissions()).map((s) => s.id), [id, id - 1, before])
      await list.see('.verdict[data-state=replaced]') // still
    })

  journey(here, 'second thoughts come too late: it runs already, and that is said',
    async (arrive) => {
      const tab = await (await (await arrive()).tab()).ready()
      const { slug } = await first(tab)
      await tab.write(`import time\ntime.sleep(1.5)\n${program(slug, 'accepted')}`)
      await tab.submit()
      await tab.see('.verdict[data-state=running]')
      await tab.write(program(slug, 'wrong_answer'))
      await tab.submit()
      await tab.see('.notice:has-text("is being judged already")')
      assert.equal(await tab.page.$('.notice .primary'), null)
      await tab.verdict('accepted')
      assert.equal((await tab.submissions()).length, 1)
    })

  journey(here, 'the network goes while one replaces another: one takes the place',
    async (arrive) => {
      const student = await arrive()
      const tab = await (await student.tab()).ready()
      const { slug } = await first(tab)
      here.stack.stop('graderd')
      try {
        await tab.write(program(slug, 'wrong_answer'))
        await tab.submit()
        await tab.see('.verdict[data-state=queued]')
        await tab.write(program(slug, 'accepted'))
        await tab.submit()
        await tab.see('.notice .primary')
        let lost = 0
        await student.context.route(/replace=/, async (route) => {
          if (lost++) return route.continue()
          await route.fetch() // it arrives, the answer does not
          return route.abort()
        })
        await tab.page.click('.notice .primary')
        await tab.see('.unsent')
        await tab.gone('.unsent')
        const states = (await tab.submissions()).map((s) => s.status)
        assert.deepEqual(states, ['pending', 'replaced'])
      } finally {
        here.stack.start('graderd')
      }
      await tab.verdict('accepted')
      assert.equal((await tab.submissions()).length, 2)
    })
}
