#include "access.h"

#define SET 0
#define KEYS 1
#define FIRST 2 /* key */

void access_free(slot_index *index) {
    for (uint32_t i = 0; i < index->key_count; i++)
        free(index->keys[i].all);
    for (uint32_t i = 0; i < index->alone_count; i++)
        free(index->alone[i].all);
    for (uint32_t i = 0; i < index->company_count; i++)
        free(index->companies[i].all);
    for (uint32_t i = 0; i < index->slot_count; i++)
        free(index->slots[i]);
    sets_free(&index->sets);
    free(index->keys);
    free(index->alone);
    free(index->companies);
    free(index->slots);
    free(index->free.all);
    free(index->has_alone);
    free(index->key_stamps);
    free(index->active);
    free(index->led);
    free(index->turned.all);
    memset(index, 0, sizeof *index);
}

uint32_t access_size(const uint32_t *parts) {
    uint32_t at = FIRST + parts[KEYS];
    for (uint32_t left = parts[at++]; left; left--)
        at += 1 + parts[at];
    return at;
}

size_t access_memory(const slot_index *index) {
    size_t all = index->key_room * sizeof(posting) + index->alone_room * sizeof(numbers) +
                 index->company_room * sizeof(numbers) + index->slot_room * sizeof(slot_parts) +
                 sizeof(uint32_t) * ((size_t)index->key_stamp_room + index->free.room + index->turned.room) +
                 sizeof(uint64_t) * ((size_t)index->active_room + index->has_alone_room) +
                 sizeof(led) * index->led_room + sets_memory(&index->sets);
    for (uint32_t i = 0; i < index->key_count; i++)
        all += index->keys[i].room * sizeof(posted);
    for (uint32_t i = 0; i < index->alone_count; i++)
        all += index->alone[i].room * sizeof(uint32_t);
    for (uint32_t i = 0; i < index->company_count; i++)
        all += index->companies[i].room * sizeof(uint32_t);
    for (uint32_t i = 0; i < index->slot_count; i++)
        all += index->slots[i] ? access_size(index->slots[i]) * sizeof(uint32_t) : 0;
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

int access_room(slot_index *index, uint32_t key, uint32_t company) {
    if (ZEROED(index->keys, index->key_room, &index->key_count, key) < 0 ||
        ZEROED(index->key_stamps, index->key_stamp_room, NULL, key) < 0 ||
        ZEROED(index->active, index->active_room, NULL, 0) < 0 ||
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

/* Take a set out of the lists of its first companies. */
static void empty_set(slot_index *index, uint32_t set, const uint32_t *companies, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        take_out(&index->companies[companies[i]], set);
}

static int fill_set(slot_index *index, uint32_t set, const uint32_t *companies, uint32_t count) {
    if (ZEROED(index->alone, index->alone_room, &index->alone_count, set) < 0 ||
        ZEROED(index->has_alone, index->has_alone_room, NULL, set / 64) < 0 ||
        ZEROED(index->active, index->active_room, NULL, set / 64) < 0)
        return -1;
    for (uint32_t i = 0; i < count; i++)
        if (numbers_add(&index->companies[companies[i]], set) < 0) {
            empty_set(index, set, companies, i);
            return -1;
        }
    return 0;
}

uint32_t access_use(slot_index *index, uint32_t *companies, uint32_t count, int *is_new) {
    uint32_t set = sets_get(&index->sets, companies, count);
    *is_new = !set;
    if (set) {
        index->sets.all[set].uses++;
        return set;
    }
    if (!(set = sets_add(&index->sets, companies, count)))
        return 0;
    if (fill_set(index, set, companies, count) < 0) {
        sets_drop(&index->sets, set);
        return 0;
    }
    return set;
}

uint32_t *access_release(slot_index *index, uint32_t set, uint32_t *count) {
    company_set *one = &index->sets.all[set];
    if (--one->uses)
        return NULL;
    *count = one->count;
    empty_set(index, set, one->members, one->count);
    return sets_drop(&index->sets, set);
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
        *list = (posting){NULL, 0, 0, 0};
    }
}

static int post(slot_index *index, uint32_t key, uint32_t set, uint32_t slot) {
    posting *list = &index->keys[key];
    if (ROOM(list->all, list->room, (uint64_t)list->count + 1) < 0)
        return -1;
    list->all[list->count++] = (posted){set, slot};
    return 0;
}

static int post_alone(slot_index *index, uint32_t set, uint32_t slot) {
    if (!set)
        return post(index, 0, 0, slot);
    if (numbers_add(&index->alone[set], slot) < 0)
        return -1;
    index->has_alone[set / 64] |= (uint64_t)1 << (set % 64);
    return 0;
}

static void unpost_alone(slot_index *index, uint32_t set, uint32_t slot) {
    if (!set) {
        unpost(index, 0, slot);
        return;
    }
    take_out(&index->alone[set], slot);
    if (!index->alone[set].count)
        index->has_alone[set / 64] &= ~((uint64_t)1 << (set % 64));
}

/* Post a slot everywhere, or nowhere. */
static int post_all(slot_index *index, const uint32_t *parts, uint32_t slot) {
    if (!parts[KEYS])
        return post_alone(index, parts[SET], slot);
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
        ZEROED(index->slots, index->slot_room, NULL, slot) < 0 || post_all(index, parts, slot) < 0)
        return 0;
    if (slot >= index->slot_count)
        index->slot_count = slot + 1;
    index->free.count -= (uint32_t)used;
    index->slots[slot] = parts;
    index->live++;
    return slot;
}

slot_parts access_drop(slot_index *index, uint32_t slot) {
    slot_parts parts = slot && slot < index->slot_count ? index->slots[slot] : NULL;
    if (!parts)
        return NULL;
    if (!parts[KEYS])
        unpost_alone(index, parts[SET], slot);
    for (uint32_t i = 0; i < parts[KEYS]; i++)
        unpost(index, parts[FIRST + i], slot);
    index->slots[slot] = NULL;
    index->free.all[index->free.count++] = slot;
    index->live--;
    return parts;
}
