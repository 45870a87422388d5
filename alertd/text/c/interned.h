/* Objects under numbers from 1, counted: strings, and sets of strings. */

#ifndef ALERTD_INTERNED_H
#define ALERTD_INTERNED_H

#include "access.h"
#include "core.h"

typedef struct {
    PyObject *numbers; /* object -> number */
    PyObject **names;
    uint32_t *uses;
    uint32_t count, name_room, use_room;
    struct {
        uint32_t *all;
        uint32_t count, room;
    } free;
} interned;

/* 0, or -1 with an exception. */
int interned_make(interned *known);
void interned_free(interned *known);

/* The number of an object; 0 if it has none, -1 with an exception. */
int64_t interned_get(const interned *known, PyObject *name);

/* The same, new if it must be, one use more; 0 with an exception. */
uint32_t interned_use(interned *known, PyObject *name);

/* One use less; an object that nobody uses is gone. Gives the uses that are left. */
uint32_t interned_release(interned *known, uint32_t number);

/* How many there are. */
static inline Py_ssize_t interned_size(const interned *known) { return PyDict_Size(known->numbers); }

#endif
