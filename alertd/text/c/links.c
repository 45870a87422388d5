#include "links.h"

#define UNKNOWN UINT32_MAX

void links_free(term_links *links) {
    for (uint32_t i = 0; i < links->room; i++)
        Py_XDECREF(links->all[i].name);
    free(links->all);
    memset(links, 0, sizeof *links);
}

static int make_links(term_links *links, uint32_t term) {
    uint32_t before = links->room;
    if (ROOM(links->all, links->room, (uint64_t)term + 1) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    memset(links->all + before, 0, (links->room - before) * sizeof *links->all);
    return 0;
}

static int learn(term_links *links, const interned *keys, term_link *link, PyObject *name) {
    int64_t text = interned_get(keys, name);
    if (text < 0)
        return -1;
    PyObject *before = link->name;
    *link = (term_link){Py_NewRef(name), links->of, (uint32_t)text, UNKNOWN};
    Py_XDECREF(before);
    return 0;
}

static int learn_title(const interned *keys, term_link *link) {
    PyObject *key = PyUnicode_FromFormat("title:%U", link->name);
    int64_t title = key ? interned_get(keys, key) : -1;
    Py_XDECREF(key);
    if (title < 0)
        return -1;
    link->title = (uint32_t)title;
    return 0;
}

static int add(numbers *out, uint32_t key) {
    if (!key || numbers_add(out, key) == 0)
        return 0;
    PyErr_NoMemory();
    return -1;
}

int links_add(term_links *links, const interned *keys, const field_object *field, int is_title, numbers *out) {
    for (uint32_t i = 0; i < field->name_count; i++) {
        uint32_t term = field->hits.terms[i];
        if (term >= links->room && make_links(links, term) < 0)
            return -1;
        term_link *link = &links->all[term];
        if (i + 4 < field->name_count && field->hits.terms[i + 4] < links->room)
            FETCH(&links->all[field->hits.terms[i + 4]]);
        if ((link->name != field->names[i] || link->of != links->of) && learn(links, keys, link, field->names[i]) < 0)
            return -1;
        if (is_title && link->title == UNKNOWN && learn_title(keys, link) < 0)
            return -1;
        if (add(out, link->text) < 0 || (is_title && add(out, link->title) < 0))
            return -1;
    }
    return 0;
}
