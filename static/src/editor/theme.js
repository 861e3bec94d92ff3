// How code looks, in the page's tokens; so dark follows by itself.
import { HighlightStyle } from '@codemirror/language'
import { EditorView } from '@codemirror/view'
import { tags as x } from '@lezer/highlight'

export const theme = EditorView.theme({
  '&': { color: 'var(--ink)', backgroundColor: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'var(--mono)',
    fontSize: 'var(--t-code)',
    lineHeight: 'var(--code-leading)'
  },
  '.cm-content': { padding: 'var(--s2) 0', caretColor: 'var(--ink)' },
  '.cm-line': { padding: '0 var(--s2) 0 var(--s1)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)', borderLeftWidth: '2px' },
  '.cm-gutters': {
    color: 'var(--ink-faint)',
    backgroundColor: 'transparent',
    border: '0'
  },
  '.cm-lineNumbers .cm-gutterElement': {
    minWidth: '2.4rem',
    paddingRight: 'var(--s1)'
  },
  '.cm-activeLine, .cm-activeLineGutter': {
    backgroundColor: 'var(--code-line)'
  },
  '.cm-activeLineGutter': { color: 'var(--ink-soft)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground':
    { background: 'var(--code-selection)' },
  '&.cm-focused .cm-matchingBracket': {
    backgroundColor: 'var(--code-selection)',
    outline: '1px solid var(--ink-faint)'
  }
})

export const highlight = HighlightStyle.define([
  { tag: [x.keyword, x.modifier, x.operatorKeyword], color: 'var(--code-key)' },
  { tag: [x.string, x.special(x.string), x.character],
    color: 'var(--code-text)' },
  { tag: [x.number, x.bool, x.null, x.atom], color: 'var(--code-number)' },
  { tag: [x.comment, x.lineComment, x.blockComment],
    color: 'var(--ink-soft)', fontStyle: 'italic' },
  { tag: [x.function(x.variableName), x.function(x.definition(x.variableName)),
    x.definition(x.className), x.typeName, x.className],
  color: 'var(--code-name)' },
  { tag: [x.processingInstruction, x.meta], color: 'var(--code-number)' },
  { tag: x.invalid, color: 'var(--rust)' }
])
