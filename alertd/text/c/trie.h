/* Terms under their words: a trie whose edges stand in one hash table, and what of it a text has. */

#ifndef ALERTD_TRIE_H
#define ALERTD_TRIE_H

#include "words.h"

typedef struct {
    uint32_t terms; /* 0: none; a term; with SEVERAL a cell */
    uint32_t kids;
    uint32_t mask; /* a bit for each word that leads on; more bits may be set, never fewer */
} node;

#define SEVERAL 0x80000000u

typedef struct {
    uint32_t term, next; /* 0: the last */
} cell;

typedef struct {
    uint32_t from, word, to; /* to 0: an empty slot */
} edge;

typedef struct {
    words words;
    node *nodes; /* number 0 is none */
    uint32_t node_count, node_room, node_free, node_live;
    edge *edges;
    uint32_t edge_mask, edge_live;
    cell *cells; /* number 0 is none */
    uint32_t cell_count, cell_room, cell_free, cell_live;
    uint32_t *path; /* of the spelling that is put or dropped: word and node by turns */
    uint32_t path_room;
} trie;

void trie_free(trie *tree);
size_t trie_memory(const trie *tree);

/* Post a term, a number from 1 below SEVERAL, under a spelling of at least one word; a term stands there once.
 * 0, or -1 if there is no memory: then everything is as before. */
int trie_put(trie *tree, uint32_t term, const uint8_t *bytes, const token *spelling, uint32_t count);

/* Take a term back from a spelling. 0, or -1 if it does not stand there. */
int trie_drop(trie *tree, uint32_t term, const uint8_t *bytes, const token *spelling, uint32_t count);

/* The node behind a word after a node; 0 if there is none. */
uint32_t trie_step(const trie *tree, uint32_t from, uint32_t word);

/* The bit of a word in the mask of a node. */
static inline uint32_t mask_bit(uint32_t word) { return 1u << ((word * 0x9e3779b9u) >> 27); }

/* A term that stands in a text, from its first to its last word. */
typedef struct {
    uint32_t first, last;
    uint32_t term; /* its number among the distinct ones */
} hit;

typedef struct {
    hit *all; /* in the order of the first words, shorter ones before longer ones */
    uint32_t count, room;
    uint32_t *terms; /* the distinct ones */
    uint32_t term_count, term_room;
} hits;

/* Find all places of all terms among the words of a text. 0, or -1 if there is no memory. */
int trie_find(const trie *tree, const uint8_t *bytes, const tokens *text, hits *out);

void hits_free(hits *found);

#endif
