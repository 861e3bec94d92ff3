// Log in, choose a name, leave: small dialogs over the page.
import { html } from 'lit'
import { t } from '../i18n.js'
import '../later.js'
import { outbox } from '../outbox.js'
import { session } from '../session.js'
import { Element } from './element.js'

class Account extends Element {
  static properties = {
    mode: {}, // login choose leave
    wrong: { state: true }, // what the server said, in words
    busy: { state: true }
  }

  constructor() {
    super()
    this.wrong = ''
    this.busy = false
  }

  firstUpdated() {
    this.querySelector('dialog').showModal()
  }

  close() {
    this.querySelector('dialog').close()
  }

  async send(e) {
    e.preventDefault()
    if (this.busy) return
    const { name, password } = Object.fromEntries(new FormData(e.target))
    const act = this.mode === 'login'
      ? session.logIn
      : session.me ? session.rename : session.register
    await this.attempt(() => act.call(session, name.trim(), password))
  }

  async attempt(action) {
    this.busy = true
    this.wrong = ''
    try {
      await action()
      this.close()
    } catch (e) {
      this.wrong = this.mode === 'login' && e.status === 401
        ? t('account.wrong')
        : e.message
    }
    this.busy = false
  }

  turn(mode) {
    this.mode = mode
    this.wrong = ''
  }

  render() {
    return html`<dialog class="dialog" aria-labelledby="dialog-title"
      @close=${() => this.remove()}>
      ${this.mode === 'leave' ? this.leave() : this.form()}
    </dialog>`
  }

  form() {
    const login = this.mode === 'login'
    const key = login
      ? 'account.login'
      : session.me ? 'account.choose' : 'account.register'
    return html`<form @submit=${this.send}>
      <h2 id="dialog-title">${t(`${key}.title`)}</h2>
      <p>${t(login ? 'account.login.text' : 'account.choose.text')}</p>
      ${login && session.me && !session.me.name
        ? html`<p>${t('account.guest.login')}</p>` : ''}
      <label>${t('account.name')}
        <input name="name" required maxlength="64" autocomplete="username"
          autocapitalize="off" spellcheck="false" autofocus></label>
      <label>${t('account.password')}
        <input name="password" type="password" required
          autocomplete=${login ? 'current-password' : 'new-password'}></label>
      ${this.wrong
        ? html`<p class="wrong" role="alert">${this.wrong}</p>` : ''}
      <div class="buttons">
        <button class="primary" ?disabled=${this.busy}>${login
          ? t('account.login')
          : t(session.me ? 'account.save' : 'account.create')}</button>
        <button type="button" class="quiet" @click=${this.close}
          >${t('account.cancel')}</button>
      </div>
      ${session.me && !login ? '' : html`<button type="button" class="link"
        @click=${() => this.turn(login ? 'choose' : 'login')}
        >${t(login ? 'account.to.register' : 'account.to.login')}</button>`}
    </form>`
  }

  leave() {
    const name = session.me?.name
    const unsent = outbox.of(session.owner).length > 0
    return html`<h2 id="dialog-title">${t('account.logout')}</h2>
      ${unsent
        ? html`<p><b>${t(`account.unsent.${name ? 'named' : 'guest'}`)}</b></p>`
        : ''}
      ${name ? '' : html`<p>${t('account.guest.logout')}</p>`}
      ${this.wrong
        ? html`<p class="wrong" role="alert">${this.wrong}</p>` : ''}
      <div class="buttons">
        ${name ? '' : html`<button class="primary"
          @click=${() => this.turn('choose')}>${t('account.choose')}</button>`}
        <button ?disabled=${this.busy}
          @click=${() => this.attempt(() => session.logOut())}
          >${t('account.guest.logout.yes')}</button>
        <button class="quiet" @click=${this.close}
          >${t('account.cancel')}</button>
      </div>`
  }
}
customElements.define('assay-account', Account)
