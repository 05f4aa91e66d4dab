"""libnoodle.so by ctypes: where it is found, and its functions as noodle.h declares them."""

import ctypes
import os
from ctypes import POINTER, c_char_p, c_double, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p

INTERFACE = 1
OK, USAGE, PROGRAM, PANIC, EXIT, INTERRUPTED, NO_MEMORY = range(7)
BOOL, I8, I16, I32, I64, U8, U16, U32, U64, F16, BF16, F32, F64, STRING, BYTES, LIST, TENSOR, VARIANT, OTHER = range(19)
COMPLEX64, COMPLEX128 = 19, 20


class NoodleError(Exception):
    """What every error of this package is."""


class ProgramError(NoodleError):
    """A program does not compile, or can't be loaded. The text is all that the compiler says."""


class Panic(NoodleError):
    """Called code panicked. The text has its trace."""


class Exit(NoodleError):
    """Called code called `exit`."""


class Interrupted(NoodleError):
    """`Runtime.interrupt` was called meanwhile."""


class Failure(NoodleError):
    """Called code gave an Err. The text says of what."""


class Options(ctypes.Structure):
    """noodle_options"""

    _fields_ = [("workers", c_uint32), ("no_jit", c_uint32), ("memory_limit", c_int64)]


class Type(ctypes.Structure):
    """noodle_type"""

    _fields_ = [("kind", c_int32), ("element", c_int32), ("name", c_char_p)]


class Span(ctypes.Structure):
    """Where bytes, elements or values are, and how many."""

    _fields_ = [("data", c_void_p), ("count", c_size_t)]


class Content(ctypes.Union):
    """What a value is."""

    _fields_ = [("integer", c_int64), ("natural", c_uint64), ("number", c_double), ("span", Span), ("tensor", c_void_p)]


class Value(ctypes.Structure):
    """noodle_value"""

    _fields_ = [
        ("kind", c_int32),
        ("element", c_int32),
        ("variant", c_uint32),
        ("reserved", c_uint32),
        ("content", Content),
        ("name", c_char_p),
        ("owner", c_void_p),
    ]


class TensorInfo(ctypes.Structure):
    """noodle_tensor_info"""

    _fields_ = [
        ("data", c_void_p),
        ("kind", c_int32),
        ("rank", c_int32),
        ("count", c_int64),
        ("shape", POINTER(c_int64)),
        ("strides", POINTER(c_int64)),
    ]


Done = ctypes.CFUNCTYPE(None, c_void_p)

_CHECKED = {
    "noodle_runtime_create": [POINTER(Options), POINTER(c_void_p)],
    "noodle_load": [c_void_p, c_char_p, POINTER(c_void_p)],
    "noodle_compile": [c_void_p, c_char_p, c_char_p, c_size_t, POINTER(c_void_p)],
    "noodle_library_interface": [c_char_p, POINTER(c_void_p)],
    "noodle_find": [c_void_p, c_char_p, POINTER(c_void_p)],
    "noodle_call": [c_void_p, POINTER(Value), c_size_t, POINTER(Value)],
    "noodle_tensor_over": [
        c_void_p, c_int32, c_int32, POINTER(c_int64), POINTER(c_int64), c_void_p, Done, c_void_p, POINTER(c_void_p)
    ],
    "noodle_tensor_from_dlpack": [c_void_p, c_void_p, POINTER(c_void_p)],
    "noodle_tensor_from_dlpack_versioned": [c_void_p, c_void_p, POINTER(c_void_p)],
    "noodle_tensor_to_dlpack": [c_void_p, POINTER(c_void_p)],
    "noodle_tensor_to_dlpack_versioned": [c_void_p, POINTER(c_void_p)],
}
_PLAIN = {
    "noodle_interface": (c_int32, []),
    "noodle_free_text": (None, [c_void_p]),
    "noodle_runtime_destroy": (None, [c_void_p]),
    "noodle_interrupt": (None, [c_void_p]),
    "noodle_function_count": (c_size_t, [c_void_p]),
    "noodle_function_at": (c_void_p, [c_void_p, c_size_t]),
    "noodle_function_name": (c_char_p, [c_void_p]),
    "noodle_function_signature": (c_char_p, [c_void_p]),
    "noodle_parameter_count": (c_size_t, [c_void_p]),
    "noodle_parameter": (POINTER(Type), [c_void_p, c_size_t]),
    "noodle_result_count": (c_size_t, [c_void_p]),
    "noodle_result": (POINTER(Type), [c_void_p, c_size_t]),
    "noodle_release": (None, [POINTER(Value)]),
    "noodle_tensor_look": (None, [c_void_p, POINTER(TensorInfo)]),
    "noodle_tensor_release": (None, [c_void_p]),
}


def _places():
    """Where the library may be: where NOODLE_LIBRARY says; beside this package; in a build of this repository."""
    if "NOODLE_LIBRARY" in os.environ:
        return [os.environ["NOODLE_LIBRARY"]]
    here = os.path.dirname(os.path.abspath(__file__))
    root = os.path.dirname(os.path.dirname(os.path.dirname(here)))
    folders = [here, os.path.join(root, "build", "lib"), os.path.join(root, "build", "dev", "lib"), "/usr/local/lib",
               "/usr/lib"]
    return [os.path.join(folder, "libnoodle.so") for folder in folders]


def _open():
    places = _places()
    for place in places:
        if os.path.exists(place):
            # Its names stay its own: nothing of this process is exchanged for them.
            return ctypes.CDLL(place, mode=os.RTLD_LOCAL | os.RTLD_NOW)
    raise ImportError("libnoodle.so is at none of " + ", ".join(places) +
                      "; build it with `./dev build`, or say where it is in NOODLE_LIBRARY")


_library = _open()


def _declare(name, result, arguments):
    function = getattr(_library, name)
    function.restype, function.argtypes = result, arguments
    return function


if _declare("noodle_interface", c_int32, [])() != INTERFACE:
    raise ImportError(f"{_library._name} has interface {_library.noodle_interface()}, but this package wants "
                      f"{INTERFACE}; install both from one version of Noodle")

_STATUS = {PROGRAM: ProgramError, PANIC: Panic, EXIT: Exit, INTERRUPTED: Interrupted, NO_MEMORY: MemoryError}


def taken(text):
    """A text of the library's as a string, given back to it."""
    found = ctypes.string_at(text).decode()
    free_text(text)
    return found


def _checked(name, arguments):
    function = _declare(name, c_int32, arguments + [POINTER(c_void_p)])

    def call(*values):
        error = c_void_p()
        status = function(*values, ctypes.byref(error))
        if status == OK:
            return
        text = taken(error) if error else "there is no memory"
        raise _STATUS.get(status, ValueError)(text)

    call.__name__ = name
    return call


free_text = _declare("noodle_free_text", *_PLAIN["noodle_free_text"])
for _name, (_result, _arguments) in _PLAIN.items():
    globals()[_name.removeprefix("noodle_")] = _declare(_name, _result, _arguments)
for _name, _arguments in _CHECKED.items():
    globals()[_name.removeprefix("noodle_")] = _checked(_name, _arguments)
