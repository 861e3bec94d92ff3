/* lib/markdown.c: what a handout may not bring into a page. */
#include "lib/markdown.h"

#include "lib/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

static char *
render(const char *text)
{
    return markdown_html(text, strlen(text));
}

static void
flavour(void **state)
{
    char *html;

    (void)state;
    html = render("| a | b |\n|---|--:|\n| 1 | 2 |\n");
    assert_non_null(strstr(html, "<table>"));
    assert_non_null(strstr(html, "<td align=\"right\">2</td>"));
    free(html);
    html = render("~~no~~ https://example.org/x");
    assert_non_null(strstr(html, "<del>no</del>"));
    assert_non_null(strstr(html, "<a href=\"https://example.org/x\">"));
    free(html);
    html = render("![gap](gap.svg) `a < b` **b**");
    assert_non_null(strstr(html, "<img src=\"gap.svg\" alt=\"gap\" />"));
    assert_non_null(strstr(html, "<code>a &lt; b</code>"));
    free(html);
}

/* Nothing of these may come out as markup or as a link's target. */
static const char *const hostile[] = {
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](file:///etc/passwd)",
    "![x](javascript:alert(1))",
    "![x](data:text/html;base64,PHNjcmlwdD4=)",
    "<javascript:alert(1)>",
    "[x][r]\n\n[r]: javascript:alert(1)",
    "[x][r]\n\n[r]: <data:text/html,x>",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "a <b onclick=alert(1)>b</b>",
    "<iframe src=\"javascript:alert(1)\"></iframe>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<style>body{display:none}</style>",
};

static void
hostile_links(void **state)
{
    static const char *const never[] = {
        "=\"javascript", "=\"vbscript", "=\"data:",  "=\"file:",
        "<script",       "<svg",        "<iframe",   "<style",
        "<img src=\"x",  "<b ",         "<img src=x"};

    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        char *html = render(hostile[i]);

        for (size_t k = 0; k < sizeof never / sizeof *never; k++)
            if (strcasestr(html, never[k]) != NULL)
                fail_msg("%s became %s", hostile[i], html);
        free(html);
    }
}

static void
not_utf8(void **state)
{
    char *html = markdown_html("a\xff\0b", 4);

    (void)state;
    assert_non_null(strstr(html, "\xef\xbf\xbd"));
    free(html);
}

/* Inputs on which careless parsers take quadratic time or a deep stack. */
static void
torture(void **state)
{
    static const char *const piece[] = {"[",  "*",    "> ",   "![[](", "`", "<",
                                        "- ", "| a ", "**a ", "[a](",  "~~"};

    (void)state;
    for (size_t i = 0; i < sizeof piece / sizeof *piece; i++) {
        struct buf b = {0};
        char *html;

        while (b.size < 100000)
            buf_str(&b, piece[i]);
        html = markdown_html(b.data, b.size);
        assert_non_null(html);
        free(html);
        buf_free(&b);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flavour),
        cmocka_unit_test(hostile_links),
        cmocka_unit_test(not_utf8),
        cmocka_unit_test(torture),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
