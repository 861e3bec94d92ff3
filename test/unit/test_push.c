/* The bytes that nchan 1.3 takes from Redis: msgpack, str never bin.  That
 * they arrive at a websocket is test/api/nginx.bats' to show. */
#include "lib/push.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
test_small(void **state)
{
    /* from nchan's description of its format, by hand */
    static const unsigned char want[] = {
        0x9a,                         /* array of 10 */
        0xa3, 'm',  's',  'g',        /* "msg" */
        0xce, 0x00, 0x00, 0x00, 0x05, /* ttl, s */
        0xce, 0x67, 0x45, 0x23, 0x01, /* time, s */
        0x00, 0x00, 0x00,             /* tag; previous time; previous tag */
        0xdb, 0x00, 0x00, 0x00, 0x02, /* data: str32 of 2 */
        '{',  '}',                    /* */
        0xd9, 0x10,                   /* content type: str8 of 16 */
        'a',  'p',  'p',  'l',  'i',  'c', 'a',  't',  'i', 'o',
        'n',  '/',  'j',  's',  'o',  'n', 0xd9, 0x00, /* event name: str8 of 0
                                                        */
        0x00                                           /* not compressed */
    };
    struct buf b = {0};
    (void)state;
    push_encode(&b, "{}", 2, 5, 0x67452301);
    assert_int_equal(b.size, sizeof want);
    assert_memory_equal(b.data, want, sizeof want);
    buf_free(&b);
}

/* Longer than a str16 could say, with every byte value but NUL. */
static void
test_large(void **state)
{
    enum {
        N = 70000
    };
    static char data[N];
    struct buf b = {0};
    (void)state;
    for (int i = 0; i < N; i++)
        data[i] = (char)(i % 255 + 1);
    buf_str(&b, "before");
    push_encode(&b, data, N, UINT32_MAX, 0);
    const unsigned char *p = (const unsigned char *)b.data + 6;
    assert_int_equal(p[0], 0x9a);
    assert_memory_equal(p + 5, "\xce\xff\xff\xff\xff\xce\0\0\0\0", 10);
    assert_memory_equal(p + 18, "\xdb\x00\x01\x11\x70", 5); /* 70000 */
    assert_memory_equal(p + 23, data, N);
    assert_int_equal(b.size, 6 + 23 + N + 18 + 2 + 1);
    buf_free(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small),
        cmocka_unit_test(test_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
