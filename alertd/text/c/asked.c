#include "postings.h"

/* From so many steps on a question is asked without the GIL. */
#define WORTH_IT 20000

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

static PyObject *list_of(const uint32_t *all, uint32_t count) {
    PyObject *list = PyList_New(count);
    for (uint32_t i = 0; list && i < count; i++) {
        PyObject *number = PyLong_FromUnsignedLong(all[i]);
        if (!number || PyList_SetItem(list, i, number) < 0)
            Py_CLEAR(list);
    }
    return list;
}

/* What an event has. */
typedef struct {
    numbers keys, companies, found;
} question;

/* The lists are kept from question to question, and are empty while one is read that runs code of Python's. */
static numbers borrow(numbers *kept) {
    numbers mine = *kept;
    *kept = (numbers){NULL, 0, 0};
    mine.count = 0;
    return mine;
}

static void give_back(numbers *kept, numbers mine) {
    free(kept->all);
    *kept = mine;
}

/* Read what an event has. 0, or -1 with an exception. */
static int read_event(postings_object *postings, PyObject *keys, PyObject *companies, PyObject *const fields[2],
                      question *asked) {
    if (numbers_add(&asked->keys, 0) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    for (int i = 0; i < 2; i++)
        if (fields[i] &&
            links_add(&postings->links, &postings->keys, (field_object *)fields[i], i == 0, &asked->keys) < 0)
            return -1;
    return known_numbers(&postings->keys, keys, &asked->keys) < 0
               ? -1
               : known_numbers(&postings->companies, companies, &asked->companies);
}

/* Ask it. A change that comes before it is its turn is no harm: a number that is another key's by now leads to slots
 * that it does not concern, which whoever asks looks at and leaves. */
static int ask(postings_object *postings, question *asked) {
    int bad;
    gate_change(&postings->door);
    if (access_work(&postings->index, &asked->keys, &asked->companies) < WORTH_IT) {
        bad = access_find(&postings->index, &asked->keys, &asked->companies, &asked->found);
    } else {
        Py_BEGIN_ALLOW_THREADS
        bad = access_find(&postings->index, &asked->keys, &asked->companies, &asked->found);
        Py_END_ALLOW_THREADS
    }
    gate_change_done(&postings->door);
    return bad;
}

PyObject *postings_find(PyObject *self, PyObject *args) {
    postings_object *postings = (postings_object *)self;
    PyTypeObject *field = core_of(self)->field;
    PyObject *keys, *companies, *fields[2] = {NULL, NULL}, *slots = NULL;
    if (!PyArg_ParseTuple(args, "OO|O!O!:find", &keys, &companies, field, &fields[0], field, &fields[1]))
        return NULL;
    question asked = {borrow(&postings->asked_keys), borrow(&postings->asked_companies), borrow(&postings->found)};
    if (read_event(postings, keys, companies, fields, &asked) == 0) {
        if (ask(postings, &asked) < 0)
            PyErr_NoMemory();
        else
            slots = list_of(asked.found.all, asked.found.count);
    }
    give_back(&postings->asked_keys, asked.keys);
    give_back(&postings->asked_companies, asked.companies);
    give_back(&postings->found, asked.found);
    return slots;
}

PyObject *postings_in_vain(PyObject *self, PyObject *args) {
    postings_object *postings = (postings_object *)self;
    unsigned int most, start;
    if (!PyArg_ParseTuple(args, "II:in_vain", &most, &start))
        return NULL;
    numbers slots = borrow(&postings->found);
    gate_change(&postings->door);
    uint32_t worst = access_worst(&postings->index);
    const posting *list = worst < UINT32_MAX ? &postings->index.keys[worst] : NULL;
    uint32_t count = list ? list->count < most ? list->count : most : 0;
    int bad = ROOM(slots.all, slots.room, count) < 0;
    for (uint32_t i = 0; !bad && i < count; i++)
        slots.all[slots.count++] = list->all[((uint64_t)start + i) % list->count].slot;
    gate_change_done(&postings->door);
    PyObject *given = bad ? PyErr_NoMemory() : list_of(slots.all, slots.count);
    give_back(&postings->found, slots);
    return given;
}
