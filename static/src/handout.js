// The handout's HTML.  The server rendered it from Markdown in safe mode, at
// publication; it is the one thing that the `assay` policy lets through.

const policy = window.trustedTypes
  ? window.trustedTypes.createPolicy('assay', { createHTML: (html) => html })
  : { createHTML: (html) => html }

/** Put the handout of an assignment into an element, in place of what it has.
 *  Relative pictures and links are files of the assignment. */
export function mountHandout(element, assignment) {
  element.innerHTML = policy.createHTML(assignment.handout_html || '')
  const files = `/api/assignments/${assignment.id}/files/`
  const resolve = (node, attribute) => {
    const value = node.getAttribute(attribute)
    if (!value || /^([a-z][a-z0-9+.-]*:|\/|#)/i.test(value)) return
    node.setAttribute(attribute, files + value.replace(/^(\.\/)?(files\/)?/, ''))
  }
  for (const img of element.querySelectorAll('img')) {
    resolve(img, 'src')
    img.loading = 'lazy'
  }
  for (const a of element.querySelectorAll('a[href]')) {
    resolve(a, 'href')
    if (new URL(a.href).origin !== location.origin) a.rel = 'noopener noreferrer'
  }
  // wide ones scroll by themselves, also by keyboard; the page never does
  for (const wide of element.querySelectorAll('pre, table')) {
    wide.tabIndex = 0
  }
  // the page shows the title already
  const first = element.firstElementChild
  if (first?.tagName === 'H1' &&
      first.textContent.trim() === assignment.title.trim()) {
    first.remove()
  }
}
