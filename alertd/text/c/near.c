#include "core.h"

/* Terms that stand together, as `near.py` looks for them. */

#define MOST 32

typedef struct {
    uint32_t first, last;
} place;

/* Note of each of the field's terms in which groups it is, a bit for each. 1; 0 if one group has none; -1 with an
 * exception. */
static int read_groups(field_object *field, PyObject *groups, uint32_t *in) {
    for (Py_ssize_t i = 0; i < PyTuple_Size(groups); i++) {
        PyObject *iterator = PyObject_GetIter(PyTuple_GetItem(groups, i)), *term;
        int there = 0;
        while (iterator && (term = PyIter_Next(iterator))) {
            int64_t number = field_term(field, term);
            Py_DECREF(term);
            if (number < -1)
                break;
            if (number >= 0) {
                in[number] |= 1u << i;
                there = 1;
            }
        }
        Py_XDECREF(iterator);
        if (PyErr_Occurred())
            return -1;
        if (!there)
            return 0;
    }
    return 1;
}

/* Whether all groups have a place, the best of which ends soon enough. */
static int is_near(const place *best, uint32_t count, uint32_t first, uint32_t within) {
    for (uint32_t i = 0; i < count; i++)
        if (best[i].last - first >= within)
            return 0;
    return 1;
}

/* Go backwards through the places: among those from here on, the one of a group that ends first is the best for a
 * window that begins here. */
static int find_near(const field_object *field, const uint32_t *in, uint32_t count, uint32_t within, uint32_t before,
                     place *found) {
    place best[MOST];
    uint32_t have = 0, all = (uint32_t)(((uint64_t)1 << count) - 1);
    int result = 0;
    for (uint32_t i = field->hits.count; i-- > 0;) {
        const hit *one = &field->hits.all[i];
        if (one->last >= before)
            continue;
        for (uint32_t left = in[one->term]; left; left &= left - 1) {
            unsigned group = lowest_bit(left);
            if (!(have >> group & 1) || one->last <= best[group].last)
                best[group] = (place){one->first, one->last};
            have |= 1u << group;
        }
        if (in[one->term] && have == all && is_near(best, count, one->first, within)) {
            memcpy(found, best, count * sizeof *best);
            result = 1;
        }
    }
    return result;
}

static int compare(const void *one, const void *other) {
    place a, b;
    memcpy(&a, one, sizeof a);
    memcpy(&b, other, sizeof b);
    return a.first != b.first ? (a.first > b.first) - (a.first < b.first) : (a.last > b.last) - (a.last < b.last);
}

static PyObject *places_of(place *all, uint32_t count) {
    qsort(all, count, sizeof *all, compare);
    PyObject *places = PyList_New(count);
    for (uint32_t i = 0; places && i < count; i++) {
        PyObject *one = Py_BuildValue("(II)", all[i].first, all[i].last);
        if (!one || PyList_SetItem(places, i, one) < 0)
            Py_CLEAR(places);
    }
    return places;
}

PyObject *field_near(PyObject *self, PyObject *args) {
    field_object *field = (field_object *)self;
    PyObject *groups;
    unsigned int within, before;
    if (!PyArg_ParseTuple(args, "O!II:near", &PyTuple_Type, &groups, &within, &before))
        return NULL;
    Py_ssize_t count = PyTuple_Size(groups);
    if (count < 1 || count > MOST) {
        PyErr_SetString(PyExc_ValueError, "near() takes 1 to 32 groups");
        return NULL;
    }
    uint32_t *in = calloc((size_t)field->name_count + 1, sizeof *in);
    if (!in)
        return PyErr_NoMemory();
    place found[MOST];
    int there = read_groups(field, groups, in);
    if (there > 0)
        there = find_near(field, in, (uint32_t)count, within, before, found);
    free(in);
    return there < 0 ? NULL : there ? places_of(found, (uint32_t)count) : Py_NewRef(Py_None);
}
