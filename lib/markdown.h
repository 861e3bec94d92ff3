/* Markdown to HTML that may be put into a page; the only file that knows
 * cmark-gfm (https://github.com/github/cmark-gfm).
 *
 * GitHub's flavour: tables, strikethrough, autolinks.  Safe mode: raw HTML is
 * dropped, and so are links and pictures whose scheme is javascript:,
 * vbscript:, file: or data:.  MD4C and lowdown let javascript: through.
 */
#ifndef LIB_MARKDOWN_H
#define LIB_MARKDOWN_H

#include <stddef.h>

/* The HTML, the caller's to free(); never NULL.  Bytes that are not UTF-8
 * become U+FFFD.  Time is linear in `size`.  Relative links and pictures stay
 * so: they name files of the assignment, and the page knows where those are.
 */
char *markdown_html(const char *text, size_t size);

#endif
