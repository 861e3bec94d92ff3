// Chromium, and one student in it.
import assert from 'node:assert/strict'
import { chromium } from 'playwright-core'

const DEADLINE = 20000 // of whatever a test waits for

/** Playwright gives each launch a new, empty profile. */
export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update',
    '--disable-sync'
  ]
})

export const PHONE = {
  viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true,
  deviceScaleFactor: 2
}

/** A student: cookies and storage of her own, one or more tabs. */
export class Student {
  #context
  complaints = [] // what no page may ever cause

  static async arrive(browser, url, options = {}) {
    const student = new Student()
    student.#context = await browser.newContext({
      viewport: { width: 1280, height: 860 }, baseURL: url, ...options
    })
    student.#context.setDefaultTimeout(DEADLINE)
    return student
  }

  get context() {
    return this.#context
  }

  async tab(path = '/') {
    const page = await this.#context.newPage()
    page.on('pageerror', (e) => this.complaints.push(`error: ${e.message}`))
    page.on('console', (m) => {
      if (/Content Security Policy|Trusted(HTML|Script)/.test(m.text())) {
        this.complaints.push(m.text())
      }
    })
    await page.goto(path)
    return new Tab(page)
  }

  /** Leave; the pages must have behaved. */
  async leave() {
    await this.#context.close()
    assert.deepEqual(this.complaints, [])
  }
}

/** One open page, in the words of the tests. */
export class Tab {
  constructor(page) {
    this.page = page
  }

  /** The editor is there in full. */
  async ready() {
    await this.page.waitForSelector('assay-editor[ready]')
    return this
  }

  code() {
    return this.page.$eval('assay-editor', (e) => e.value)
  }

  /** Replace the program as somebody would who pastes. */
  async write(code) {
    await this.page.bringToFront() // a tab in the background hardly paints
    await this.page.click('assay-editor .cm-content')
    await this.page.keyboard.press('Control+a')
    await this.page.keyboard.insertText(code)
  }

  async speak(language) {
    await this.page.selectOption('#language', language)
  }

  submit() {
    return this.page.click('#submit')
  }

  /** Wait for a verdict of this or a later submission; answers its number. */
  async verdict(word, after = 0) {
    await this.page.waitForFunction(([w, least]) => {
      const panel = document.querySelector('.verdict[data-state=judged]')
      return panel && panel.dataset.verdict === w &&
        Number(panel.dataset.submission) > least
    }, [word, after])
    return this.page.$eval('.verdict', (v) => Number(v.dataset.submission))
  }

  points(n) {
    return this.page.waitForFunction(
      (want) => Number(document.querySelector('#points')?.dataset.points) === want,
      n)
  }

  title() {
    return this.page.textContent('h1')
  }

  assignment() {
    return this.page.$eval('.solve', (s) => Number(s.dataset.assignment))
  }

  /** Wait until another assignment is shown. */
  another(than) {
    return this.page.waitForFunction((id) => {
      const now = document.querySelector('.solve')?.dataset.assignment
      return now && Number(now) !== id
    }, than)
  }

  text(selector) {
    return this.page.textContent(selector)
  }

  see(selector) {
    return this.page.waitForSelector(selector)
  }

  async gone(selector) {
    await this.page.waitForSelector(selector, { state: 'detached' })
  }

  get(path) {
    return this.page.evaluate((p) => fetch(p).then((r) => r.json()), path)
  }

  /** Create an account with a name, or come back to it. */
  async logIn(name, fresh = false) {
    await this.page.click('#account:has-text("Log in")')
    if (fresh) await this.page.click('dialog .link')
    await this.page.fill('dialog [name=name]', name)
    await this.page.fill('dialog [name=password]', 'a long enough one')
    await this.page.click('dialog .primary')
    await this.gone('dialog')
    await this.see(`#account:has-text("${name}")`)
  }

  async logOut() {
    await this.page.click('#account')
    await this.page.click('.menu button:has-text("Log out")')
    // with a program that is not handed in yet it is asked
    await this.page.waitForFunction(() => document.querySelector('dialog[open]') ||
      /Log in/.test(document.querySelector('#account')?.textContent))
    if (await this.page.$('dialog[open]')) {
      await this.page.click('dialog button:has-text("all the same")')
      await this.gone('dialog')
    }
    await this.see('#account:has-text("Log in")')
  }

  /** What the server has of hers, the newest first. */
  async submissions() {
    return (await this.get('/api/submissions')).submissions
  }

  /** By how much the page is wider than the window. */
  overflow() {
    return this.page.evaluate(
      () => document.documentElement.scrollWidth - window.innerWidth)
  }
}
