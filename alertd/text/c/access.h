/* Which slots an event may concern: by what it has (keys), and by the companies it names. All by number. */

#ifndef ALERTD_ACCESS_H
#define ALERTD_ACCESS_H

#include "base.h"

typedef struct {
    uint32_t *all;
    uint32_t count, room;
} numbers;

/* A slot where it stands under a key; set 0: whatever companies the event names. */
typedef struct {
    uint32_t set, slot;
} posted;

typedef struct {
    posted *all;
    uint32_t count, room;
} posting;

/* A slot: the keys it is posted under (none: under its set alone, or always), then clauses, of each of which the event
 * must have a key: `set, keys, key…, clauses, (keys, key…)…`. NULL: a free number. */
typedef uint32_t *slot_parts;

typedef struct {
    posting *keys; /* by key; what stands under 0 is always asked */
    uint32_t key_count, key_room;
    numbers *sets; /* by set: slots that stand under it alone */
    uint32_t set_count, set_room;
    numbers *companies; /* by company: the sets that hold it */
    uint32_t company_count, company_room;
    slot_parts *slots; /* by slot; number 0 is none */
    uint32_t slot_count, slot_room, live;
    numbers free;
    /* of one question, and written by it */
    uint32_t *key_stamps, key_stamp_room, *slot_stamps, slot_stamp_room, stamp;
    uint64_t *active; /* a bit for each set; none is set between questions */
    uint32_t active_room;
} slot_index;

void access_free(slot_index *index);
size_t access_memory(const slot_index *index);

/* Make room for a key, a set or a company of this number. 0, or -1 if there is no memory. */
int access_room(slot_index *index, uint32_t key, uint32_t set, uint32_t company);

/* Let a set have companies, or not any more. 0, or -1 if there is no memory: then it has none. */
int access_fill(slot_index *index, uint32_t set, const uint32_t *companies, uint32_t count);
void access_empty(slot_index *index, uint32_t set, const uint32_t *companies, uint32_t count);

/* Take in a slot, whose parts it owns from then on. Gives its number; 0 if there is no memory. */
uint32_t access_put(slot_index *index, slot_parts parts);

/* Forget a slot; gives its parts, or NULL if there is none. */
slot_parts access_drop(slot_index *index, uint32_t slot);

/* Add to `out` each slot that an event with these keys and companies may concern, once. 0, or -1 if there is no memory. */
int access_find(slot_index *index, const numbers *keys, const numbers *companies, numbers *out);

static inline int numbers_add(numbers *list, uint32_t number) {
    if (ROOM(list->all, list->room, (uint64_t)list->count + 1) < 0)
        return -1;
    list->all[list->count++] = number;
    return 0;
}

#endif
