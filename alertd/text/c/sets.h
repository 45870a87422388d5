/* Sets of companies under numbers from 1, counted: equal ones are one, however many rules need them. */

#ifndef ALERTD_SETS_H
#define ALERTD_SETS_H

#include "base.h"

typedef struct {
    uint32_t *all;
    uint32_t count, room;
} numbers;

static inline int numbers_add(numbers *list, uint32_t number) {
    if (ROOM(list->all, list->room, (uint64_t)list->count + 1) < 0)
        return -1;
    list->all[list->count++] = number;
    return 0;
}

typedef struct {
    uint32_t *members; /* in order */
    uint32_t count, hash;
    uint32_t uses; /* 0: a free number */
} company_set;

typedef struct {
    company_set *all; /* number 0 is none */
    uint32_t count, room, live;
    uint32_t *slots, mask; /* by hash; 0: an empty one */
    numbers free;
} company_sets;

void sets_free(company_sets *sets);
size_t sets_memory(const company_sets *sets);

/* The number of a set, whose members are put in order for it; 0 if there is none. */
uint32_t sets_get(const company_sets *sets, uint32_t *members, uint32_t count);

/* A number for a set that is not there, whose members are in order and are its own from then on; 0 if there is no memory. */
uint32_t sets_add(company_sets *sets, uint32_t *members, uint32_t count);

/* Forget a set. Its members are the caller's again. */
uint32_t *sets_drop(company_sets *sets, uint32_t number);

#endif
