/* Which slots an event may concern: by what it has (keys), and by the companies it names. All by number. */

#ifndef ALERTD_ACCESS_H
#define ALERTD_ACCESS_H

#include "sets.h"

/* A slot where it stands under a key; set 0: whatever companies the event names. */
typedef struct {
    uint32_t set, slot;
} posted;

/* A slot to which a key leads; key 0: what every event has, or a set of companies. */
typedef struct {
    uint32_t key, slot;
} led;

typedef struct {
    posted *all;
    uint32_t count, room;
    uint64_t in_vain; /* slots that events were led to and that were not taken, since somebody asked */
} posting;

/* A slot: the keys it is posted under (none: under its set alone, or always), then clauses, of each of which the event
 * must have a key: `set, keys, key…, clauses, (keys, key…)…`. NULL: a free number. */
typedef uint32_t *slot_parts;

typedef struct {
    posting *keys; /* by key; what stands under 0 is always asked */
    uint32_t key_count, key_room;
    company_sets sets;
    numbers *alone; /* by set: slots that stand under it alone */
    uint32_t alone_count, alone_room;
    numbers *companies; /* by company: the sets that hold it */
    uint32_t company_count, company_room;
    slot_parts *slots; /* by slot; number 0 is none */
    uint32_t slot_count, slot_room, live;
    numbers free;
    uint64_t *has_alone; /* a bit for each set under which slots stand alone */
    uint32_t has_alone_room;
    /* of one question, and written by it */
    uint32_t *key_stamps, key_stamp_room, stamp;
    uint64_t *active; /* a bit for each set; none is set between questions */
    uint32_t active_room;
    led *led; /* slots that it led to */
    uint32_t led_room;
    numbers turned; /* sets of the event under which slots stand alone */
} slot_index;

void access_free(slot_index *index);
size_t access_memory(const slot_index *index);

/* Make room for a key and a company of this number. 0, or -1 if there is no memory. */
int access_room(slot_index *index, uint32_t key, uint32_t company);

/* The number of a set of companies, one use more; 0 if there is no memory. If `*is_new` the array is the set's own from
 * then on, else it stays the caller's. */
uint32_t access_use(slot_index *index, uint32_t *companies, uint32_t count, int *is_new);

/* One use less. Gives the companies of a set that nobody uses any more, the caller's from then on; else NULL. */
uint32_t *access_release(slot_index *index, uint32_t set, uint32_t *count);

/* Take in a slot, whose parts it owns from then on. Gives its number; 0 if there is no memory. */
uint32_t access_put(slot_index *index, slot_parts parts);

/* Forget a slot; gives its parts, or NULL if there is none. */
slot_parts access_drop(slot_index *index, uint32_t slot);

/* Add to `out` each slot that an event with these keys and companies may concern, once; repeated keys are taken out of
 * the list. 0, or -1 if there is no memory. */
int access_find(slot_index *index, numbers *keys, const numbers *companies, numbers *out);

/* The number of elements of a slot's parts. */
uint32_t access_size(const uint32_t *parts);

/* How many steps a question will take, about. */
uint64_t access_work(const slot_index *index, const numbers *keys, const numbers *companies);

/* The key that led to the most slots in vain since it was last given; UINT32_MAX if none did. */
uint32_t access_worst(slot_index *index);

#endif
