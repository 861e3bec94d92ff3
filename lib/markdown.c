#include "lib/markdown.h"

#include "lib/mem.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

/* Order matters to nobody; "tagfilter" is not among them because safe mode
 * drops raw HTML whole. */
static const char *const extensions[] = {"table", "strikethrough", "autolink"};

char *
markdown_html(const char *text, size_t size)
{
    /* CMARK_OPT_UNSAFE is not set: that is safe mode. */
    int options = CMARK_OPT_VALIDATE_UTF8;
    cmark_parser *parser;
    cmark_node *document;
    char *html, *copy;

    cmark_gfm_core_extensions_ensure_registered();
    parser = cmark_parser_new(options);
    for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++) {
        cmark_syntax_extension *e = cmark_find_syntax_extension(extensions[i]);

        if (e != NULL)
            cmark_parser_attach_syntax_extension(parser, e);
    }
    cmark_parser_feed(parser, text, size);
    document = cmark_parser_finish(parser);
    html = cmark_render_html(document, options,
                             cmark_parser_get_syntax_extensions(parser));
    copy = xstrdup(html);
    cmark_get_default_mem_allocator()->free(html);
    cmark_node_free(document);
    cmark_parser_free(parser);
    return copy;
}
