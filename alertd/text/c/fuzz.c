/* Memory that runs out, for `tools/sanitize.py`; nothing where ALERTD_FUZZ is not defined. */

#define ALERTD_FUZZ_SELF
#include "fuzz.h"

#ifdef ALERTD_FUZZ

/* So many requests succeed from now on, the next one fails, and all behind it succeed; below 0: none fails. */
static long requests_left = -1;

static int fails(void) { return requests_left >= 0 && requests_left-- == 0; }

void *fuzz_malloc(size_t size) { return fails() ? NULL : malloc(size); }

void *fuzz_calloc(size_t count, size_t size) { return fails() ? NULL : calloc(count, size); }

void *fuzz_realloc(void *old, size_t size) { return fails() ? NULL : realloc(old, size); }

PyObject *fuzz_fail_after(PyObject *module, PyObject *requests) {
    (void)module;
    requests_left = PyLong_AsLong(requests);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

#endif
