"""Noodle's functions of tensors, named as the Python array API standard has them.

    from noodle import tensor

    a = tensor.asarray(array)                      # nothing is copied
    tensor.softmax(a @ weights + 0.5, axis=1)

Every function of Noodle's module `tensor` and every method of its `Tensor` is one here, with the same parameters. The
elements' type is that of the tensors that are given; where none is given, `dtype` says it. A function is compiled when it
is first called with a type, by a program of three lines. Operators of `Tensor` are these functions.
"""

import functools
import re
import threading
from math import e, inf, nan, pi

from . import _signatures
from ._dtypes import (bfloat16, bool, float16, float32, float64, int8, int16, int32, int64, of, uint8, uint16, uint32,
                      uint64)
from ._programs import default_runtime
from ._tensors import Tensor, as_tensor

__array_api_version__ = "2025.12"
newaxis = None
_lock = threading.RLock()
_compiled = {}


@functools.cache
def _table():
    """Signatures by the names under which Python finds them. A method's first parameter is the tensor. What changes its
    arguments is left out: tensors don't change here."""
    table = {}
    for module, signature in _signatures.of_library("tensor"):
        owner, _, name = signature.name.rpartition(".")
        if any(parameter.is_mut for parameter in signature.parameters):
            continue
        if owner == "Tensor" and [parameter.name for parameter in signature.parameters[:1]] == ["self"]:
            table.setdefault(name, signature)
        elif not owner and module == "tensor":
            table[name] = signature
    return table


def _words(text, types):
    """A type of Noodle with type arguments in place of its parameters."""
    return re.sub(r"\w+", lambda found: types.get(found[0], found[0]), text)


def _function(key, parameters, result, expression):
    """The function with such parameters that gives what an expression is, compiled once for each key."""
    with _lock:
        if key not in _compiled:
            name = f"call_{key[0]}"
            text = f"import tensor\n\npub fn {name}({parameters}) -> {result} {{ {expression} }}\n"
            _compiled[key] = default_runtime().compile(text, f"tensor.{key[0]}.noodle").functions[name]
        return _compiled[key]


def _instance(name, types, given):
    """A function of the library for these type arguments and parameters."""
    signature = _table()[name]
    declared = [one for one in signature.parameters if one.name in given]
    parameters = ", ".join(f"{'it' if one.name == 'self' else one.name}: {_words(one.type, types)}" for one in declared)
    arguments = ", ".join(f"{one.name}: {one.name}" for one in declared if one.name != "self")
    wanted = f"<{', '.join(types.values())}>" if types else ""
    called = f"it.{name}" if "self" in given else f"tensor.{name}{wanted}"
    return _function((name, *types.values(), *given), parameters, _words(signature.result, types),
                     f"{called}({arguments})")


def _bound(signature, arguments, named):
    """Arguments by the names of their parameters."""
    names = [one.name for one in signature.parameters]
    if len(arguments) > len(names):
        raise TypeError(f"`{signature.name}` takes at most {len(names)} arguments, not {len(arguments)}")
    given = dict(zip(names, arguments))
    for name, value in named.items():
        if name == "axis" and "axes" in names and name not in names:
            if value is None:
                continue
            name = "axes"
        if name not in names or name in given:
            raise TypeError(f"`{signature.name}` takes no argument `{name}` more; its parameters are {', '.join(names)}")
        given[name] = value
    for parameter in signature.parameters:
        if parameter.type == "List<Int>" and hasattr(given.get(parameter.name), "__index__"):
            given[parameter.name] = [given[parameter.name]]
    missing = [one.name for one in signature.parameters if not one.has_default and one.name not in given]
    if missing:
        raise TypeError(f"`{signature.name}` wants an argument `{missing[0]}`")
    return given


def _is_array(value):
    return isinstance(value, Tensor) or hasattr(value, "__array_interface__") or hasattr(value, "__dlpack__")


def _types(signature, given, dtype):
    """Type arguments, as Noodle names them: as the tensors among the arguments have them, as `dtype` says, or as numbers
    of Python are."""
    types = {}
    for parameter in signature.parameters:
        generic = re.fullmatch(r"(?:List<)*Tensor<(\w+)>>*", parameter.type)
        value = given.get(parameter.name)
        if not generic or generic[1] not in signature.bounds or generic[1] in types:
            continue
        while isinstance(value, (list, tuple)) and len(value) and not _is_array(value):
            value = value[0]
        if _is_array(value):
            types[generic[1]] = as_tensor(value, None, default_runtime()).dtype.noodle
    for name in signature.bounds:
        numbers = {type(given[one.name]) for one in signature.parameters if one.type == name and one.name in given}
        if name not in types:
            types[name] = of(dtype or (float if float in numbers else next(iter(numbers), float))).noodle
    return types


def _tensors_of(signature, given, types):
    """Numbers, lists and arrays as tensors where those are wanted."""
    for parameter in signature.parameters:
        wanted = re.fullmatch(r"Tensor<(\w+)>", _words(parameter.type, types))
        if wanted and parameter.name in given:
            given[parameter.name] = as_tensor(given[parameter.name], of(wanted[1]), default_runtime())
    return given


def _call(name, *arguments, dtype=None, **named):
    signature = _table()[name]
    given = _bound(signature, arguments, named)
    types = _types(signature, given, dtype)
    given = _tensors_of(signature, given, types)
    function = _instance(name, types, tuple(one.name for one in signature.parameters if one.name in given))
    return function(*(given[one.name] for one in signature.parameters if one.name in given))


def __getattr__(name):
    if name.startswith("__") or name not in _table():
        raise AttributeError(f"Noodle's module `tensor` has no function `{name}`")
    signature = _table()[name]
    function = functools.partial(_call, name)
    function.__name__ = name
    function.__doc__ = f"{signature.name}({', '.join(f'{one.name}: {one.type}' for one in signature.parameters)}) -> " \
                       f"{signature.result}"
    return function


def __dir__():
    return sorted({*globals(), *_table()})


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
    function = _function(("astype", own.dtype, wanted), f"it: Tensor<{own.dtype.noodle}>", f"Tensor<{wanted.noodle}>",
                         f"it.astype<{wanted.noodle}>()")
    return function(own)


def matmul(a, b, /):
    """The matrix product `a @ b`."""
    left, right = _both(a, b)
    kind = f"Tensor<{left.dtype.noodle}>"
    return _function(("matmul", left.dtype), f"a: {kind}, b: {kind}", kind, "a @ b")(left, right)


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
