#include "grader/zygote/python3/wire.h"

#include <stdint.h>
#include <string.h>

struct writer {
    char *data;
    size_t size, room;
    int depth;
    uint32_t objects; /* in containers, as decode() will count them */
    PyObject *export;
};

static int encode(struct writer *w, PyObject *o);

/* Room for n more bytes; where they go, or NULL with an exception. */
static char *
grow(struct writer *w, size_t n)
{
    if (n > WIRE_FRAME_MAX || w->size + n > WIRE_FRAME_MAX) {
        PyErr_Format(PyExc_ValueError, "more than %d bytes", WIRE_FRAME_MAX);
        return NULL;
    }
    if (w->size + n > w->room) {
        size_t room = w->room * 2 > w->size + n ? w->room * 2 : w->size + n;
        char *data = PyMem_Realloc(w->data, room);
        if (data == NULL) {
            PyErr_NoMemory();
            return NULL;
        }
        w->data = data;
        w->room = room;
    }
    char *at = w->data + w->size;
    w->size += n;
    return at;
}

static int
put(struct writer *w, char tag, const void *data, size_t n)
{
    char *at = grow(w, 1 + n);
    if (at == NULL)
        return -1;
    *at = tag;
    memcpy(at + 1, data, n);
    return 0;
}

static int
put_sized(struct writer *w, char tag, const void *data, Py_ssize_t n)
{
    uint32_t size = (uint32_t)n;
    if (n > WIRE_FRAME_MAX)
        size = UINT32_MAX; /* refused below */
    if (put(w, tag, &size, sizeof size) != 0)
        return -1;
    char *at = grow(w, (size_t)n);
    if (at == NULL)
        return -1;
    memcpy(at, data, (size_t)n);
    return 0;
}

static int
encode_int(struct writer *w, PyObject *o)
{
    int overflow = 0;
    long long n = PyLong_AsLongLongAndOverflow(o, &overflow);
    if (overflow == 0)
        return put(w, 'i', &n, sizeof n);
    /* the type's own method: o is exactly an int */
    PyObject *bits = PyObject_CallMethod(o, "bit_length", NULL);
    Py_ssize_t count = bits == NULL ? -1 : PyLong_AsSsize_t(bits);
    PyObject *bytes = NULL, *method = NULL, *args = NULL, *names = NULL;
    int rc = -1;
    if (count < 0)
        goto out;
    method = PyObject_GetAttrString(o, "to_bytes");
    args = Py_BuildValue("(ns)", count / 8 + 1, "little");
    names = Py_BuildValue("{sO}", "signed", Py_True);
    if (method != NULL && args != NULL && names != NULL)
        bytes = PyObject_Call(method, args, names);
    if (bytes != NULL)
        rc = put_sized(w, 'I', PyBytes_AS_STRING(bytes),
                       PyBytes_GET_SIZE(bytes));
out:
    Py_XDECREF(bits);
    Py_XDECREF(method);
    Py_XDECREF(args);
    Py_XDECREF(names);
    Py_XDECREF(bytes);
    return rc;
}

static int
encode_str(struct writer *w, PyObject *o)
{
    Py_ssize_t n = 0;
    const char *text = PyUnicode_AsUTF8AndSize(o, &n);
    if (text != NULL)
        return put_sized(w, 's', text, n);
    PyErr_Clear(); /* lone surrogates */
    PyObject *bytes = PyUnicode_AsEncodedString(o, "utf-8", "surrogatepass");
    if (bytes == NULL)
        return -1;
    int rc = put_sized(w, 's', PyBytes_AS_STRING(bytes),
                       PyBytes_GET_SIZE(bytes));
    Py_DECREF(bytes);
    return rc;
}

/* The head of a container of n times `each` objects. */
static int
put_count(struct writer *w, char tag, Py_ssize_t n, uint32_t each)
{
    uint32_t count = (uint32_t)n;
    if (n > (Py_ssize_t)((WIRE_OBJECTS_MAX - w->objects) / each)) {
        PyErr_Format(PyExc_ValueError, "more than %d objects",
                     WIRE_OBJECTS_MAX);
        return -1;
    }
    w->objects += count * each;
    return put(w, tag, &count, sizeof count);
}

static int
encode_list(struct writer *w, PyObject *o)
{
    Py_ssize_t n = PyList_GET_SIZE(o);
    if (put_count(w, 'l', n, 1) != 0)
        return -1;
    for (Py_ssize_t i = 0; i < n; i++) {
        if (i >= PyList_GET_SIZE(o)) {
            PyErr_SetString(PyExc_RuntimeError, "list changed while encoded");
            return -1;
        }
        PyObject *item = PyList_GET_ITEM(o, i);
        Py_INCREF(item); /* export() may do anything */
        int rc = encode(w, item);
        Py_DECREF(item);
        if (rc != 0)
            return -1;
    }
    return 0;
}

static int
encode_tuple(struct writer *w, PyObject *o)
{
    Py_ssize_t n = PyTuple_GET_SIZE(o);
    if (put_count(w, 't', n, 1) != 0)
        return -1;
    for (Py_ssize_t i = 0; i < n; i++)
        if (encode(w, PyTuple_GET_ITEM(o, i)) != 0)
            return -1;
    return 0;
}

/* By way of a list, which nobody else can change meanwhile. */
static int
encode_set(struct writer *w, PyObject *o, char tag)
{
    PyObject *items = PySequence_List(o);
    size_t at = w->size;
    if (items == NULL)
        return -1;
    int rc = encode_list(w, items);
    Py_DECREF(items);
    if (rc == 0)
        w->data[at] = tag;
    return rc;
}

static int
encode_dict(struct writer *w, PyObject *o)
{
    PyObject *items = PyDict_Items(o);
    if (items == NULL)
        return -1;
    Py_ssize_t n = PyList_GET_SIZE(items);
    int rc = put_count(w, 'd', n, 2);
    for (Py_ssize_t i = 0; i < n && rc == 0; i++) {
        PyObject *pair = PyList_GET_ITEM(items, i);
        rc = encode(w, PyTuple_GET_ITEM(pair, 0));
        if (rc == 0)
            rc = encode(w, PyTuple_GET_ITEM(pair, 1));
    }
    Py_DECREF(items);
    return rc;
}

static int
encode_foreign(struct writer *w, PyObject *o)
{
    PyObject *as = PyObject_CallFunctionObjArgs(w->export, o, NULL);
    int rc = -1;
    if (as == NULL)
        return -1;
    if (!PyTuple_CheckExact(as) || PyTuple_GET_SIZE(as) != 2) {
        PyErr_SetString(PyExc_TypeError, "export() returns (number, value)");
        goto out;
    }
    long number = PyLong_AsLong(PyTuple_GET_ITEM(as, 0));
    unsigned char byte = (unsigned char)number;
    if (number == -1 && PyErr_Occurred())
        goto out;
    if (put(w, 'x', &byte, 1) == 0)
        rc = encode(w, PyTuple_GET_ITEM(as, 1));
out:
    Py_DECREF(as);
    return rc;
}

static int
encode_scalar(struct writer *w, PyObject *o, PyTypeObject *type)
{
    if (type == &PyLong_Type)
        return encode_int(w, o);
    if (type == &PyUnicode_Type)
        return encode_str(w, o);
    if (type == &PyFloat_Type) {
        double d = PyFloat_AS_DOUBLE(o);
        return put(w, 'f', &d, sizeof d);
    }
    if (type == &PyBytes_Type)
        return put_sized(w, 'b', PyBytes_AS_STRING(o), PyBytes_GET_SIZE(o));
    if (type == &PyByteArray_Type)
        return put_sized(w, 'a', PyByteArray_AS_STRING(o),
                         PyByteArray_GET_SIZE(o));
    Py_complex c = PyComplex_AsCComplex(o);
    return put(w, 'c', &c, sizeof c);
}

static int
encode_container(struct writer *w, PyObject *o, PyTypeObject *type)
{
    int rc = 0;
    if (++w->depth > WIRE_DEPTH_MAX) {
        PyErr_Format(PyExc_ValueError, "nested more than %d deep",
                     WIRE_DEPTH_MAX);
        return -1;
    }
    if (type == &PyList_Type)
        rc = encode_list(w, o);
    else if (type == &PyTuple_Type)
        rc = encode_tuple(w, o);
    else if (type == &PyDict_Type)
        rc = encode_dict(w, o);
    else if (type == &PySet_Type)
        rc = encode_set(w, o, 'S');
    else if (type == &PyFrozenSet_Type)
        rc = encode_set(w, o, 'Z');
    else
        rc = encode_foreign(w, o);
    w->depth--;
    return rc;
}

static int
encode(struct writer *w, PyObject *o)
{
    PyTypeObject *type = Py_TYPE(o);
    if (o == Py_None)
        return put(w, 'N', "", 0);
    if (o == Py_True || o == Py_False)
        return put(w, o == Py_True ? 'T' : 'F', "", 0);
    if (type == &PyLong_Type || type == &PyUnicode_Type ||
        type == &PyFloat_Type || type == &PyBytes_Type ||
        type == &PyByteArray_Type || type == &PyComplex_Type)
        return encode_scalar(w, o, type);
    return encode_container(w, o, type);
}

PyObject *
wire_encode(PyObject *o, PyObject *export)
{
    struct writer w = {.export = export};
    PyObject *result = NULL;
    if (encode(&w, o) == 0)
        result = PyBytes_FromStringAndSize(w.data, (Py_ssize_t)w.size);
    PyMem_Free(w.data);
    return result;
}
