#include "core.h"

const uint8_t *core_utf8(PyObject *text, Py_ssize_t *size, PyObject **kept) {
    *kept = NULL;
    if (!PyUnicode_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "this is no text");
        return NULL;
    }
    const char *bytes = PyUnicode_AsUTF8AndSize(text, size);
    if (bytes) {
        *kept = Py_NewRef(text);
    } else if (PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) {
        char *passed = NULL;
        PyErr_Clear();
        if (!(*kept = PyUnicode_AsEncodedString(text, "utf-8", "surrogatepass")))
            return NULL;
        if (PyBytes_AsStringAndSize(*kept, &passed, size) < 0)
            Py_CLEAR(*kept);
        bytes = passed;
    }
    return (const uint8_t *)bytes;
}

/* Ask what a character folds to, and note it. */
static int learn(folds_object *folds, uint32_t code) {
    PyObject *character = PyUnicode_FromOrdinal((int)code);
    PyObject *answer = character ? PyObject_CallFunctionObjArgs(folds->character, character, NULL) : NULL;
    PyObject *text;
    int is_mark, result = -1;
    Py_XDECREF(character);
    if (!answer)
        return -1;
    if (PyTuple_Check(answer) && PyArg_ParseTuple(answer, "Up", &text, &is_mark)) {
        Py_ssize_t size;
        const char *bytes = PyUnicode_AsUTF8AndSize(text, &size);
        if (bytes)
            result = fold_learn(&folds->table, code, (const uint8_t *)bytes, (size_t)size, is_mark);
        if (bytes && result == -1)
            PyErr_NoMemory();
        if (result == -2)
            PyErr_Format(PyExc_ValueError, "U+%04X folds to more than 63 bytes", (int)code);
    } else if (!PyErr_Occurred()) {
        PyErr_SetString(PyExc_TypeError, "a character folds to a tuple of a text and a bool");
    }
    Py_DECREF(answer);
    return result < 0 ? -1 : 0;
}

int folds_learn(folds_object *folds, const uint8_t *text, size_t size) {
    size_t at = 0;
    int32_t code;
    while ((code = fold_unknown(&folds->table, text, size, &at)) >= 0)
        if (learn(folds, (uint32_t)code) < 0)
            return -1;
    return 0;
}

static PyObject *folds_make(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"ascii", "character", NULL};
    const char *ascii;
    Py_ssize_t size;
    PyObject *character;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "y#O:Folds", names, &ascii, &size, &character))
        return NULL;
    if (size != 128) {
        PyErr_SetString(PyExc_ValueError, "ascii: 128 bytes, one for each character");
        return NULL;
    }
    for (Py_ssize_t i = 0; i < size; i++)
        if ((unsigned char)ascii[i] >= 0x80) {
            PyErr_SetString(PyExc_ValueError, "ascii: folds to ASCII");
            return NULL;
        }
    folds_object *folds = (folds_object *)PyType_GenericAlloc(type, 0);
    if (folds) {
        memcpy(folds->table.ascii, ascii, 128);
        folds->character = Py_NewRef(character);
    }
    return (PyObject *)folds;
}

static int folds_traverse(PyObject *self, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((folds_object *)self)->character);
    return 0;
}

static int folds_clear(PyObject *self) {
    Py_CLEAR(((folds_object *)self)->character);
    return 0;
}

static void folds_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    folds_clear(self);
    fold_table_free(&((folds_object *)self)->table);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

static PyObject *folds_read(PyObject *self, PyObject *text) {
    folds_object *folds = (folds_object *)self;
    Py_ssize_t size;
    PyObject *kept;
    const uint8_t *bytes = core_utf8(text, &size, &kept);
    if (!bytes)
        return NULL;
    field_object *field = NULL;
    if (folds_learn(folds, bytes, (size_t)size) == 0 && (field = field_new(core_of(self)->field, text)) &&
        field_read(field, &folds->table, bytes, (size_t)size) < 0) {
        PyErr_NoMemory();
        Py_DECREF((PyObject *)field);
        field = NULL;
    }
    Py_DECREF(kept);
    return (PyObject *)field;
}

static PyObject *folds_memory(PyObject *self, PyObject *unused) {
    (void)unused;
    return PyLong_FromSize_t(fold_table_memory(&((folds_object *)self)->table));
}

static PyMethodDef folds_methods[] = {
    {"read", folds_read, METH_O, "Read a text without looking for any terms."},
    {"memory", folds_memory, METH_NOARGS, "Give the bytes that the table takes."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot folds_slots[] = {
    {Py_tp_doc, "What characters fold to: ASCII as given, others as `character` says when they are first seen."},
    {Py_tp_new, folds_make},
    {Py_tp_traverse, folds_traverse},
    {Py_tp_clear, folds_clear},
    {Py_tp_dealloc, folds_dealloc},
    {Py_tp_methods, folds_methods},
    {0, NULL},
};

PyType_Spec folds_spec = {
    .name = "alertd.text._core.Folds",
    .basicsize = sizeof(folds_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .slots = folds_slots,
};
