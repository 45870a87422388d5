/* Folding as alertd/text/fold.py does it, and the way back to the text that was folded. */

#ifndef ALERTD_FOLD_H
#define ALERTD_FOLD_H

#include "base.h"

#define CODE_POINTS 0x110000u
#define POOLS 256

/* What each character folds to. Learned from Python on first sight, so both always agree. What stands in it is never
 * changed or moved: texts whose characters are all known may be folded while others are being learned. */
typedef struct {
    uint8_t ascii[128];
    uint32_t *blocks[CODE_POINTS >> 8];
    uint8_t *pools[POOLS]; /* 64 KiB each */
    uint32_t pooled;
} fold_table;

/* A character beyond ASCII. */
typedef struct {
    uint32_t at, end; /* its bytes in the folded text */
    uint32_t place;   /* of it in the text; with MARK if it is an accent that belongs to the word before it */
} fold_jump;

#define MARK 0x80000000u

typedef struct {
    uint8_t *bytes; /* PADDING blanks stand behind them */
    uint32_t size, room;
    fold_jump *jumps; /* in the order of the text */
    uint32_t jump_count, jump_room;
} folded;

void fold_table_free(fold_table *table);
size_t fold_table_memory(const fold_table *table);

/* Look from byte `*at` of UTF-8 for a character that is not known; -1 if there is none. `*at` goes behind it. */
int32_t fold_unknown(const fold_table *table, const uint8_t *text, size_t size, size_t *at);

/* Note what a character folds to. 0; -1: no memory; -2: more than 63 bytes, which no character has. */
int fold_learn(fold_table *table, uint32_t character, const uint8_t *bytes, size_t size, int is_mark);

/* Fold UTF-8 whose characters are all known. Surrogates may stand in it. 0, or -1 if there is no memory. */
int fold_text(const fold_table *table, const uint8_t *text, size_t size, folded *out);

void folded_free(folded *text);

/* The places in the original of the folded bytes from `start` to `end`, with the accents behind them. */
void fold_span(const folded *text, uint32_t start, uint32_t end, uint32_t span[2]);

#endif
