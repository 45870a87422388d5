/* A term as Python gives it: a name, the words before the last, and what the last may be. */

#ifndef ALERTD_SPELLING_H
#define ALERTD_SPELLING_H

#include "core.h"

/* One spelling at a time: its words one behind the other with a blank between. */
typedef struct {
    uint8_t *bytes;
    uint32_t room, size, head; /* `head`: bytes before the last word */
    tokens tokens;
} spelling;

typedef struct {
    PyObject *name, *head, *lasts;
    Py_ssize_t count; /* of spellings */
    spelling spelled;
} spelled_term;

/* Read a term and all of its spellings; the first one is there then. 0, or -1 with an exception. `spelling_free` is due
 * in any case. */
int spelling_read(PyObject *args, spelled_term *term);

/* Put a last word in the place of the one before. 0, or -1 with an exception: never once all of them have been read. */
int spelling_last(spelled_term *term, Py_ssize_t number);

void spelling_free(spelled_term *term);

#endif
