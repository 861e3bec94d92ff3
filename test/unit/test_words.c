/* grader/judge_words.c: what programs write, made into words. */
#include "grader/judge_words.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* U+FFFD, which stands for what cannot be shown */
#define BAD "\xef\xbf\xbd"

static const char *
text_of(const struct buf *b)
{
    return b->data != NULL ? b->data : "";
}

/* -- ends of runs -- */

static void
check_end_of(enum run_end end, int status, const char *err, size_t size,
             enum verdict want, const char *message)
{
    struct run_result r = {.end = end, .status = status};
    struct buf m = {0};

    buf_add(&r.err, err, size);
    assert_int_equal(judge_end(&r, &m), want);
    assert_string_equal(text_of(&m), message);
    buf_free(&r.err);
    buf_free(&m);
}

static void
check_end(enum run_end end, int status, const char *err, enum verdict want,
          const char *message)
{
    check_end_of(end, status, err, strlen(err), want, message);
}

static void
ends(void **state)
{
    (void)state;
    check_end(RUN_EXITED, 0, "", VERDICT_ACCEPTED, "");
    /* what it says on standard error decides nothing */
    check_end(RUN_EXITED, 0, "FAILED (errors=1)", VERDICT_ACCEPTED, "");
    check_end(RUN_EXITED, 1, "OK\n", VERDICT_RUNTIME_ERROR,
              "The program ended with exit status 1. OK");
    check_end(RUN_EXITED, 1, "Ran 1 test\n\nOK\n", VERDICT_RUNTIME_ERROR,
              "The program ended with exit status 1.\nRan 1 test\n\nOK");
    check_end(RUN_EXITED, 3, "", VERDICT_RUNTIME_ERROR,
              "The program ended with exit status 3.");
    check_end(RUN_EXITED, 3, " \n\t\n", VERDICT_RUNTIME_ERROR,
              "The program ended with exit status 3.");
    check_end(RUN_SIGNALED, SIGSEGV, "", VERDICT_RUNTIME_ERROR,
              "The program was ended by signal 11 (Segmentation fault).");
    check_end(RUN_SIGNALED, SIGABRT, "a.out: x.c:3: Assertion `0' failed.\n",
              VERDICT_RUNTIME_ERROR,
              "The program was ended by signal 6 (Aborted). a.out: x.c:3: "
              "Assertion `0' failed.");
    check_end(RUN_CPU, 0, "", VERDICT_TIME_LIMIT, "The program took too long.");
    check_end(RUN_WALL, 0, "", VERDICT_TIME_LIMIT,
              "The program took too long: it was waiting.");
    check_end(RUN_MEMORY, 0, "", VERDICT_MEMORY_LIMIT,
              "The program used too much memory.");
    check_end(RUN_OUTPUT, 0, "", VERDICT_OUTPUT_LIMIT,
              "The program wrote too much.");
}

static void
traceback(void **state)
{
    (void)state;
    check_end(RUN_EXITED, 1,
              "noise\nnoise\nnoise\nnoise\nnoise\n"
              "Traceback (most recent call last):\n"
              "  File \"/box/w/solution.py\", line 7, in <module>\n"
              "    main()\n"
              "  File \"/box/w/solution.py\", line 4, in main\n"
              "    return 1 / 0\n"
              "           ~~^~~\n"
              "ZeroDivisionError: division by zero\n",
              VERDICT_RUNTIME_ERROR,
              "The program ended with exit status 1.\n"
              "noise\n"
              "Traceback (most recent call last):\n"
              "  File \"solution.py\", line 7, in <module>\n"
              "    main()\n"
              "  File \"solution.py\", line 4, in main\n"
              "    return 1 / 0\n"
              "           ~~^~~\n"
              "ZeroDivisionError: division by zero");
}

/* ESC, NUL, bad UTF-8 and U+202E in the last line, and a line of a megabyte. */
static void
hostile_tail(void **state)
{
    static const char odd[] = "\x1b]0;x\a \0 \xff \xe2\x80\xae"
                              "detpecca\r";
    struct buf b = {0}, m = {0};

    (void)state;
    check_end_of(RUN_EXITED, 9, odd, sizeof odd - 1, VERDICT_RUNTIME_ERROR,
                 "The program ended with exit status 9. " BAD "]0;x" BAD " " BAD
                 " " BAD " " BAD "detpecca");
    for (int i = 0; i < 1000000; i++)
        buf_str(&b, "x");
    judge_tail(b.data, b.size, &m);
    assert_true(m.size < 1100);
    buf_free(&m);
    buf_str(&b, "\nlast");
    judge_tail(b.data, b.size, &m);
    assert_string_equal(m.data, " last");
    buf_free(&m);
    buf_free(&b);
    /* many lines: no more than some, none cut in its middle */
    for (int i = 0; i < 1000; i++)
        buf_fmt(&b, "%0200d\n", i);
    judge_tail(b.data, b.size, &m);
    assert_true(m.size < 1100 && m.size > 600);
    assert_true((m.size - 1) % 201 == 200);
    buf_free(&m);
    buf_free(&b);
    judge_tail("", 0, &m);
    judge_tail("\n\n\n", 3, &m);
    assert_int_equal(m.size, 0);
}

/* -- where it hung -- */

#define HEAD           "Current thread 0x00007f1 (most recent call first):\n"
#define IN(line, name) "  File \"/box/w/solution.py\", line " line " in " name

static void
check_hang_of(const char *text, size_t size, const char *want)
{
    struct buf where = {0}, stack = {0};
    size_t begin = 0;
    bool found = judge_hang(text, size, &where, &stack, &begin);

    assert_int_equal(found, want != NULL);
    assert_string_equal(text_of(&where), want != NULL ? want : "");
    assert_true(begin <= size);
    assert_true(stack.size < 4096 && where.size < 256);
    assert_true(found == (stack.size > 0));
    buf_free(&where);
    buf_free(&stack);
}

static void
check_hang(const char *text, const char *want)
{
    check_hang_of(text, strlen(text), want);
}

static void
hangs(void **state)
{
    (void)state;
    check_hang(HEAD IN("3", "count") "\n", "It was in line 3, in count.");
    check_hang(HEAD IN("3", "count"), "It was in line 3, in count.");
    check_hang(HEAD IN("3", "<module>"), "It was in line 3.");
    /* the innermost of the submission's own, not of what it called */
    check_hang("Fatal: stopped\n\n" HEAD
               "  File \"/usr/lib/python3.11/bisect.py\", line 8 in bisect\n"
               "  File \"solution.py\", line 12 in find\n" IN("40", "<module>"),
               "It was in line 12, in find.");
    /* the running thread, wherever it stands */
    check_hang(
        HEAD IN("1", "a") "\n\nThread 0x7 (most recent call first):\n" IN(
            "2", "b") "\n",
        "It was in line 1, in a.");
    check_hang("Thread 0x7 (most recent call first):\n" IN(
                   "2", "b") "\n\n" HEAD IN("1", "a") "\n",
               "It was in line 1, in a.");
    /* it waits in the library, and another thread is ours */
    check_hang("Thread 0x7 (most recent call first):\n" IN(
                   "2", "b") "\n\n" HEAD
                             "  File \"/usr/lib/python3.11/threading.py\", "
                             "line 1 in wait\n",
               "It was in line 2, in b.");
    /* a forged one before the true one */
    check_hang(HEAD IN("99", "forged") "\nmore output\n" HEAD IN("3", "true"),
               "It was in line 3, in true.");
    check_hang(
        HEAD IN("99", "forged") "\nTimeout (0:00:00.1)!\n"
                                "Thread 0x7 (most recent call first):\n" IN(
                                    "3", "true"),
        "It was in line 3, in true.");
    /* behind what it left of a line, which looks like another */
    check_hang("Current thread 0x" HEAD IN("1", "f"),
               "It was in line 1, in f.");
    /* what is written after it changes nothing */
    check_hang(HEAD IN("3", "true") "\nmore\n" IN("9", "more"),
               "It was in line 3, in true.");
}

static void
no_hang(void **state)
{
    (void)state;
    check_hang("", NULL);
    check_hang("Killed\n", NULL);
    check_hang(IN("3", "count"), NULL); /* no head */
    check_hang(HEAD, NULL);
    check_hang(HEAD "  File \"/usr/lib/python3.11/x.py\", line 1 in f\n", NULL);
    check_hang(HEAD "between\n" IN("3", "count"), NULL);
    check_hang(HEAD "  File \"/box/w/my_solution.py\", line 1 in f\n", NULL);
    check_hang(HEAD IN("???", "???"), NULL);
    check_hang(HEAD IN("", "f"), NULL);
    check_hang(HEAD IN("9999999999", "f"), NULL);
    check_hang(HEAD IN("-1", "f"), NULL);
    check_hang(HEAD IN("1", ""), NULL);
    check_hang(HEAD "  File \"/box/w/solution.py\", line 1", NULL);
    check_hang(HEAD "  File \"/box/w/solution.py\", line ", NULL);
    check_hang(HEAD "  File \"", NULL);
    check_hang("Current thread 0x", NULL);
    assert_false(judge_hang(NULL, 0, NULL, NULL, NULL));
}

static void
hostile_hang(void **state)
{
    static const char odd[] = HEAD
        "  File \"/box/w/solution.py\", line 1 in \x1b[2J\0\xff\xe2\x80\xae!";
    struct buf b = {0};

    (void)state;
    check_hang_of(odd, sizeof odd - 1,
                  "It was in line 1, in " BAD "[2J" BAD BAD BAD "!.");
    /* a name of a megabyte, a hundred thousand frames and heads */
    buf_str(&b, HEAD "  File \"/box/w/solution.py\", line 1 in ");
    for (int i = 0; i < 1000000; i++)
        buf_str(&b, "n");
    assert_int_equal(b.data[b.size], '\0');
    {
        struct buf where = {0}, stack = {0};
        size_t begin;

        assert_true(judge_hang(b.data, b.size, &where, &stack, &begin));
        assert_true(where.size < 150 && stack.size < 512);
        buf_free(&where);
        buf_free(&stack);
    }
    buf_free(&b);
    for (int i = 0; i < 100000; i++)
        buf_str(&b, HEAD IN("1", "f") "\n");
    buf_str(&b, HEAD IN("5", "last") "\n");
    for (int i = 0; i < 100000; i++)
        buf_str(&b, IN("1", "f") "\n");
    check_hang_of(b.data, b.size, "It was in line 5, in last.");
    /* cut anywhere, it is read or not, and nothing is read past its end */
    for (size_t n = 0; n < sizeof odd; n++) {
        char *copy = malloc(n + 1);
        struct buf where = {0};
        size_t begin;

        memcpy(copy, odd, n);
        judge_hang(copy, n, &where, NULL, &begin);
        buf_free(&where);
        free(copy);
    }
    buf_free(&b);
}

/* -- standard error in the report -- */

static void
check_stderr(enum run_end end, const char *err, size_t max, const char *want)
{
    struct run_result r = {.end = end};
    struct buf out = {0};

    buf_str(&r.err, err);
    judge_stderr(&r, max, &out);
    assert_string_equal(text_of(&out), want);
    buf_free(&r.err);
    buf_free(&out);
}

static void
report(void **state)
{
    struct run_result r = {.end = RUN_CPU};
    struct buf out = {0};

    (void)state;
    check_stderr(RUN_EXITED, "", 100, "");
    check_stderr(RUN_EXITED, "File \"/box/w/solution.py\"\n/box/w/", 100,
                 "File \"solution.py\"\n");
    check_stderr(RUN_CPU, "said\n" HEAD IN("3", "f") "\n" IN("9", "g") "\n",
                 1000,
                 "said\nStopped here (most recent call first):\n"
                 "  File \"solution.py\", line 3 in f\n"
                 "  File \"solution.py\", line 9 in g\n");
    /* one that ended by itself has only what it wrote */
    check_stderr(RUN_EXITED, HEAD IN("3", "f") "\n", 1000,
                 HEAD "  File \"solution.py\", line 3 in f\n");
    /* however much it wrote, the stack is there */
    for (int i = 0; i < 100000; i++)
        buf_str(&r.err, "\x1b noise");
    buf_str(&r.err, "\n" HEAD IN("3", "f") "\n");
    judge_stderr(&r, 500, &out);
    assert_true(out.size <= 500);
    assert_non_null(strstr(out.data,
                           "…\nStopped here (most recent call "
                           "first):\n  File \"solution.py\", line 3"));
    buf_free(&out);
    judge_stderr(&r, 1, &out);
    assert_non_null(strstr(out.data, "Stopped here"));
    buf_free(&out);
    buf_free(&r.err);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends),         cmocka_unit_test(traceback),
        cmocka_unit_test(hostile_tail), cmocka_unit_test(hangs),
        cmocka_unit_test(no_hang),      cmocka_unit_test(hostile_hang),
        cmocka_unit_test(report),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
