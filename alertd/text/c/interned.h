/* Strings under numbers from 1, counted. */

#ifndef ALERTD_INTERNED_H
#define ALERTD_INTERNED_H

#include "access.h"
#include "core.h"

typedef struct {
    PyObject *numbers; /* object -> number */
    PyObject **names;
    uint32_t *uses;
    uint32_t count, name_room, use_room;
    numbers free;
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

/* The bytes that it takes beside what Python knows of. */
static inline size_t interned_memory(const interned *known) {
    return known->name_room * sizeof(PyObject *) + sizeof(uint32_t) * ((size_t)known->use_room + known->free.room);
}

/* How many there are. */
static inline Py_ssize_t interned_size(const interned *known) { return PyDict_Size(known->numbers); }

#endif
