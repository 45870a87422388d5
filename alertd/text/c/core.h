/* The types that Python sees, over the parts that know nothing of Python. */

#ifndef ALERTD_CORE_H
#define ALERTD_CORE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "trie.h"

typedef struct {
    PyTypeObject *folds, *terms, *field, *postings;
} core_state;

/* Lets many threads read that have given up the GIL, and one change, which keeps it. The first reader takes the lock
 * and the last one gives it back, so it is also what a change waits for. `readers` is guarded by the GIL. */
typedef struct {
    PyThread_type_lock lock;
    Py_ssize_t readers;
} gate;

int gate_make(gate *door);
void gate_free(gate *door);
void gate_read(gate *door);
void gate_read_done(gate *door);
void gate_change(gate *door);
void gate_change_done(gate *door);

/* What characters fold to, and whom to ask about a new one. */
typedef struct {
    PyObject_HEAD
    fold_table table;
    PyObject *character; /* (str) -> (folded, whether it is an accent) */
} folds_object;

/* A scanner's terms. */
typedef struct {
    PyObject_HEAD
    folds_object *folds;
    trie tree;
    gate door;
    PyObject **names; /* by number; NULL where it is free, and at 0 */
    uint32_t *next;   /* of a free number, the next free one */
    uint32_t count, names_room, next_room, free, live;
} terms_object;

/* What a text has. It owns all that it needs: terms may come and go. */
typedef struct {
    PyObject_HEAD
    PyObject *text;
    folded folded;
    tokens tokens;
    hits hits;
    PyObject **names; /* of the distinct terms */
    uint32_t name_count;
    PyObject *terms; /* the same as a set */
    uint8_t *capitals; /* for each word 1 if it is written with one; NULL until somebody asks */
} field_object;

extern PyType_Spec folds_spec, terms_spec, field_spec, postings_spec;

/* What the module of an object of ours holds. */
core_state *core_of(PyObject *self);

/* A text as UTF-8. `kept` is what has to be released when its bytes are not needed any more; surrogates stay in it. */
const uint8_t *core_utf8(PyObject *text, Py_ssize_t *size, PyObject **kept);

/* Learn all characters of a text. 0, or -1 with an exception. */
int folds_learn(folds_object *folds, const uint8_t *text, size_t size);

/* Fold a text and cut it into words, whose characters are all known; needs no GIL. 0, or -1 if there is no memory. */
int field_read(field_object *field, const fold_table *table, const uint8_t *text, size_t size);

/* Give a field that has nothing yet, or NULL with an exception. */
field_object *field_new(PyTypeObject *type, PyObject *text);

/* The number of a term among the distinct ones; -1: not found; -2: an exception. */
int64_t field_term(field_object *field, PyObject *term);

/* Where words first to last stand, both included, and the accents behind the last: code points, end exclusive. */
void field_place(const field_object *field, uint32_t first, uint32_t last, uint32_t span[2]);

/* The methods that stand in files of their own: near.c, quoted.c, cased.c and search.c. */
PyObject *field_near(PyObject *self, PyObject *args);
PyObject *field_quoted(PyObject *self, PyObject *args);
PyObject *field_capitals(PyObject *self, PyObject *unused);
PyObject *terms_search(PyObject *self, PyObject *args);

/* Mark the words of a field that are written with a capital. 0, or -1 with an exception. */
int field_mark_capitals(field_object *field);

/* Give the names of the distinct terms to a field that has been searched. Runs no code of Python's, so nobody can have
 * changed the terms since. 0, or -1 with an exception. */
int field_name(field_object *field, PyObject *const *names);

#endif
