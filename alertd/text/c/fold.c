#include "fold.h"

/* An entry of the table: KNOWN, IS_MARK, six bits of size; then up to three bytes, or where in the pools they stand. */
#define KNOWN 0x80000000u
#define IS_MARK 0x40000000u
#define SIZE_OF(entry) ((entry) >> 24 & 63u)
#define INLINE 3u
#define POOL_BITS 16

#define HIGH_BITS 0x8080808080808080u

void fold_table_free(fold_table *table) {
    for (size_t i = 0; i < CODE_POINTS >> 8; i++)
        free(table->blocks[i]);
    for (size_t i = 0; i < POOLS; i++)
        free(table->pools[i]);
    memset(table, 0, sizeof *table);
}

size_t fold_table_memory(const fold_table *table) {
    size_t size = sizeof *table;
    for (size_t i = 0; i < CODE_POINTS >> 8; i++)
        size += table->blocks[i] ? 256 * sizeof(uint32_t) : 0;
    for (size_t i = 0; i < POOLS; i++)
        size += table->pools[i] ? (size_t)1 << POOL_BITS : 0;
    return size;
}

/* Read a character beyond ASCII. The text comes from Python's own encoder, so it is whole. */
static inline uint32_t read_character(const uint8_t **text) {
    const uint8_t *p = *text;
    if (p[0] < 0xe0) {
        *text = p + 2;
        return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3fu);
    }
    if (p[0] < 0xf0) {
        *text = p + 3;
        return (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3fu);
    }
    *text = p + 4;
    return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 | (uint32_t)(p[2] & 0x3f) << 6 |
           (p[3] & 0x3fu);
}

static inline uint32_t entry_of(const fold_table *table, uint32_t character) {
    const uint32_t *block = table->blocks[character >> 8];
    return block ? block[character & 255] : 0;
}

/* Give where the next character beyond ASCII stands, or the end. */
static inline const uint8_t *behind_ascii(const uint8_t *p, const uint8_t *end) {
    while (end - p >= 8) {
        uint64_t high = load64(p) & HIGH_BITS;
        if (high)
            return p + (lowest_bit(high) >> 3);
        p += 8;
    }
    while (p < end && *p < 0x80)
        p++;
    return p;
}

int32_t fold_unknown(const fold_table *table, const uint8_t *text, size_t size, size_t *at) {
    const uint8_t *p = text + *at, *end = text + size;
    while ((p = behind_ascii(p, end)) < end) {
        uint32_t character = read_character(&p);
        if (!entry_of(table, character)) {
            *at = (size_t)(p - text);
            return (int32_t)character;
        }
    }
    *at = size;
    return -1;
}

/* Put bytes where they stay. 0, or -1 if there is no memory. */
static int put_pooled(fold_table *table, const uint8_t *bytes, uint32_t size, uint32_t *where) {
    uint32_t at = table->pooled;
    if ((at & ((1u << POOL_BITS) - 1)) + size > 1u << POOL_BITS)
        at = ((at >> POOL_BITS) + 1) << POOL_BITS;
    uint32_t pool = at >> POOL_BITS;
    if (pool >= POOLS)
        return -1;
    if (!table->pools[pool] && !(table->pools[pool] = malloc((size_t)1 << POOL_BITS)))
        return -1;
    memcpy(table->pools[pool] + (at & ((1u << POOL_BITS) - 1)), bytes, size);
    table->pooled = at + size;
    *where = at;
    return 0;
}

int fold_learn(fold_table *table, uint32_t character, const uint8_t *bytes, size_t size, int is_mark) {
    if (size > 63)
        return -2;
    uint32_t **block = &table->blocks[character >> 8];
    if (!*block && !(*block = calloc(256, sizeof **block)))
        return -1;
    if ((*block)[character & 255]) /* another thread was first */
        return 0;
    uint32_t value = 0;
    if (size > INLINE) {
        if (put_pooled(table, bytes, (uint32_t)size, &value) < 0)
            return -1;
    } else {
        for (size_t i = 0; i < size; i++)
            value |= (uint32_t)bytes[i] << (8 * i);
    }
    (*block)[character & 255] = KNOWN | (is_mark ? IS_MARK : 0) | (uint32_t)size << 24 | value;
    return 0;
}

/* Make room for so many more folded bytes and what stands behind them. */
static int more_bytes(folded *out, uint64_t more) {
    uint64_t need = (uint64_t)out->size + more + PADDING;
    return need > LONGEST ? -1 : ROOM(out->bytes, out->room, need);
}

static int put_character(const fold_table *table, uint32_t character, uint32_t place, folded *out) {
    uint32_t entry = entry_of(table, character), size = SIZE_OF(entry), value = entry & 0xffffff;
    if (more_bytes(out, 64) < 0 || ROOM(out->jumps, out->jump_room, at_least(16, (uint64_t)out->jump_count + 1)) < 0)
        return -1;
    uint8_t *to = out->bytes + out->size;
    if (size > INLINE)
        memcpy(to, table->pools[value >> POOL_BITS] + (value & ((1u << POOL_BITS) - 1)), size);
    else
        for (uint32_t i = 0; i < size; i++)
            to[i] = (uint8_t)(value >> (8 * i));
    fold_jump *jump = &out->jumps[out->jump_count++];
    jump->at = out->size;
    jump->end = out->size += size;
    jump->place = place | (entry & IS_MARK ? MARK : 0);
    return 0;
}

/* Blank out apostrophes and possessive `'s`, as `_without_apostrophes` of fold.py does. */
static void drop_apostrophes(uint8_t *bytes, uint32_t size) {
    const uint8_t *end = bytes + size, *dropped = NULL;
    uint8_t *p = bytes;
    while (p < end && (p = memchr(p, '\'', (size_t)(end - p)))) {
        int has_word = p > bytes && (p[-1] != ' ' || p - 1 == dropped); /* an apostrophe before it is a blank by now */
        *p++ = ' ';
        if (has_word && p < end && (*p | 0x20) == 's' && (p + 1 == end || p[1] == ' ' || p[1] == '\'')) {
            dropped = p;
            *p++ = ' ';
        }
    }
}

int fold_text(const fold_table *table, const uint8_t *text, size_t size, folded *out) {
    if (size > LONGEST || more_bytes(out, size) < 0)
        return -1;
    const uint8_t *p = text, *end = text + size;
    uint32_t place = 0;
    while (p < end) {
        const uint8_t *stop = behind_ascii(p, end);
        uint32_t run = (uint32_t)(stop - p);
        if (more_bytes(out, run) < 0)
            return -1;
        uint8_t *to = out->bytes + out->size;
        for (uint32_t i = 0; i < run; i++)
            to[i] = table->ascii[p[i]];
        out->size += run;
        place += run;
        for (p = stop; p < end && *p >= 0x80; place++)
            if (put_character(table, read_character(&p), place, out) < 0)
                return -1;
    }
    drop_apostrophes(out->bytes, out->size);
    memset(out->bytes + out->size, ' ', PADDING);
    return 0;
}

void folded_free(folded *text) {
    free(text->bytes);
    free(text->jumps);
    memset(text, 0, sizeof *text);
}

/* Give the number of characters beyond ASCII that begin at a folded byte or before it. */
static uint32_t jumps_until(const folded *text, uint32_t byte) {
    uint32_t low = 0, high = text->jump_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (text->jumps[middle].at <= byte)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Give the place of the character that a folded byte comes from; `before` characters beyond ASCII begin until there. */
static uint32_t origin(const folded *text, uint32_t byte, uint32_t before) {
    if (!before)
        return byte;
    const fold_jump *last = &text->jumps[before - 1];
    uint32_t place = last->place & ~MARK;
    return byte < last->end ? place : place + 1 + (byte - last->end);
}

void fold_span(const folded *text, uint32_t start, uint32_t end, uint32_t span[2]) {
    uint32_t before = jumps_until(text, start);
    span[0] = origin(text, start, before);
    before = jumps_until(text, end - 1);
    span[1] = origin(text, end - 1, before) + 1;
    while (before < text->jump_count && text->jumps[before].place == (span[1] | MARK)) {
        span[1]++;
        before++;
    }
}
