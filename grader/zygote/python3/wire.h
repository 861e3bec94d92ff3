/* The module `_wire`: values of exact builtin types as bytes, and frames.
 *
 *   encode(object, export) -> bytes
 *   decode(bytes, resolve) -> object
 *   send(fd, bytes), receive(fd) -> bytes, exchange(fd, bytes) -> bytes
 *   socket_pair() -> (fd, fd)
 *
 * Both ends of the link between a submission and its tests use it; the tests'
 * end must believe nothing of what comes, so decode() is bounded in depth,
 * number of objects and size, creates plain values only, and calls nothing but
 * `resolve`.  marshal and pickle are neither.
 *
 * By value: None, bool, int, float, complex, str, bytes, bytearray, list,
 * tuple, dict, set, frozenset, each exactly (no subclass).  For anything else
 * encode() asks export(object), which returns (number 0..255, value), and
 * decode() calls resolve(number, value).
 *
 * A frame is four bytes of length, least significant first, and that many
 * bytes.  receive() raises EOFError when the other end is gone, ValueError when
 * a frame is larger than WIRE_FRAME_MAX.
 */
#ifndef GRADER_ZYGOTE_PYTHON3_WIRE_H
#define GRADER_ZYGOTE_PYTHON3_WIRE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

enum {
    WIRE_FRAME_MAX = 16 << 20,
    WIRE_DEPTH_MAX = 200,
    WIRE_OBJECTS_MAX = 2000000
};

/* New references, or NULL with an exception. */
PyObject *wire_encode(PyObject *o, PyObject *export);
PyObject *wire_decode(const char *data, Py_ssize_t size, PyObject *resolve);

/* For PyImport_AppendInittab(). */
PyObject *wire_init(void);

#endif
