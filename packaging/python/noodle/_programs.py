"""Runtimes, programs and their functions."""

import atexit
import ctypes
import os
import threading
import weakref

from . import _library as c
from . import _signatures, _tensors, _values

_default = []
_lock = threading.Lock()
_runtimes = weakref.WeakSet()


os.register_at_fork(after_in_child=lambda: _tensors.ends.append(True))  # it has none of their threads


@atexit.register
def _end():
    """The compiler of hot code has a thread, which must not outlive what the end of the process takes down."""
    if _tensors.ends:
        return
    _tensors.ends.append(True)
    for runtime in list(_runtimes):
        c.runtime_destroy(runtime._handle)


class Runtime:
    """Where programs run. Calls into one wait for one another; several are independent of one another."""

    def __init__(self, workers=0, jit=True, memory_limit=0):
        """`workers`: threads that run tasks at most, 0 for one a core; `memory_limit`: bytes of all values, 0 for 64 GiB."""
        handle = ctypes.c_void_p()
        options = c.Options(workers, 0 if jit else 1, memory_limit)
        c.runtime_create(ctypes.byref(options), ctypes.byref(handle))
        self._handle = handle.value
        _runtimes.add(self)

    def __del__(self):
        # What its programs gave has it as well, so nobody is there who could call it.
        if not _tensors.ends and "_handle" in self.__dict__:
            c.runtime_destroy(self._handle)

    def load(self, path):
        """The program in a file of source text, or in a module that `noodle build --library` wrote."""
        handle = ctypes.c_void_p()
        c.load(self._handle, os.fsencode(path), ctypes.byref(handle))
        return Program(handle.value, self)

    def compile(self, text, name="program.noodle"):
        """A program from source text; `name` is its path in messages, beside which its imports are looked up."""
        handle, data = ctypes.c_void_p(), text.encode()
        c.compile(self._handle, os.fsencode(name), data, len(data), ctypes.byref(handle))
        return Program(handle.value, self)

    def interrupt(self):
        """Ends the call that runs in this runtime, or the next one, with Interrupted; for other threads."""
        c.interrupt(self._handle)


def default_runtime():
    """The runtime of `noodle.load` and `noodle.compile`, made when it is first asked for."""
    with _lock:
        if not _default:
            _default.append(Runtime())
    return _default[0]


def _fields(value):
    """What a struct's or a tuple's fields are; a complex number is a struct of two."""
    if isinstance(value, complex):
        return value.real, value.imag
    return value if isinstance(value, tuple) else (value,)


class Function:
    """A public function of a program. Its arguments may be named; `signature` is as it was declared."""

    def __init__(self, handle, runtime):
        self._handle, self._runtime = handle, runtime
        self.__name__ = c.function_name(handle).decode()
        self.signature = c.function_signature(handle).decode()
        self.__doc__ = self.signature
        self._parameters = [c.parameter(handle, i).contents for i in range(c.parameter_count(handle))]
        self._results = [c.result(handle, i).contents for i in range(c.result_count(handle))]
        self._names = [parameter.name for parameter in _signatures.parse(self.signature).parameters]

    def __repr__(self):
        return f"<{self.signature}>"

    def _ordered(self, arguments, named):
        """All arguments in order, structs and tuples as their fields."""
        values = list(arguments)
        rest = self._names[len(values):]
        unknown = [name for name in named if name not in rest]
        if unknown:
            raise TypeError(f"`{self.__name__}` takes no argument `{unknown[0]}` more: {self.signature}")
        values += [named[name] for name in rest if name in named]
        if len(values) != len(self._names):
            raise TypeError(f"`{self.__name__}` takes {len(self._names)} arguments, not {len(values)}: {self.signature}")
        if len(values) != len(self._parameters):
            values = [part for value in values for part in _fields(value)]
        if len(values) != len(self._parameters):
            raise TypeError(f"structs and tuples are tuples of all their fields, of which there are "
                            f"{len(self._parameters)} here, not {len(values)}: {self.signature}")
        return values

    def __call__(self, *arguments, **named):
        """Calls it. Several results come as a tuple, an Option as its value or None; the Err of a Result is raised as
        Failure, a panic as Panic. Arrays are neither copied nor changed."""
        if _tensors.ends:
            raise c.NoodleError("the interpreter ends, or was forked, and runtimes are no more; use `spawn`")
        for type_ in self._results:
            if type_.kind == c.OTHER:
                raise TypeError(f"`{self.__name__}` gives {type_.name.decode()}, which can't be handed over; "
                                "write a function that gives what it is made of")
        values = _values.Arguments(self._runtime, self._parameters, self._ordered(arguments, named))
        results = (c.Value * max(len(self._results), 1))()
        c.call(self._handle, values.values, len(self._parameters), results)
        read = tuple(_values.result(value, type_.name.decode(), self._runtime)
                     for value, type_ in zip(results, self._results))
        return read[0] if len(read) == 1 else read or None


class Program:
    """A program, whose public functions are its attributes."""

    def __init__(self, handle, runtime):
        self._runtime = runtime
        found = (Function(c.function_at(handle, i), runtime) for i in range(c.function_count(handle)))
        self.functions = {function.__name__: function for function in found}

    def __getattr__(self, name):
        functions = self.__dict__.get("functions", {})
        if name not in functions:
            raise AttributeError(f"the program has no public function `{name}`, only: " + (", ".join(functions) or "none"))
        return functions[name]

    def __dir__(self):
        return [*super().__dir__(), *self.functions]
