#include "access.h"

#define KEYS 1
#define FIRST 2 /* key */
#define AHEAD 8 /* slots that are fetched before they are looked at: in a large book they lie far apart */

static inline int is_on(const uint64_t *bits, uint32_t set) { return (int)(bits[set / 64] >> (set % 64) & 1); }

/* Begin a question: what it marks is told from what earlier ones have marked. */
static void next_stamp(slot_index *index) {
    if (++index->stamp)
        return;
    memset(index->key_stamps, 0, index->key_stamp_room * sizeof *index->key_stamps);
    index->stamp = 1;
}

/* Mark the keys, each of which stays in the list once. */
static void stamp_keys(slot_index *index, numbers *keys) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < keys->count; i++) {
        uint32_t key = keys->all[i];
        FETCH(&index->keys[key]);
        if (index->key_stamps[key] == index->stamp)
            continue;
        index->key_stamps[key] = index->stamp;
        keys->all[kept++] = key;
    }
    keys->count = kept;
}

/* Turn on the bit of each set that holds one of the companies, and note those under which slots stand alone. */
static int turn_on(slot_index *index, const numbers *companies) {
    index->active[0] |= 1;
    index->turned.count = 0;
    for (uint32_t i = 0; i < companies->count; i++) {
        const numbers *sets = &index->companies[companies->all[i]];
        for (uint32_t j = 0; j < sets->count; j++) {
            uint32_t set = sets->all[j];
            if (is_on(index->has_alone, set) && !is_on(index->active, set) && numbers_add(&index->turned, set) < 0)
                return -1;
            index->active[set / 64] |= (uint64_t)1 << (set % 64);
        }
    }
    return 0;
}

static void turn_off(slot_index *index, const numbers *companies) {
    for (uint32_t i = 0; i < companies->count; i++) {
        const numbers *sets = &index->companies[companies->all[i]];
        for (uint32_t j = 0; j < sets->count; j++)
            index->active[sets->all[j] / 64] = 0;
    }
}

static int has_one(const slot_index *index, const uint32_t *keys, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (index->key_stamps[keys[i]] == index->stamp)
            return 1;
    return 0;
}

/* Whether a slot is to be taken where a key leads to it (0: none does). Of several of its keys the first that the event
 * has takes it, so it is taken once. */
static inline int is_met(const slot_index *index, uint32_t slot, uint32_t key) {
    const uint32_t *part = index->slots[slot] + FIRST;
    if (key && *part != key)
        for (const uint32_t *at = part; *at != key; at++)
            if (index->key_stamps[*at] == index->stamp)
                return 0;
    part += part[KEYS - FIRST];
    for (uint32_t clauses = *part++; clauses; clauses--) {
        if (!has_one(index, part + 1, *part))
            return 0;
        part += 1 + *part;
    }
    return 1;
}

/* Look at the slots to which a question has led, first those under keys. */
static int take(slot_index *index, uint32_t under_keys, uint32_t count, numbers *out) {
    if (ROOM(out->all, out->room, (uint64_t)out->count + count) < 0)
        return -1;
    for (uint32_t i = 0; i < count; i++) {
        if (i + AHEAD < count)
            FETCH(index->slots[index->led[i + AHEAD].slot]);
        const led *one = &index->led[i];
        if (!is_met(index, one->slot, one->key))
            continue;
        out->all[out->count++] = one->slot;
        if (i < under_keys)
            index->keys[one->key].in_vain--;
    }
    return 0;
}

/* Note the slots under the event's keys whose set is on. Nearly all are left here. */
static int lead(slot_index *index, const numbers *keys, uint32_t *count) {
    for (uint32_t i = 0; i < keys->count; i++) {
        posting *list = &index->keys[keys->all[i]];
        if (i + 2 < keys->count)
            FETCH(index->keys[keys->all[i + 2]].all);
        if (ROOM(index->led, index->led_room, (uint64_t)*count + list->count) < 0)
            return -1;
        list->in_vain += list->count;
        for (uint32_t j = 0; j < list->count; j++)
            if (is_on(index->active, list->all[j].set)) {
                FETCH(&index->slots[list->all[j].slot]);
                index->led[(*count)++] = (led){keys->all[i], list->all[j].slot};
            }
    }
    return 0;
}

/* Note the slots that stand alone under the event's sets. */
static int lead_alone(slot_index *index, uint32_t *count) {
    for (uint32_t i = 0; i < index->turned.count; i++) {
        const numbers *slots = &index->alone[index->turned.all[i]];
        if (ROOM(index->led, index->led_room, (uint64_t)*count + slots->count) < 0)
            return -1;
        for (uint32_t j = 0; j < slots->count; j++) {
            FETCH(&index->slots[slots->all[j]]);
            index->led[(*count)++] = (led){0, slots->all[j]};
        }
    }
    return 0;
}

int access_find(slot_index *index, numbers *keys, const numbers *companies, numbers *out) {
    if (!index->live)
        return 0;
    next_stamp(index);
    stamp_keys(index, keys);
    uint32_t under_keys = 0, count = 0;
    int bad = turn_on(index, companies) < 0 || lead(index, keys, &under_keys) < 0;
    if (!bad) {
        count = under_keys;
        bad = lead_alone(index, &count) < 0;
    }
    turn_off(index, companies);
    return bad ? -1 : take(index, under_keys, count, out);
}

uint64_t access_work(const slot_index *index, const numbers *keys, const numbers *companies) {
    uint64_t work = 0;
    for (uint32_t i = 0; index->live && i < keys->count; i++)
        work += index->keys[keys->all[i]].count;
    for (uint32_t i = 0; index->live && i < companies->count; i++)
        work += index->companies[companies->all[i]].count;
    return work;
}

uint32_t access_worst(slot_index *index) {
    uint32_t worst = 0;
    for (uint32_t i = 0; i < index->key_count; i++)
        if (index->keys[i].in_vain > index->keys[worst].in_vain)
            worst = i;
    if (!index->key_count || !index->keys[worst].in_vain)
        return UINT32_MAX;
    index->keys[worst].in_vain = 0;
    return worst;
}
