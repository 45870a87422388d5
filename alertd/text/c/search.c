#include "core.h"

/* Take hold of the distinct terms that were found: what makes objects may run code of Python's, which may drop terms. */
static PyObject **hold(const terms_object *terms, const hits *found) {
    PyObject **names = malloc((found->term_count + 1) * sizeof *names);
    if (!names) {
        PyErr_NoMemory();
        return NULL;
    }
    for (uint32_t i = 0; i < found->term_count; i++)
        names[i] = Py_NewRef(terms->names[found->terms[i]]);
    return names;
}

/* Append the places of those that end before word `until`, with a capital where that is wanted; at most so many. */
static PyObject *places(const field_object *field, const hits *found, PyObject **names, Py_ssize_t until,
                        Py_ssize_t most, int capitals) {
    PyObject *all = PyList_New(0);
    for (uint32_t i = 0; all && i < found->count && PyList_Size(all) < most; i++) {
        const hit *one = &found->all[i];
        if ((Py_ssize_t)one->last >= until || (capitals && !field->capitals[one->first]))
            continue;
        PyObject *place = Py_BuildValue("(IIO)", one->first, one->last, names[one->term]);
        if (!place || PyList_Append(all, place) < 0)
            Py_CLEAR(all);
        Py_XDECREF(place);
    }
    return all;
}

PyObject *terms_search(PyObject *self, PyObject *args) {
    const terms_object *terms = (terms_object *)self;
    PyObject *given, *all = NULL;
    Py_ssize_t until, most;
    int capitals;
    if (!PyArg_ParseTuple(args, "O!nnp:search", core_of(self)->field, &given, &until, &most, &capitals))
        return NULL;
    field_object *field = (field_object *)given;
    if (capitals && field_mark_capitals(field) < 0)
        return NULL;
    hits found = {NULL, 0, 0, NULL, 0, 0};
    if (trie_find(&terms->tree, field->folded.bytes, &field->tokens, &found) < 0) {
        PyErr_NoMemory();
    } else {
        PyObject **names = hold(terms, &found);
        if (names) {
            all = places(field, &found, names, until, most, capitals);
            for (uint32_t i = 0; i < found.term_count; i++)
                Py_DECREF(names[i]);
            free(names);
        }
    }
    hits_free(&found);
    return all;
}
