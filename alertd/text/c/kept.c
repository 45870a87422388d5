#include "postings.h"

/* All slots as lists of names and of numbers, and back: to be kept in a file from one start to the next.
 *
 *     keys, companies     their names; from here on a key or company is meant by its place in the list, from 1
 *     sets                size, company…
 *     slots               size, set, keys, key…, clauses, (keys, key…)…       in the order of their numbers, from 1
 *
 * What is read is checked as if anybody had written it. */

typedef struct {
    const uint32_t *all;
    size_t count, at;
} reader;

static int add_all(numbers *out, const uint32_t *all, uint32_t count) {
    if (ROOM(out->all, out->room, (uint64_t)out->count + count) < 0)
        return -1;
    if (count)
        memcpy(out->all + out->count, all, count * sizeof *all);
    out->count += count;
    return 0;
}

/* The names that are in use, and by number the place of each; NULL with an exception. */
static PyObject *names_in_use(const interned *known, uint32_t *places) {
    PyObject *names = PyList_New(0);
    uint32_t place = 0;
    for (uint32_t i = 1; names && i < known->count; i++)
        if (known->names[i]) {
            places[i] = ++place;
            if (PyList_Append(names, known->names[i]) < 0)
                Py_CLEAR(names);
        }
    return names;
}

static int dump_sets(const company_sets *sets, const uint32_t *companies, uint32_t *places, numbers *out) {
    uint32_t place = 0;
    for (uint32_t i = 1; i < sets->count; i++) {
        const company_set *one = &sets->all[i];
        if (!one->uses)
            continue;
        places[i] = ++place;
        if (numbers_add(out, one->count) < 0)
            return -1;
        for (uint32_t j = 0; j < one->count; j++)
            if (numbers_add(out, companies[one->members[j]]) < 0)
                return -1;
    }
    return 0;
}

static int dump_slots(const slot_index *index, const uint32_t *keys, const uint32_t *sets, numbers *out) {
    for (uint32_t i = 1; i < index->slot_count; i++) {
        const uint32_t *parts = index->slots[i];
        uint32_t size = access_size(parts), at = out->count + 1;
        if (numbers_add(out, size) < 0 || add_all(out, parts, size) < 0)
            return -1;
        uint32_t *part = out->all + at;
        *part = parts[0] ? sets[parts[0]] : 0;
        part++;
        for (uint32_t left = *part++; left; left--, part++)
            *part = keys[*part];
        for (uint32_t clauses = *part++; clauses; clauses--)
            for (uint32_t left = *part++; left; left--, part++)
                *part = keys[*part];
    }
    return 0;
}

static PyObject *bytes_of(const numbers *all) {
    return PyBytes_FromStringAndSize((const char *)all->all, (Py_ssize_t)(all->count * sizeof *all->all));
}

static uint32_t *places_for(uint32_t count) { return calloc((size_t)count + 1, sizeof(uint32_t)); }

PyObject *postings_dump(PyObject *self, PyObject *unused) {
    (void)unused;
    postings_object *postings = (postings_object *)self;
    const slot_index *index = &postings->index;
    if (index->free.count) {
        PyErr_SetString(PyExc_ValueError, "slots have gone: it is kept as it was made");
        return NULL;
    }
    uint32_t *keys = places_for(postings->keys.count), *companies = places_for(postings->companies.count);
    uint32_t *sets = places_for(index->sets.count);
    numbers set_parts = {NULL, 0, 0}, slot_parts = {NULL, 0, 0};
    PyObject *key_names = NULL, *company_names = NULL, *kept = NULL;
    if (!keys || !companies || !sets) {
        PyErr_NoMemory();
    } else if ((key_names = names_in_use(&postings->keys, keys)) &&
               (company_names = names_in_use(&postings->companies, companies))) {
        if (dump_sets(&index->sets, companies, sets, &set_parts) < 0 ||
            dump_slots(index, keys, sets, &slot_parts) < 0)
            PyErr_NoMemory();
        else
            kept = Py_BuildValue("(OONN)", key_names, company_names, bytes_of(&set_parts), bytes_of(&slot_parts));
    }
    Py_XDECREF(key_names);
    Py_XDECREF(company_names);
    free(keys);
    free(companies);
    free(sets);
    free(set_parts.all);
    free(slot_parts.all);
    return kept;
}

static int is_bad(void) {
    PyErr_SetString(PyExc_ValueError, "what was kept is broken");
    return -1;
}

/* Give each name a number, in order from 1. 0, or -1 with an exception. */
static int load_names(postings_object *postings, interned *known, PyObject *names, int are_keys) {
    for (Py_ssize_t i = 0; i < PyList_Size(names); i++) {
        PyObject *name = PyList_GetItem(names, i);
        uint32_t number = PyUnicode_CheckExact(name) ? interned_use(known, name) : 0;
        if (!number || known->uses[number] != 1)
            return PyErr_Occurred() ? -1 : is_bad();
        if (access_room(&postings->index, are_keys ? number : 0, are_keys ? 0 : number) < 0) {
            PyErr_NoMemory();
            return -1;
        }
    }
    return 0;
}

/* Read so many numbers of names, which are used once more each. 0, or -1 if they are none. */
static int load_uses(interned *known, reader *from, uint32_t count, uint32_t *to) {
    if (count > from->count - from->at)
        return -1;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = from->all[from->at++];
        if (!number || number >= known->count)
            return -1;
        known->uses[number]++;
        to[i] = number;
    }
    return 0;
}

static int load_sets(postings_object *postings, reader from) {
    while (from.at < from.count) {
        uint32_t count = from.all[from.at++], *members;
        int is_new;
        if (!count || count > from.count - from.at)
            return is_bad();
        if (!(members = malloc(count * sizeof *members))) {
            PyErr_NoMemory();
            return -1;
        }
        int bad = load_uses(&postings->companies, &from, count, members) < 0;
        for (uint32_t i = 1; !bad && i < count; i++)
            bad = members[i - 1] >= members[i];
        uint32_t set = bad ? 0 : access_use(&postings->index, members, count, &is_new);
        if (set && is_new)
            continue;
        free(members);
        if (bad || set)
            return is_bad();
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

/* Read a number of keys and the keys. */
static int load_clause(postings_object *postings, reader *from, uint32_t **to) {
    if (from->at == from->count)
        return -1;
    uint32_t count = from->all[from->at++];
    *(*to)++ = count;
    if (load_uses(&postings->keys, from, count, *to) < 0)
        return -1;
    *to += count;
    return 0;
}

/* Read the parts of a slot, which are as many as there is room for. 0, or -1 if they are none. */
static int load_parts(postings_object *postings, reader from, uint32_t *to) {
    uint32_t set = from.all[from.at++], clauses;
    if (set && set >= postings->index.sets.count)
        return -1;
    *to++ = set;
    if (load_clause(postings, &from, &to) < 0 || from.at == from.count)
        return -1;
    for (*to++ = clauses = from.all[from.at++]; clauses; clauses--)
        if (load_clause(postings, &from, &to) < 0)
            return -1;
    if (from.at != from.count)
        return -1;
    if (set)
        postings->index.sets.all[set].uses++;
    return 0;
}

static int load_slots(postings_object *postings, reader from) {
    while (from.at < from.count) {
        uint32_t size = from.all[from.at++];
        if (size < 3 || size > from.count - from.at)
            return is_bad();
        slot_parts parts = malloc(size * sizeof *parts);
        int bad = parts && load_parts(postings, (reader){from.all, from.at + size, from.at}, parts) < 0;
        if (!parts || bad || !access_put(&postings->index, parts)) {
            free(parts);
            return bad ? is_bad() : (PyErr_NoMemory(), -1);
        }
        from.at += size;
    }
    return 0;
}

/* Take back the use by which each name and set was held while slots were read: each must be needed by one. */
static int let_go(postings_object *postings) {
    interned *all[] = {&postings->keys, &postings->companies};
    for (int kind = 0; kind < 2; kind++)
        for (uint32_t i = 1; i < all[kind]->count; i++)
            if (!--all[kind]->uses[i])
                return is_bad();
    for (uint32_t i = 1; i < postings->index.sets.count; i++)
        if (!--postings->index.sets.all[i].uses)
            return is_bad();
    return 0;
}

/* Copy the numbers of some bytes, which may lie anywhere. NULL with an exception. */
static uint32_t *numbers_of(PyObject *bytes, size_t *count) {
    size_t size = (size_t)PyBytes_Size(bytes);
    uint32_t *all = malloc(size + 1);
    if (!all) {
        PyErr_NoMemory();
        return NULL;
    }
    memcpy(all, PyBytes_AsString(bytes), size);
    *count = size / sizeof *all;
    return all;
}

PyObject *postings_load(PyObject *self, PyObject *args) {
    postings_object *postings = (postings_object *)self;
    PyObject *keys, *companies, *sets, *slots;
    if (!PyArg_ParseTuple(args, "O!O!SS:load", &PyList_Type, &keys, &PyList_Type, &companies, &sets, &slots))
        return NULL;
    if (postings->keys.count || postings->companies.count || postings->index.slot_count) {
        PyErr_SetString(PyExc_ValueError, "there are slots already");
        return NULL;
    }
    reader of_sets = {NULL, 0, 0}, of_slots = {NULL, 0, 0};
    uint32_t *set_parts = numbers_of(sets, &of_sets.count), *parts = numbers_of(slots, &of_slots.count);
    of_sets.all = set_parts;
    of_slots.all = parts;
    gate_change(&postings->door);
    int bad = !set_parts || !parts || load_names(postings, &postings->keys, keys, 1) < 0 ||
              load_names(postings, &postings->companies, companies, 0) < 0;
    if (!bad && access_room(&postings->index, 0, 0) < 0) {
        PyErr_NoMemory();
        bad = 1;
    }
    bad = bad || load_sets(postings, of_sets) < 0 || load_slots(postings, of_slots) < 0 || let_go(postings) < 0;
    postings->links.of++;
    gate_change_done(&postings->door);
    free(set_parts);
    free(parts);
    return bad ? NULL : PyLong_FromUnsignedLong(postings->index.live);
}
