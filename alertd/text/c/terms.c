#include "spelling.h"

/* From so many bytes of text on the GIL is given up, as hashlib does: for less the hand-over costs more than the scan. */
#define WORTH_IT 2048

/* Give the number of a name that stands at all of its spellings; 0: there is none. */
static uint32_t find_name(terms_object *terms, PyObject *name, const spelling *spelled) {
    const trie *tree = &terms->tree;
    uint32_t at = 0;
    for (uint32_t i = 0; i < spelled->tokens.count; i++) {
        const token *one = &spelled->tokens.all[i];
        uint32_t number = words_get(&tree->words, spelled->bytes + one->at, one->size, one->hash);
        if (!number || !(at = i ? trie_step(tree, at, number) : tree->words.all[number].root))
            return 0;
    }
    uint32_t found = at ? tree->nodes[at].terms : 0;
    if (!(found & SEVERAL))
        return found && PyUnicode_Compare(terms->names[found], name) == 0 ? found : 0;
    for (uint32_t i = found & ~SEVERAL; i; i = tree->cells[i].next)
        if (PyUnicode_Compare(terms->names[tree->cells[i].term], name) == 0)
            return tree->cells[i].term;
    return 0;
}

static uint32_t new_name(terms_object *terms) {
    uint32_t number = terms->free;
    if (number) {
        terms->free = terms->next[number];
    } else {
        number = terms->count ? terms->count : 1;
        if (number >= SEVERAL / 2 || ROOM(terms->names, terms->names_room, (uint64_t)number + 1) < 0 ||
            ROOM(terms->next, terms->next_room, (uint64_t)number + 1) < 0)
            return 0;
        terms->count = number + 1;
    }
    terms->names[number] = NULL;
    terms->live++;
    return number;
}

static void free_name(terms_object *terms, uint32_t number) {
    Py_CLEAR(terms->names[number]);
    terms->next[number] = terms->free;
    terms->free = number;
    terms->live--;
}

/* Take a term back from its first spellings. */
static void drop_spellings(terms_object *terms, uint32_t number, spelled_term *term, Py_ssize_t count) {
    const spelling *one = &term->spelled;
    for (Py_ssize_t i = 0; i < count; i++)
        if (spelling_last(term, i) == 0)
            trie_drop(&terms->tree, number, one->bytes, one->tokens.all, one->tokens.count);
}

static int put_spellings(terms_object *terms, spelled_term *term) {
    const spelling *one = &term->spelled;
    uint32_t number = new_name(terms);
    if (!number)
        return -1;
    terms->names[number] = Py_NewRef(term->name);
    for (Py_ssize_t i = 0; i < term->count; i++)
        if (spelling_last(term, i) < 0 ||
            trie_put(&terms->tree, number, one->bytes, one->tokens.all, one->tokens.count) < 0) {
            drop_spellings(terms, number, term, i);
            free_name(terms, number);
            return -1;
        }
    return 0;
}

static PyObject *terms_put(PyObject *self, PyObject *args) {
    terms_object *terms = (terms_object *)self;
    spelled_term term;
    int bad = spelling_read(args, &term);
    if (!bad) {
        gate_change(&terms->door);
        if (!find_name(terms, term.name, &term.spelled) && (bad = put_spellings(terms, &term)) < 0)
            PyErr_NoMemory();
        gate_change_done(&terms->door);
    }
    spelling_free(&term);
    return bad ? NULL : Py_NewRef(Py_None);
}

static PyObject *terms_drop(PyObject *self, PyObject *args) {
    terms_object *terms = (terms_object *)self;
    spelled_term term;
    int bad = spelling_read(args, &term);
    if (!bad) {
        gate_change(&terms->door);
        uint32_t number = find_name(terms, term.name, &term.spelled);
        if (number) {
            drop_spellings(terms, number, &term, term.count);
            free_name(terms, number);
        } else {
            PyErr_SetObject(PyExc_KeyError, term.name);
            bad = -1;
        }
        gate_change_done(&terms->door);
    }
    spelling_free(&term);
    return bad ? NULL : Py_NewRef(Py_None);
}

/* Fold, cut and search; needs no GIL. */
static int search(const terms_object *terms, field_object *field, const uint8_t *text, size_t size) {
    if (field_read(field, &terms->folds->table, text, size) < 0)
        return -1;
    return trie_find(&terms->tree, field->folded.bytes, &field->tokens, &field->hits);
}

static field_object *read_field(terms_object *terms, PyTypeObject *type, PyObject *text, const uint8_t *bytes,
                                size_t size) {
    field_object *field = folds_learn(terms->folds, bytes, size) < 0 ? NULL : field_new(type, text);
    if (!field)
        return NULL;
    int apart = size >= WORTH_IT, bad;
    if (apart) {
        gate_read(&terms->door);
        Py_BEGIN_ALLOW_THREADS
        bad = search(terms, field, bytes, size);
        Py_END_ALLOW_THREADS
    } else {
        bad = search(terms, field, bytes, size);
    }
    if (bad)
        PyErr_NoMemory();
    else
        bad = field_name(field, terms->names);
    if (apart)
        gate_read_done(&terms->door);
    if (bad)
        {
        Py_DECREF((PyObject *)field);
        field = NULL;
    }
    return field;
}

static PyObject *terms_read(PyObject *self, PyObject *text) {
    terms_object *terms = (terms_object *)self;
    Py_ssize_t size;
    PyObject *kept;
    const uint8_t *bytes = core_utf8(text, &size, &kept);
    if (!bytes)
        return NULL;
    field_object *field = read_field(terms, core_of(self)->field, text, bytes, (size_t)size);
    Py_DECREF(kept);
    return (PyObject *)field;
}

static PyObject *terms_sizes(PyObject *self, PyObject *unused) {
    terms_object *terms = (terms_object *)self;
    (void)unused;
    const trie *tree = &terms->tree;
    size_t memory = trie_memory(tree) + terms->names_room * sizeof *terms->names + terms->next_room * sizeof(uint32_t);
    return Py_BuildValue("{sIsIsIsIsIsn}", "terms", terms->live, "words", tree->words.live, "nodes", tree->node_live,
                         "edges", tree->edge_live, "cells", tree->cell_live, "bytes", (Py_ssize_t)memory);
}

static PyObject *terms_make(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    core_state *state = PyType_GetModuleState(type);
    PyObject *folds;
    if (kwargs && PyDict_Size(kwargs)) {
        PyErr_SetString(PyExc_TypeError, "Terms() takes no keywords");
        return NULL;
    }
    if (!state || !PyArg_ParseTuple(args, "O!:Terms", state->folds, &folds))
        return NULL;
    terms_object *terms = (terms_object *)PyType_GenericAlloc(type, 0);
    if (!terms)
        return NULL;
    terms->folds = (folds_object *)Py_NewRef(folds);
    if (gate_make(&terms->door) < 0) {
        Py_DECREF(terms);
        return PyErr_NoMemory();
    }
    return (PyObject *)terms;
}

static int terms_traverse(PyObject *self, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((terms_object *)self)->folds);
    return 0;
}

static void terms_dealloc(PyObject *self) {
    terms_object *terms = (terms_object *)self;
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    for (uint32_t i = 1; i < terms->count; i++)
        Py_XDECREF(terms->names[i]);
    free(terms->names);
    free(terms->next);
    trie_free(&terms->tree);
    gate_free(&terms->door);
    Py_XDECREF((PyObject *)terms->folds);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

static PyMethodDef terms_methods[] = {
    {"put", terms_put, METH_VARARGS, "Look for a term from now on, under each of its spellings."},
    {"drop", terms_drop, METH_VARARGS, "Look for a term no more. One that is not there is a KeyError."},
    {"read", terms_read, METH_O, "Read a text and find the terms in it."},
    {"search", terms_search, METH_VARARGS, "Give where the terms stand among the first words of a text that was read."},
    {"sizes", terms_sizes, METH_NOARGS, "Give how much of everything there is, and the bytes it takes."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot terms_slots[] = {
    {Py_tp_doc, "Terms that texts are scanned for."},
    {Py_tp_new, terms_make},
    {Py_tp_traverse, terms_traverse},
    {Py_tp_dealloc, terms_dealloc},
    {Py_tp_methods, terms_methods},
    {0, NULL},
};

PyType_Spec terms_spec = {
    .name = "alertd.text._core.Terms",
    .basicsize = sizeof(terms_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .slots = terms_slots,
};
