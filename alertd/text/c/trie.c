#include "trie.h"

void trie_free(trie *tree) {
    words_free(&tree->words);
    free(tree->nodes);
    free(tree->edges);
    free(tree->cells);
    free(tree->path);
    memset(tree, 0, sizeof *tree);
}

size_t trie_memory(const trie *tree) {
    size_t slots = tree->words.mask ? (size_t)tree->words.mask + 1 : 0;
    size_t edges = tree->edge_mask ? (size_t)tree->edge_mask + 1 : 0;
    return tree->words.room * sizeof(kept_word) + slots * sizeof(word_slot) + tree->words.long_bytes +
           tree->node_room * sizeof(node) + edges * sizeof(edge) + tree->cell_room * sizeof(cell) +
           tree->path_room * sizeof(uint32_t);
}

static inline uint32_t edge_hash(uint32_t from, uint32_t word) {
    uint64_t key = ((uint64_t)from << 32 | word) * 0x9e3779b97f4a7c15u;
    return (uint32_t)(key >> 32);
}

uint32_t trie_step(const trie *tree, uint32_t from, uint32_t word) {
    if (!tree->edge_mask)
        return 0;
    for (uint32_t i = edge_hash(from, word) & tree->edge_mask; tree->edges[i].to; i = (i + 1) & tree->edge_mask)
        if (tree->edges[i].from == from && tree->edges[i].word == word)
            return tree->edges[i].to;
    return 0;
}

static void put_edge(edge *edges, uint32_t mask, edge one) {
    uint32_t i = edge_hash(one.from, one.word) & mask;
    while (edges[i].to)
        i = (i + 1) & mask;
    edges[i] = one;
}

/* Keep at least three in ten empty. */
static int more_edges(trie *tree) {
    uint64_t have = tree->edge_mask ? (uint64_t)tree->edge_mask + 1 : 0;
    if ((uint64_t)tree->edge_live * 10 + 10 <= have * 7)
        return 0;
    uint64_t want = have ? have * 2 : 64;
    if (want > (uint64_t)1 << 31)
        return -1;
    edge *edges = calloc((size_t)want, sizeof *edges);
    if (!edges)
        return -1;
    for (uint64_t i = 0; i < have; i++)
        if (tree->edges[i].to)
            put_edge(edges, (uint32_t)want - 1, tree->edges[i]);
    free(tree->edges);
    tree->edges = edges;
    tree->edge_mask = (uint32_t)want - 1;
    return 0;
}

static void drop_edge(trie *tree, uint32_t from, uint32_t word) {
    uint32_t mask = tree->edge_mask, i = edge_hash(from, word) & mask;
    while (tree->edges[i].from != from || tree->edges[i].word != word || !tree->edges[i].to)
        i = (i + 1) & mask;
    for (uint32_t j = (i + 1) & mask; tree->edges[j].to; j = (j + 1) & mask)
        if (((j - edge_hash(tree->edges[j].from, tree->edges[j].word)) & mask) >= ((j - i) & mask)) {
            tree->edges[i] = tree->edges[j];
            i = j;
        }
    tree->edges[i] = (edge){0, 0, 0};
}

static uint32_t new_node(trie *tree) {
    uint32_t number = tree->node_free;
    if (number) {
        tree->node_free = tree->nodes[number].kids;
    } else {
        if (ROOM(tree->nodes, tree->node_room, (uint64_t)tree->node_count + 2) < 0)
            return 0;
        if (!tree->node_count)
            memset(&tree->nodes[tree->node_count++], 0, sizeof *tree->nodes);
        number = tree->node_count++;
    }
    tree->nodes[number] = (node){0, 0, 0};
    tree->node_live++;
    return number;
}

static void free_node(trie *tree, uint32_t number) {
    tree->nodes[number].kids = tree->node_free;
    tree->node_free = number;
    tree->node_live--;
}

static uint32_t new_cell(trie *tree, uint32_t term, uint32_t next) {
    uint32_t number = tree->cell_free;
    if (number) {
        tree->cell_free = tree->cells[number].next;
    } else {
        if (ROOM(tree->cells, tree->cell_room, (uint64_t)tree->cell_count + 2) < 0)
            return 0;
        if (!tree->cell_count)
            memset(&tree->cells[tree->cell_count++], 0, sizeof *tree->cells);
        number = tree->cell_count++;
    }
    tree->cells[number] = (cell){term, next};
    tree->cell_live++;
    return number;
}

static void free_cell(trie *tree, uint32_t number) {
    tree->cells[number].next = tree->cell_free;
    tree->cell_free = number;
    tree->cell_live--;
}

/* Give the node behind a word after a node (0: at the beginning), new if it must be; 0 if there is no memory. */
static uint32_t grow(trie *tree, uint32_t from, const uint8_t *bytes, const token *spelled, uint32_t *number) {
    uint32_t known = words_get(&tree->words, bytes + spelled->at, spelled->size, spelled->hash), to = 0;
    if (known && (to = from ? trie_step(tree, from, known) : tree->words.all[known].root)) {
        *number = known;
        return to;
    }
    if (from && more_edges(tree) < 0)
        return 0;
    if (!(*number = words_use(&tree->words, bytes + spelled->at, spelled->size, spelled->hash)))
        return 0;
    if (!(to = new_node(tree))) {
        words_release(&tree->words, *number);
        return 0;
    }
    if (from) {
        put_edge(tree->edges, tree->edge_mask, (edge){from, *number, to});
        tree->edge_live++;
        tree->nodes[from].kids++;
        tree->nodes[from].mask |= mask_bit(*number);
    } else {
        tree->words.all[*number].root = to;
    }
    return to;
}

/* Take away, from the end of a path, the nodes that nobody needs. */
static void prune(trie *tree, uint32_t count) {
    for (uint32_t i = count; i-- > 0;) {
        uint32_t word = tree->path[2 * i], at = tree->path[2 * i + 1];
        if (tree->nodes[at].terms || tree->nodes[at].kids)
            return;
        free_node(tree, at);
        if (i) {
            node *parent = &tree->nodes[tree->path[2 * i - 1]];
            drop_edge(tree, tree->path[2 * i - 1], word);
            tree->edge_live--;
            if (!--parent->kids)
                parent->mask = 0;
        } else {
            tree->words.all[word].root = 0;
        }
        words_release(&tree->words, word);
    }
}

/* Put a term beside those that stand at a node. */
static int post(trie *tree, uint32_t at, uint32_t term) {
    uint32_t terms = tree->nodes[at].terms;
    if (!terms) {
        tree->nodes[at].terms = term;
        return 0;
    }
    uint32_t first = terms & ~SEVERAL;
    if (!(terms & SEVERAL)) {
        if (terms == term)
            return 0;
        if (!(first = new_cell(tree, terms, 0)))
            return -1;
    }
    uint32_t added = 0;
    for (uint32_t i = first; i; i = tree->cells[i].next)
        if (tree->cells[i].term == term)
            return 0;
    if (!(added = new_cell(tree, term, first))) {
        if (!(terms & SEVERAL))
            free_cell(tree, first);
        return -1;
    }
    tree->nodes[at].terms = added | SEVERAL;
    return 0;
}

int trie_put(trie *tree, uint32_t term, const uint8_t *bytes, const token *spelling, uint32_t count) {
    if (ROOM(tree->path, tree->path_room, (uint64_t)count * 2) < 0)
        return -1;
    uint32_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        at = grow(tree, at, bytes, &spelling[i], &tree->path[2 * i]);
        if (!at) {
            prune(tree, i);
            return -1;
        }
        tree->path[2 * i + 1] = at;
    }
    if (post(tree, at, term) < 0) {
        prune(tree, count);
        return -1;
    }
    return 0;
}

/* Take a term from a node. 0, or -1 if it does not stand there. */
static int unpost(trie *tree, uint32_t at, uint32_t term) {
    uint32_t terms = tree->nodes[at].terms;
    if (!(terms & SEVERAL)) {
        if (terms != term)
            return -1;
        tree->nodes[at].terms = 0;
        return 0;
    }
    uint32_t first = terms & ~SEVERAL, before = 0, i = first;
    while (i && tree->cells[i].term != term) {
        before = i;
        i = tree->cells[i].next;
    }
    if (!i)
        return -1;
    if (before)
        tree->cells[before].next = tree->cells[i].next;
    else
        first = tree->cells[i].next;
    free_cell(tree, i);
    if (tree->cells[first].next) {
        tree->nodes[at].terms = first | SEVERAL;
    } else { /* one is left */
        tree->nodes[at].terms = tree->cells[first].term;
        free_cell(tree, first);
    }
    return 0;
}

int trie_drop(trie *tree, uint32_t term, const uint8_t *bytes, const token *spelling, uint32_t count) {
    if (count * (uint64_t)2 > tree->path_room) /* no spelling was ever so long */
        return -1;
    uint32_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = words_get(&tree->words, bytes + spelling[i].at, spelling[i].size, spelling[i].hash);
        if (!number || !(at = i ? trie_step(tree, at, number) : tree->words.all[number].root))
            return -1;
        tree->path[2 * i] = number;
        tree->path[2 * i + 1] = at;
    }
    if (!count || unpost(tree, at, term) < 0)
        return -1;
    prune(tree, count);
    return 0;
}
