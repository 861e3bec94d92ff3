#include "grader/zygote/python3/wire.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    HEAD = 4
};

/* -- frames -- */

static PyObject *
frame_too_large(void)
{
    PyErr_SetString(PyExc_ValueError, "frame too large");
    return NULL;
}

/* All of it, or -1 with an exception. */
static int
write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, data, size);
        if (n < 0 && errno == EINTR && PyErr_CheckSignals() == 0)
            continue;
        if (n < 0) {
            if (!PyErr_Occurred())
                PyErr_SetFromErrno(PyExc_OSError);
            return -1;
        }
        data += n;
        size -= (size_t)n;
    }
    return 0;
}

static int
read_all(int fd, char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = read(fd, data, size);
        if (n < 0 && errno == EINTR && PyErr_CheckSignals() == 0)
            continue;
        if (n <= 0) {
            if (!PyErr_Occurred())
                PyErr_SetString(PyExc_EOFError, "the other end is gone");
            return -1;
        }
        data += n;
        size -= (size_t)n;
    }
    return 0;
}

static int
send_frame(int fd, PyObject *bytes)
{
    /* in one write where it is short: one wake-up of the other end */
    char small[4096];
    size_t size = (size_t)PyBytes_GET_SIZE(bytes);
    uint32_t n = (uint32_t)size;
    memcpy(small, &n, HEAD);
    if (size > WIRE_FRAME_MAX) {
        frame_too_large();
        return -1;
    }
    if (size + HEAD <= sizeof small) {
        memcpy(small + HEAD, PyBytes_AS_STRING(bytes), size);
        return write_all(fd, small, size + HEAD);
    }
    if (write_all(fd, small, HEAD) != 0)
        return -1;
    return write_all(fd, PyBytes_AS_STRING(bytes), size);
}

static PyObject *
receive_frame(int fd)
{
    uint32_t n = 0;
    if (read_all(fd, (char *)&n, HEAD) != 0)
        return NULL;
    if (n > WIRE_FRAME_MAX)
        return frame_too_large();
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)n);
    if (bytes != NULL && read_all(fd, PyBytes_AS_STRING(bytes), n) != 0)
        Py_CLEAR(bytes);
    return bytes;
}

/* -- the module -- */

static PyObject *
module_encode(PyObject *self, PyObject *args)
{
    PyObject *o = NULL, *export = NULL;
    (void)self;
    if (!PyArg_ParseTuple(args, "OO:encode", &o, &export))
        return NULL;
    return wire_encode(o, export);
}

static PyObject *
module_decode(PyObject *self, PyObject *args)
{
    PyObject *bytes = NULL, *resolve = NULL;
    (void)self;
    if (!PyArg_ParseTuple(args, "SO:decode", &bytes, &resolve))
        return NULL;
    return wire_decode(PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes),
                       resolve);
}

static PyObject *
module_send(PyObject *self, PyObject *args)
{
    int fd = -1;
    PyObject *bytes = NULL;
    (void)self;
    if (!PyArg_ParseTuple(args, "iS:send", &fd, &bytes) ||
        send_frame(fd, bytes) != 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
module_receive(PyObject *self, PyObject *args)
{
    int fd = -1;
    (void)self;
    if (!PyArg_ParseTuple(args, "i:receive", &fd))
        return NULL;
    return receive_frame(fd);
}

static PyObject *
module_exchange(PyObject *self, PyObject *args)
{
    int fd = -1;
    PyObject *bytes = NULL;
    (void)self;
    if (!PyArg_ParseTuple(args, "iS:exchange", &fd, &bytes) ||
        send_frame(fd, bytes) != 0)
        return NULL;
    return receive_frame(fd);
}

/* Without the module socket, which is large. */
static PyObject *
module_socket_pair(PyObject *self, PyObject *args)
{
    int pair[2];
    (void)self;
    (void)args;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return PyErr_SetFromErrno(PyExc_OSError);
    return Py_BuildValue("(ii)", pair[0], pair[1]);
}

PyObject *
wire_init(void)
{
    static PyMethodDef methods[] = {
        {"encode", module_encode, METH_VARARGS, NULL},
        {"decode", module_decode, METH_VARARGS, NULL},
        {"send", module_send, METH_VARARGS, NULL},
        {"receive", module_receive, METH_VARARGS, NULL},
        {"exchange", module_exchange, METH_VARARGS, NULL},
        {"socket_pair", module_socket_pair, METH_NOARGS, NULL},
        {NULL, NULL, 0, NULL},
    };
    static struct PyModuleDef module = {.m_base = PyModuleDef_HEAD_INIT,
                                        .m_name = "_wire",
                                        .m_size = -1,
                                        .m_methods = methods};
    return PyModule_Create(&module);
}
