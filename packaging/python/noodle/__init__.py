"""Noodle in Python: compile programs, call their functions, and share arrays with them.

    import noodle

    program = noodle.load("model.noodle")
    program.predict(array)

Arrays of NumPy, and of whatever has `__dlpack__`, go in and come out without being copied. `noodle.tensor` has Noodle's
functions of tensors under the names of the Python array API standard.
"""

from ._library import Exit, Failure, Interrupted, NoodleError, Panic, ProgramError
from ._programs import Function, Program, Runtime, default_runtime
from ._tensors import Tensor
from ._values import Variant
from . import tensor

__all__ = ["Exit", "Failure", "Function", "Interrupted", "NoodleError", "Panic", "Program", "ProgramError", "Runtime",
           "Tensor", "Variant", "compile", "default_runtime", "load", "tensor"]


def load(path):
    """The program in a file of source text, or in a module that `noodle build --library` wrote."""
    return default_runtime().load(path)


def compile(text, name="program.noodle"):
    """A program from source text; `name` is its path in messages, beside which its imports are looked up."""
    return default_runtime().compile(text, name)
