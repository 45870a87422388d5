/* What no search for words can be faster than: going through a text once, and once cutting it into words with a hash of each.
 *
 * Plain C for `bench/floor.py`, which builds it where there is a compiler and calls it over all texts at once. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define WORD 1u
#define FACTOR 0x9E3779B97F4A7C15ull

static uint8_t kinds[256];
/* The byte as it is hashed, folded; 0: it ends a word. */

void prepare(void) {
    for (int c = 0; c < 256; c++) kinds[c] = 0;
    for (int c = '0'; c <= '9'; c++) kinds[c] = (uint8_t)c;
    for (int c = 'a'; c <= 'z'; c++) kinds[c] = kinds[c - 'a' + 'A'] = (uint8_t)c;
    for (int c = 128; c < 256; c++) kinds[c] = (uint8_t)c;
}

/* Adds up the bytes of texts, eight at a time. */
uint64_t read_bytes(const char *const *texts, const size_t *sizes, size_t count) {
    uint64_t sum = 0;
    for (size_t t = 0; t < count; t++) {
        const char *at = texts[t], *end = at + sizes[t];
        for (; end - at >= 8; at += 8) {
            uint64_t eight;
            memcpy(&eight, at, 8);
            sum += eight;
        }
        for (; at < end; at++) sum += (unsigned char)*at;
    }
    return sum;
}

/* Gives the number of words, and mixes the hash of each into `mixed`. */
uint64_t hash_words(const char *const *texts, const size_t *sizes, size_t count, uint64_t *mixed) {
    uint64_t words = 0, all = 0;
    for (size_t t = 0; t < count; t++) {
        const unsigned char *at = (const unsigned char *)texts[t], *end = at + sizes[t];
        while (at < end) {
            uint64_t hash = 0;
            const unsigned char *first = at;
            for (; at < end && kinds[*at]; at++) hash = (hash ^ kinds[*at]) * FACTOR;
            if (at > first) {
                words += WORD;
                all ^= hash ^ (hash >> 29);
            } else {
                at++;
            }
        }
    }
    *mixed = all;
    return words;
}
