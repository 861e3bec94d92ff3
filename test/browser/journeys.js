// What a student does.
import assert from 'node:assert/strict'
import { journey } from './lib/student.js'
import { program, starter } from './lib/stack.js'

/** The slugs of the course, in its order. */
async function slugs(tab) {
  return (await tab.get('/api/assignments')).assignments.map((a) => a.slug)
}

export function journeys(here) {
  journey(here, 'a failing submission shows feedback', async (arrive) => {
    const tab = await (await (await arrive()).tab()).ready()
    const [first] = await slugs(tab)
    assert.equal(await tab.code(), starter(first))
    await tab.write(program(first, 'wrong_answer'))
    await tab.submit()
    await tab.verdict('wrong_answer')
    await tab.see('.tests > .fail')
    const told = await tab.text('.tests > .fail details[open]')
    assert.match(told, /\S{3,}/)
    assert.equal(await tab.page.$('#solved'), null)
    await tab.points(0)
  })

  journey(here, 'a passing one shows the notice; then comes another assignment',
    async (arrive) => {
      const tab = await (await (await arrive()).tab()).ready()
      const [first] = await slugs(tab)
      const was = await tab.assignment()
      await tab.write(program(first, 'accepted'))
      await tab.submit()
      await tab.verdict('accepted')
      await tab.see('#solved')
      await tab.points(100)
      await tab.page.click('#next')
      await tab.another(was)
      await tab.ready()
      assert.equal(await tab.page.$('#solved'), null)
      // and again after a reload: it is the server that knows
      await tab.page.reload()
      await tab.ready()
      assert.notEqual(await tab.assignment(), was)
    })

  journey(here, 'points rise once, and only once for an assignment',
    async (arrive) => {
      const tab = await (await (await arrive()).tab()).ready()
      const [first, second] = await slugs(tab)
      const good = program(first, 'accepted')
      await tab.write(good)
      await tab.submit()
      let id = await tab.verdict('accepted')
      await tab.points(100)
      await tab.submit() // the very same
      id = await tab.verdict('accepted', id)
      await tab.write(`${good}\n# and another\n`)
      await tab.submit()
      id = await tab.verdict('accepted', id)
      assert.equal((await tab.get('/api/me')).points, 100)
      await tab.points(100)
      await tab.write(program(first, 'wrong_answer')) // nor do they fall
      await tab.submit()
      id = await tab.verdict('wrong_answer', id)
      assert.equal((await tab.get('/api/me')).points, 100)
      await tab.page.goto(`/assignments/${second}`)
      await tab.ready()
      await tab.write(program(second, 'accepted'))
      await tab.submit()
      await tab.verdict('accepted', id)
      await tab.points(200)
    })

  journey(here, 'two users at once', async (arrive) => {
    const tabs = await Promise.all([1, 2].map(async () =>
      (await (await arrive()).tab()).ready()))
    const [first] = await slugs(tabs[0])
    await tabs[0].write(program(first, 'accepted'))
    await tabs[1].write(program(first, 'wrong_answer'))
    await Promise.all(tabs.map((t) => t.submit()))
    const ids = await Promise.all([
      tabs[0].verdict('accepted'), tabs[1].verdict('wrong_answer')
    ])
    assert.notEqual(ids[0], ids[1])
    await tabs[0].points(100)
    await tabs[1].points(0)
    // each sees its own and no other
    for (const [i, tab] of tabs.entries()) {
      const { submissions } = await tab.get('/api/submissions')
      assert.deepEqual(submissions.map((s) => s.id), [ids[i]])
    }
  })

  journey(here, 'a second tab gets the result too', async (arrive) => {
    const student = await arrive()
    const tab = await (await student.tab()).ready()
    const other = await (await student.tab()).ready() // nobody is signed in yet
    const [first, second] = await slugs(tab)
    await tab.write(program(first, 'wrong_answer'))
    await tab.submit()
    const id = await tab.verdict('wrong_answer')
    await other.verdict('wrong_answer')
    await other.see('.tests > .fail')
    await tab.write(program(first, 'accepted'))
    await tab.submit()
    await tab.verdict('accepted', id)
    await other.verdict('accepted', id)
    await other.see('#solved')
    await other.points(100)
    // a tab with another assignment is told, too
    await other.page.goto(`/assignments/${second}`)
    await other.ready()
    await other.points(100) // signed in, and listening
    await tab.write(`${program(first, 'accepted')}\n#\n`)
    await tab.submit()
    await tab.verdict('accepted', id + 1)
    await other.see('.toast.pass')
  })

  journey(here, 'the same in C', async (arrive) => {
    const tab = await (await (await arrive()).tab()).ready()
    const { assignments } = await tab.get('/api/assignments')
    const { slug } = assignments.find((a) => a.languages.includes('c'))
    await tab.page.goto(`/assignments/${slug}`)
    await tab.ready()
    await tab.speak('c')
    await tab.write('int main(void) { return x; }\n')
    await tab.submit()
    const id = await tab.verdict('compile_error')
    assert.match(await tab.text('.verdict .output'), /error/)
    await tab.write(program(slug, 'accepted', 'c'))
    await tab.submit()
    await tab.verdict('accepted', id)
    // the other language has a draft of its own
    await tab.speak('python3')
    assert.equal(await tab.code(), starter(slug))
  })

  journey(here, 'looking back: lists, one submission, back into the editor',
    async (arrive) => {
      const tab = await (await (await arrive()).tab()).ready()
      const [first] = await slugs(tab)
      const good = program(first, 'accepted')
      await tab.write(good)
      await tab.submit()
      const id = await tab.verdict('accepted')
      await tab.page.click('nav.tabs a[href="/assignments"]')
      await tab.see('.item.solved')
      assert.match(await tab.text('.lead'), /^1 of \d+ solved$/)
      await tab.page.click('nav.tabs a[href="/submissions"]')
      await tab.page.click(`.item[href="/submissions/${id}"]`)
      await tab.verdict('accepted')
      assert.equal(await tab.text('pre.code'), good)
      await tab.page.click('.listing button')
      await tab.ready()
      assert.equal(await tab.code(), good)
      await tab.page.goBack()
      await tab.see('.listing')
    })

  journey(here, 'a guest chooses a name, and comes back from elsewhere',
    async (arrive) => {
      const tab = await (await (await arrive()).tab()).ready()
      const [first] = await slugs(tab)
      const good = program(first, 'accepted')
      await tab.write(good)
      await tab.submit()
      await tab.verdict('accepted')
      const name = `ada-${Date.now()}`
      await tab.page.click('#account')
      await tab.page.click('.menu button >> nth=0')
      await tab.page.fill('dialog [name=name]', name)
      await tab.page.fill('dialog [name=password]', 'short')
      await tab.page.click('dialog .primary')
      assert.match(await tab.text('dialog .wrong'), /[Pp]assword/)
      await tab.page.fill('dialog [name=password]', 'a long enough one')
      await tab.page.click('dialog .primary')
      await tab.gone('dialog')
      await tab.see(`#account:has-text("${name}")`)
      await tab.points(100)
      // log out: nothing of hers stays on the screen
      await tab.logOut()
      await tab.points(0)
      assert.equal(await tab.code(), starter(first))
      assert.equal(await tab.page.$('.verdict'), null)

      const far = await (await (await arrive()).tab()).ready()
      await far.page.click('#account')
      await far.page.fill('dialog [name=name]', name)
      await far.page.fill('dialog [name=password]', 'wrong entirely')
      await far.page.click('dialog .primary')
      await far.see('dialog .wrong')
      await far.page.fill('dialog [name=password]', 'a long enough one')
      await far.page.click('dialog .primary')
      await far.gone('dialog')
      await far.points(100)
      // what was handed in there is in the editor here
      await far.page.goto(`/assignments/${first}`)
      await far.ready()
      await far.verdict('accepted')
      await far.page.waitForFunction(
        (want) => document.querySelector('assay-editor').value === want, good)
    })
}
