/* The python3 zygote: an interpreter that has everything loaded, forked for
 * each run.
 *
 * Theory of operation.  As process 1 of its slot it starts Python as `python3
 * -I -B` would, runs the modules beside this file (they are part of the
 * program), imports the common part of the standard library, and freezes what
 * there is.  Each turn it forks two runners.  The submission's becomes what
 * argv[0] of the job says:
 *
 *   program                  solution.py with its standard input and output
 *   shared MODE TEST.py…     solution.py and its tests in one interpreter
 *   split MODE TEST.py…      solution.py for the tests in the other runner,
 *                            which get their files in memory, and the channel
 *
 * PyOS_AfterFork_Child() is not called.  It gives back locks that other threads
 * may have held, and makes threading and random start anew; here there is one
 * thread, which holds the interpreter across the fork and has the same
 * pthread_self() after it, and random gets its seed from us.  It would write to
 * 200 pages, a third of what a run costs.
 *
 * MODE is `run` or `list` (which tests are there?).  While nothing else is to
 * be done, both rehearse a small split run: what costs time after a fork is
 * that the kernel copies each page as it is first written to.
 */
#include "grader/zygote/python3/wire.h"
#include "grader/zygote/zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    LINK = 4 /* where the link is when Python runs */
};

/* A module of ours: linked in by `ld -r -b binary`. */
struct source {
    const char *name, *start, *end;
};

#define SOURCE(module)                                                         \
    extern const char _binary_grader_zygote_python3_##module##_py_start[],     \
        _binary_grader_zygote_python3_##module##_py_end[]
#define ENTRY(module)                                                          \
    {                                                                          \
        "assay." #module, _binary_grader_zygote_python3_##module##_py_start,   \
            _binary_grader_zygote_python3_##module##_py_end                    \
    }
SOURCE(preload);
SOURCE(report);
SOURCE(link);
SOURCE(submission);
SOURCE(shared);
SOURCE(stand_in);
SOURCE(tests_end);
SOURCE(tests);
SOURCE(ready);

/* in the order of their imports */
static const struct source sources[] = {
    ENTRY(preload),    ENTRY(report), ENTRY(link),
    ENTRY(submission), ENTRY(shared), ENTRY(stand_in),
    ENTRY(tests_end),  ENTRY(tests),  ENTRY(ready)};

static PyObject *package, *seed;  /* ready.seed */
static const struct runner *self; /* in a runner */

static void __attribute__((noreturn)) die(const char *what)
{
    dprintf(2, "box: zygote failed step=\"python: %s\"\n", what);
    if (PyErr_Occurred())
        PyErr_Print();
    _exit(1);
}

/* -- start -- */

static void
check(PyStatus status)
{
    if (PyStatus_Exception(status))
        die(status.err_msg != NULL ? status.err_msg : "initialization");
}

/* As `/usr/bin/python3 -I -B` has it, but for the hash seed: sets come in the
 * same order in every run. */
static void
start_interpreter(void)
{
    static wchar_t name[] = L"/usr/bin/python3", script[] = L"solution.py";
    wchar_t *argv[] = {script};
    PyPreConfig pre;
    PyConfig config;
    PyPreConfig_InitPythonConfig(&pre);
    pre.isolated = 1;
    pre.use_environment = 0;
    check(Py_PreInitialize(&pre));
    PyConfig_InitPythonConfig(&config);
    config.isolated = 1;
    config.use_environment = 0;
    config.user_site_directory = 0;
    config.write_bytecode = 0;
    config.use_hash_seed = 1;
    config.hash_seed = 0;
    config.parse_argv = 0;
    check(PyConfig_SetString(&config, &config.program_name, name));
    check(PyConfig_SetArgv(&config, 1, argv));
    if (PyImport_AppendInittab("_wire", wire_init) != 0)
        die("inittab");
    check(Py_InitializeFromConfig(&config));
    PyConfig_Clear(&config);
}

static void
load_module(const struct source *s)
{
    char shown[64];
    PyObject *text = PyUnicode_DecodeUTF8(s->start, s->end - s->start, NULL);
    snprintf(shown, sizeof shown, "<%s>", s->name);
    const char *plain = text == NULL ? NULL : PyUnicode_AsUTF8(text);
    PyObject *code = plain == NULL
                         ? NULL
                         : Py_CompileString(plain, shown, Py_file_input);
    PyObject *module = code == NULL ? NULL
                                    : PyImport_ExecCodeModule(s->name, code);
    if (module == NULL ||
        PyObject_SetAttrString(package, strchr(s->name, '.') + 1, module) != 0)
        die(s->name);
    Py_DECREF(text);
    Py_DECREF(code);
    Py_DECREF(module);
}

/* Fill the holes that the allocators have, so that what is loaded from here on,
 * the modules that each run uses, lies together: a run writes to each page on
 * which it counts a reference, and each is copied for it.  What fills the holes
 * is never freed. */
static void
fill_holes(void)
{
    enum {
        POOL = 1 << 14,
        POOL_HEAD = 48,
        SMALL = 512
    };
    for (size_t size = 16; size <= SMALL; size += 16) {
        void *p = NULL;
        while ((p = PyObject_Malloc(size)) != NULL &&
               ((uintptr_t)p & (POOL - 1)) != POOL_HEAD)
            continue;
        PyObject_Free(p);
    }
    char *top = malloc(100000);
    for (size_t size = 65536; size > SMALL; size = size * 3 / 4) {
        char *p = NULL;
        while ((p = malloc(size)) != NULL && p < top)
            continue;
        free(p);
    }
    free(top);
}

static void
start_python(void)
{
    setenv("LANG", "C.UTF-8", 1);
    start_interpreter();
    package = PyImport_AddModule("assay"); /* borrowed; sys.modules keeps it */
    PyObject *path = PyList_New(0);
    if (package == NULL || path == NULL ||
        PyObject_SetAttrString(package, "__path__", path) != 0)
        die("package");
    Py_DECREF(path);
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        load_module(&sources[i]);
        if (i == 0)
            fill_holes();
    }
    fill_holes();
    PyObject *ready = PyObject_GetAttrString(package, "ready");
    seed = ready == NULL ? NULL : PyObject_GetAttrString(ready, "seed");
    if (seed == NULL)
        die("seed");
    Py_DECREF(ready);
}

/* -- in a runner -- */

/* assay.MODULE.FUNCTION(…), its result as a number; prints what it raises. */
static int
call(const char *module, const char *function, PyObject *args)
{
    PyObject *m = PyObject_GetAttrString(package, module);
    PyObject *f = m == NULL ? NULL : PyObject_GetAttrString(m, function);
    PyObject *result = f == NULL || args == NULL ? NULL
                                                 : PyObject_CallObject(f, args);
    if (result == NULL) {
        PyErr_Print();
        return 1;
    }
    long n = PyLong_Check(result) ? PyLong_AsLong(result) : 0;
    Py_DECREF(result);
    return (int)n;
}

static void
rehearse(void)
{
    const char *module = self->role == ROLE_TESTS ? "tests" : "submission";
    if (call(module, "rehearse", Py_BuildValue("(i)", self->link)) != 0)
        _exit(1);
}

/* Else every run would have the same random numbers. */
static void
seed_random(const struct job *j)
{
    unsigned char bytes[32];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        runner_fault(j->socket, ZYGOTE_BLAME_HOST, "getrandom");
    PyObject *number = _PyLong_FromByteArray(bytes, sizeof bytes, 1, 0);
    PyObject *none = number == NULL ? NULL : PyObject_CallOneArg(seed, number);
    if (none == NULL)
        runner_fault(j->socket, ZYGOTE_BLAME_HOST, "random seed");
    Py_DECREF(number);
    Py_DECREF(none);
}

/* Is it what ready.py has set? */
static bool
usual_environment(const struct job *j)
{
    size_t n = 0;
    for (; environ[n] != NULL; n++)
        if (n >= j->run.envc || strcmp(environ[n], j->envp[n]) != 0)
            return false;
    return n == j->run.envc;
}

/* The request's environment, nothing of ours. */
static void
set_environment(const struct job *j)
{
    if (usual_environment(j))
        return;
    PyObject *names = PyList_New(0);
    for (uint32_t i = 0; i < j->run.envc; i++) {
        PyObject *text = PyUnicode_DecodeFSDefault(j->envp[i]);
        if (text == NULL || PyList_Append(names, text) != 0)
            runner_fault(j->socket, ZYGOTE_BLAME_HOST, "environment");
        Py_DECREF(text);
    }
    if (call("ready", "set_environment", Py_BuildValue("(N)", names)) != 0)
        runner_fault(j->socket, ZYGOTE_BLAME_HOST, "environment");
}

/* Arguments after the first `skip`, as a list. */
static PyObject *
arguments(const struct job *j, uint32_t skip)
{
    PyObject *list = PyList_New(0);
    for (uint32_t i = skip; i < j->run.argc; i++) {
        PyObject *text = PyUnicode_DecodeFSDefault(j->argv[i]);
        if (text == NULL || PyList_Append(list, text) != 0)
            runner_fault(j->socket, ZYGOTE_BLAME_HOST, "arguments");
        Py_DECREF(text);
    }
    return list;
}

/* From here on there is no descriptor but 0, 1, 2, perhaps the channel, and
 * the link: the files of the leaves and the job's socket, too, would be the
 * program's. */
static void
keep_link(const struct runner *r, bool link)
{
    if (link && r->link != LINK && dup2(r->link, LINK) < 0)
        runner_fault(r->socket, ZYGOTE_BLAME_HOST, "link");
    if (close_range(link ? LINK + 1 : LINK, ~0U, 0) != 0)
        runner_fault(r->socket, ZYGOTE_BLAME_HOST, "close_range");
}

/* A signal when the limits have been reached, somewhat before box kills: its
 * handler (ready.py) writes to standard error where the program is. */
static void
set_timers(const struct job *j)
{
    enum {
        BEFORE_MS = 100
    };
    const struct box_limits *l = &j->run.limits;
    const int64_t ms[] = {l->cpu_ms, l->wall_ms > 2 * BEFORE_MS
                                         ? l->wall_ms - BEFORE_MS
                                         : l->wall_ms};
    const clockid_t clocks[] = {CLOCK_PROCESS_CPUTIME_ID, CLOCK_MONOTONIC};
    for (int i = 0; i < 2; i++) {
        struct sigevent e = {.sigev_notify = SIGEV_SIGNAL,
                             .sigev_signo = SIGRTMAX - 1};
        struct itimerspec t = {
            .it_value = {ms[i] / 1000, ms[i] % 1000 * 1000000}};
        timer_t timer;
        if (timer_create(clocks[i], &e, &timer) != 0 ||
            timer_settime(timer, 0, &t, NULL) != 0)
            runner_fault(j->socket, ZYGOTE_BLAME_HOST, "timer");
    }
}

/* As python3 flushes at its end: 120 when that fails. */
static int
flush(int status)
{
    static const char *const names[] = {"stdout", "stderr"};
    for (int i = 0; i < 2; i++) {
        PyObject *file = PySys_GetObject(names[i]); /* borrowed */
        if (file == NULL || file == Py_None)
            continue;
        PyObject *done = PyObject_CallMethod(file, "flush", NULL);
        if (done == NULL && i == 0) {
            PyErr_WriteUnraisable(file);
            status = status == 0 ? 120 : status;
        }
        PyErr_Clear();
        Py_XDECREF(done);
    }
    return status;
}

/* solution.py as __main__, like `python3 -I -B solution.py`: compiled from its
 * file and executed from here, so that errors and the depth of recursion are
 * the same.  Its exit status. */
static int
run_program(void)
{
    static const char path[] = "/box/w/solution.py";
    PyObject *type = NULL, *error = NULL, *trace = NULL;
    PyObject *ours = PyObject_GetAttrString(package, "submission");
    PyObject *names = ours == NULL
                          ? NULL
                          : PyObject_CallMethod(ours, "new_main", "s", path);
    FILE *f = fopen("solution.py", "re");
    if (names == NULL || f == NULL)
        return 127;
    PyObject *done = PyRun_FileExFlags(f, path, Py_file_input, names, names, 1,
                                       NULL);
    PyErr_Fetch(&type, &error, &trace);
    if (type != NULL)
        PyErr_NormalizeException(&type, &error, &trace);
    if (trace != NULL)
        PyException_SetTraceback(error, trace);
    Py_XDECREF(done);
    Py_XDECREF(type);
    Py_XDECREF(trace);
    return flush(
        call("submission", "end_main",
             Py_BuildValue("(NN)", names,
                           error != NULL ? error : Py_NewRef(Py_None))));
}

static bool
word(const struct job *j, const char *text)
{
    return strcmp(j->argv[0], text) == 0;
}

/* A file of the job, as bytes.  Those of the tests are in no file system that
 * the submission could see. */
static PyObject *
read_file(const struct job *j, size_t i)
{
    struct stat st;
    PyObject *bytes = NULL;
    if (fstat(j->file[i], &st) == 0)
        bytes = PyBytes_FromStringAndSize(NULL, st.st_size);
    if (bytes == NULL || pread(j->file[i], PyBytes_AS_STRING(bytes),
                               (size_t)st.st_size, 0) != st.st_size)
        runner_fault(j->socket, ZYGOTE_BLAME_HOST, j->run.file[i].name);
    return bytes;
}

static PyObject *
solution(const struct job *j)
{
    for (size_t i = 0; i < j->run.nfiles; i++)
        if (j->file[i] >= 0 && strcmp(j->run.file[i].name, "solution.py") == 0)
            return read_file(j, i);
    errno = ENOENT;
    runner_fault(j->socket, ZYGOTE_BLAME_REQUEST, "solution.py");
}

static void
submission(const struct runner *r)
{
    static struct job j;
    int status = 127;
    self = r;
    runner_attach(r);
    runner_receive(r, &j, rehearse);
    bool split = (j.run.flags & BOX_SPLIT) != 0;
    bool shared = !split && word(&j, "shared") && j.run.argc >= 2;
    if (split ? !word(&j, "split") || j.run.argc < 2
              : !shared && !word(&j, "program")) {
        errno = EINVAL;
        runner_fault(r->socket, ZYGOTE_BLAME_REQUEST, j.argv[0]);
    }
    PyObject *source = split ? solution(&j) : NULL;
    runner_files(&j);
    runner_descriptors(&j);
    runner_limits(r, &j);
    set_environment(&j);
    seed_random(&j);
    set_timers(&j);
    runner_confine(r);
    keep_link(r, split);
    if (split)
        status = call("submission", "serve",
                      Py_BuildValue("(iN)", LINK, source));
    else if (shared)
        status = call("shared", "main",
                      Py_BuildValue("(sN)", j.argv[1], arguments(&j, 2)));
    else
        status = run_program();
    _exit(status);
}

static PyObject *
read_files(const struct job *j)
{
    PyObject *files = PyDict_New();
    for (size_t i = 0; i < j->run.nfiles; i++) {
        if (j->file[i] < 0)
            continue;
        PyObject *bytes = read_file(j, i);
        if (PyDict_SetItemString(files, j->run.file[i].name, bytes) != 0)
            runner_fault(j->socket, ZYGOTE_BLAME_HOST, "files");
        Py_DECREF(bytes);
    }
    return files;
}

static void
tests(const struct runner *r)
{
    static struct job j;
    self = r;
    runner_attach(r);
    runner_receive(r, &j, rehearse);
    PyObject *files = read_files(&j);
    runner_descriptors(&j);
    runner_limits(r, &j);
    set_environment(&j);
    runner_confine(r);
    keep_link(r, true);
    _exit(call(
        "tests", "main",
        Py_BuildValue("(isNN)", LINK, j.argv[1], arguments(&j, 2), files)));
}

int
main(int argc, char **argv)
{
    static const struct zygote_kind kind = {
        .run = {[ROLE_SUBMISSION] = submission, [ROLE_TESTS] = tests},
        .in_process = true};
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("Python %s\n", PY_VERSION);
        return 0;
    }
    if (getpid() != 1) {
        fprintf(stderr, "%s: started by box only\n", argv[0]);
        return 2;
    }
    start_python();
    return zygote_main(argc, argv, &kind);
}
