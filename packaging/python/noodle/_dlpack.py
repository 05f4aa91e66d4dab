"""DLPack's capsules. One that nobody has taken out gives back what is in it when it ends."""

import ctypes

from . import _library as c

_NEW, _OLD = b"dltensor_versioned", b"dltensor"
_USED = {_NEW: b"used_" + _NEW, _OLD: b"used_" + _OLD}  # a capsule keeps no copy of its name
_python = ctypes.pythonapi
_python.PyCapsule_New.restype = ctypes.py_object
_python.PyCapsule_New.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
_python.PyCapsule_IsValid.argtypes = [ctypes.py_object, ctypes.c_char_p]
_python.PyCapsule_GetPointer.restype = ctypes.c_void_p
_python.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
_python.PyCapsule_SetName.argtypes = [ctypes.py_object, ctypes.c_char_p]

# A capsule is dead when its destructor is called, so it comes as an address.
_is_valid = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p)(("PyCapsule_IsValid", _python))
_pointer = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p)(("PyCapsule_GetPointer", _python))
_Deleter = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class _Managed(ctypes.Structure):
    """DLManagedTensor: what is behind the tensor's 48 bytes."""

    _fields_ = [("tensor", ctypes.c_char * 48), ("context", ctypes.c_void_p), ("deleter", _Deleter)]


class _ManagedVersioned(ctypes.Structure):
    """The beginning of DLManagedTensorVersioned."""

    _fields_ = [("version", ctypes.c_uint32 * 2), ("context", ctypes.c_void_p), ("deleter", _Deleter)]


@ctypes.PYFUNCTYPE(None, ctypes.c_void_p)
def _destroy(capsule):
    for name, managed in ((_OLD, _Managed), (_NEW, _ManagedVersioned)):
        if _is_valid(capsule, name):
            address = _pointer(capsule, name)
            managed.from_address(address).deleter(address)


def give(handle, versioned):
    """A capsule with a tensor."""
    managed = ctypes.c_void_p()
    (c.tensor_to_dlpack_versioned if versioned else c.tensor_to_dlpack)(handle, ctypes.byref(managed))
    destroy = ctypes.cast(_destroy, ctypes.c_void_p)
    return _python.PyCapsule_New(managed, _NEW if versioned else _OLD, destroy)


def take(value, runtime):
    """The handle of a tensor with what has `__dlpack__`; its memory is given over."""
    try:
        capsule = value.__dlpack__(max_version=(1, 0))
    except TypeError:  # it is of before there were versions
        capsule = value.__dlpack__()
    handle = ctypes.c_void_p()
    versioned = _python.PyCapsule_IsValid(capsule, _NEW)
    if not versioned and not _python.PyCapsule_IsValid(capsule, _OLD):
        raise TypeError(f"`__dlpack__` of {type(value).__name__} gave no capsule with a tensor, or one that was used")
    name, import_ = (_NEW, c.tensor_from_dlpack_versioned) if versioned else (_OLD, c.tensor_from_dlpack)
    import_(runtime, _python.PyCapsule_GetPointer(capsule, name), ctypes.byref(handle))
    _python.PyCapsule_SetName(capsule, _USED[name])
    return handle.value
