"""Types of elements, named as the array API has them and as Noodle does."""

import builtins
import ctypes
import struct

from . import _library as c


class DType:
    """A type of elements. `noodle` is its name in Noodle; `typestr` NumPy's, which has none for bfloat16."""

    def __init__(self, name, noodle, kind, typestr, code):
        self.name, self.noodle, self.kind, self.typestr, self._code = name, noodle, kind, typestr, code
        self.itemsize = int(typestr[2:]) if typestr else 2
        self.is_complex = typestr[1:2] == "c"
        self.alignment = self.itemsize // 2 if self.is_complex else self.itemsize

    def __repr__(self):
        return f"noodle.tensor.{self.name}"

    def pack(self, items):
        """Numbers of Python as elements side by side."""
        if self is bfloat16:
            raise TypeError("numbers of Python don't become bfloat16 here; make them float32, and cast that in Noodle")
        try:
            if self.is_complex:
                items = [part for item in map(builtins.complex, items) for part in (item.real, item.imag)]
            data = struct.pack(f"={len(items)}{self._code}", *items)
        except (struct.error, OverflowError) as error:
            raise TypeError(f"not all of them are {self.name}: {error}") from None
        return ctypes.create_string_buffer(data, max(len(data), 1))

    def unpack(self, address, count):
        """Elements side by side as a list of numbers."""
        if count == 0:
            return []
        data = ctypes.string_at(address, count * self.itemsize)
        if self is bfloat16:
            data = b"".join(b"\0\0" + data[i:i + 2] for i in range(0, len(data), 2))
            return list(struct.unpack(f"={count}f", data))
        if self.is_complex:
            parts = struct.unpack(f"={2 * count}{self._code}", data)
            return [builtins.complex(*parts[i:i + 2]) for i in range(0, len(parts), 2)]
        return list(struct.unpack(f"={count}{self._code}", data))


bool = DType("bool", "Bool", c.BOOL, "|b1", "?")
int8 = DType("int8", "i8", c.I8, "|i1", "b")
int16 = DType("int16", "i16", c.I16, "<i2", "h")
int32 = DType("int32", "i32", c.I32, "<i4", "i")
int64 = DType("int64", "i64", c.I64, "<i8", "q")
uint8 = DType("uint8", "u8", c.U8, "|u1", "B")
uint16 = DType("uint16", "u16", c.U16, "<u2", "H")
uint32 = DType("uint32", "u32", c.U32, "<u4", "I")
uint64 = DType("uint64", "u64", c.U64, "<u8", "Q")
float16 = DType("float16", "f16", c.F16, "<f2", "e")
bfloat16 = DType("bfloat16", "bf16", c.BF16, "", "")
float32 = DType("float32", "f32", c.F32, "<f4", "f")
float64 = DType("float64", "f64", c.F64, "<f8", "d")
complex64 = DType("complex64", "complex.Complex<f32>", c.COMPLEX64, "<c8", "f")
complex128 = DType("complex128", "complex.Complex<f64>", c.COMPLEX128, "<c16", "d")

ALL = [bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float16, bfloat16, float32, float64, complex64,
       complex128]
BY_KIND = {dtype.kind: dtype for dtype in ALL}
BY_TYPESTR = {dtype.typestr: dtype for dtype in ALL if dtype.typestr}


def of(wanted):
    """The type that is meant by one of these, by a name, by a type of Python's, or by NumPy's."""
    if isinstance(wanted, DType):
        return wanted
    for kind, plain in ((bool, builtins.bool), (int64, int), (float64, float), (complex128, builtins.complex)):
        if wanted is plain:
            return kind
    wanted = {"Int": "int64", "Float": "float64"}.get(wanted, wanted) if isinstance(wanted, str) else wanted
    name = wanted if isinstance(wanted, str) else getattr(wanted, "name", getattr(wanted, "__name__", ""))
    for dtype in ALL:
        if name in (dtype.name, dtype.noodle, dtype.name + "_"):
            return dtype
    raise TypeError(f"{wanted!r} is no type of elements; take one of " + ", ".join(dtype.name for dtype in ALL))
