#include "core.h"

/* Where terms stand in a text, each with the source's own words around it, as `quote.py` cuts them. */

#define MOST_PLACES 32

/* What `str.isspace` says, which the limited API does not give. */
static int is_space(uint32_t c) {
    if (c < 0x80)
        return (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x20);
    return c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
           c == 0x202f || c == 0x205f || c == 0x3000;
}

static int space_at(PyObject *text, Py_ssize_t i) { return is_space(PyUnicode_ReadChar(text, i)); }

static Py_ssize_t larger(Py_ssize_t a, Py_ssize_t b) { return a > b ? a : b; }
static Py_ssize_t smaller(Py_ssize_t a, Py_ssize_t b) { return a < b ? a : b; }

/* Cut the line around a span to `most` characters, about as many on both sides where it is longer. */
static void cut_line(PyObject *text, Py_ssize_t size, const uint32_t span[2], Py_ssize_t most, Py_ssize_t cut[2]) {
    Py_ssize_t start = span[0], end = span[1], room = most - (end - start);
    Py_ssize_t from = larger(0, start - room), until = smaller(size, end + room);
    Py_ssize_t left = larger(PyUnicode_FindChar(text, '\n', from, start, -1) + 1, from);
    Py_ssize_t right = PyUnicode_FindChar(text, '\n', end, until, 1);
    if (right < 0)
        right = until;
    if (right - left > most) {
        left = larger(left, smaller(start - room / 2, right - most));
        right = smaller(right, left + most);
    }
    cut[0] = left;
    cut[1] = right;
}

/* Move the ends of a cut to the nearest blanks within it, so that no word is cut. */
static void cut_between_words(PyObject *text, Py_ssize_t size, const uint32_t span[2], Py_ssize_t cut[2]) {
    if (cut[0] && !space_at(text, cut[0] - 1)) {
        Py_ssize_t blank = PyUnicode_FindChar(text, ' ', cut[0], span[0], 1);
        if (blank >= 0)
            cut[0] = blank + 1;
    }
    if (cut[1] < size && !space_at(text, cut[1])) {
        Py_ssize_t blank = PyUnicode_FindChar(text, ' ', span[1], cut[1], -1);
        if (blank >= 0)
            cut[1] = blank;
    }
}

static PyObject *quote_of(PyObject *text, const uint32_t span[2], Py_ssize_t most) {
    Py_ssize_t size = PyUnicode_GetLength(text), start = span[0], end = span[1];
    if (end - start >= most)
        return PyUnicode_Substring(text, start, start + most);
    Py_ssize_t cut[2];
    cut_line(text, size, span, most, cut);
    cut_between_words(text, size, span, cut);
    if (start == end || (!space_at(text, start) && !space_at(text, end - 1))) {
        while (cut[0] < cut[1] && space_at(text, cut[0]))
            cut[0]++;
        while (cut[0] < cut[1] && space_at(text, cut[1] - 1))
            cut[1]--;
    }
    return PyUnicode_Substring(text, cut[0], cut[1]);
}

/* Mark which of the field's distinct terms are asked for. 0, or -1 with an exception. */
static int mark_asked(field_object *field, PyObject *terms, uint8_t *asked) {
    PyObject *iterator = PyObject_GetIter(terms), *term;
    while (iterator && (term = PyIter_Next(iterator))) {
        int64_t number = field_term(field, term);
        Py_DECREF(term);
        if (number < -1)
            break;
        if (number >= 0)
            asked[number] = 1;
    }
    Py_XDECREF(iterator);
    return PyErr_Occurred() ? -1 : 0;
}

/* Find the first places that are inside of no other; hits come in the order of their first words, shorter ones before
 * longer ones. Gives how many there are. */
static Py_ssize_t find_first(const field_object *field, const uint8_t *asked, const hit **found, Py_ssize_t limit) {
    Py_ssize_t count = 0;
    for (uint32_t i = 0; i < field->hits.count; i++) {
        const hit *one = &field->hits.all[i];
        if (!asked[one->term] || (count && one->last <= found[count - 1]->last))
            continue;
        if (count && one->first == found[count - 1]->first)
            count--;
        if (count == limit)
            break;
        found[count++] = one;
    }
    return count;
}

static PyObject *quoted_place(const field_object *field, const hit *one, Py_ssize_t most) {
    uint32_t span[2];
    field_place(field, one->first, one->last, span);
    PyObject *said = quote_of(field->text, span, most);
    return said ? Py_BuildValue("(IIN)", span[0], span[1], said) : NULL;
}

static PyObject *quoted_places(const field_object *field, const hit *const *found, Py_ssize_t count, Py_ssize_t most) {
    PyObject *places = PyList_New(count);
    for (Py_ssize_t i = 0; places && i < count; i++) {
        PyObject *place = quoted_place(field, found[i], most);
        if (!place || PyList_SetItem(places, i, place) < 0)
            Py_CLEAR(places);
    }
    return places;
}

PyObject *field_quoted(PyObject *self, PyObject *args) {
    field_object *field = (field_object *)self;
    const hit *found[MOST_PLACES];
    PyObject *terms;
    Py_ssize_t limit, most;
    if (!PyArg_ParseTuple(args, "Onn:quoted", &terms, &limit, &most))
        return NULL;
    if (limit < 1 || limit > MOST_PLACES) {
        PyErr_SetString(PyExc_ValueError, "quoted() gives 1 to 32 places");
        return NULL;
    }
    uint8_t *asked = calloc((size_t)field->name_count + 1, 1);
    if (!asked)
        return PyErr_NoMemory();
    int bad = mark_asked(field, terms, asked);
    Py_ssize_t count = bad ? 0 : find_first(field, asked, found, limit);
    free(asked);
    return bad ? NULL : quoted_places(field, found, count, most);
}
