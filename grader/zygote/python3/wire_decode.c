/* Bytes of somebody who cannot be trusted: every count is compared with what is
 * left, before anything is made of it.
 */
#include "grader/zygote/python3/wire.h"

#include <stdint.h>
#include <string.h>

struct reader {
    const char *at, *end;
    int depth;
    uint32_t objects;
    PyObject *resolve;
};

static PyObject *decode(struct reader *r);

static PyObject *
damaged(void)
{
    PyErr_SetString(PyExc_ValueError, "damaged frame");
    return NULL;
}

/* The next n bytes, or NULL with an exception. */
static const char *
take(struct reader *r, size_t n)
{
    if ((size_t)(r->end - r->at) < n)
        return (const char *)damaged();
    r->at += n;
    return r->at - n;
}

/* A length or count: never more than there are bytes left. */
static Py_ssize_t
take_count(struct reader *r)
{
    uint32_t n = 0;
    const char *p = take(r, sizeof n);
    if (p == NULL)
        return -1;
    memcpy(&n, p, sizeof n);
    if ((size_t)(r->end - r->at) < n) {
        damaged();
        return -1;
    }
    return (Py_ssize_t)n;
}

static PyObject *
decode_int(struct reader *r)
{
    Py_ssize_t n = take_count(r);
    const char *p = n < 0 ? NULL : take(r, (size_t)n);
    PyObject *result = NULL;
    if (p == NULL)
        return NULL;
    PyObject *method = PyObject_GetAttrString((PyObject *)&PyLong_Type,
                                              "from_bytes");
    PyObject *args = Py_BuildValue("(y#s)", p, n, "little");
    PyObject *names = Py_BuildValue("{sO}", "signed", Py_True);
    if (method != NULL && args != NULL && names != NULL)
        result = PyObject_Call(method, args, names);
    Py_XDECREF(method);
    Py_XDECREF(args);
    Py_XDECREF(names);
    return result;
}

static PyObject *
decode_text(struct reader *r, char tag)
{
    Py_ssize_t n = take_count(r);
    const char *p = n < 0 ? NULL : take(r, (size_t)n);
    if (p == NULL)
        return NULL;
    if (tag == 's')
        return PyUnicode_DecodeUTF8(p, n, "surrogatepass");
    return tag == 'b' ? PyBytes_FromStringAndSize(p, n)
                      : PyByteArray_FromStringAndSize(p, n);
}

static PyObject *
decode_number(struct reader *r, char tag)
{
    if (tag == 'i') {
        long long n = 0;
        const char *p = take(r, sizeof n);
        if (p == NULL)
            return NULL;
        memcpy(&n, p, sizeof n);
        return PyLong_FromLongLong(n);
    }
    if (tag == 'f') {
        double d = 0;
        const char *p = take(r, sizeof d);
        if (p == NULL)
            return NULL;
        memcpy(&d, p, sizeof d);
        return PyFloat_FromDouble(d);
    }
    Py_complex c = {0, 0};
    const char *p = take(r, sizeof c);
    if (p == NULL)
        return NULL;
    memcpy(&c, p, sizeof c);
    return PyComplex_FromCComplex(c);
}

/* A number of objects.  They are counted as they are announced, before there
 * is room made for them: nested containers that each promise millions would
 * take all memory. */
static Py_ssize_t
take_objects(struct reader *r, uint32_t each)
{
    Py_ssize_t n = take_count(r);
    if (n > (Py_ssize_t)((WIRE_OBJECTS_MAX - r->objects) / each)) {
        damaged();
        return -1;
    }
    if (n > 0)
        r->objects += (uint32_t)n * each;
    return n;
}

static PyObject *
decode_sequence(struct reader *r, char tag)
{
    Py_ssize_t n = take_objects(r, 1);
    PyObject *list = n < 0 ? NULL : tag == 't' ? PyTuple_New(n) : PyList_New(n);
    for (Py_ssize_t i = 0; i < n && list != NULL; i++) {
        PyObject *item = decode(r);
        if (item == NULL)
            Py_CLEAR(list);
        else if (tag == 't')
            PyTuple_SET_ITEM(list, i, item);
        else
            PyList_SET_ITEM(list, i, item);
    }
    if (list == NULL || tag == 't' || tag == 'l')
        return list;
    PyObject *set = tag == 'S' ? PySet_New(list) : PyFrozenSet_New(list);
    Py_DECREF(list);
    return set;
}

static PyObject *
decode_dict(struct reader *r)
{
    Py_ssize_t n = take_objects(r, 2);
    PyObject *dict = n < 0 ? NULL : PyDict_New();
    for (Py_ssize_t i = 0; i < n && dict != NULL; i++) {
        PyObject *key = decode(r);
        PyObject *value = key == NULL ? NULL : decode(r);
        if (value == NULL || PyDict_SetItem(dict, key, value) != 0)
            Py_CLEAR(dict);
        Py_XDECREF(key);
        Py_XDECREF(value);
    }
    return dict;
}

static PyObject *
decode_foreign(struct reader *r)
{
    const char *number = take(r, 1);
    PyObject *value = number == NULL ? NULL : decode(r);
    if (value == NULL)
        return NULL;
    PyObject *result = PyObject_CallFunction(
        r->resolve, "iO", (int)(unsigned char)*number, value);
    Py_DECREF(value);
    return result;
}

static PyObject *
decode_container(struct reader *r, char tag)
{
    PyObject *result = NULL;
    if (++r->depth > WIRE_DEPTH_MAX)
        return damaged();
    switch (tag) {
    case 'l':
    case 't':
    case 'S':
    case 'Z':
        result = decode_sequence(r, tag);
        break;
    case 'd':
        result = decode_dict(r);
        break;
    case 'x':
        result = decode_foreign(r);
        break;
    default:
        return damaged();
    }
    r->depth--;
    return result;
}

static PyObject *
decode(struct reader *r)
{
    const char *tag = take(r, 1);
    if (tag == NULL)
        return NULL;
    switch (*tag) {
    case 'N':
        Py_RETURN_NONE;
    case 'T':
        Py_RETURN_TRUE;
    case 'F':
        Py_RETURN_FALSE;
    case 'i':
    case 'f':
    case 'c':
        return decode_number(r, *tag);
    case 'I':
        return decode_int(r);
    case 's':
    case 'b':
    case 'a':
        return decode_text(r, *tag);
    default:
        return decode_container(r, *tag);
    }
}

PyObject *
wire_decode(const char *data, Py_ssize_t size, PyObject *resolve)
{
    struct reader r = {.at = data, .end = data + size, .resolve = resolve};
    PyObject *result = decode(&r);
    if (result != NULL && r.at != r.end) {
        Py_DECREF(result);
        return damaged();
    }
    return result;
}
