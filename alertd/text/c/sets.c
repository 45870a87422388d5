#include "sets.h"

#define SPREAD 0x9e3779b1u

void sets_free(company_sets *sets) {
    for (uint32_t i = 1; i < sets->count; i++)
        free(sets->all[i].members);
    free(sets->all);
    free(sets->slots);
    free(sets->free.all);
    memset(sets, 0, sizeof *sets);
}

size_t sets_memory(const company_sets *sets) {
    size_t all = sets->room * sizeof(company_set) + sets->free.room * sizeof(uint32_t) +
                 (sets->slots ? ((size_t)sets->mask + 1) * sizeof(uint32_t) : 0);
    for (uint32_t i = 1; i < sets->count; i++)
        all += sets->all[i].count * sizeof(uint32_t);
    return all;
}

static uint32_t hash_of(const uint32_t *members, uint32_t count) {
    uint32_t hash = count;
    for (uint32_t i = 0; i < count; i++) {
        hash = (hash ^ members[i]) * SPREAD;
        hash ^= hash >> 15;
    }
    return hash;
}

static int compare(const void *one, const void *other) {
    uint32_t a, b;
    memcpy(&a, one, sizeof a);
    memcpy(&b, other, sizeof b);
    return (a > b) - (a < b);
}

/* The slot of a set, or the empty one where it would stand. */
static uint32_t slot_of(const company_sets *sets, const uint32_t *members, uint32_t count, uint32_t hash) {
    uint32_t i = hash & sets->mask, number;
    for (; (number = sets->slots[i]); i = (i + 1) & sets->mask) {
        const company_set *one = &sets->all[number];
        if (one->hash == hash && one->count == count && !memcmp(one->members, members, count * sizeof *members))
            break;
    }
    return i;
}

uint32_t sets_get(const company_sets *sets, uint32_t *members, uint32_t count) {
    qsort(members, count, sizeof *members, compare);
    return sets->slots ? sets->slots[slot_of(sets, members, count, hash_of(members, count))] : 0;
}

/* Keep at least three in ten empty. */
static int more_slots(company_sets *sets) {
    uint64_t have = sets->slots ? (uint64_t)sets->mask + 1 : 0;
    if ((uint64_t)sets->live * 10 + 10 <= have * 7)
        return 0;
    uint64_t want = have ? have * 2 : 64;
    uint32_t *slots = want <= (uint64_t)1 << 31 ? calloc((size_t)want, sizeof *slots) : NULL;
    if (!slots)
        return -1;
    uint32_t mask = (uint32_t)want - 1;
    for (uint64_t i = 0; i < have; i++) {
        uint32_t number = sets->slots[i];
        if (!number)
            continue;
        uint32_t to = sets->all[number].hash & mask;
        while (slots[to])
            to = (to + 1) & mask;
        slots[to] = number;
    }
    free(sets->slots);
    sets->slots = slots;
    sets->mask = mask;
    return 0;
}

uint32_t sets_add(company_sets *sets, uint32_t *members, uint32_t count) {
    int used = sets->free.count > 0;
    uint32_t number = used ? sets->free.all[sets->free.count - 1] : sets->count ? sets->count : 1;
    /* room for its number among the free ones too, so that to drop it never fails */
    if (number >= UINT32_MAX / 4 || more_slots(sets) < 0 || ROOM(sets->all, sets->room, (uint64_t)number + 1) < 0 ||
        ROOM(sets->free.all, sets->free.room, (uint64_t)sets->live + sets->free.count + 1) < 0)
        return 0;
    if (number >= sets->count)
        sets->count = number + 1;
    sets->free.count -= (uint32_t)used;
    uint32_t hash = hash_of(members, count);
    sets->slots[slot_of(sets, members, count, hash)] = number;
    sets->all[number] = (company_set){members, count, hash, 1};
    sets->live++;
    return number;
}

uint32_t *sets_drop(company_sets *sets, uint32_t number) {
    company_set *one = &sets->all[number];
    uint32_t *members = one->members, mask = sets->mask, i = slot_of(sets, members, one->count, one->hash);
    for (uint32_t j = (i + 1) & mask; sets->slots[j]; j = (j + 1) & mask)
        if (((j - sets->all[sets->slots[j]].hash) & mask) >= ((j - i) & mask)) {
            sets->slots[i] = sets->slots[j];
            i = j;
        }
    sets->slots[i] = 0;
    *one = (company_set){NULL, 0, 0, 0};
    sets->free.all[sets->free.count++] = number;
    sets->live--;
    return members;
}
