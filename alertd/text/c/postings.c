#include "postings.h"


/* Let go of all that a slot, or the part of one that was read, uses. */
static void release_parts(postings_object *postings, slot_parts parts) {
    uint32_t *part = parts + 1, count;
    for (uint32_t left = *part++; left; left--)
        interned_release(&postings->keys, *part++);
    for (uint32_t clauses = *part++; clauses; clauses--)
        for (uint32_t left = *part++; left; left--)
            interned_release(&postings->keys, *part++);
    uint32_t *companies = parts[0] ? access_release(&postings->index, parts[0], &count) : NULL;
    for (uint32_t i = 0; companies && i < count; i++)
        interned_release(&postings->companies, companies[i]);
    free(companies);
    free(parts);
}

/* Use every member of a set; each number goes to `*to`, and `*count` counts them. 0, or -1 with an exception. */
static int use_all(interned *known, slot_index *index, PyObject *members, uint32_t *to, uint32_t *count, int are_keys) {
    PyObject *iterator = PyObject_GetIter(members), *member;
    while (iterator && (member = PyIter_Next(iterator))) {
        uint32_t number = interned_use(known, member);
        Py_DECREF(member);
        if (number && access_room(index, are_keys ? number : 0, are_keys ? 0 : number) < 0) {
            interned_release(known, number);
            PyErr_NoMemory();
            number = 0;
        }
        if (!number)
            break;
        to[(*count)++] = number;
    }
    Py_XDECREF(iterator);
    return PyErr_Occurred() ? -1 : 0;
}

/* Use a set of companies, and each of them for the set; 0 with an exception. */
static uint32_t use_set(postings_object *postings, PyObject *set) {
    uint32_t count = 0, number = 0, *all = malloc((size_t)PyObject_Size(set) * sizeof *all);
    int is_new = 0;
    if (!all)
        PyErr_NoMemory();
    else if (use_all(&postings->companies, &postings->index, set, all, &count, 0) == 0 &&
             !(number = access_use(&postings->index, all, count, &is_new)))
        PyErr_NoMemory();
    if (number && is_new)
        return number;
    while (count)
        interned_release(&postings->companies, all[--count]);
    free(all);
    return number;
}

/* Check that something is a frozenset of strings, whose comparison runs no code of Python's, and give its size; -1 with
 * an exception. */
static Py_ssize_t size_of(PyObject *names) {
    PyObject *iterator = PyFrozenSet_CheckExact(names) ? PyObject_GetIter(names) : NULL, *name;
    int bad = !iterator && !PyErr_Occurred();
    while (!bad && iterator && (name = PyIter_Next(iterator))) {
        bad = !PyUnicode_CheckExact(name);
        Py_DECREF(name);
    }
    Py_XDECREF(iterator);
    if (bad)
        PyErr_SetString(PyExc_TypeError, "keys, companies and each check are a frozenset of strings");
    return PyErr_Occurred() ? -1 : PyObject_Size(names);
}

/* Check what `put` is given, and give the number of elements that its parts have; 0 with an exception. */
static size_t parts_of(PyObject *keys, PyObject *companies, PyObject *checks) {
    Py_ssize_t one = size_of(keys), size = 3 + one;
    if (one < 0)
        return 0;
    if (companies != Py_None && (one = size_of(companies)) <= 0) {
        if (!one)
            PyErr_SetString(PyExc_TypeError, "companies are at least one, or None");
        return 0;
    }
    if (!PyTuple_Check(checks)) {
        PyErr_SetString(PyExc_TypeError, "checks are a tuple");
        return 0;
    }
    for (Py_ssize_t i = 0; i < PyTuple_Size(checks); i++) {
        if ((one = size_of(PyTuple_GetItem(checks, i))) < 0)
            return 0;
        size += 1 + one;
    }
    return (size_t)size;
}

static int read_parts(postings_object *postings, PyObject *keys, PyObject *companies, PyObject *checks, slot_parts parts) {
    if (companies != Py_None && !(parts[0] = use_set(postings, companies)))
        return -1;
    if (use_all(&postings->keys, &postings->index, keys, parts + 2, parts + 1, 1) < 0)
        return -1;
    uint32_t *clauses = parts + 2 + parts[1], *part = clauses + 1;
    for (Py_ssize_t i = 0; i < PyTuple_Size(checks); i++) {
        ++*clauses;
        if (use_all(&postings->keys, &postings->index, PyTuple_GetItem(checks, i), part + 1, part, 1) < 0)
            return -1;
        part += 1 + *part;
    }
    return access_room(&postings->index, 0, 0) < 0 ? (PyErr_NoMemory(), -1) : 0;
}

/* Begin a change: nothing is asked meanwhile. Gives how many keys there are. */
static Py_ssize_t begin_change(postings_object *postings) {
    gate_change(&postings->door);
    return interned_size(&postings->keys);
}

static void end_change(postings_object *postings, Py_ssize_t keys) {
    postings->links.of += interned_size(&postings->keys) != keys;
    gate_change_done(&postings->door);
}

static PyObject *postings_put(PyObject *self, PyObject *args) {
    postings_object *postings = (postings_object *)self;
    PyObject *keys, *companies, *checks;
    if (!PyArg_ParseTuple(args, "OOO:put", &keys, &companies, &checks))
        return NULL;
    size_t size = parts_of(keys, companies, checks);
    if (!size)
        return NULL;
    slot_parts parts = calloc(size, sizeof *parts);
    if (!parts)
        return PyErr_NoMemory();
    Py_ssize_t before = begin_change(postings);
    uint32_t slot = 0;
    if (read_parts(postings, keys, companies, checks, parts) == 0 && !(slot = access_put(&postings->index, parts)))
        PyErr_NoMemory();
    if (!slot) {
        PyObject *type, *value, *trace;
        PyErr_Fetch(&type, &value, &trace);
        release_parts(postings, parts);
        PyErr_Restore(type, value, trace);
    }
    end_change(postings, before);
    return slot ? PyLong_FromUnsignedLong(slot) : NULL;
}

/* The number of a slot that is there; 0 with an exception. */
static uint32_t slot_of(postings_object *postings, PyObject *number) {
    unsigned long slot = PyLong_AsUnsignedLong(number);
    if (PyErr_Occurred())
        return 0;
    if (slot && slot < postings->index.slot_count && postings->index.slots[slot])
        return (uint32_t)slot;
    PyErr_SetObject(PyExc_KeyError, number);
    return 0;
}

static PyObject *postings_drop(PyObject *self, PyObject *number) {
    postings_object *postings = (postings_object *)self;
    Py_ssize_t before = begin_change(postings);
    uint32_t slot = slot_of(postings, number);
    if (slot)
        release_parts(postings, access_drop(&postings->index, slot));
    end_change(postings, before);
    return slot ? Py_NewRef(Py_None) : NULL;
}

/* The names of some keys as a frozenset. */
static PyObject *names_of(const interned *keys, const uint32_t *all, uint32_t count) {
    PyObject *names = PyFrozenSet_New(NULL);
    for (uint32_t i = 0; names && i < count; i++)
        if (PySet_Add(names, keys->names[all[i]]) < 0)
            Py_CLEAR(names);
    return names;
}

static PyObject *postings_parts(PyObject *self, PyObject *number) {
    postings_object *postings = (postings_object *)self;
    uint32_t slot = slot_of(postings, number);
    if (!slot)
        return NULL;
    const uint32_t *part = postings->index.slots[slot] + 1;
    PyObject *keys = names_of(&postings->keys, part + 1, *part);
    part += 1 + *part;
    PyObject *checks = PyTuple_New(*part);
    for (uint32_t i = 0, count = *part++; keys && checks && i < count; i++) {
        PyObject *check = names_of(&postings->keys, part + 1, *part);
        if (!check || PyTuple_SetItem(checks, i, check) < 0)
            Py_CLEAR(checks);
        part += 1 + *part;
    }
    PyObject *parts = keys && checks ? PyTuple_Pack(2, keys, checks) : NULL;
    Py_XDECREF(keys);
    Py_XDECREF(checks);
    return parts;
}

static PyObject *postings_sizes(PyObject *self, PyObject *unused) {
    (void)unused;
    postings_object *postings = (postings_object *)self;
    gate_change(&postings->door); /* a question makes room for what it notes */
    size_t bytes = access_memory(&postings->index) + interned_memory(&postings->keys) +
                   interned_memory(&postings->companies) + links_memory(&postings->links);
    gate_change_done(&postings->door);
    return Py_BuildValue("{sIsnsIsnsn}", "slots", postings->index.live, "keys", interned_size(&postings->keys), "sets",
                         postings->index.sets.live, "companies", interned_size(&postings->companies), "bytes",
                         (Py_ssize_t)bytes);
}

static PyObject *postings_make(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    if (PyTuple_Size(args) || (kwargs && PyDict_Size(kwargs))) {
        PyErr_SetString(PyExc_TypeError, "Postings() takes nothing");
        return NULL;
    }
    postings_object *postings = (postings_object *)PyType_GenericAlloc(type, 0);
    if (!postings)
        return NULL;
    if (interned_make(&postings->keys) == 0 && interned_make(&postings->companies) == 0) {
        if (gate_make(&postings->door) == 0)
            return (PyObject *)postings;
        PyErr_NoMemory();
    }
    Py_DECREF((PyObject *)postings);
    return NULL;
}

static void postings_dealloc(PyObject *self) {
    postings_object *postings = (postings_object *)self;
    PyTypeObject *type = Py_TYPE(self);
    interned_free(&postings->keys);
    interned_free(&postings->companies);
    access_free(&postings->index);
    links_free(&postings->links);
    gate_free(&postings->door);
    free(postings->asked_keys.all);
    free(postings->asked_companies.all);
    free(postings->found.all);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

static PyMethodDef postings_methods[] = {
    {"put", postings_put, METH_VARARGS, "Post a slot under keys and companies, with its other clauses; gives its number."},
    {"drop", postings_drop, METH_O, "Forget a slot. One that is not there is a KeyError."},
    {"parts", postings_parts, METH_O, "Give the keys and the other clauses of a slot."},
    {"find", postings_find, METH_VARARGS,
     "Give each slot that an event may concern: by keys, companies, and what stands in its title and body."},
    {"in_vain", postings_in_vain, METH_VARARGS,
     "Give so many of the slots under the key that led to the most in vain of late, from the how many-th on."},
    {"dump", postings_dump, METH_NOARGS, "Give all slots, as names and numbers; ValueError if some have gone."},
    {"load", postings_load, METH_VARARGS,
     "Take what was dumped, and give how many slots it has. After an error these postings are of no use."},
    {"sizes", postings_sizes, METH_NOARGS, "Give how much of everything there is, and the bytes it takes."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot postings_slots[] = {
    {Py_tp_doc, "Slots under what an event must have for them."},
    {Py_tp_new, postings_make},
    {Py_tp_dealloc, postings_dealloc},
    {Py_tp_methods, postings_methods},
    {0, NULL},
};

PyType_Spec postings_spec = {
    .name = "alertd.text._core.Postings",
    .basicsize = sizeof(postings_object),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = postings_slots,
};
