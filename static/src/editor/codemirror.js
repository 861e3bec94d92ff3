// CodeMirror 6 as our editor: from its packages, with what a student needs.
import {
  defaultKeymap, history, historyKeymap, indentWithTab
} from '@codemirror/commands'
import {
  bracketMatching, indentOnInput, indentUnit, syntaxHighlighting
} from '@codemirror/language'
import { Compartment, EditorState } from '@codemirror/state'
import {
  EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter,
  keymap, lineNumbers
} from '@codemirror/view'
import { highlight, theme } from './theme.js'

// C++ is what colours C, too; the others are plain text, and no less code
const LANGUAGES = {
  python3: () => import('./python.js'),
  c: () => import('./c.js'),
  cpp: () => import('./c.js')
}

/*
 * Text over a selection, or of several lines: our transaction in place of the
 * browser's own editing of the element, which would merge lines by inline
 * styles (that the policy forbids) and is slow.
 */
const typed = EditorView.domEventHandlers({
  beforeinput(e, view) {
    if (e.inputType !== 'insertText' || !e.data || view.composing) return false
    const plain = view.state.selection.ranges.every((r) => r.empty) &&
      !/[\r\n]/.test(e.data)
    if (plain) return false
    e.preventDefault()
    view.dispatch(view.state.replaceSelection(e.data), {
      userEvent: 'input.type', scrollIntoView: true
    })
    return true
  }
})

/** An editor in `parent`.  `changed` and `submit` are called without words. */
export function create(options) {
  const { parent, root, changed, submit } = options
  const language = new Compartment()
  let opened = 0

  const state = (text, label) => EditorState.create({
    doc: text,
    extensions: [
      lineNumbers(), highlightActiveLineGutter(), history(), drawSelection(),
      indentOnInput(), indentUnit.of('    '), EditorState.tabSize.of(4),
      bracketMatching(), highlightActiveLine(),
      syntaxHighlighting(highlight), theme,
      language.of([]), typed,
      EditorView.contentAttributes.of({
        'aria-label': label, autocapitalize: 'off', autocorrect: 'off',
        spellcheck: 'false'
      }),
      keymap.of([
        { key: 'Mod-Enter', run: () => { submit(); return true } },
        ...defaultKeymap, ...historyKeymap, indentWithTab
      ]),
      EditorView.updateListener.of((u) => { if (u.docChanged) changed() })
    ]
  })

  const view = new EditorView({
    parent, root, state: state(options.text, options.label)
  })

  /** Colours come when their chunk has come; typing does not wait. */
  async function colour(id) {
    const turn = ++opened
    const load = LANGUAGES[id]
    if (!load) return
    try {
      const { support } = await load()
      if (turn === opened) {
        view.dispatch({ effects: language.reconfigure(support()) })
      }
    } catch {
      // black and white code is still code
    }
  }
  colour(options.language)

  return {
    text: () => view.state.doc.toString(),
    open(text, id, label) {
      view.setState(state(text, label))
      colour(id)
    },
    replace(text) {
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: text },
        selection: { anchor: 0 }
      })
    },
    focus(anchor, head) {
      view.focus()
      if (anchor === undefined) return
      const end = view.state.doc.length
      view.dispatch({
        selection: { anchor: Math.min(anchor, end), head: Math.min(head, end) }
      })
    },
    destroy: () => view.destroy()
  }
}
