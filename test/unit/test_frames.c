/* grader/judge_frames.c: frames from a program that nobody trusts. */
#include "grader/judge_frames.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct seen {
    struct buf names;
    bool refuse;
};

static bool
take(void *cookie, const struct json *frame)
{
    struct seen *s = cookie;
    const char *t = json_text(json_get(frame, "t"));

    buf_fmt(&s->names, "%s ", t != NULL ? t : "?");
    return !s->refuse;
}

static void
add_frame(struct buf *b, const char *json)
{
    size_t n = strlen(json);
    unsigned char head[4] = {(unsigned char)(n >> 24), (unsigned char)(n >> 16),
                             (unsigned char)(n >> 8), (unsigned char)n};

    buf_add(b, head, 4);
    buf_add(b, json, n);
}

/* Fed in pieces of every size, the same comes out. */
static void
pieces(void **state)
{
    struct buf b = {0};

    (void)state;
    add_frame(&b, "{\"t\":\"one\"}");
    add_frame(&b, "{}");
    add_frame(&b, "{\"t\":\"three\"}");
    for (size_t step = 1; step <= b.size; step++) {
        struct frames f = {0};
        struct seen s = {0};

        for (size_t at = 0; at < b.size; at += step)
            frames_feed(&f, b.data + at,
                        b.size - at < step ? b.size - at : step, take, &s);
        assert_true(frames_whole(&f));
        assert_string_equal(s.names.data, "one ? three ");
        frames_feed(&f, "\0\0", 2, take, &s);
        assert_false(f.damaged);
        assert_false(frames_whole(&f)); /* half a frame is left */
        frames_free(&f);
        buf_free(&s.names);
    }
    buf_free(&b);
}

static void
check_damaged(const char *data, size_t size, const char *want)
{
    struct frames f = {0};
    struct seen s = {0};

    frames_feed(&f, data, size, take, &s);
    assert_true(f.damaged);
    assert_false(frames_whole(&f));
    assert_string_equal(s.names.data != NULL ? s.names.data : "", want);
    /* and it stays so */
    frames_feed(&f, "\0\0\0\2{}", 6, take, &s);
    assert_true(f.damaged);
    assert_string_equal(s.names.data != NULL ? s.names.data : "", want);
    frames_free(&f);
    buf_free(&s.names);
}

static void
damaged(void **state)
{
    struct buf b = {0};

    (void)state;
    check_damaged("\0\0\0\0", 4, "");
    check_damaged("\xff\xff\xff\xff", 4, "");
    check_damaged("\0\1\0\1", 4, ""); /* FRAME_MAX + 1 */
    check_damaged("\0\0\0\2[]", 6, "");
    check_damaged("\0\0\0\4null", 8, "");
    check_damaged("\0\0\0\3{} {}{}", 11, "? "); /* the next length is huge */
    check_damaged("\0\0\0\2{]", 6, "");
    check_damaged("\0\0\0\2\0\0", 6, "");
    add_frame(&b, "{\"t\":\"good\"}");
    add_frame(&b, "{\"t\":\"bad\",\"t\":\"twice\"}");
    add_frame(&b, "{\"t\":\"never\"}");
    check_damaged(b.data, b.size, "good ");
    buf_free(&b);
}

static void
bounded(void **state)
{
    struct frames f = {0};
    struct seen s = {0};
    size_t fed = 0;
    char *text = malloc(60001);
    struct buf b = {0};

    (void)state;
    assert_non_null(text);
    memset(text, ' ', 60000);
    memcpy(text, "{}", 2);
    text[60000] = '\0';
    add_frame(&b, text);
    while (!f.damaged && fed < 4 * FRAMES_BYTES_MAX) {
        frames_feed(&f, b.data, b.size, take, &s);
        fed += b.size;
    }
    assert_true(f.damaged);
    assert_true(fed <= FRAMES_BYTES_MAX + b.size);
    frames_free(&f);
    buf_free(&s.names);
    buf_free(&b);
    free(text);
}

/* A frame that makes no sense to its reader is damage, too. */
static void
senseless(void **state)
{
    struct frames f = {0};
    struct seen s = {.refuse = true};

    (void)state;
    frames_feed(&f, "\0\0\0\2{}\0\0\0\2{}", 12, take, &s);
    assert_true(f.damaged);
    assert_string_equal(s.names.data, "? ");
    frames_free(&f);
    buf_free(&s.names);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces),
        cmocka_unit_test(damaged),
        cmocka_unit_test(bounded),
        cmocka_unit_test(senseless),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
