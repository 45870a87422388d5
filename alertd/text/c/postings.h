/* The slots of an index, as Python sees them: what is posted (postings.c), kept in a file (kept.c) and asked (asked.c). */

#ifndef ALERTD_POSTINGS_H
#define ALERTD_POSTINGS_H

#include "links.h"

typedef struct {
    PyObject_HEAD
    interned keys, companies;
    slot_index index;
    term_links links;
    gate door; /* one question or change at a time: a long question is asked without the GIL */
    numbers asked_keys, asked_companies, found; /* kept from question to question */
} postings_object;

PyObject *postings_dump(PyObject *self, PyObject *unused);
PyObject *postings_load(PyObject *self, PyObject *args);
PyObject *postings_find(PyObject *self, PyObject *args);
PyObject *postings_in_vain(PyObject *self, PyObject *args);

#endif
