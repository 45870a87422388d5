/* What all of the core needs: whole words of memory, the first bit, early loads, arrays that grow. */

#ifndef ALERTD_BASE_H
#define ALERTD_BASE_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__GNUC__) || defined(__clang__)
#define FETCH(address) __builtin_prefetch(address)
#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#else
#define FETCH(address) ((void)(address))
#define LIKELY(condition) (condition)
#endif

/* Where it is being fuzzed, memory can be made to run out (fuzz.c). */
#ifdef ALERTD_FUZZ
void *fuzz_malloc(size_t size);
void *fuzz_calloc(size_t count, size_t size);
void *fuzz_realloc(void *old, size_t size);
#ifndef ALERTD_FUZZ_SELF
#define malloc fuzz_malloc
#define calloc fuzz_calloc
#define realloc fuzz_realloc
#endif
#endif

/* So many bytes behind every text may be read; they are blanks. */
#define PADDING 8

/* The longest text, in bytes, before and after folding: places are 32 bits, and one bit is a flag. */
#define LONGEST ((size_t)0x7fff0000)

/* Eight bytes, the first the lowest, whatever the processor; compilers make one load of it. */
static inline uint64_t load64(const uint8_t *p) {
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 |
           (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

/* The number of zero bits below the first one. `bits` must not be 0. */
static inline unsigned lowest_bit(uint64_t bits) {
#if defined(__GNUC__) || defined(__clang__)
    return (unsigned)__builtin_ctzll(bits);
#else
    unsigned n = 0;
    while (!(bits & 1)) {
        bits >>= 1;
        n++;
    }
    return n;
#endif
}

/* Make room for `need` elements of `*array`, a pointer to whatever they are; 0, or -1 if there is no memory: then
 * everything is as before. The pointer is copied as bytes, since it is no `void *`. */
static inline int make_room(void *array, uint32_t *room, uint64_t need, size_t size) {
    if (LIKELY(need <= *room))
        return 0;
    uint64_t more = (uint64_t)*room + *room / 2;
    if (more < need)
        more = need;
    if (more > UINT32_MAX / 2 || more > SIZE_MAX / size)
        return -1;
    void *elements;
    memcpy(&elements, array, sizeof elements);
    elements = realloc(elements, (size_t)more * size);
    if (!elements)
        return -1;
    memcpy(array, &elements, sizeof elements);
    *room = (uint32_t)more;
    return 0;
}

/* A need that is met at once where more is likely to come. */
static inline uint64_t at_least(uint64_t least, uint64_t need) { return need < least ? least : need; }

#define ROOM(array, room, need) make_room(&(array), &(room), (need), sizeof *(array))

#endif
