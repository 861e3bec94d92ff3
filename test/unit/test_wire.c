/* grader/zygote/python3/wire: what a submission may send to its tests. Compiled
 * in, so that the sanitizers see it, which the zygote itself has not. */
#include "grader/zygote/python3/wire_decode.c"
#include "grader/zygote/python3/wire_encode.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    MUTATIONS = 50000
};

/* Python frees nothing at its end. */
const char *__asan_default_options(void);
const char *
__asan_default_options(void)
{
    return "detect_leaks=0";
}

static PyObject *names, *export, *resolve;

static PyObject *
value(const char *expression)
{
    PyObject *o = PyRun_String(expression, Py_eval_input, names, names);

    if (o == NULL)
        PyErr_Print();
    assert_non_null(o);
    return o;
}

static int
start(void **state)
{
    (void)state;
    Py_InitializeEx(0);
    names = PyDict_New();
    PyDict_SetItemString(names, "__builtins__", PyEval_GetBuiltins());
    export = value("lambda o: (7, repr(type(o)))");
    resolve = value("lambda number, value: (number, value)");
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    return 0;
}

static const char *const samples[] = {
    "None",
    "[True, False, 0, -1, 2**63 - 1, -2**63, 2**63, -2**64, 10**500]",
    "(1.5, float('inf'), -0.0, 1 + 2j)",
    "['', 'plain', 'ä\\0\\U0001f600', '\\ud800', b'', b'\\0\\xff']",
    "bytearray(b'x' * 5000)",
    "{'a': {1: [2, (3,)]}, (1, 2): set(), frozenset({1}): {None}}",
    "[[[[[[]]]]], [{}], ((),)]",
    "[list(range(1000)), dict.fromkeys(range(100))]",
};

enum {
    SAMPLES = sizeof samples / sizeof samples[0]
};

static void
there_and_back(void **state)
{
    (void)state;
    for (int i = 0; i < SAMPLES; i++) {
        PyObject *o = value(samples[i]);
        PyObject *bytes = wire_encode(o, export);

        assert_non_null(bytes);
        PyObject *back = wire_decode(PyBytes_AS_STRING(bytes),
                                     PyBytes_GET_SIZE(bytes), resolve);
        assert_non_null(back);
        assert_ptr_equal(Py_TYPE(back), Py_TYPE(o));
        assert_int_equal(PyObject_RichCompareBool(o, back, Py_EQ), 1);
        Py_DECREF(back);
        Py_DECREF(bytes);
        Py_DECREF(o);
    }
    PyObject *bytes = wire_encode(Py_NotImplemented, export);
    PyObject *back = wire_decode(PyBytes_AS_STRING(bytes),
                                 PyBytes_GET_SIZE(bytes), resolve);
    PyObject *want = value("(7, \"<class 'NotImplementedType'>\")");
    assert_int_equal(PyObject_RichCompareBool(back, want, Py_EQ), 1);
    Py_DECREF(want);
    Py_DECREF(back);
    Py_DECREF(bytes);
}

static void
expect_fault(PyObject *result, PyObject *kind)
{
    assert_null(result);
    assert_true(PyErr_ExceptionMatches(kind));
    PyErr_Clear();
}

/* What is too large, too deep or too many is refused by the sender, too. */
static void
bounds_of_encode(void **state)
{
    PyObject *big = value("'x' * (16 << 20)");
    PyObject *many = value("[None] * 2000001");
    PyObject *nested = value("[]");

    (void)state;
    expect_fault(wire_encode(big, export), PyExc_ValueError);
    expect_fault(wire_encode(many, export), PyExc_ValueError);
    for (int i = 0; i < WIRE_DEPTH_MAX; i++)
        nested = Py_BuildValue("[N]", nested);
    expect_fault(wire_encode(nested, export), PyExc_ValueError);
    Py_DECREF(big);
    Py_DECREF(many);
    Py_DECREF(nested);
}

static void
bounds_of_decode(void **state)
{
    static const struct {
        const char *data;
        int size;
    } bad[] = {
        {"", 0},
        {"?", 1},
        {"NN", 2},
        {"i\0\0\0", 4},
        {"l\xff\xff\xff\xff", 5},
        {"t\x01\0\0\0", 5},
        {"s\x04\0\0\0abc", 8},
        {"s\x02\0\0\0\xff\xfe", 7},
        {"I\xf0\xff\xff\xff", 5},
        {"d\x01\0\0\0l\0\0\0\0N", 11}, /* a key that has no hash */
        {"S\x01\0\0\0l\0\0\0\0", 10},
        {"x\x01", 2},
    };
    char *deep = malloc(5 * 1000 + 1);
    char *wide = malloc(1 << 20);

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        PyObject *o = wire_decode(bad[i].data, bad[i].size, resolve);
        assert_null(o);
        assert_non_null(PyErr_Occurred());
        PyErr_Clear();
    }
    for (int i = 0; i < 1000; i++)
        memcpy(deep + 5 * (size_t)i, "l\x01\0\0\0", 5);
    deep[5000] = 'N';
    expect_fault(wire_decode(deep, 5001, resolve), PyExc_ValueError);
    /* lists that each promise nearly all of the bytes that are left */
    for (uint32_t i = 0; i < 190; i++) {
        uint32_t promised = (1U << 20) - 5 * (i + 1);
        wide[5 * i] = 't';
        memcpy(wide + 5 * i + 1, &promised, 4);
    }
    memset(wide + 950, 'N', (1 << 20) - 950);
    expect_fault(wire_decode(wide, 1 << 20, resolve), PyExc_ValueError);
    free(deep);
    free(wide);
}

/* One byte changed, cut, or doubled: a value or an exception, never both, and
 * nothing that a sanitizer minds. */
static void
mutations(void **state)
{
    unsigned seed = 20261124;

    (void)state;
    for (int i = 0; i < MUTATIONS; i++) {
        PyObject *o = value(samples[i % SAMPLES]);
        PyObject *bytes = wire_encode(o, export);
        size_t size = (size_t)PyBytes_GET_SIZE(bytes);
        /* exactly as large, so that a byte too far is seen */
        char *data = malloc(size);

        memcpy(data, PyBytes_AS_STRING(bytes), size);
        for (int k = 0; k < 1 + i % 3; k++)
            data[(size_t)rand_r(&seed) % size] = (char)rand_r(&seed);
        size_t cut = i % 5 == 0 ? (size_t)rand_r(&seed) % size : size;
        PyObject *back = wire_decode(data, (Py_ssize_t)cut, resolve);
        assert_true((back == NULL) == (PyErr_Occurred() != NULL));
        PyErr_Clear();
        Py_XDECREF(back);
        free(data);
        Py_DECREF(bytes);
        Py_DECREF(o);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back),
        cmocka_unit_test(bounds_of_encode),
        cmocka_unit_test(bounds_of_decode),
        cmocka_unit_test(mutations),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
