#include "interned.h"

/* Slots under what an event must have for them. */
typedef struct {
    PyObject_HEAD
    interned keys, sets, companies;
    slot_index index;
    numbers asked_keys, asked_companies, found; /* kept from question to question */
} postings_object;

static void release_companies(postings_object *postings, PyObject *set, uint32_t number);

/* Let go of all that a slot, or the part of one that was read, uses. */
static void release_parts(postings_object *postings, slot_parts parts) {
    uint32_t *part = parts + 1;
    for (uint32_t left = *part++; left; left--)
        interned_release(&postings->keys, *part++);
    for (uint32_t clauses = *part++; clauses; clauses--)
        for (uint32_t left = *part++; left; left--)
            interned_release(&postings->keys, *part++);
    if (parts[0] && postings->sets.uses[parts[0]] == 1)
        release_companies(postings, postings->sets.names[parts[0]], parts[0]);
    if (parts[0])
        interned_release(&postings->sets, parts[0]);
    free(parts);
}

/* Use every member of a set; each number goes to `*to`, and `*count` counts them. 0, or -1 with an exception. */
static int use_all(interned *known, slot_index *index, PyObject *members, uint32_t *to, uint32_t *count, int are_keys) {
    PyObject *iterator = PyObject_GetIter(members), *member;
    while (iterator && (member = PyIter_Next(iterator))) {
        uint32_t number = interned_use(known, member);
        Py_DECREF(member);
        if (number && access_room(index, are_keys ? number : 0, 0, are_keys ? 0 : number) < 0) {
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

/* The numbers of a set's companies, which it uses; NULL with an exception. */
static uint32_t *companies_of(postings_object *postings, PyObject *set, uint32_t *count) {
    uint32_t *all = malloc(((size_t)PyObject_Size(set) + 1) * sizeof *all);
    *count = 0;
    if (!all) {
        PyErr_NoMemory();
    } else if (use_all(&postings->companies, &postings->index, set, all, count, 0) < 0) {
        while (*count)
            interned_release(&postings->companies, all[--*count]);
        free(all);
        all = NULL;
    }
    return all;
}

static void release_companies(postings_object *postings, PyObject *set, uint32_t number) {
    PyObject *iterator = PyObject_GetIter(set), *company;
    while (iterator && (company = PyIter_Next(iterator))) {
        int64_t found = interned_get(&postings->companies, company);
        if (found > 0) {
            uint32_t one = (uint32_t)found;
            access_empty(&postings->index, number, &one, 1);
            interned_release(&postings->companies, one);
        }
        Py_DECREF(company);
    }
    Py_XDECREF(iterator);
    PyErr_Clear();
}

/* Use a set of companies; 0 with an exception. */
static uint32_t use_set(postings_object *postings, PyObject *set) {
    uint32_t number = interned_use(&postings->sets, set), count;
    if (!number || postings->sets.uses[number] > 1)
        return number;
    uint32_t *companies = companies_of(postings, set, &count);
    if (companies && (access_room(&postings->index, 0, number, 0) < 0 ||
                      access_fill(&postings->index, number, companies, count) < 0)) {
        while (count)
            interned_release(&postings->companies, companies[--count]);
        free(companies);
        companies = NULL;
        PyErr_NoMemory();
    }
    if (!companies) {
        interned_release(&postings->sets, number);
        return 0;
    }
    free(companies);
    return number;
}

/* Check what `put` is given, and give the number of elements that its parts have; 0 with an exception. */
static size_t size_of(PyObject *keys, PyObject *companies, PyObject *checks) {
    size_t size = 3;
    if (!PyFrozenSet_CheckExact(keys) || !PyTuple_Check(checks) ||
        !(companies == Py_None || (PyFrozenSet_CheckExact(companies) && PyObject_Size(companies) > 0))) {
        PyErr_SetString(PyExc_TypeError, "put() takes a frozenset, a frozenset of at least one or None, and a tuple");
        return 0;
    }
    size += (size_t)PyObject_Size(keys);
    for (Py_ssize_t i = 0; i < PyTuple_Size(checks); i++) {
        if (!PyFrozenSet_CheckExact(PyTuple_GetItem(checks, i))) {
            PyErr_SetString(PyExc_TypeError, "a check is a frozenset");
            return 0;
        }
        size += 1 + (size_t)PyObject_Size(PyTuple_GetItem(checks, i));
    }
    return size;
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
    return access_room(&postings->index, 0, 0, 0) < 0 ? (PyErr_NoMemory(), -1) : 0;
}

static PyObject *postings_put(PyObject *self, PyObject *args) {
    postings_object *postings = (postings_object *)self;
    PyObject *keys, *companies, *checks;
    if (!PyArg_ParseTuple(args, "OOO:put", &keys, &companies, &checks))
        return NULL;
    size_t size = size_of(keys, companies, checks);
    if (!size)
        return NULL;
    slot_parts parts = calloc(size, sizeof *parts);
    if (!parts)
        return PyErr_NoMemory();
    uint32_t slot = 0;
    if (read_parts(postings, keys, companies, checks, parts) == 0 && !(slot = access_put(&postings->index, parts)))
        PyErr_NoMemory();
    if (slot)
        return PyLong_FromUnsignedLong(slot);
    PyObject *type, *value, *trace;
    PyErr_Fetch(&type, &value, &trace);
    release_parts(postings, parts);
    PyErr_Restore(type, value, trace);
    return NULL;
}

static PyObject *postings_drop(PyObject *self, PyObject *number) {
    postings_object *postings = (postings_object *)self;
    unsigned long slot = PyLong_AsUnsignedLong(number);
    if (PyErr_Occurred())
        return NULL;
    slot_parts parts = slot < UINT32_MAX ? access_drop(&postings->index, (uint32_t)slot) : NULL;
    if (!parts) {
        PyErr_SetObject(PyExc_KeyError, number);
        return NULL;
    }
    release_parts(postings, parts);
    return Py_NewRef(Py_None);
}

/* Add the numbers of those that have one. 0, or -1 with an exception. */
static int known_numbers(const interned *known, PyObject *names, numbers *out) {
    PyObject *iterator = PyObject_GetIter(names), *name;
    while (iterator && (name = PyIter_Next(iterator))) {
        int64_t number = interned_get(known, name);
        Py_DECREF(name);
        if (number > 0 && numbers_add(out, (uint32_t)number) < 0)
            PyErr_NoMemory();
        if (PyErr_Occurred())
            break;
    }
    Py_XDECREF(iterator);
    return PyErr_Occurred() ? -1 : 0;
}

static PyObject *postings_find(PyObject *self, PyObject *args) {
    postings_object *postings = (postings_object *)self;
    PyObject *keys, *companies;
    if (!PyArg_ParseTuple(args, "OO:find", &keys, &companies))
        return NULL;
    numbers *asked = &postings->asked_keys, *named = &postings->asked_companies, *found = &postings->found;
    asked->count = named->count = found->count = 0;
    if (numbers_add(asked, 0) < 0)
        return PyErr_NoMemory();
    if (known_numbers(&postings->keys, keys, asked) < 0 || known_numbers(&postings->companies, companies, named) < 0)
        return NULL;
    if (access_find(&postings->index, asked, named, found) < 0)
        return PyErr_NoMemory();
    PyObject *slots = PyList_New(found->count);
    for (uint32_t i = 0; slots && i < found->count; i++) {
        PyObject *slot = PyLong_FromUnsignedLong(found->all[i]);
        if (!slot || PyList_SetItem(slots, i, slot) < 0)
            Py_CLEAR(slots);
    }
    return slots;
}

static PyObject *postings_sizes(PyObject *self, PyObject *unused) {
    (void)unused;
    postings_object *postings = (postings_object *)self;
    return Py_BuildValue("{sIsnsnsnsn}", "slots", postings->index.live, "keys", interned_size(&postings->keys), "sets",
                         interned_size(&postings->sets), "companies", interned_size(&postings->companies), "bytes",
                         (Py_ssize_t)access_memory(&postings->index));
}

static PyObject *postings_make(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    if (PyTuple_Size(args) || (kwargs && PyDict_Size(kwargs))) {
        PyErr_SetString(PyExc_TypeError, "Postings() takes nothing");
        return NULL;
    }
    postings_object *postings = (postings_object *)PyType_GenericAlloc(type, 0);
    if (postings && (interned_make(&postings->keys) < 0 || interned_make(&postings->sets) < 0 ||
                     interned_make(&postings->companies) < 0)) {
        Py_DECREF((PyObject *)postings);
        return NULL;
    }
    return (PyObject *)postings;
}

static void postings_dealloc(PyObject *self) {
    postings_object *postings = (postings_object *)self;
    PyTypeObject *type = Py_TYPE(self);
    interned_free(&postings->keys);
    interned_free(&postings->sets);
    interned_free(&postings->companies);
    access_free(&postings->index);
    free(postings->asked_keys.all);
    free(postings->asked_companies.all);
    free(postings->found.all);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

static PyMethodDef postings_methods[] = {
    {"put", postings_put, METH_VARARGS, "Post a slot under keys and companies, with its other clauses; gives its number."},
    {"drop", postings_drop, METH_O, "Forget a slot. One that is not there is a KeyError."},
    {"find", postings_find, METH_VARARGS, "Give each slot that an event with these keys and companies may concern."},
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
