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
        assert.match(await place(tab), /In the queue, place 3[,.]/)
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
      const slow = () => `import time\ntime.sleep(1)\n${program(slug, 'accepted')}`
      await tab.write(program(slug, 'accepted'))
      here.stack.stop('graderd')
      try {
        for (let i = 0; i < 9; i++) {
          const other = await (await arrive()).tab('/assignments')
          await hand(other, id, slow())
        }
        await tab.submit()
        await tab.see('.verdict[data-state=queued]')
        assert.match(await place(tab), /place 10[,.]/)
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
      assert.ok([...places].some((p) => /place [2-9][,.]|Next in/.test(p)),
        [...places].join('\n'))
      await tab.verdict('accepted')
    })
}
