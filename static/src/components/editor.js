// The editor's place.  A plain text area stands there at once and can be
// typed in; CodeMirror takes over when its chunk has come, and where it does
// not come, the text area stays.
import { LitElement, html } from 'lit'
import { languageTitle } from '../format.js'
import { t } from '../i18n.js'
import { editorStyles } from './editor-styles.js'

const afterPaint = () => new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(done)))

class Editor extends LitElement {
  static styles = editorStyles
  static properties = {
    language: {},
    plain: { state: true } // why there is no CodeMirror: '' loading, 'failed'
  }

  #view = null // of src/editor/codemirror.js
  #text = ''

  constructor() {
    super()
    this.language = ''
    this.plain = ''
  }

  get value() {
    return this.#view ? this.#view.text() : this.#text
  }

  /** Another document, with a history of its own. */
  open(text) {
    this.#text = text
    if (this.#view) this.#view.open(text, this.language, this.#label())
    else this.requestUpdate()
  }

  /** The same document with other words: can be undone. */
  replace(text) {
    if (this.#view) {
      this.#view.replace(text)
    } else {
      this.#text = text
      this.requestUpdate()
      this.#changed()
    }
  }

  focus() {
    if (this.#view) this.#view.focus()
    else this.renderRoot.querySelector('textarea')?.focus()
  }

  #label() {
    return t('editor.label', { language: languageTitle(this.language) })
  }

  #changed() {
    this.dispatchEvent(new Event('edit'))
  }

  #submit() {
    this.dispatchEvent(new Event('handin'))
  }

  async firstUpdated() {
    await afterPaint() // the handout first
    let create
    try {
      ({ create } = await import('../editor/codemirror.js'))
    } catch {
      this.plain = 'failed'
      return
    }
    if (!this.isConnected) return
    const area = this.renderRoot.querySelector('textarea')
    const focused = this.renderRoot.activeElement === area
    const { selectionStart, selectionEnd } = area
    area.hidden = true
    this.#view = create({
      parent: this.renderRoot.querySelector('#editor'),
      root: this.renderRoot,
      text: this.#text,
      language: this.language,
      label: this.#label(),
      changed: () => this.#changed(),
      submit: () => this.#submit()
    })
    if (focused) this.#view.focus(selectionStart, selectionEnd)
    this.toggleAttribute('ready', true)
  }

  disconnectedCallback() {
    super.disconnectedCallback()
    if (this.#view) this.#text = this.#view.text()
    this.#view?.destroy()
    this.#view = null
  }

  #keys(e) {
    if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) {
      e.preventDefault()
      this.#submit()
    }
  }

  render() {
    return html`
      <div id="editor"></div>
      <textarea aria-label=${this.#label()} .value=${this.#text}
        autocapitalize="off" autocomplete="off" autocorrect="off"
        spellcheck="false" wrap="off"
        @input=${(e) => { this.#text = e.target.value; this.#changed() }}
        @keydown=${this.#keys}></textarea>
      <p class="hint ${this.plain}">${this.plain === 'failed'
        ? t('editor.plain')
        : t('editor.hint')}</p>`
  }
}
customElements.define('assay-editor', Editor)
