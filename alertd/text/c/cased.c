#include "core.h"

/* Put capitals of ASCII back into folded bytes, as they stand in the text, UTF-8, that was folded. */
static void raise_ascii(const folded *text, const uint8_t *original, uint8_t *bytes) {
    uint32_t at = 0;
    for (uint32_t i = 0;; i++) {
        uint32_t stop = i < text->jump_count ? text->jumps[i].at : text->size;
        for (; at < stop; at++, original++) {
            uint8_t is_capital = (uint8_t)(*original - 'A') < 26 && bytes[at] == (*original | 0x20);
            bytes[at] ^= (uint8_t)(is_capital << 5);
        }
        if (i == text->jump_count)
            return;
        original += *original < 0xe0 ? 2 : *original < 0xf0 ? 3 : 4;
        at = text->jumps[i].end;
    }
}

static PyObject *decoded(const uint8_t *bytes, uint32_t from, uint32_t until) {
    return PyUnicode_DecodeUTF8((const char *)bytes + from, (Py_ssize_t)(until - from), "strict");
}

/* Put text behind `*word`, both of which it takes over. 0, or -1 with an exception. */
static int append(PyObject **word, PyObject *piece) {
    PyObject *both = *word && piece ? PyUnicode_Concat(*word, piece) : NULL;
    Py_XDECREF(*word);
    Py_XDECREF(piece);
    *word = both;
    return both ? 0 : -1;
}

/* Give the word from `at` to `end`, in which characters beyond ASCII stand, the first of them `jump`: these raised, as
 * Python raises them. */
static PyObject *raised_word(const field_object *field, const uint8_t *bytes, uint32_t at, uint32_t end, uint32_t jump) {
    const folded *text = &field->folded;
    PyObject *word = decoded(bytes, at, at);
    for (; at < end && word; jump++) {
        int is_jump = jump < text->jump_count && text->jumps[jump].at < end;
        uint32_t from = is_jump ? text->jumps[jump].at : end, until = is_jump ? text->jumps[jump].end : end;
        from = from < at ? at : from;
        until = until < from ? from : until > end ? end : until;
        if (append(&word, decoded(bytes, at, from)) < 0)
            return NULL;
        PyObject *piece = decoded(bytes, from, until);
        PyObject *raised = piece ? PyObject_CallMethod(piece, "upper", NULL) : NULL;
        Py_XDECREF(piece);
        append(&word, raised);
        at = until;
    }
    return word;
}

/* Put a word under its number, and mark it, if it is not what it folds to; takes it over. 0, or -1 with an exception. */
static int note(field_object *field, PyObject *found, uint8_t *marks, uint32_t number, PyObject *word) {
    const token *one = &field->tokens.all[number];
    PyObject *same = word ? decoded(field->folded.bytes, one->at, one->at + one->size) : NULL;
    int result = same ? 0 : -1;
    if (same && PyUnicode_Compare(word, same) != 0) {
        PyObject *key = PyLong_FromUnsignedLong(number);
        result = key ? PyDict_SetItem(found, key, word) : -1;
        marks[number] = 1;
        Py_XDECREF(key);
    }
    Py_XDECREF(same);
    Py_XDECREF(word);
    return result;
}

static int note_all(field_object *field, PyObject *found, uint8_t *marks, const uint8_t *bytes) {
    const folded *text = &field->folded;
    uint32_t jump = 0;
    for (uint32_t i = 0; i < field->tokens.count; i++) {
        uint32_t at = field->tokens.all[i].at, size = field->tokens.all[i].size, end = at + size;
        while (jump < text->jump_count && text->jumps[jump].end <= at)
            jump++;
        int has_jump = jump < text->jump_count && text->jumps[jump].at < end;
        if (!has_jump && memcmp(bytes + at, text->bytes + at, size) == 0)
            continue;
        if (note(field, found, marks, i, has_jump ? raised_word(field, bytes, at, end, jump) : decoded(bytes, at, end)) < 0)
            return -1;
    }
    return 0;
}

PyObject *field_capitals(PyObject *self, PyObject *unused) {
    field_object *field = (field_object *)self;
    Py_ssize_t size;
    PyObject *kept, *found = NULL;
    (void)unused;
    const uint8_t *original = core_utf8(field->text, &size, &kept);
    if (!original)
        return NULL;
    uint8_t *bytes = malloc((size_t)field->folded.size + 1), *marks = calloc((size_t)field->tokens.count + 1, 1);
    if (bytes && marks) {
        memcpy(bytes, field->folded.bytes, field->folded.size);
        raise_ascii(&field->folded, original, bytes);
        found = PyDict_New();
        if (found && note_all(field, found, marks, bytes) < 0)
            Py_CLEAR(found);
    } else {
        PyErr_NoMemory();
    }
    if (found && !field->capitals) {
        field->capitals = marks;
        marks = NULL;
    }
    free(marks);
    free(bytes);
    Py_DECREF(kept);
    return found;
}

int field_mark_capitals(field_object *field) {
    if (!field->capitals) {
        PyObject *found = field_capitals((PyObject *)field, NULL);
        if (!found)
            return -1;
        Py_DECREF(found);
    }
    return 0;
}
