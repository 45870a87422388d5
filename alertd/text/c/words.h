/* The words of a text, and the words of terms under numbers. */

#ifndef ALERTD_WORDS_H
#define ALERTD_WORDS_H

#include "fold.h"

typedef struct {
    uint32_t at, size; /* folded bytes */
    uint32_t hash;
} token;

typedef struct {
    token *all;
    uint32_t count, room;
} tokens;

/* Cut folded bytes, with PADDING blanks behind them, at blanks. 0, or -1 if there is no memory. */
int tokens_read(const uint8_t *bytes, uint32_t size, tokens *out);

#define HERE 16

/* A word of the terms. The number of one that nobody uses is given to the next. */
typedef struct {
    uint32_t root; /* the node of the terms that begin so; 0: none does */
    uint32_t uses; /* edges that are this word; of a free one, the next free number */
    uint32_t size;
    uint32_t hash;
    union {
        uint8_t here[HERE];
        uint8_t *there; /* of a longer one */
    } bytes;
} kept_word;

typedef struct {
    uint32_t hash, word;
} word_slot;

typedef struct {
    kept_word *all; /* number 0 is none */
    uint32_t count, room, free, live;
    word_slot *slots;
    uint32_t mask; /* slots less one; 0: none yet */
    size_t long_bytes; /* bytes of long words */
} words;

void words_free(words *set);

/* The number of a word; 0 if no term has it. */
uint32_t words_get(const words *set, const uint8_t *bytes, uint32_t size, uint32_t hash);

/* The number of a word, new if it must be, one use more; 0 if there is no memory. */
uint32_t words_use(words *set, const uint8_t *bytes, uint32_t size, uint32_t hash);

/* One use less; a word that nobody uses is gone. */
void words_release(words *set, uint32_t number);

/* Look up all tokens of a text; where a word is in no term the number is 0. */
void words_find(const words *set, const uint8_t *bytes, const token *all, uint32_t count, uint32_t *numbers);

#endif
