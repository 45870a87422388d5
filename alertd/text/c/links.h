/* From the terms that stand in a text to the keys of slots, by the terms' numbers: without a look at their names. */

#ifndef ALERTD_LINKS_H
#define ALERTD_LINKS_H

#include "interned.h"

/* What a term is as a key. It is told by its name whether the number has been given to another term meanwhile. */
typedef struct {
    PyObject *name;
    uint64_t of; /* which keys there were when it was looked up */
    uint32_t text, title; /* 0: no key; `title` may be UNKNOWN */
} term_link;

typedef struct {
    term_link *all; /* by the number of the term */
    uint32_t room;
    uint64_t of; /* goes up with every key that comes or goes */
} term_links;

void links_free(term_links *links);
static inline size_t links_memory(const term_links *links) { return links->room * sizeof(term_link); }

/* Add the keys of all terms of a field; of a title they are keys of their own, too. 0, or -1 with an exception. */
int links_add(term_links *links, const interned *keys, const field_object *field, int is_title, numbers *out);

#endif
