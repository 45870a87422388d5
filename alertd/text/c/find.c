#include "trie.h"

/* The distinct terms found so far, by a hash table of our own: nothing is written into the trie, so many may read it
 * at a time, and processes that were forked share its memory. */
typedef struct {
    uint32_t *slots; /* one more than the number among the distinct */
    uint32_t mask;
} seen;

static inline uint32_t seen_slot(const seen *known, const hits *out, uint32_t term) {
    uint32_t i = (term * 0x9e3779b9u >> 7) & known->mask;
    while (known->slots[i] && out->terms[known->slots[i] - 1] != term)
        i = (i + 1) & known->mask;
    return i;
}

static int more_seen(seen *known, const hits *out) {
    if (known->slots && (uint64_t)out->term_count * 2 + 2 <= (uint64_t)known->mask + 1)
        return 0;
    uint64_t want = known->slots ? ((uint64_t)known->mask + 1) * 2 : 256;
    if (want > (uint64_t)1 << 31)
        return -1;
    uint32_t *slots = calloc((size_t)want, sizeof *slots);
    if (!slots)
        return -1;
    free(known->slots);
    known->slots = slots;
    known->mask = (uint32_t)want - 1;
    for (uint32_t i = 0; i < out->term_count; i++)
        slots[seen_slot(known, out, out->terms[i])] = i + 1;
    return 0;
}

static int put_hit(seen *known, hits *out, uint32_t term, uint32_t first, uint32_t last) {
    if (more_seen(known, out) < 0 || ROOM(out->all, out->room, at_least(64, (uint64_t)out->count + 1)) < 0)
        return -1;
    uint32_t *slot = &known->slots[seen_slot(known, out, term)];
    if (!*slot) {
        if (ROOM(out->terms, out->term_room, at_least(64, (uint64_t)out->term_count + 1)) < 0)
            return -1;
        out->terms[out->term_count] = term;
        *slot = ++out->term_count;
    }
    out->all[out->count++] = (hit){first, last, *slot - 1};
    return 0;
}

/* Note the terms of a node. */
static int take(const trie *tree, seen *known, hits *out, uint32_t terms, uint32_t first, uint32_t last) {
    if (LIKELY(!(terms & SEVERAL)))
        return put_hit(known, out, terms, first, last);
    for (uint32_t i = terms & ~SEVERAL; i; i = tree->cells[i].next)
        if (put_hit(known, out, tree->cells[i].term, first, last) < 0)
            return -1;
    return 0;
}

static int walk(const trie *tree, const uint32_t *numbers, uint32_t count, seen *known, hits *out) {
    for (uint32_t first = 0; first < count; first++) {
        uint32_t at = numbers[first] ? tree->words.all[numbers[first]].root : 0;
        for (uint32_t last = first; at; last++) {
            const node *here = &tree->nodes[at];
            if (here->terms && take(tree, known, out, here->terms, first, last) < 0)
                return -1;
            uint32_t next = last + 1 < count ? numbers[last + 1] : 0;
            at = next && here->mask & mask_bit(next) ? trie_step(tree, at, next) : 0;
        }
    }
    return 0;
}

int trie_find(const trie *tree, const uint8_t *bytes, const tokens *text, hits *out) {
    if (!text->count || !tree->words.live)
        return 0;
    uint32_t *numbers = malloc(text->count * sizeof *numbers);
    if (!numbers)
        return -1;
    words_find(&tree->words, bytes, text->all, text->count, numbers);
    seen known = {NULL, 0};
    int result = walk(tree, numbers, text->count, &known, out);
    free(known.slots);
    free(numbers);
    return result;
}

void hits_free(hits *found) {
    free(found->all);
    free(found->terms);
    memset(found, 0, sizeof *found);
}
