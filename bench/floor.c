/* What every search for words does at least: going through a text, and cutting it into words with a hash of each.
 *
 * Plain C for `bench/floor.py`, which builds it where there is a compiler and calls it over all texts at once. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define FACTOR 0x9E3779B97F4A7C15ull
#define LOWER 0x2020202020202020ull /* of letters it makes the lower case, of digits nothing else */

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

/* Says of 64 bytes, a bit for each, which are in a word: letters, digits, and all beyond ASCII. */
static uint64_t in_words(const unsigned char *at) {
    uint64_t mask = 0;
#if defined(__SSE2__)
    for (int part = 0; part < 4; part++) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(at + 16 * part));
        __m128i letter = _mm_sub_epi8(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
        __m128i digit = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
        __m128i zero = _mm_setzero_si128();
        letter = _mm_cmpeq_epi8(_mm_subs_epu8(letter, _mm_set1_epi8(25)), zero);
        digit = _mm_cmpeq_epi8(_mm_subs_epu8(digit, _mm_set1_epi8(9)), zero);
        uint32_t bits = (uint32_t)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(letter, digit), bytes));
        mask |= (uint64_t)bits << (16 * part);
    }
#else
    for (int i = 0; i < 64; i++) {
        unsigned char c = at[i], letter = (unsigned char)((c | 0x20) - 'a'), digit = (unsigned char)(c - '0');
        mask |= (uint64_t)(letter < 26 || digit < 10 || c > 127) << i;
    }
#endif
    return mask;
}

/* Gives the first place from `at` on where a word begins (`flip` 0) or ends (all bits), `size` if there is none. */
static size_t next(const uint64_t *masks, size_t at, size_t size, uint64_t flip) {
    if (at >= size) return size;
    size_t block = at / 64, blocks = (size + 63) / 64;
    uint64_t bits = (masks[block] ^ flip) & (~0ull << (at % 64));
    while (!bits) {
        if (++block == blocks) return size;
        bits = masks[block] ^ flip;
    }
    at = 64 * block + (size_t)__builtin_ctzll(bits);
    return at < size ? at : size;
}

/* Hashes the bytes from `at` to `end` of a text that ends at `last`, eight at a time. */
static uint64_t hash_of(const unsigned char *at, const unsigned char *end, const unsigned char *last) {
    uint64_t hash = (uint64_t)(end - at);
    for (; at < end; at += 8) {
        uint64_t eight = 0;
        size_t left = (size_t)(end - at);
        if (last - at >= 8) {
            memcpy(&eight, at, 8);
            if (left < 8) eight &= (1ull << (8 * left)) - 1;
        } else {
            memcpy(&eight, at, left < 8 ? left : 8);
        }
        hash = (hash ^ (eight | LOWER)) * FACTOR;
        hash ^= hash >> 32;
    }
    return hash;
}

/* Gives the number of words, and mixes the hash of each into `mixed`; `masks` has room for a bit for each byte of the
 * longest text, and 64 more. */
uint64_t hash_words(const char *const *texts, const size_t *sizes, size_t count, uint64_t *masks, uint64_t *mixed) {
    uint64_t words = 0, all = 0;
    for (size_t t = 0; t < count; t++) {
        const unsigned char *text = (const unsigned char *)texts[t];
        size_t size = sizes[t], whole = size / 64;
        for (size_t block = 0; block < whole; block++) masks[block] = in_words(text + 64 * block);
        if (size % 64) {
            unsigned char rest[64] = {0};
            memcpy(rest, text + 64 * whole, size % 64);
            masks[whole] = in_words(rest);
        }
        for (size_t end, at = next(masks, 0, size, 0); at < size; at = next(masks, end, size, 0)) {
            end = next(masks, at, size, ~0ull);
            all ^= hash_of(text + at, text + end, text + size);
            words++;
        }
    }
    *mixed = all;
    return words;
}
