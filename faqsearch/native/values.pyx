# cython: language_level=3
"""Frozen values of checked fields made without the detour of ``object.__setattr__``."""



cdef extern from *:
    """
    static int set_slot(PyObject* slot, PyObject* value, PyObject* to) {
        descrsetfunc set = Py_TYPE(slot)->tp_descr_set;
        if (set == NULL) {
            PyErr_SetString(PyExc_TypeError, "not a slot");
            return -1;
        }
        return set(slot, value, to);
    }
    """
    int set_slot(object slot, object value, object to) except -1


cdef class Maker:
    """Makes a value of a dataclass with slots from all of its fields, in order; nothing is checked, nothing runs afterwards."""

    cdef object _kind
    cdef tuple _slots

    def __init__(self, kind):
        self._kind = kind
        self._slots = tuple([kind.__dict__[name] for name in kind.__dataclass_fields__])

    def __call__(self, *values):
        return self._made(values)

    def of(self, values):
        """The same of a sequence of all fields."""
        return self._made(tuple(values))

    cdef object _made(self, tuple values):
        cdef Py_ssize_t i
        if len(values) != len(self._slots):
            raise TypeError(f"{self._kind.__name__} has {len(self._slots)} fields, not {len(values)}")
        made = object.__new__(self._kind)
        for i in range(len(values)):
            set_slot(self._slots[i], made, values[i])
        return made
