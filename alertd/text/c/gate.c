#include "core.h"

int gate_make(gate *door) {
    door->readers = 0;
    door->lock = PyThread_allocate_lock();
    return door->lock ? 0 : -1;
}

void gate_free(gate *door) {
    if (door->lock)
        PyThread_free_lock(door->lock);
    door->lock = NULL;
}

static void take(gate *door) {
    if (PyThread_acquire_lock(door->lock, NOWAIT_LOCK))
        return;
    Py_BEGIN_ALLOW_THREADS
    PyThread_acquire_lock(door->lock, WAIT_LOCK);
    Py_END_ALLOW_THREADS
}

void gate_read(gate *door) {
    if (!door->readers)
        take(door);
    door->readers++;
}

void gate_read_done(gate *door) {
    if (!--door->readers)
        PyThread_release_lock(door->lock);
}

void gate_change(gate *door) { take(door); }

void gate_change_done(gate *door) { PyThread_release_lock(door->lock); }
