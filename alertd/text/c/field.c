#include "core.h"

field_object *field_new(PyTypeObject *type, PyObject *text) {
    field_object *field = (field_object *)PyType_GenericAlloc(type, 0);
    if (!field)
        return NULL;
    field->text = Py_NewRef(text);
    field->terms = PySet_New(NULL);
    if (field->terms)
        return field;
    Py_DECREF((PyObject *)field);
    return NULL;
}

int field_read(field_object *field, const fold_table *table, const uint8_t *text, size_t size) {
    if (fold_text(table, text, size, &field->folded) < 0)
        return -1;
    return tokens_read(field->folded.bytes, field->folded.size, &field->tokens);
}

int field_name(field_object *field, PyObject *const *names) {
    uint32_t count = field->hits.term_count;
    if (!count)
        return 0;
    if (!(field->names = malloc(count * sizeof *field->names))) {
        PyErr_NoMemory();
        return -1;
    }
    for (; field->name_count < count; field->name_count++)
        field->names[field->name_count] = Py_NewRef(names[field->hits.terms[field->name_count]]);
    for (uint32_t i = 0; i < count; i++)
        if (PySet_Add(field->terms, field->names[i]) < 0)
            return -1;
    return 0;
}

static void field_dealloc(PyObject *self) {
    field_object *field = (field_object *)self;
    PyTypeObject *type = Py_TYPE(self);
    for (uint32_t i = 0; i < field->name_count; i++)
        Py_DECREF(field->names[i]);
    free(field->names);
    free(field->capitals);
    folded_free(&field->folded);
    free(field->tokens.all);
    hits_free(&field->hits);
    Py_XDECREF(field->terms);
    Py_XDECREF(field->text);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

int64_t field_term(field_object *field, PyObject *term) {
    for (uint32_t i = 0; i < field->name_count; i++) /* terms are interned, mostly by both sides */
        if (field->names[i] == term)
            return i;
    int found = PySet_Contains(field->terms, term);
    if (found <= 0)
        return found < 0 ? -2 : -1;
    for (uint32_t i = 0; i < field->name_count; i++) {
        found = PyObject_RichCompareBool(field->names[i], term, Py_EQ);
        if (found)
            return found < 0 ? -2 : (int64_t)i;
    }
    return -1;
}

static PyObject *field_positions(PyObject *self, PyObject *term) {
    field_object *field = (field_object *)self;
    int64_t number = field_term(field, term);
    PyObject *places = number > -2 ? PyList_New(0) : NULL;
    for (uint32_t i = 0; places && number >= 0 && i < field->hits.count; i++) {
        const hit *one = &field->hits.all[i];
        if (one->term != number)
            continue;
        PyObject *place = Py_BuildValue("(II)", one->first, one->last);
        if (!place || PyList_Append(places, place) < 0)
            Py_CLEAR(places);
        Py_XDECREF(place);
    }
    return places;
}

static PyObject *field_beginning(PyObject *self, PyObject *first) {
    field_object *field = (field_object *)self;
    Py_ssize_t before = PyNumber_AsSsize_t(first, NULL);
    if (before == -1 && PyErr_Occurred())
        return NULL;
    PyObject *terms = PySet_New(NULL);
    for (uint32_t i = 0; terms && i < field->hits.count; i++)
        if ((Py_ssize_t)field->hits.all[i].last < before &&
            PySet_Add(terms, field->names[field->hits.all[i].term]) < 0)
            Py_CLEAR(terms);
    return terms;
}

static PyObject *field_words(PyObject *self, PyObject *unused) {
    field_object *field = (field_object *)self;
    (void)unused;
    PyObject *text = PyUnicode_DecodeUTF8((const char *)field->folded.bytes, field->folded.size, "strict");
    PyObject *all = text ? PyUnicode_Split(text, NULL, -1) : NULL;
    Py_XDECREF(text);
    return all;
}

void field_place(const field_object *field, uint32_t first, uint32_t last, uint32_t span[2]) {
    const token *all = field->tokens.all;
    fold_span(&field->folded, all[first].at, all[last].at + all[last].size, span);
}

static PyObject *field_span(PyObject *self, PyObject *args) {
    field_object *field = (field_object *)self;
    Py_ssize_t first, last;
    uint32_t span[2];
    if (!PyArg_ParseTuple(args, "nn:span", &first, &last))
        return NULL;
    Py_ssize_t count = (Py_ssize_t)field->tokens.count;
    if (first < 0)
        first += count;
    if (last < 0)
        last += count;
    if (first < 0 || last < 0 || first >= count || last >= count) {
        PyErr_SetString(PyExc_IndexError, "there is no such word");
        return NULL;
    }
    field_place(field, (uint32_t)first, (uint32_t)last, span);
    return Py_BuildValue("(II)", span[0], span[1]);
}

static int put_number(PyObject *list, Py_ssize_t i, uint32_t number) {
    PyObject *made = PyLong_FromUnsignedLong(number);
    return made ? PyList_SetItem(list, i, made) : -1;
}

static PyObject *field_places(PyObject *self, PyObject *unused) {
    field_object *field = (field_object *)self;
    (void)unused;
    Py_ssize_t count = (Py_ssize_t)field->tokens.count;
    PyObject *starts = PyList_New(count), *ends = PyList_New(count);
    uint32_t span[2];
    for (Py_ssize_t i = 0; starts && ends && i < count; i++) {
        field_place(field, (uint32_t)i, (uint32_t)i, span);
        if (put_number(starts, i, span[0]) < 0 || put_number(ends, i, span[1]) < 0)
            break;
    }
    PyObject *places = PyErr_Occurred() || !starts || !ends ? NULL : PyTuple_Pack(2, starts, ends);
    Py_XDECREF(starts);
    Py_XDECREF(ends);
    return places;
}

static PyObject *field_terms(PyObject *self, void *unused) {
    (void)unused;
    return Py_NewRef(((field_object *)self)->terms);
}

static PyObject *field_text(PyObject *self, void *unused) {
    (void)unused;
    return Py_NewRef(((field_object *)self)->text);
}

static Py_ssize_t field_length(PyObject *self) { return (Py_ssize_t)((field_object *)self)->tokens.count; }

static PyMethodDef field_methods[] = {
    {"positions", field_positions, METH_O, "Give the first and last word of every place of a term."},
    {"beginning", field_beginning, METH_O, "Give the terms that stand within so many first words."},
    {"near", field_near, METH_VARARGS,
     "Give the first and last word of a term of each group, all within so many words and before one; None: there are none."},
    {"quoted", field_quoted, METH_VARARGS,
     "Give the first places of these terms, at most so many, each with at most so many characters around it."},
    {"words", field_words, METH_NOARGS, "Give the folded words."},
    {"capitals", field_capitals, METH_NOARGS, "Give the words that are written with a capital, as written, by their number."},
    {"span", field_span, METH_VARARGS, "Give where the first to the last word stand in the text."},
    {"places", field_places, METH_NOARGS, "Give where each word begins, and where it ends."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef field_members[] = {
    {"terms", field_terms, NULL, "The terms that stand in the text, a set.", NULL},
    {"text", field_text, NULL, "The text as it was given.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot field_slots[] = {
    {Py_tp_doc, "What a text has: its words, and the terms that stand in it."},
    {Py_tp_dealloc, field_dealloc},
    {Py_tp_methods, field_methods},
    {Py_tp_getset, field_members},
    {Py_sq_length, field_length},
    {0, NULL},
};

PyType_Spec field_spec = {
    .name = "alertd.text._core.Field",
    .basicsize = sizeof(field_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = field_slots,
};
