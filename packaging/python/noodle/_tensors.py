"""Tensors, and how those of other libraries become tensors without being copied, and back."""

import ctypes
import itertools

from . import _dlpack
from . import _library as c
from ._dtypes import ALL, BY_KIND, BY_TYPESTR, of

_kept = {}  # what foreign memory belongs to, until Noodle says that nobody needs it
_numbers = itertools.count(1)
ends = []  # something in it: the interpreter ends, or was forked, and its runtimes are no more


@c.Done
def _done(number):
    _kept.pop(number, None)


class Tensor:
    """A tensor of Noodle. It is never changed, and shows its memory to NumPy and others, who must not change it either:
    `numpy.asarray(tensor)` and `from_dlpack(tensor)` copy nothing. `dtype` is one of `noodle.tensor`'s, `shape` a tuple,
    `strides` count elements."""

    __slots__ = ("_handle", "_runtime", "_info", "dtype", "shape", "strides", "__weakref__")
    __array_priority__ = 1000  # operators with NumPy's arrays are ours

    def __init__(self, handle, runtime):
        self._handle, self._runtime, self._info = handle, runtime, c.TensorInfo()
        c.tensor_look(handle, ctypes.byref(self._info))
        self.dtype = BY_KIND[self._info.kind]
        self.shape = tuple(self._info.shape[:self._info.rank])
        self.strides = tuple(self._info.strides[:self._info.rank])

    def __del__(self):
        if not ends:
            c.tensor_release(self._handle)

    @property
    def ndim(self):
        """How many axes there are."""
        return len(self.shape)

    @property
    def size(self):
        """How many elements there are."""
        return self._info.count

    @property
    def device(self):
        """Where the elements are."""
        return "cpu"

    @property
    def nbytes(self):
        """Bytes of all elements."""
        return self.size * self.dtype.itemsize

    @property
    def is_contiguous(self):
        """Whether the elements lie side by side in the order of their indices."""
        step = 1
        for length, stride in zip(reversed(self.shape), reversed(self.strides)):
            if length != 1 and stride != step:
                return self.size == 0
            step *= length
        return True

    @property
    def __array_interface__(self):
        """How NumPy reads the same elements."""
        if not self.dtype.typestr:
            raise AttributeError(f"NumPy has no {self.dtype.name}; cast the tensor to float32 first")
        size = self.dtype.itemsize
        return {"version": 3, "shape": self.shape, "typestr": self.dtype.typestr, "data": (self._info.data or 0, True),
                "strides": tuple(stride * size for stride in self.strides)}

    def numpy(self):
        """The same elements as an array of NumPy's that can't be written to."""
        import numpy

        return numpy.asarray(self)

    def __dlpack__(self, *, stream=None, max_version=None, dl_device=None, copy=None):
        """A capsule with the same elements, for `from_dlpack` of other libraries."""
        if stream is not None:
            raise ValueError("there are no streams on the processor; `stream` is to be None")
        if dl_device not in (None, self.__dlpack_device__()):
            raise BufferError("the elements are on the processor, and are not copied elsewhere")
        if copy:
            raise BufferError("nothing is copied here; copy what was made of it")
        return _dlpack.give(self._handle, max_version is not None and max_version[0] >= 1)

    def __dlpack_device__(self):
        """The processor, by DLPack's numbers."""
        return (1, 0)

    def tolist(self):
        """The elements as nested lists; one number where there are no axes."""
        def part(axis, address):
            if axis == self.ndim:
                return self.dtype.unpack(address, 1)[0]
            step = self.strides[axis] * self.dtype.itemsize
            return [part(axis + 1, address + i * step) for i in range(self.shape[axis])]

        return part(0, self._info.data or 0)

    def item(self):
        """The only element as a number."""
        if self.size != 1:
            raise ValueError(f"there are {self.size} elements in shape {self.shape}, not one")
        return self.dtype.unpack(self._info.data, 1)[0]

    def __bool__(self):
        return bool(self.item())

    def __int__(self):
        return int(self.item())

    def __float__(self):
        return float(self.item())

    def __complex__(self):
        return complex(self.item())

    def __index__(self):
        if self.dtype.kind > c.U64:
            raise TypeError(f"only integers are indices, not {self.dtype.name}")
        return self.item().__index__()

    def __len__(self):
        if not self.shape:
            raise TypeError("a tensor without axes has no length")
        return self.shape[0]

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __repr__(self):
        elements = repr(self.tolist()) if self.size <= 100 else f"<{self.size} elements>"
        return f"noodle.Tensor({elements}, shape={self.shape}, dtype={self.dtype.name})"

    def __getitem__(self, index):
        return _view(self, index if isinstance(index, tuple) else (index,))


def _view(tensor, index):
    """A part of a tensor by integers, slices, None and `...`, over the same elements."""
    taken = sum(one is not None and one is not Ellipsis for one in index)
    gaps = sum(one is Ellipsis for one in index)  # `in` would compare the elements of a tensor among them
    if taken > tensor.ndim or gaps > 1:
        raise IndexError(f"{len(index)} indices don't fit {tensor.ndim} axes")
    if gaps == 0:
        index += (Ellipsis,)
    shape, strides, axis, offset = [], [], 0, 0
    for one in index:
        if one is None:
            shape.append(1)
            strides.append(0)
            continue
        count = tensor.ndim - taken if one is Ellipsis else 1
        for _ in range(count):
            length, stride = tensor.shape[axis], tensor.strides[axis]
            begin, length, step = _positions(one, length, axis)
            offset += begin * stride
            if length is not None:
                shape.append(length)
                strides.append(stride * step)
            axis += 1
    address = (tensor._info.data or 0) + offset * tensor.dtype.itemsize
    return over(tensor._runtime, tensor.dtype, shape, strides, address, tensor)


def _positions(one, length, axis):
    """Where an index of an axis begins, how many there are (None: one, without an axis), and the step."""
    if one is Ellipsis:
        return 0, length, 1
    if isinstance(one, slice):
        found = range(*one.indices(length))
        return (found.start if len(found) else 0), len(found), found.step
    if not hasattr(one, "__index__") or isinstance(one, bool):
        raise TypeError(f"an index is an integer, a slice, None or `...`, not {type(one).__name__}; see noodle.tensor.take")
    place = one.__index__()
    if not -length <= place < length:
        raise IndexError(f"index {place} along axis {axis}, which has {length}")
    return place % length, None, 1


def over(runtime, dtype, shape, strides, address, owner):
    """A tensor over memory that belongs to `owner`, which is kept as long as it is needed. Strides count elements; None:
    the elements lie side by side."""
    rank, handle, number = len(shape), ctypes.c_void_p(), next(_numbers)
    lengths = (ctypes.c_int64 * max(rank, 1))(*shape)
    steps = None if strides is None else (ctypes.c_int64 * max(rank, 1))(*strides)
    _kept[number] = owner
    try:
        c.tensor_over(runtime._handle, dtype.kind, rank, lengths, steps, address, _done, number, ctypes.byref(handle))
    except BaseException:
        del _kept[number]
        raise
    return Tensor(handle.value, runtime)


def _of_interface(array, runtime):
    """What shows its memory as NumPy's arrays do. Elements in another order of bytes, or not aligned, are copied."""
    about = array.__array_interface__
    dtype = BY_TYPESTR.get(about["typestr"])
    address, strides = about["data"][0], about.get("strides")
    if dtype is None and about["typestr"][1:] not in {one.typestr[1:] for one in ALL if one.typestr}:
        raise TypeError(f"there are no tensors of {about['typestr']}; convert it to a type of `noodle.tensor`")
    if dtype is None or address % dtype.alignment or any(stride % dtype.itemsize for stride in strides or ()):
        return _of_interface(array.astype(array.dtype.newbyteorder("="), order="C", copy=True), runtime)
    if strides is not None:
        strides = [stride // dtype.itemsize for stride in strides]
    return over(runtime, dtype, about["shape"], strides, address, array)


def _of_numbers(value, dtype, runtime):
    """Nested lists of numbers, or one number."""
    shape, flat = [], [value]
    while flat and isinstance(flat[0], (list, tuple)):
        length = len(flat[0])
        if any(not isinstance(one, (list, tuple)) or len(one) != length for one in flat):
            raise TypeError(f"the lists {len(shape)} deep have different lengths")
        shape.append(length)
        flat = [item for one in flat for item in one]
    if dtype is None:
        kinds = {type(one) for one in flat} or {float}
        if not kinds <= {bool, int, float, complex}:
            raise TypeError(f"numbers are wanted, not {', '.join(sorted(kind.__name__ for kind in kinds))}")
        dtype = of(next(kind for kind in (complex, float, int, bool) if kind in kinds))
    data = dtype.pack(flat)
    return over(runtime, dtype, shape, None, ctypes.addressof(data), data)


def as_tensor(value, dtype, runtime):
    """A tensor with the elements of a tensor, an array, what has `__dlpack__`, or of nested lists of numbers; only those
    are copied. A `dtype` of None is what there is."""
    if isinstance(value, Tensor):
        tensor = value
    elif hasattr(value, "__array_interface__"):
        tensor = _of_interface(value, runtime)
    elif hasattr(value, "__dlpack__"):
        tensor = Tensor(_dlpack.take(value, runtime._handle), runtime)
    elif isinstance(value, (list, tuple, bool, int, float, complex)):
        tensor = _of_numbers(value, dtype, runtime)
    else:
        raise TypeError(f"{type(value).__name__} is no array: it has neither __array_interface__ nor __dlpack__")
    if dtype is not None and tensor.dtype is not dtype:
        raise TypeError(f"its elements are {tensor.dtype.name}, not {dtype.name}; convert it with `astype`")
    return tensor
