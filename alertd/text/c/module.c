/* alertd.text._core: texts folded, cut into words and searched for terms. `alertd/text/core.py` says what it is for;
 * what it does in every detail is what `fold.py` and `scan.py` do. */

#include "fuzz.h"

/* Goes up with every change of what Python sees: a module that was built for another version is not used. */
#define INTERFACE 4

core_state *core_of(PyObject *self) { return PyType_GetModuleState(Py_TYPE(self)); }

static int add_type(PyObject *module, PyType_Spec *spec, PyTypeObject **type) {
    *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
    return *type ? PyModule_AddType(module, *type) : -1;
}

static int core_exec(PyObject *module) {
    core_state *state = PyModule_GetState(module);
    if (add_type(module, &folds_spec, &state->folds) < 0 || add_type(module, &terms_spec, &state->terms) < 0 ||
        add_type(module, &field_spec, &state->field) < 0 || add_type(module, &postings_spec, &state->postings) < 0)
        return -1;
    return PyModule_AddIntConstant(module, "INTERFACE", INTERFACE);
}

static int core_traverse(PyObject *module, visitproc visit, void *arg) {
    core_state *state = PyModule_GetState(module);
    Py_VISIT(state->folds);
    Py_VISIT(state->terms);
    Py_VISIT(state->field);
    Py_VISIT(state->postings);
    return 0;
}

static int core_clear(PyObject *module) {
    core_state *state = PyModule_GetState(module);
    Py_CLEAR(state->folds);
    Py_CLEAR(state->terms);
    Py_CLEAR(state->field);
    Py_CLEAR(state->postings);
    return 0;
}

static PyModuleDef_Slot core_slots[] = {
    {Py_mod_exec, core_exec},
    {0, NULL},
};

static PyMethodDef core_functions[] = {
#ifdef ALERTD_FUZZ
    {"fail_after", fuzz_fail_after, METH_O, "Let memory run out once, after so many requests."},
#endif
    {NULL, NULL, 0, NULL},
};

static PyModuleDef core_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_core",
    .m_doc = "The compiled part of alertd.text.",
    .m_size = sizeof(core_state),
    .m_methods = core_functions,
    .m_slots = core_slots,
    .m_traverse = core_traverse,
    .m_clear = core_clear,
};

PyMODINIT_FUNC PyInit__core(void) { return PyModuleDef_Init(&core_module); }
