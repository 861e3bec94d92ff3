// The editor's shadow root: the page's tokens reach in here, its rules do not.
import { css } from 'lit'

export const editorStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 20rem;
    min-width: 0;
  }
  #editor:empty {
    display: none;
  }
  #editor,
  textarea {
    flex: 1;
    min-height: 0;
    min-width: 0;
    box-sizing: border-box;
    background: var(--code-ground);
  }
  textarea {
    width: 100%;
    padding: var(--s2) var(--s2) var(--s2) 3.4rem;
    border: 0;
    outline: 0;
    resize: none;
    color: var(--ink);
    font: var(--t-code) / var(--code-leading) var(--mono);
    tab-size: 4;
  }
  textarea[hidden] {
    display: none;
  }
  .cm-editor {
    height: 100%;
  }
  #editor {
    position: relative;
  }
  /* over the lines, which have a ground of their own */
  :host(:focus-within) #editor::after {
    content: '';
    position: absolute;
    inset: 0;
    border: 2px solid var(--focus);
    pointer-events: none;
  }
  textarea:focus {
    box-shadow: inset 0 0 0 2px var(--focus);
  }
  .hint {
    margin: 0;
    padding: var(--s1) var(--s2);
    border-top: 1px solid var(--line);
    color: var(--ink-soft);
    background: var(--code-ground);
    font: var(--t-small) / 1.4 var(--sans);
  }
  @media (pointer: coarse) {
    .hint:not(.failed) {
      display: none;
    }
  }
`
