// The few drawings of the page, in the stroke of the mark.
import { svg } from 'lit'

const icon = (body) => svg`<svg class="icon" viewBox="0 0 16 16"
  aria-hidden="true" focusable="false">${body}</svg>`

export const mark = svg`<svg class="mark" viewBox="0 0 32 32"
  aria-hidden="true" focusable="false"><path class="mark-plate"
  d="M9 2h14l7 7v14l-7 7H9l-7-7V9z"></path><path class="mark-letter"
  d="M9.5 23.5 16 8l6.5 15.500M12 18.200h8"></path></svg>`

export const icons = {
  pass: icon(svg`<path d="M3 8.500l3.2 3.200L13 5"></path>`),
  fail: icon(svg`<path d="M4 4l8 8M12 4l-8 8"></path>`),
  wait: icon(svg`<circle cx="8" cy="8" r="5.5"></circle><path
    d="M8 5v3.200l2 1.3"></path>`),
  gone: icon(svg`<path d="M3 5.500h9M9.500 3 12 5.500 9.500 8M13 10.500H4M6.500
    8 4 10.500 6.500 13"></path>`),
  next: icon(svg`<path d="M3 8h9.500M8.5 4l4 4-4 4"></path>`),
  user: icon(svg`<circle cx="8" cy="5.5" r="2.6"></circle><path
    d="M3 13.500c.6-2.6 2.5-4 5-4s4.4 1.4 5 4"></path>`),
  again: icon(svg`<path d="M12.8 6.200A5.2 5.2 0 1 0 13 9.500M13 3v3.400H9.6"
    ></path>`)
}
