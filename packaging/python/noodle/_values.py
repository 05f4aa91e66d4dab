"""Values of Python as those of C, and back."""

import ctypes
import operator
from dataclasses import dataclass
from numbers import Real

from . import _library as c
from . import _tensors
from ._dtypes import BY_KIND


@dataclass(frozen=True)
class Variant:
    """A value of an enum that is neither Option nor Result: its variant's name and what that holds."""

    name: str
    values: tuple = ()


class Arguments:
    """Arguments of a call as an array of values, and what they point to, which must stay meanwhile."""

    def __init__(self, runtime, types, values):
        self._runtime = runtime
        self._kept = []
        self.values = (c.Value * max(len(types), 1))()
        for number, (type_, value) in enumerate(zip(types, values)):
            try:
                self._fill(self.values[number], type_.kind, type_.element, value)
            except (TypeError, OverflowError) as error:
                name = type_.name.decode()
                raise TypeError(f"argument {number + 1}, which is to be `{name}`: {error}") from None

    def _fill(self, into, kind, element, value):
        into.kind, into.element = kind, element
        if kind == c.BOOL:
            if not isinstance(value, bool) and type(value).__name__ not in ("bool_", "bool"):
                raise TypeError(f"a bool is wanted, not {type(value).__name__}")
            into.content.natural = bool(value)
        elif kind <= c.U64:
            self._whole(into, kind, value)
        elif kind <= c.F64:
            if not isinstance(value, Real) and not hasattr(value, "__float__"):
                raise TypeError(f"a number is wanted, not {type(value).__name__}")
            into.content.number = float(value)
        elif kind in (c.STRING, c.BYTES):
            self._text(into, kind, value)
        elif kind == c.LIST:
            self._list(into, element, value)
        elif kind == c.TENSOR:
            tensor = _tensors.as_tensor(value, BY_KIND[element], self._runtime)
            self._kept.append(tensor)
            into.content.tensor = tensor._handle
        elif kind == c.VARIANT:
            self._variant(into, value)
        else:
            raise TypeError("values of its type can't be handed over; write a function that takes what it is made from")

    @staticmethod
    def _whole(into, kind, value):
        whole = operator.index(value)
        if not -(1 << 63) <= whole < 1 << 64:
            raise OverflowError(f"{whole} does not fit into 64 bits")
        into.kind = c.U64 if whole >= 1 << 63 else c.I64
        into.content.natural = whole & (1 << 64) - 1

    def _text(self, into, kind, value):
        if kind == c.STRING and not isinstance(value, str):
            raise TypeError(f"a str is wanted, not {type(value).__name__}")
        if kind == c.BYTES and not isinstance(value, (bytes, bytearray, memoryview)):
            raise TypeError(f"bytes are wanted, not {type(value).__name__}")
        data = value.encode() if kind == c.STRING else bytes(value)
        self._kept.append(data)
        into.content.span.data = ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p)
        into.content.span.count = len(data)

    def _list(self, into, element, value):
        into.element = element
        if element <= c.F64 and hasattr(value, "__array_interface__"):
            tensor = _tensors.as_tensor(value, BY_KIND[element], self._runtime)
            self._kept.append(tensor)
            if len(tensor.shape) != 1 or not tensor.is_contiguous:
                raise TypeError("an array with one axis is wanted, its elements side by side")
            into.content.span.data, into.content.span.count = tensor._info.data, tensor.size
            return
        items = list(value)
        if element <= c.F64:
            array = BY_KIND[element].pack(items)
        else:
            array = (c.Value * max(len(items), 1))()
            for place, item in zip(array, items):
                if element in (c.LIST, c.TENSOR):
                    self._guess(place, item)
                else:
                    self._fill(place, element, -1, item)
        self._point(into, array, len(items))

    def _point(self, into, array, count):
        self._kept.append(array)
        into.content.span.data = ctypes.cast(array, ctypes.c_void_p)
        into.content.span.count = count

    def _variant(self, into, value):
        if not isinstance(value, Variant):
            value = Variant("None") if value is None else Variant("Some", (value,))
        name = value.name.encode()
        self._kept.append(name)
        into.kind, into.name = c.VARIANT, name
        parts = (c.Value * max(len(value.values), 1))()
        for place, part in zip(parts, value.values):
            self._guess(place, part)
        self._point(into, parts, len(value.values))

    def _guess(self, into, value):
        """As `_fill`, where it is not known what is wanted: what a value of Python looks like."""
        for types, kind in ((bool, c.BOOL), (int, c.I64), (float, c.F64), (str, c.STRING), (bytes, c.BYTES)):
            if isinstance(value, types):
                return self._fill(into, kind, -1, value)
        if isinstance(value, list):
            kinds = {bool: c.BOOL, int: c.I64, float: c.F64, str: c.STRING}
            return self._fill(into, c.LIST, kinds.get(type(value[0]) if value else int, c.OTHER), value)
        if value is None or isinstance(value, Variant):
            return self._fill(into, c.VARIANT, -1, value)
        tensor = _tensors.as_tensor(value, None, self._runtime)
        return self._fill(into, c.TENSOR, tensor.dtype.kind, tensor)


def _inside(value):
    """The values of C that a list or a variant holds."""
    array = ctypes.cast(value.content.span.data, ctypes.POINTER(c.Value))
    return (array[i] for i in range(value.content.span.count))


def _parts(value, runtime):
    return tuple(_read(part, runtime) for part in _inside(value))


def _read(value, runtime):
    """A value of C as one of Python; tensors are taken out of it."""
    kind = value.kind
    if kind == c.BOOL:
        return bool(value.content.natural)
    if kind <= c.I64:
        return value.content.integer
    if kind <= c.U64:
        return value.content.natural
    if kind <= c.F64:
        return value.content.number
    if kind in (c.STRING, c.BYTES):
        data = ctypes.string_at(value.content.span.data, value.content.span.count) if value.content.span.count else b""
        return data.decode() if kind == c.STRING else data
    if kind == c.LIST:
        if value.element > c.F64:
            return list(_parts(value, runtime))
        return BY_KIND[value.element].unpack(value.content.span.data, value.content.span.count)
    if kind == c.TENSOR:
        tensor = _tensors.Tensor(value.content.tensor, runtime)
        value.content.tensor = None
        return tensor
    if kind == c.VARIANT:
        name, values = value.name.decode(), _parts(value, runtime)
        if name == "None" and not values:
            return None
        return values[0] if name == "Some" and len(values) == 1 else Variant(name, values)
    raise TypeError("a part of the result can't be handed over; write a function that gives what it is made of")


def _texts(value):
    """All texts in a variant, the first of them first: of the core Error, what went wrong and then why."""
    for part in _inside(value):
        if part.kind == c.STRING:
            yield _read(part, None)
        elif part.kind == c.VARIANT:
            yield from _texts(part)


def result(value, type_name, runtime):
    """What a call gave. A Result's Ok is what it holds, its Err is raised. The value is given back."""
    is_result = type_name.startswith("Result<")
    try:
        if is_result and value.name == b"Err":
            raise c.Failure(": ".join(_texts(value)) or repr(_parts(value, runtime)))
        read = _read(value, runtime)
    finally:
        c.release(ctypes.byref(value))
    if not is_result:
        return read
    return read.values[0] if len(read.values) == 1 else read.values or None
