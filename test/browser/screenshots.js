// A picture of every page, on a desktop, on a phone, and in the dark, from a
// private stack: `npm run screenshots`, then look into screenshots/.
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { PHONE, Student, launch } from './lib/browser.js'
import { Stack, program } from './lib/stack.js'

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), 'screenshots')
mkdirSync(folder, { recursive: true })

const LOOKS = {
  desktop: {},
  dark: { colorScheme: 'dark' },
  phone: PHONE,
  'phone-dark': { ...PHONE, colorScheme: 'dark' }
}

async function tour(browser, stack, look) {
  const student = await Student.arrive(browser, stack.url, LOOKS[look])
  const tab = await student.tab()
  const { page } = tab
  let n = 0
  const shoot = async (name, all = true) => {
    await page.evaluate(() => document.fonts.ready)
    await page.screenshot({
      path: path.join(folder, `${look}-${String(++n).padStart(2, '0')}-${name}.png`),
      fullPage: all
    })
  }
  const hand = async (slug, kind, verdict, after = 0) => {
    await page.goto(`/assignments/${slug}`)
    await tab.ready()
    await tab.write(program(slug, kind))
    await tab.submit()
    const id = await tab.verdict(verdict, after)
    await page.waitForSelector('.tests li')
    return id
  }

  await tab.ready()
  await shoot('first')
  let id = await hand('hello', 'wrong_answer', 'wrong_answer')
  await shoot('feedback')
  id = await hand('hello', 'accepted', 'accepted', id)
  await page.waitForSelector('.strip .solved')
  await shoot('solved')
  await page.goto('/assignments/greeting')
  await tab.ready()
  await tab.write(`import time\ntime.sleep(0.4)\n${program('greeting', 'accepted')}`)
  await tab.submit()
  await page.waitForSelector('.bar .pass')
  await shoot('running')
  id = await tab.verdict('accepted', id)
  id = await hand('fizzbuzz', 'wrong_answer', 'wrong_answer', id)
  await shoot('difference')
  id = await hand('fizzbuzz', 'run_time_error', 'runtime_error', id)
  await shoot('crash')
  await tab.speak('c')
  await tab.write('#include <stdio.h>\n\nint main(void)\n{\n    printf("1\\n")\n}\n')
  await tab.submit()
  await tab.verdict('compile_error', id)
  await page.waitForSelector('.output')
  await shoot('compiler')
  await student.context.setOffline(true)
  await tab.submit()
  await page.waitForSelector('.notice')
  await shoot('offline')
  await page.click('.notice .quiet')
  await student.context.setOffline(false)
  stack.stop('graderd')
  await tab.speak('python3')
  await tab.write(program('fizzbuzz', 'accepted'))
  await tab.submit()
  await page.waitForSelector('.verdict[data-state=queued]')
  await shoot('queued')
  await tab.write(program('fizzbuzz', 'accepted'))
  await tab.submit()
  await page.waitForSelector('.notice .primary')
  await shoot('second-thoughts')
  await page.click('.notice .primary')
  await page.waitForSelector('.notice', { state: 'detached' })
  stack.start('graderd')
  id = await tab.verdict('accepted', id)
  await page.goto('/assignments')
  await page.waitForSelector('.item.solved')
  await shoot('assignments')
  await page.goto('/submissions')
  await page.waitForSelector('.item .stamp')
  await shoot('submissions')
  await page.click('.item >> nth=2')
  await page.waitForSelector('.listing')
  await shoot('submission')
  await page.click('#account')
  await shoot('menu', false)
  await page.click('.menu button >> nth=0')
  await page.waitForSelector('dialog[open]')
  await shoot('dialog', false)
  await page.goto('/assignments/no-such-thing')
  await page.waitForSelector('.empty h1')
  await shoot('missing', false)
  await student.context.close()
}

const stack = new Stack()
try {
  const browser = await launch()
  for (const look of Object.keys(LOOKS)) await tour(browser, stack, look)
  await browser.close()
} finally {
  stack.down()
}
