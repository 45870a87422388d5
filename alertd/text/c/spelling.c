#include "spelling.h"

static int put_word(spelling *out, PyObject *text) {
    Py_ssize_t size;
    const char *bytes = PyUnicode_Check(text) ? PyUnicode_AsUTF8AndSize(text, &size) : NULL;
    if (!bytes) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_TypeError, "words are texts");
        return -1;
    }
    if (!size || memchr(bytes, ' ', (size_t)size)) {
        PyErr_SetString(PyExc_ValueError, "a word has no blank, and at least one character");
        return -1;
    }
    if ((size_t)size > LONGEST - PADDING - 1 - out->size ||
        ROOM(out->bytes, out->room, (uint64_t)out->size + (uint64_t)size + 1 + PADDING) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    memcpy(out->bytes + out->size, bytes, (size_t)size);
    out->size += (uint32_t)size;
    out->bytes[out->size++] = ' ';
    memset(out->bytes + out->size, ' ', PADDING);
    return 0;
}

static int put_head(spelling *out, PyObject *head) {
    Py_ssize_t count = PyList_Check(head) ? PyList_Size(head) : -1;
    if (count < 0) {
        PyErr_SetString(PyExc_TypeError, "head: a list of words");
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++)
        if (put_word(out, PyList_GetItem(head, i)) < 0)
            return -1;
    out->head = out->size;
    return 0;
}

int spelling_last(spelled_term *term, Py_ssize_t number) {
    spelling *out = &term->spelled;
    out->size = out->head;
    if (put_word(out, PyTuple_GetItem(term->lasts, number)) < 0)
        return -1;
    out->tokens.count = 0;
    if (tokens_read(out->bytes, out->size, &out->tokens) == 0)
        return 0;
    PyErr_NoMemory();
    return -1;
}

void spelling_free(spelled_term *term) {
    free(term->spelled.bytes);
    free(term->spelled.tokens.all);
}

int spelling_read(PyObject *args, spelled_term *term) {
    memset(term, 0, sizeof *term);
    if (!PyArg_ParseTuple(args, "UOO", &term->name, &term->head, &term->lasts))
        return -1;
    term->count = PyTuple_Check(term->lasts) ? PyTuple_Size(term->lasts) : 0;
    if (!PyUnicode_CheckExact(term->name) || term->count < 1) {
        PyErr_SetString(PyExc_TypeError, "name: a plain text; lasts: a tuple of at least one word");
        return -1;
    }
    if (put_head(&term->spelled, term->head) < 0)
        return -1;
    for (Py_ssize_t i = term->count; i-- > 0;) /* once each, so that nothing can fail any more where they are used */
        if (spelling_last(term, i) < 0)
            return -1;
    return 0;
}
