#include "words.h"

#define BLANKS 0x2020202020202020u
#define ONES 0x0101010101010101u
#define SPREAD 0x9e3779b97f4a7c15u

/* A bit in the highest place of each byte that is a blank; above the first, others may be marked too. */
static inline uint64_t blanks(uint64_t bytes) {
    uint64_t zero = bytes ^ BLANKS;
    return (zero - ONES) & ~zero & (ONES << 7);
}

static inline uint64_t mixed(uint64_t hash, uint64_t bytes) {
    hash = (hash ^ bytes) * SPREAD;
    return hash ^ hash >> 32;
}

int tokens_read(const uint8_t *bytes, uint32_t size, tokens *out) {
    const uint8_t *p = bytes, *end = bytes + size;
    if (ROOM(out->all, out->room, (uint64_t)out->count + size / 6 + 8) < 0)
        return -1;
    for (;;) {
        while (p < end && *p == ' ')
            p++;
        if (p >= end)
            return 0;
        const uint8_t *start = p;
        uint64_t hash = 0, part, ends;
        while (!(ends = blanks(part = load64(p)))) {
            hash = mixed(hash, part);
            p += 8;
        }
        unsigned left = lowest_bit(ends) >> 3;
        if (left)
            hash = mixed(hash, part & ~(uint64_t)0 >> (64 - 8 * left));
        p += left;
        uint32_t length = (uint32_t)(p - start);
        hash = mixed(hash, length);
        if (ROOM(out->all, out->room, (uint64_t)out->count + 1) < 0)
            return -1;
        out->all[out->count++] = (token){(uint32_t)(start - bytes), length, (uint32_t)hash};
    }
}

void words_free(words *set) {
    for (uint32_t i = 1; i < set->count; i++)
        if (set->all[i].size > HERE)
            free(set->all[i].bytes.there);
    free(set->all);
    free(set->slots);
    memset(set, 0, sizeof *set);
}

static inline int is_word(const kept_word *one, const uint8_t *bytes, uint32_t size) {
    return one->size == size && !memcmp(size > HERE ? one->bytes.there : one->bytes.here, bytes, size);
}

uint32_t words_get(const words *set, const uint8_t *bytes, uint32_t size, uint32_t hash) {
    if (!set->mask)
        return 0;
    for (uint32_t i = hash & set->mask; set->slots[i].word; i = (i + 1) & set->mask)
        if (set->slots[i].hash == hash && is_word(&set->all[set->slots[i].word], bytes, size))
            return set->slots[i].word;
    return 0;
}

static void put_slot(word_slot *slots, uint32_t mask, word_slot slot) {
    uint32_t i = slot.hash & mask;
    while (slots[i].word)
        i = (i + 1) & mask;
    slots[i] = slot;
}

/* Keep at least three slots in ten empty. */
static int more_slots(words *set) {
    uint64_t have = set->mask ? (uint64_t)set->mask + 1 : 0;
    if ((uint64_t)set->live * 10 + 10 <= have * 7)
        return 0;
    uint64_t want = have ? have * 2 : 64;
    if (want > (uint64_t)1 << 31)
        return -1;
    word_slot *slots = calloc((size_t)want, sizeof *slots);
    if (!slots)
        return -1;
    for (uint64_t i = 0; i < have; i++)
        if (set->slots[i].word)
            put_slot(slots, (uint32_t)want - 1, set->slots[i]);
    free(set->slots);
    set->slots = slots;
    set->mask = (uint32_t)want - 1;
    return 0;
}

/* Give an unused number; 0 if there is no memory. */
static uint32_t new_number(words *set) {
    uint32_t number = set->free;
    if (number) {
        set->free = set->all[number].uses;
        return number;
    }
    if (ROOM(set->all, set->room, (uint64_t)set->count + 2) < 0)
        return 0;
    if (!set->count)
        memset(&set->all[set->count++], 0, sizeof *set->all);
    return set->count++;
}

uint32_t words_use(words *set, const uint8_t *bytes, uint32_t size, uint32_t hash) {
    uint32_t number = words_get(set, bytes, size, hash);
    if (number) {
        set->all[number].uses++;
        return number;
    }
    uint8_t *there = NULL;
    if (more_slots(set) < 0 || (size > HERE && !(there = malloc(size))))
        return 0;
    if (!(number = new_number(set))) {
        free(there);
        return 0;
    }
    kept_word *one = &set->all[number];
    memset(one, 0, sizeof *one);
    one->uses = 1;
    one->size = size;
    one->hash = hash;
    if (there)
        one->bytes.there = memcpy(there, bytes, size);
    else
        memcpy(one->bytes.here, bytes, size);
    set->long_bytes += there ? size : 0;
    set->live++;
    put_slot(set->slots, set->mask, (word_slot){hash, number});
    return number;
}

/* Empty a slot, and move up those behind it that would not be found any more. */
static void drop_slot(words *set, uint32_t i) {
    uint32_t mask = set->mask;
    for (uint32_t j = (i + 1) & mask; set->slots[j].word; j = (j + 1) & mask)
        if (((j - set->slots[j].hash) & mask) >= ((j - i) & mask)) {
            set->slots[i] = set->slots[j];
            i = j;
        }
    set->slots[i] = (word_slot){0, 0};
}

void words_release(words *set, uint32_t number) {
    kept_word *one = &set->all[number];
    if (--one->uses)
        return;
    uint32_t i = one->hash & set->mask;
    while (set->slots[i].word != number)
        i = (i + 1) & set->mask;
    drop_slot(set, i);
    if (one->size > HERE) {
        free(one->bytes.there);
        set->long_bytes -= one->size;
    }
    one->size = 0;
    one->uses = set->free;
    set->free = number;
    set->live--;
}

/* How many tokens ahead a slot, and the word in it, are asked of the memory. */
#define FAR_AHEAD 16u
#define NEAR_AHEAD 8u

void words_find(const words *set, const uint8_t *bytes, const token *all, uint32_t count, uint32_t *numbers) {
    if (!set->mask) {
        memset(numbers, 0, count * sizeof *numbers);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (count - i > FAR_AHEAD)
            FETCH(&set->slots[all[i + FAR_AHEAD].hash & set->mask]);
        if (count - i > NEAR_AHEAD)
            FETCH(&set->all[set->slots[all[i + NEAR_AHEAD].hash & set->mask].word]);
        numbers[i] = words_get(set, bytes + all[i].at, all[i].size, all[i].hash);
    }
}
