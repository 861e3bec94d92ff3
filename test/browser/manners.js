// How the page behaves: keyboard, small screens, security policy, loading.
import assert from 'node:assert/strict'
import { PHONE } from './lib/browser.js'
import { journey } from './lib/student.js'
import { program } from './lib/stack.js'

export function manners(here) {
  journey(here, 'keyboard alone: from the address bar to the next assignment',
    async (arrive) => {
      const tab = await (await (await arrive()).tab()).ready()
      const { page } = tab
      const { slug } = (await tab.get('/api/assignments')).assignments[0]
      const inEditor = () => page.evaluate(() => Boolean(
        document.activeElement.shadowRoot?.activeElement?.closest('.cm-content')))
      const focused = () => page.evaluate(() => document.activeElement.id)
      for (let i = 0; i < 60 && !(await inEditor()); i++) {
        await page.keyboard.press('Tab')
      }
      assert.ok(await inEditor(), 'Tab leads into the editor')
      await page.keyboard.press('Control+a')
      await page.keyboard.insertText(program(slug, 'accepted'))
      await page.keyboard.press('Control+Enter')
      await tab.verdict('accepted')
      // no trap: Tab indents, but Escape and then Tab leaves
      await page.keyboard.press('Tab')
      assert.ok(await inEditor())
      await page.keyboard.press('Escape')
      await page.keyboard.press('Tab')
      assert.equal(await inEditor(), false)
      assert.equal(await focused(), 'submit')
      assert.match(
        await page.$eval('#submit', (b) => getComputedStyle(b).outlineStyle),
        /solid/, 'focus can be seen')
      await page.keyboard.press('Tab')
      assert.equal(await focused(), 'next')
      const was = await tab.assignment()
      await page.keyboard.press('Enter')
      await tab.another(was)
      await tab.ready()
    })

  journey(here, 'queued and verdict are announced, tests are not',
    async (arrive) => {
      const tab = await (await (await arrive()).tab()).ready()
      await tab.page.evaluate(() => {
        window.said = []
        const live = document.getElementById('live')
        new MutationObserver(() => {
          if (live.textContent) window.said.push(live.textContent)
        }).observe(live, { childList: true, characterData: true, subtree: true })
      })
      const { slug } = (await tab.get('/api/assignments')).assignments[0]
      await tab.write(`import time\ntime.sleep(1)\n${program(slug, 'accepted')}`)
      await tab.submit()
      await tab.verdict('accepted')
      await tab.page.waitForFunction(
        () => window.said.some((s) => s.startsWith('Accepted')))
      const said = await tab.page.evaluate(() => window.said)
      assert.equal(said.length, 2, said.join(' | '))
      assert.match(said[0], /^Received/)
    })

  for (const width of [360, 320]) {
    journey(here, `nothing is wider than a screen of ${width} px`,
      async (arrive) => {
        const tab = await (await (await arrive({
          ...PHONE, viewport: { width, height: 740 }
        })).tab()).ready()
        const { assignments } = await tab.get('/api/assignments')
        const { slug } = assignments.find((a) => a.languages.includes('c'))
        await tab.page.goto(`/assignments/${slug}`)
        await tab.ready()
        await tab.write(`${program(slug, 'wrong_answer')}\n# ${'long '.repeat(60)}`)
        await tab.submit()
        const id = await tab.verdict('wrong_answer')
        await tab.see('.tests > .fail')
        for (const path of [
          null, '/', '/assignments', '/submissions', `/submissions/${id}`,
          '/nowhere'
        ]) {
          if (path === '/nowhere') {
            await tab.page.evaluate(() => {
              history.pushState(null, '', '/nowhere')
              dispatchEvent(new PopStateEvent('popstate'))
            })
          } else if (path) {
            await tab.page.goto(path)
          }
          await tab.see('h1:not(.ghost)')
          assert.ok(await tab.overflow() <= 0, `${path} at ${width} px`)
        }
        await tab.page.goto('/')
        await tab.ready()
        await tab.page.click('#account')
        await tab.page.click('.menu button >> nth=0')
        await tab.see('dialog[open]')
        assert.ok(await tab.overflow() <= 0, 'dialog')
      })
  }

  journey(here, 'the policy is strict, and nothing on any page offends it',
    async (arrive) => {
      const student = await arrive()
      const tab = await (await student.tab()).ready()
      const { slug } = (await tab.get('/api/assignments')).assignments[0]
      await tab.write(program(slug, 'wrong_answer'))
      await tab.submit()
      const id = await tab.verdict('wrong_answer')
      for (const path of [
        '/', '/assignments', `/assignments/${slug}`, '/submissions',
        `/submissions/${id}`, '/assignments/no-such-thing'
      ]) {
        const response = await tab.page.goto(path)
        const csp = response.headers()['content-security-policy']
        assert.match(csp, /require-trusted-types-for 'script'/, path)
        assert.match(csp, /trusted-types assay lit-html(;|$)/, path)
        assert.doesNotMatch(csp, /unsafe|\*|data:/, path)
        await tab.see('h1:not(.ghost)')
      }
      // the test itself can see an offence
      assert.deepEqual(student.complaints, [])
      await tab.page.evaluate(() => {
        const style = document.createElement('style')
        style.textContent = 'h1 { color: red }'
        document.head.append(style)
      })
      await tab.page.waitForTimeout(0)
      assert.equal(student.complaints.length, 1)
      student.complaints.length = 0
    })

  journey(here, 'the handout is readable before the editor is fetched',
    async (arrive) => {
      const student = await arrive()
      let release
      const held = new Promise((done) => { release = done })
      await student.context.route(/\/assets\/codemirror-/, async (route) => {
        await held
        await route.continue()
      })
      const tab = await student.tab()
      await tab.see('.prose > *')
      await tab.see('assay-editor textarea')
      await tab.page.fill('assay-editor textarea', 'typed = "early"\n')
      release()
      await tab.ready()
      assert.equal(await tab.code(), 'typed = "early"\n')
    })

  journey(here, 'the first look weighs 25 KiB at most, the editor comes after it',
    async (arrive) => {
      const tab = await (await (await arrive()).tab()).ready()
      const { named, assets, page, handout } = await tab.page.evaluate(
        async () => {
          const entries = performance.getEntriesByType('resource')
          return {
            named: [...(await (await fetch('/')).text())
              .matchAll(/\/assets\/[\w-]+\.(?:js|css)/g)].map((m) => m[0]),
            assets: entries.map((r) => ({
              name: new URL(r.name).pathname, start: r.startTime,
              size: r.encodedBodySize
            })),
            page: performance.getEntriesByType('navigation')[0].encodedBodySize,
            handout: entries.find(
              (r) => r.name.endsWith('/api/assignments/next')).responseEnd
          }
        })
      const first = assets.filter((a) => named.includes(a.name))
      assert.equal(first.length, named.length)
      const bytes = first.reduce((sum, a) => sum + a.size, page)
      assert.ok(bytes > 10000 && bytes <= 25 * 1024, `${bytes} bytes`)
      const early = assets.filter((a) => a.name.startsWith('/assets/') &&
        !named.includes(a.name) && a.start < handout)
      assert.deepEqual(early.filter((a) => a.name.endsWith('.js')), [])
    })

  journey(here, 'without the editor\'s chunk a plain one does', async (arrive) => {
    const student = await arrive()
    await student.context.route(/\/assets\/codemirror-/, (r) => r.abort())
    const tab = await student.tab()
    await tab.see('assay-editor .hint.failed')
    const { slug } = (await tab.get('/api/assignments')).assignments[0]
    await tab.page.fill('assay-editor textarea', program(slug, 'accepted'))
    await tab.page.keyboard.press('Control+Enter')
    await tab.verdict('accepted')
  })
}
