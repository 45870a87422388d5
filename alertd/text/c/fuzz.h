#ifndef ALERTD_FUZZ_H
#define ALERTD_FUZZ_H

#include "core.h"

#ifdef ALERTD_FUZZ
PyObject *fuzz_fail_after(PyObject *module, PyObject *requests);
#endif

#endif
