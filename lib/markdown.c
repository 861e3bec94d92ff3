#include "lib/markdown.h"

#include "lib/mem.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Order matters to nobody; "tagfilter" is not among them because safe mode
 * drops raw HTML whole. */
static const char *const extensions[] = {"table", "strikethrough", "autolink"};

/* Does `url` name something beside the handout: no scheme, no host, no
 * absolute path, no anchor?  A file's name, then. */
static bool
is_relative(const char *url)
{
    if (*url == '\0' || strchr("/#?\\", *url) != NULL)
        return false;
    return url[strcspn(url, ":/?#")] != ':';
}

/* Put `base` before every relative link and picture. */
static void
rebase(cmark_node *document, const char *base)
{
    cmark_iter *it = cmark_iter_new(document);
    cmark_event_type ev;

    while ((ev = cmark_iter_next(it)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(it);
        cmark_node_type type = cmark_node_get_type(node);
        const char *url;
        char *full;

        if (ev != CMARK_EVENT_ENTER ||
            (type != CMARK_NODE_LINK && type != CMARK_NODE_IMAGE))
            continue;
        url = cmark_node_get_url(node);
        if (url == NULL || !is_relative(url))
            continue;
        full = xasprintf("%s%s", base, url);
        cmark_node_set_url(node, full);
        free(full);
    }
    cmark_iter_free(it);
}

char *
markdown_html(const char *text, size_t size, const char *base)
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
    if (*base != '\0')
        rebase(document, base);
    html = cmark_render_html(document, options,
                             cmark_parser_get_syntax_extensions(parser));
    copy = xstrdup(html);
    cmark_get_default_mem_allocator()->free(html);
    cmark_node_free(document);
    cmark_parser_free(parser);
    return copy;
}
