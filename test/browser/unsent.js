// What was handed in and not answered for is kept, and goes out by itself:
// one, never two, and never for somebody else.
import assert from 'node:assert/strict'
import { journey } from './lib/student.js'
import { program } from './lib/stack.js'

const POST = /\/submissions(\?.*)?$/
let names = 0
const newName = () => `kay-${Date.now()}-${++names}`

const first = async (tab) =>
  (await tab.get('/api/assignments')).assignments[0].slug

/** From now on no program reaches the server; answers how to mend it. */
async function cut(student) {
  const stop = (route) => route.request().method() === 'POST'
    ? route.abort() : route.fallback()
  await student.context.route(POST, stop)
  return () => student.context.unroute(POST, stop)
}

/** The programs that are sent from now on. */
function sent(student) {
  const codes = []
  student.context.on('request', (r) => {
    if (r.method() === 'POST' && POST.test(new URL(r.url()).pathname)) {
      codes.push(r.postDataJSON().code)
    }
  })
  return codes
}

/** Let the page believe that the way is free, for long enough. */
async function look(tab) {
  await tab.page.evaluate(() => dispatchEvent(new Event('online')))
  await tab.page.waitForTimeout(2500) // longer than a crowd comes back in
}

/** What lies in this browser's outbox, whoever's it is. */
const outbox = (tab) => tab.page.evaluate(() => Object.keys(localStorage)
  .filter((k) => k.startsWith('assay:unsent:'))
  .map((k) => JSON.parse(localStorage[k])))

export function unsent(here) {
  journey(here, 'offline at submit, the page closed, online again: one submission',
    async (arrive) => {
      const student = await arrive()
      const tab = await (await student.tab()).ready()
      const slug = await first(tab)
      await tab.write(program(slug, 'wrong_answer'))
      await tab.submit()
      const id = await tab.verdict('wrong_answer')
      const good = program(slug, 'accepted')
      await tab.write(good)
      await student.context.setOffline(true)
      await tab.submit()
      await tab.see('.unsent[data-kind=offline]')
      await tab.page.close()
      await student.context.setOffline(false)
      const later = await (await student.tab()).ready()
      await later.verdict('accepted', id)
      await later.gone('.unsent')
      assert.deepEqual((await later.submissions()).length, 2)
      assert.equal(await later.code(), good)
    })

  journey(here, 'a reload shows what is unsent, and it goes when the way is free',
    async (arrive) => {
      const student = await arrive()
      const tab = await (await student.tab()).ready()
      const slug = await first(tab)
      const mend = await cut(student)
      await tab.write(program(slug, 'accepted'))
      await tab.submit()
      await tab.see('.unsent[data-kind=lost]')
      const [{ key }] = await outbox(tab)
      await tab.page.reload()
      await tab.ready()
      await tab.see('.unsent')
      // on the other pages, too, and no page gets wider by it
      for (const path of ['/assignments', '/submissions']) {
        await tab.page.goto(path)
        await tab.see('.unsent:has-text("Not handed in yet:")')
        assert.ok(await tab.overflow() <= 0)
      }
      assert.equal((await outbox(tab))[0].key, key)
      await mend() // the pauses have grown meanwhile
      await tab.page.evaluate(() => dispatchEvent(new Event('online')))
      await tab.gone('.unsent')
      await tab.see('.toast:has-text("Handed in now")')
      assert.equal((await tab.submissions()).length, 1)
    })

  journey(here, 'the server dies between storing and answering: one submission',
    async (arrive) => {
      const tab = await (await (await arrive()).tab()).ready()
      await tab.write(program(await first(tab), 'accepted'))
      here.stack.fault('submit.rung')
      await tab.submit()
      await tab.see('.unsent')
      assert.equal(here.stack.faultWaits('submit.rung'), false)
      await tab.verdict('accepted')
      await tab.gone('.unsent')
      assert.equal((await tab.submissions()).length, 1)
      assert.equal((await outbox(tab)).length, 0)
    })

  for (const locks of [true, false]) {
    journey(here, `two tabs ${locks ? '' : 'without locks '}send one`,
      async (arrive) => {
        const student = await arrive()
        if (!locks) { // as on plain http
          await student.context.addInitScript(() =>
            Object.defineProperty(navigator, 'locks', { value: undefined }))
        }
        const tab = await (await student.tab()).ready()
        const other = await (await student.tab()).ready()
        const slug = await first(tab)
        await tab.write(program(slug, 'wrong_answer'))
        await tab.submit()
        const id = await tab.verdict('wrong_answer')
        await other.verdict('wrong_answer')
        const mend = await cut(student)
        await tab.write(program(slug, 'accepted'))
        await tab.submit()
        await tab.see('.unsent')
        await other.see('.unsent') // there, too
        await mend()
        const codes = sent(student)
        await Promise.all([tab, other].map((t) => t.page.evaluate(
          () => dispatchEvent(new Event('online')))))
        await tab.verdict('accepted', id)
        await other.verdict('accepted', id)
        await Promise.all([tab, other].map((t) => t.gone('.unsent')))
        assert.equal((await tab.submissions()).length, 2)
        if (locks) assert.equal(codes.length, 1)
      })
  }

  journey(here, 'another user logs in: nothing is shown or sent for him',
    async (arrive) => {
      const student = await arrive()
      const tab = await (await student.tab()).ready()
      const [ada, bob] = [newName(), newName()]
      const slug = await first(tab)
      await tab.logIn(bob, true)
      await tab.logOut()
      await tab.logIn(ada, true)
      const mend = await cut(student)
      const hers = program(slug, 'accepted')
      await tab.write(hers)
      await tab.submit()
      await tab.see('.unsent')
      await tab.logOut()
      await tab.gone('.unsent')
      await mend()
      const codes = sent(student)
      await tab.logIn(bob)
      await look(tab)
      assert.equal(await tab.page.$('.unsent'), null)
      await tab.write(program(slug, 'wrong_answer'))
      await tab.submit()
      await tab.verdict('wrong_answer')
      assert.equal((await tab.submissions()).length, 1)
      assert.equal(codes.includes(hers), false)
      await tab.logOut()
      await look(tab) // nobody sends it either
      assert.equal(codes.includes(hers), false)
      assert.equal((await outbox(tab)).length, 1)
      await tab.logIn(ada) // she does, and that by itself
      await tab.verdict('accepted')
      assert.equal((await tab.submissions()).length, 1)
      assert.equal(codes.filter((c) => c === hers).length, 1)
    })

  journey(here, 'another user logs in in another tab while it is being sent',
    async (arrive) => {
      const student = await arrive()
      const tab = await (await student.tab()).ready()
      const [ada, bob] = [newName(), newName()]
      await tab.logIn(bob, true)
      await tab.logOut()
      await tab.logIn(ada, true)
      const mend = await cut(student)
      const hers = program(await first(tab), 'accepted')
      await tab.write(hers)
      await tab.submit()
      await tab.see('.unsent')
      // the cookie becomes Bob's, and nobody tells the page
      await tab.page.evaluate((name) => fetch('/api/session', {
        method: 'POST', headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ name, password: 'a long enough one' })
      }), bob)
      await mend()
      await tab.see(`#account:has-text("${bob}")`)
      await look(tab)
      assert.equal(await tab.page.$('.unsent'), null)
      assert.deepEqual(await tab.submissions(), [])
      assert.equal((await outbox(tab)).length, 1)
    })

  journey(here, 'the session ends: kept until she logs in again, then sent',
    async (arrive) => {
      const student = await arrive()
      const tab = await (await student.tab()).ready()
      const name = newName()
      await tab.logIn(name, true)
      const good = program(await first(tab), 'accepted')
      await tab.write(good)
      await student.context.clearCookies()
      await tab.submit()
      await tab.see('.notice:has-text("no longer signed in")')
      assert.match(await tab.text('.notice'), new RegExp(name))
      const codes = sent(student)
      await tab.page.click('.notice .primary')
      await tab.page.fill('dialog [name=name]', name)
      await tab.page.fill('dialog [name=password]', 'a long enough one')
      await tab.page.click('dialog .primary')
      await tab.verdict('accepted')
      assert.deepEqual(codes, [good])
      assert.equal((await tab.submissions()).length, 1)
    })

  journey(here, 'unsent before logging in: it is asked whose it is',
    async (arrive) => {
      const student = await arrive()
      const tab = await (await student.tab()).ready()
      const name = newName()
      await tab.logIn(name, true)
      await tab.logOut()
      await student.context.route(/\/api\/users$/, (r) => r.abort())
      const good = program(await first(tab), 'accepted')
      await tab.write(good)
      await tab.submit()
      await tab.see('.unsent')
      const codes = sent(student)
      await tab.logIn(name)
      await tab.see('.unsent[data-kind=ask]')
      await look(tab)
      assert.deepEqual(codes, [])
      await tab.page.click('.unsent .primary')
      await tab.verdict('accepted')
      assert.deepEqual(codes, [good])
    })

  journey(here, 'after a day it is not sent blindly', async (arrive) => {
    const student = await arrive()
    const tab = await (await student.tab()).ready()
    const mend = await cut(student)
    await tab.write(program(await first(tab), 'accepted'))
    await tab.submit()
    await tab.see('.unsent[data-kind=lost]')
    const [{ key }] = await outbox(tab)
    await tab.page.evaluate(() => {
      const [name] = Object.keys(localStorage)
        .filter((k) => k.startsWith('assay:unsent:'))
      const entry = JSON.parse(localStorage[name])
      entry.since -= 23 * 3600 * 1000
      entry.next = 0
      localStorage[name] = JSON.stringify(entry)
    })
    await mend()
    const codes = sent(student)
    await tab.page.reload()
    await tab.ready()
    await tab.see('.unsent[data-kind=old]')
    await look(tab)
    assert.deepEqual(codes, [])
    const request = tab.page.waitForRequest((r) => r.method() === 'POST')
    await tab.page.click('.unsent button')
    assert.notEqual((await request).headers()['idempotency-key'], key)
    await tab.verdict('accepted')
    assert.equal(codes.length, 1)
  })

  journey(here, 'discarded is discarded; submitted again takes its place',
    async (arrive) => {
      const student = await arrive()
      const tab = await (await student.tab()).ready()
      const slug = await first(tab)
      let mend = await cut(student)
      const bad = program(slug, 'wrong_answer')
      await tab.write(bad)
      await tab.submit()
      await tab.see('.unsent')
      await tab.page.click('.unsent .quiet')
      await tab.gone('.unsent')
      assert.equal(await tab.page.evaluate(() => document.activeElement.id),
        'submit')
      assert.equal(await tab.code(), bad)
      await mend()
      const codes = sent(student)
      await look(tab)
      assert.deepEqual(codes, [])

      mend = await cut(student)
      await tab.submit()
      await tab.see('.unsent')
      const good = program(slug, 'accepted')
      await tab.write(good)
      await tab.see('.unsent:has-text("You have changed it since")')
      codes.length = 0
      await tab.submit()
      await tab.gone('.unsent:has-text("You have changed it since")')
      await mend()
      await tab.verdict('accepted')
      assert.deepEqual([...new Set(codes)], [good])
      assert.equal((await tab.submissions()).length, 1)
    })

  journey(here, 'refused when it goes out at last: that stays to be read',
    async (arrive) => {
      const student = await arrive()
      const tab = await (await student.tab()).ready()
      const mend = await cut(student)
      const large = `# ${'x'.repeat(98)}\n`.repeat(3000)
      await tab.write(large)
      await tab.submit()
      await tab.see('.unsent')
      await mend()
      await tab.see('.unsent[data-kind=refused]')
      await tab.page.reload()
      await tab.ready()
      await tab.see('.unsent.fail:has-text("too large")')
      assert.equal(await tab.code(), large)
      await tab.page.click('.unsent .quiet')
      await tab.gone('.unsent')
      assert.deepEqual(await outbox(tab), [])
    })

  journey(here, 'a browser that keeps nothing: kept while the page is open',
    async (arrive) => {
      const student = await arrive()
      await student.context.addInitScript(() => {
        Storage.prototype.setItem = () => { throw new Error('full') }
      })
      const tab = await (await student.tab()).ready()
      const mend = await cut(student)
      await tab.write(program(await first(tab), 'accepted'))
      await tab.submit()
      await tab.see('.unsent:has-text("leave this page open")')
      await mend()
      await tab.verdict('accepted')
      await tab.gone('.unsent')
      assert.equal((await tab.submissions()).length, 1)
    })
}
