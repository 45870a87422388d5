#include "interned.h"

int interned_make(interned *known) {
    known->numbers = PyDict_New();
    return known->numbers ? 0 : -1;
}

void interned_free(interned *known) {
    for (uint32_t i = 1; i < known->count; i++)
        Py_XDECREF(known->names[i]);
    free(known->names);
    free(known->uses);
    free(known->free.all);
    Py_XDECREF(known->numbers);
    memset(known, 0, sizeof *known);
}

int64_t interned_get(const interned *known, PyObject *name) {
    PyObject *number = PyDict_GetItemWithError(known->numbers, name);
    if (!number)
        return PyErr_Occurred() ? -1 : 0;
    return (int64_t)PyLong_AsUnsignedLong(number);
}

/* Enter an object under a number. 0, or -1 with an exception. */
static int enter(interned *known, PyObject *name, uint32_t number) {
    PyObject *made = PyLong_FromUnsignedLong(number);
    int result = made ? PyDict_SetItem(known->numbers, name, made) : -1;
    Py_XDECREF(made);
    return result;
}

uint32_t interned_use(interned *known, PyObject *name) {
    int64_t found = interned_get(known, name);
    if (found < 0)
        return 0;
    if (found) {
        known->uses[found]++;
        return (uint32_t)found;
    }
    int used = known->free.count > 0;
    uint32_t number = used ? known->free.all[known->free.count - 1] : known->count ? known->count : 1;
    uint64_t need = (uint64_t)number + 1;
    /* room among the free ones for all that there are, so that to release one never fails */
    if (number >= UINT32_MAX / 4 || ROOM(known->names, known->name_room, need) < 0 ||
        ROOM(known->uses, known->use_room, need) < 0 ||
        ROOM(known->free.all, known->free.room, at_least(need, known->count)) < 0) {
        PyErr_NoMemory();
        return 0;
    }
    if (enter(known, name, number) < 0)
        return 0;
    known->free.count -= (uint32_t)used;
    if (number >= known->count)
        known->count = number + 1;
    known->names[number] = Py_NewRef(name);
    known->uses[number] = 1;
    return number;
}

uint32_t interned_release(interned *known, uint32_t number) {
    if (--known->uses[number])
        return known->uses[number];
    if (PyDict_DelItem(known->numbers, known->names[number]) < 0) /* it is there, so this does not happen */
        PyErr_Clear();
    Py_CLEAR(known->names[number]);
    known->free.all[known->free.count++] = number;
    return 0;
}
