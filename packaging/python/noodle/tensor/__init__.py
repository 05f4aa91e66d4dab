"""Noodle's functions of tensors, named as the Python array API standard has them.

    from noodle import tensor

    a = tensor.asarray(array)                      # nothing is copied
    tensor.softmax(a @ weights + 0.5, axis=1)

`linalg`, `fft`, `nn`, `random` and `files` are Noodle's modules `tensor.linalg` and so on. Every function of Noodle's module
`tensor` and every method of its `Tensor` is one here, with the same parameters. The elements' type is that of the tensors
that are given; where none is given, `dtype` says it. A function is compiled when it is first called with a type, by a
program of three lines. What gives several results gives a named tuple. Operators of `Tensor` are these functions.
"""

import importlib
from math import e, inf, nan, pi

from .._dtypes import (bfloat16, bool, complex64, complex128, float16, float32, float64, int8, int16, int32, int64, of,
                       uint8, uint16, uint32, uint64)
from .._functions import Functions, function as _function, is_array as _is_array
from .._programs import default_runtime
from .._tensors import Tensor, as_tensor

__array_api_version__ = "2025.12"
newaxis = None
_MODULES = ("fft", "files", "linalg", "nn", "random")
_functions = Functions("tensor")
_call = _functions.call


def __getattr__(name):
    if name in _MODULES:
        return importlib.import_module(f".{name}", __name__)
    return _functions.get(name)


def __dir__():
    return sorted({*globals(), *_MODULES, *_functions.table})


def asarray(value, dtype=None, *, device=None, copy=None):
    """A tensor with the elements of an array, of what has `__dlpack__`, or of nested lists of numbers; arrays are not
    copied unless their type is to change."""
    if device not in (None, "cpu"):
        raise ValueError(f"tensors are on `cpu`, not on {device!r}")
    wanted = None if dtype is None else of(dtype)
    tensor = as_tensor(value, None if _is_array(value) else wanted, default_runtime())
    changed = tensor if wanted in (None, tensor.dtype) else astype(tensor, wanted)
    if copy is False and _is_array(value) and changed is not tensor:
        raise ValueError(f"elements of {tensor.dtype.name} don't become {wanted.name} without a copy")
    return _call("stack", [changed])[0] if copy and changed is tensor else changed


def from_dlpack(value, /, *, device=None, copy=None):
    """The tensor that an array of another library is; nothing is copied."""
    return asarray(value, device=device, copy=copy)


def astype(tensor, dtype, /, *, copy=True):
    """A tensor with elements of another type, as Noodle's `astype` converts them."""
    wanted, own = of(dtype), asarray(tensor)
    if not copy and wanted is own.dtype:
        return own
    function = _function((), "astype", (own.dtype, wanted), f"it: Tensor<{own.dtype.noodle}>", f"Tensor<{wanted.noodle}>",
                         f"it.astype<{wanted.noodle}>()")
    return function(own)


def matmul(a, b, /):
    """The matrix product `a @ b`."""
    left, right = _both(a, b)
    kind = f"Tensor<{left.dtype.noodle}>"
    return _function((), "matmul", (left.dtype,), f"a: {kind}, b: {kind}", kind, "a @ b")(left, right)


def tensordot(a, b, /, *, axes=2):
    """The products of all elements of both, added up along as many axes, or along those that two sequences say."""
    return _call("tensordot", a, b, axes=axes if isinstance(axes, int) else tuple(list(one) for one in axes))


def _both(a, b):
    """Two operands as tensors of one type; a number becomes one of the other's."""
    kinds = [value for value in (a, b) if _is_array(value)]
    dtype = as_tensor(kinds[0], None, default_runtime()).dtype if kinds else None
    return as_tensor(a, dtype, default_runtime()), as_tensor(b, dtype, default_runtime())


def _operators():
    """Python's operators, by functions here."""
    two = {"add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "floordiv": "floor_divide",
           "mod": "remainder", "pow": "pow", "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor",
           "lshift": "bitwise_left_shift", "rshift": "bitwise_right_shift"}
    for operator, name in two.items():
        def forward(self, other, name=name):
            return _call(name, *_both(self, other))

        def backward(self, other, name=name):
            return _call(name, *_both(other, self))

        setattr(Tensor, f"__{operator}__", forward)
        setattr(Tensor, f"__r{operator}__", backward)
    for operator, name in {"eq": "equal", "ne": "not_equal", "lt": "less", "le": "less_equal", "gt": "greater",
                           "ge": "greater_equal"}.items():
        setattr(Tensor, f"__{operator}__", lambda self, other, name=name: _call(name, *_both(self, other)))
    for operator, name in {"neg": "negative", "pos": "positive", "abs": "abs", "invert": "bitwise_invert"}.items():
        setattr(Tensor, f"__{operator}__", lambda self, name=name: _call(name, self))
    Tensor.__matmul__ = matmul
    Tensor.__rmatmul__ = lambda self, other: matmul(other, self)
    Tensor.__hash__ = None
    Tensor.__array_namespace__ = lambda self, *, api_version=None: __import__("noodle").tensor
    Tensor.mT = property(lambda self: _call("matrix_transpose", self), doc="With its last two axes in the other order.")
    Tensor.T = property(lambda self: _call("matrix_transpose", self), doc="Of a matrix: rows as columns.")


_operators()
