#include "access.h"

#define SET 0
#define KEYS 1
#define FIRST 2 /* key */

void access_free(slot_index *index) {
    for (uint32_t i = 0; i < index->key_count; i++)
        free(index->keys[i].all);
    for (uint32_t i = 0; i < index->set_count; i++)
        free(index->sets[i].all);
    for (uint32_t i = 0; i < index->company_count; i++)
        free(index->companies[i].all);
    for (uint32_t i = 0; i < index->slot_count; i++)
        free(index->slots[i]);
    free(index->keys);
    free(index->sets);
    free(index->companies);
    free(index->slots);
    free(index->free.all);
    free(index->key_stamps);
    free(index->slot_stamps);
    free(index->active);
    memset(index, 0, sizeof *index);
}

/* The number of elements of a slot's parts. */
static uint32_t parts_size(const uint32_t *parts) {
    uint32_t at = FIRST + parts[KEYS];
    for (uint32_t left = parts[at++]; left; left--)
        at += 1 + parts[at];
    return at;
}

size_t access_memory(const slot_index *index) {
    size_t all = index->key_room * sizeof(posting) + index->set_room * sizeof(numbers) +
                 index->company_room * sizeof(numbers) + index->slot_room * sizeof(slot_parts) +
                 sizeof(uint32_t) * ((size_t)index->key_stamp_room + index->slot_stamp_room + index->free.room) +
                 sizeof(uint64_t) * index->active_room;
    for (uint32_t i = 0; i < index->key_count; i++)
        all += index->keys[i].room * sizeof(posted);
    for (uint32_t i = 0; i < index->set_count; i++)
        all += index->sets[i].room * sizeof(uint32_t);
    for (uint32_t i = 0; i < index->company_count; i++)
        all += index->companies[i].room * sizeof(uint32_t);
    for (uint32_t i = 0; i < index->slot_count; i++)
        all += index->slots[i] ? parts_size(index->slots[i]) * sizeof(uint32_t) : 0;
    return all;
}

/* Make room for element `number` of an array whose elements are zero until they are used. */
static int room_for(void *array, uint32_t *room, uint32_t *count, uint32_t number, size_t size) {
    uint32_t before = *room;
    if (make_room(array, room, (uint64_t)number + 1, size) < 0)
        return -1;
    char *elements;
    memcpy(&elements, array, sizeof elements);
    memset(elements + before * size, 0, (*room - before) * size);
    if (count && number >= *count)
        *count = number + 1;
    return 0;
}

#define ZEROED(array, room, count, number) room_for(&(array), &(room), count, (number), sizeof *(array))

int access_room(slot_index *index, uint32_t key, uint32_t set, uint32_t company) {
    if (ZEROED(index->keys, index->key_room, &index->key_count, key) < 0 ||
        ZEROED(index->key_stamps, index->key_stamp_room, NULL, key) < 0 ||
        ZEROED(index->sets, index->set_room, &index->set_count, set) < 0 ||
        ZEROED(index->active, index->active_room, NULL, set / 64) < 0 ||
        ZEROED(index->companies, index->company_room, &index->company_count, company) < 0)
        return -1;
    return 0;
}

/* Take one number out of a list that has it. */
static void take_out(numbers *list, uint32_t number) {
    for (uint32_t i = 0; i < list->count; i++)
        if (list->all[i] == number) {
            list->all[i] = list->all[--list->count];
            break;
        }
    if (!list->count) {
        free(list->all);
        *list = (numbers){NULL, 0, 0};
    }
}

int access_fill(slot_index *index, uint32_t set, const uint32_t *companies, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (numbers_add(&index->companies[companies[i]], set) < 0) {
            access_empty(index, set, companies, i);
            return -1;
        }
    return 0;
}

void access_empty(slot_index *index, uint32_t set, const uint32_t *companies, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        take_out(&index->companies[companies[i]], set);
}

static void unpost(slot_index *index, uint32_t key, uint32_t slot) {
    posting *list = &index->keys[key];
    for (uint32_t i = 0; i < list->count; i++)
        if (list->all[i].slot == slot) {
            list->all[i] = list->all[--list->count];
            break;
        }
    if (!list->count) {
        free(list->all);
        *list = (posting){NULL, 0, 0};
    }
}

static int post(slot_index *index, uint32_t key, uint32_t set, uint32_t slot) {
    posting *list = &index->keys[key];
    if (ROOM(list->all, list->room, (uint64_t)list->count + 1) < 0)
        return -1;
    list->all[list->count++] = (posted){set, slot};
    return 0;
}

/* Post a slot everywhere, or nowhere. */
static int post_all(slot_index *index, const uint32_t *parts, uint32_t slot) {
    if (!parts[KEYS])
        return parts[SET] ? numbers_add(&index->sets[parts[SET]], slot) : post(index, 0, 0, slot);
    for (uint32_t i = 0; i < parts[KEYS]; i++)
        if (post(index, parts[FIRST + i], parts[SET], slot) < 0) {
            while (i-- > 0)
                unpost(index, parts[FIRST + i], slot);
            return -1;
        }
    return 0;
}

uint32_t access_put(slot_index *index, slot_parts parts) {
    int used = index->free.count > 0;
    uint32_t slot = used ? index->free.all[index->free.count - 1] : index->slot_count ? index->slot_count : 1;
    /* room for its number among the free ones too, so that to drop it never fails */
    if (ROOM(index->free.all, index->free.room, (uint64_t)index->live + index->free.count + 1) < 0 ||
        ZEROED(index->slots, index->slot_room, &index->slot_count, slot) < 0 ||
        ZEROED(index->slot_stamps, index->slot_stamp_room, NULL, slot) < 0 || post_all(index, parts, slot) < 0)
        return 0;
    index->free.count -= (uint32_t)used;
    index->slots[slot] = parts;
    index->live++;
    return slot;
}

slot_parts access_drop(slot_index *index, uint32_t slot) {
    slot_parts parts = slot && slot < index->slot_count ? index->slots[slot] : NULL;
    if (!parts)
        return NULL;
    if (!parts[KEYS] && parts[SET])
        take_out(&index->sets[parts[SET]], slot);
    else if (!parts[KEYS])
        unpost(index, 0, slot);
    for (uint32_t i = 0; i < parts[KEYS]; i++)
        unpost(index, parts[FIRST + i], slot);
    index->slots[slot] = NULL;
    index->free.all[index->free.count++] = slot;
    index->live--;
    return parts;
}

static inline int is_active(const slot_index *index, uint32_t set) { return (int)(index->active[set / 64] >> (set % 64) & 1); }

/* Take a slot once, if the event has a key of each of its clauses. */
static inline int take(slot_index *index, uint32_t slot, numbers *out) {
    if (index->slot_stamps[slot] == index->stamp)
        return 0;
    index->slot_stamps[slot] = index->stamp;
    const uint32_t *part = index->slots[slot] + FIRST + index->slots[slot][KEYS];
    for (uint32_t clauses = *part++; clauses; clauses--) {
        const uint32_t *end = part + 1 + *part;
        int met = 0;
        while (!met && ++part < end)
            met = index->key_stamps[*part] == index->stamp;
        if (!met)
            return 0;
        part = end;
    }
    return numbers_add(out, slot);
}

static int walk(slot_index *index, const numbers *keys, const numbers *companies, numbers *out) {
    for (uint32_t i = 0; i < keys->count; i++) {
        const posting *list = &index->keys[keys->all[i]];
        for (uint32_t j = 0; j < list->count; j++)
            if (is_active(index, list->all[j].set) && take(index, list->all[j].slot, out) < 0)
                return -1;
    }
    for (uint32_t i = 0; i < companies->count; i++) {
        const numbers *sets = &index->companies[companies->all[i]];
        for (uint32_t j = 0; j < sets->count; j++)
            for (uint32_t k = 0; k < index->sets[sets->all[j]].count; k++)
                if (take(index, index->sets[sets->all[j]].all[k], out) < 0)
                    return -1;
    }
    return 0;
}

/* Begin a question: what it marks is told from what earlier ones have marked. */
static void next_stamp(slot_index *index) {
    if (++index->stamp)
        return;
    memset(index->key_stamps, 0, index->key_stamp_room * sizeof *index->key_stamps);
    if (index->slot_stamps)
        memset(index->slot_stamps, 0, index->slot_stamp_room * sizeof *index->slot_stamps);
    index->stamp = 1;
}

int access_find(slot_index *index, const numbers *keys, const numbers *companies, numbers *out) {
    if (!index->live)
        return 0;
    next_stamp(index);
    index->active[0] |= 1;
    for (uint32_t i = 0; i < keys->count; i++)
        index->key_stamps[keys->all[i]] = index->stamp;
    for (uint32_t i = 0; i < companies->count; i++) {
        const numbers *sets = &index->companies[companies->all[i]];
        for (uint32_t j = 0; j < sets->count; j++)
            index->active[sets->all[j] / 64] |= (uint64_t)1 << (sets->all[j] % 64);
    }
    int result = walk(index, keys, companies, out);
    for (uint32_t i = 0; i < companies->count; i++) {
        const numbers *sets = &index->companies[companies->all[i]];
        for (uint32_t j = 0; j < sets->count; j++)
            index->active[sets->all[j] / 64] = 0;
    }
    return result;
}
