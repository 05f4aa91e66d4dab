"""Parts, orders and sets of tensors: for each operation a maker of cases, and what NumPy makes of them, bit for bit."""

import numpy as np

from cases import ALL, COMPLEX, EVERY, FLOATS, INEXACT, INTEGERS, NUMBERS, NUMERIC, ints, limits, rounded, storage
from registry import add, operation


def order(row, falls):
    """Where sorted elements stood; NaN last, equal ones in their order."""
    items = [x.item() for x in row]
    places = sorted((i for i in range(len(items)) if items[i] == items[i]), key=lambda i: -items[i] if falls else items[i])
    return np.array(places + [i for i in range(len(items)) if items[i] != items[i]], np.int64)


def argsorted(a, axis, falls):
    if a.size == 0:
        return np.zeros(a.shape, np.int64)
    return np.apply_along_axis(lambda row: order(row, falls), axis, a)


def add_or_put(c, target, place, value, adds):
    with np.errstate(all="ignore"):
        target[place] = rounded(target[place] + value, c.type) if adds else value


# ---- operations: each says what its line lacks, and gives what must come out -------------------------------------


@operation(EVERY, ["broadcast_arrays", "broadcast_to"])
def together(c):
    whole = c.shape()
    count = c.rng.randint(1, 3)
    c.say(count)
    return np.broadcast_arrays(*[c.tensor(c.repeated(whole)) for _ in range(count)])


@operation(EVERY)
def concat(c):
    shape = c.shape(least=1)
    axis = c.axis(len(shape))
    count = c.rng.randint(1, 4)
    c.say(count)
    parts = []
    for _ in range(count):
        own = list(shape)
        own[axis] = c.rng.randint(0, 3)
        parts.append(c.tensor(own))
    c.say(axis)
    return [np.concatenate(parts, axis)]


@operation(EVERY)
def stack(c):
    shape, count = c.shape(3), c.rng.randint(1, 4)
    c.say(count)
    parts = [c.tensor(shape) for _ in range(count)]
    axis = c.axis(len(shape) + 1)
    c.say(axis)
    return [np.stack(parts, axis)]


@operation(EVERY)
def meshgrid(c):
    count, indexing = c.rng.randint(1, 4), c.rng.choice(["xy", "ij"])
    c.say(count)
    parts = [c.tensor([c.rng.randint(0, 4)]) for _ in range(count)]
    c.say(indexing)
    return np.meshgrid(*parts, indexing=indexing)


@operation(EVERY)
def expand_dims(c):
    a = c.tensor(c.shape())
    axis = c.axis(a.ndim + 1)
    c.say(axis)
    return [np.expand_dims(a, axis)]


@operation(EVERY)
def squeeze(c):
    a = c.tensor(c.shape())
    axes = [i for i in range(a.ndim) if a.shape[i] == 1 and c.rng.random() < 0.7]
    c.say(ints(axes))
    return [np.squeeze(a, tuple(axes))]


@operation(EVERY)
def moveaxis(c):
    a = c.tensor(c.shape())
    source = c.axes(a.ndim)
    to = c.rng.sample(range(a.ndim), len(source))
    c.say(ints(source), ints(to))
    return [np.moveaxis(a, source, to)]


@operation(EVERY)
def flip(c):
    a = c.tensor(c.shape())
    axes = c.axes(a.ndim)
    c.say(ints(axes))
    return [np.flip(a, tuple(axes) if axes else None)]


@operation(EVERY)
def roll(c):
    a = c.tensor(c.shape())
    axes = c.axes(a.ndim)
    shifts = [c.rng.randint(-7, 7) for _ in axes or [0]]
    c.say(ints(shifts), ints(axes))
    return [np.roll(a, shifts, axes) if axes else np.roll(a, shifts[0])]


@operation(EVERY)
def repeat(c):
    a = c.tensor(c.shape(least=1))
    axis = c.axis(a.ndim)
    counts = [c.rng.randint(0, 3) for _ in range(c.rng.choice([1, a.shape[axis]]))]
    c.say(ints(counts), axis)
    return [np.repeat(a, counts if len(counts) == a.shape[axis] else counts[0], axis)]


@operation(EVERY)
def tile(c):
    a = c.tensor(c.shape(3))
    times = [c.rng.randint(0, 3) for _ in range(c.rng.randint(0, 4))]
    c.say(ints(times))
    return [np.tile(a, times)]


@operation(EVERY)
def unstack(c):
    a = c.tensor(c.shape(least=1))
    axis = c.axis(a.ndim)
    c.say(axis)
    return list(np.moveaxis(a, axis, 0))


def triangle(function):
    def case(c):
        a = c.tensor(c.shape(least=2))
        k = c.rng.randint(-6, 6)
        c.say(k)
        return [function(a, k)]
    return case


add("tril", triangle(np.tril), EVERY)
add("triu", triangle(np.triu), EVERY)


def some_indices(c, shape, length):
    count = int(np.prod(shape, dtype=int))
    return [c.rng.randrange(length) for _ in range(count)]


def with_indices(c):
    """A tensor, an axis, and indices along it in a shape of their own."""
    a = c.tensor(c.shape(3, 1))
    axis = c.axis(a.ndim)
    shape = c.shape(2) if a.shape[axis] else [0]
    return a, axis, c.tensor(shape, "int64", some_indices(c, shape, a.shape[axis]))


def with_an_index_each(c, writes):
    a = c.tensor(c.shape(3, 1))
    axis = c.axis(a.ndim)
    shape = [1 if c.rng.random() < 0.2 else n for n in a.shape]
    if not writes:
        shape = [c.rng.randint(2, 3) if of == 1 and c.rng.random() < 0.5 else n for n, of in zip(shape, a.shape)]
    shape[axis] = c.rng.randint(0, 4) if a.shape[axis] else 0
    return a, axis, c.tensor(shape, "int64", some_indices(c, shape, a.shape[axis]))


@operation(EVERY)
def take(c):
    a, axis, indices = with_indices(c)
    c.say(axis)
    return [np.take(a, indices, axis)]


def spread(a, indices, axis):
    """Both repeated to one another but along the axis."""
    axis %= a.ndim
    outer = np.broadcast_shapes(a.shape[:axis] + (1,) + a.shape[axis + 1:],
                                indices.shape[:axis] + (1,) + indices.shape[axis + 1:])
    own = lambda x: np.broadcast_to(x, outer[:axis] + (x.shape[axis],) + outer[axis + 1:])
    return own(a), own(indices)


@operation(EVERY)
def take_along_axis(c):
    a, axis, indices = with_an_index_each(c, False)
    c.say(axis)
    return [np.take_along_axis(*spread(a, indices, axis), axis)]


@operation(EVERY, [])
def put(c):
    a, axis, indices = with_indices(c)
    axis %= a.ndim
    shape = a.shape[:axis] + indices.shape + a.shape[axis + 1:]
    values = np.broadcast_to(c.tensor(c.repeated(list(shape))), shape)
    adds = c.type != "bool" and c.rng.random() < 0.5
    c.say(axis, adds)
    out = a.copy()
    for place in np.ndindex(*shape):
        at = place[axis:axis + indices.ndim]
        add_or_put(c, out, place[:axis] + (int(indices[at]),) + place[axis + indices.ndim:], values[place], adds)
    return [out]


@operation(EVERY, [])
def put_along_axis(c):
    a, axis, indices = with_an_index_each(c, True)
    axis %= a.ndim
    _, every = spread(a, indices, axis)
    values = np.broadcast_to(c.tensor(c.repeated(list(every.shape))), every.shape)
    adds = c.type != "bool" and c.rng.random() < 0.5
    c.say(axis, adds)
    out = a.copy()
    for place in np.ndindex(*every.shape):
        add_or_put(c, out, place[:axis] + (int(every[place]),) + place[axis + 1:], values[place], adds)
    return [out]


@operation(EVERY, [])
def set_slice(c):
    out = c.tensor(c.shape(least=1)).copy()
    axis = c.axis(out.ndim)
    begin = c.rng.randint(0, out.shape[axis])
    end = c.rng.randint(begin, out.shape[axis])
    step = c.rng.choice([1, 2, 3, -1, -2])
    part = np.moveaxis(out, axis, 0)[begin:end][::step]
    shape = list(np.moveaxis(part, 0, axis).shape)
    c.say(begin, end)
    values = c.tensor(c.repeated(shape))
    c.say(axis, step)
    np.moveaxis(part, 0, axis)[...] = values
    return [out]


@operation(EVERY, [])
def set_slices(c):
    out = c.tensor(c.shape(least=1)).copy()
    pairs = []
    for n in out.shape[:c.rng.randint(0, out.ndim)]:
        begin = c.rng.randint(0, n)
        pairs.append((begin, c.rng.randint(begin, n)))
    part = out[tuple(slice(*p) for p in pairs)]
    c.say(len(pairs), *[ints(p) for p in pairs])
    part[...] = c.tensor(c.repeated(list(part.shape)))
    return [out]


@operation(EVERY, [])
def subscripts(c):
    a = c.tensor([c.rng.randint(1, 4), c.rng.randint(1, 4), *c.shape(2)])
    form = c.rng.randint(0, 5)
    low = min(a.shape[:2])
    one, begin = c.rng.randrange(low), c.rng.randint(0, low)
    end = c.rng.randint(begin, low)
    c.say(form, one, begin, end)
    return [[a[one], a[one, begin:end], a[begin:end, one], a[:, begin:], a[:end], a[:, one:one + 1]][form]]


@operation(EVERY, [])
def set_pick(c):
    shape = [max(n, 1) for n in c.shape(least=1)]
    out = c.tensor(shape).copy()
    axis = c.axis(out.ndim)
    index = c.rng.randrange(out.shape[axis])
    c.say(index)
    part = np.moveaxis(out, axis, 0)[index, ...]
    part[...] = c.tensor(c.repeated(list(part.shape)))
    c.say(axis)
    return [out]


@operation(EVERY, [])
def compress(c):
    a = c.tensor(c.shape())
    mask = c.tensor(list(a.shape[:c.rng.randint(0, a.ndim)]), "bool")
    return [a[mask]]


@operation(EVERY)
def nonzero(c):
    return np.nonzero(c.tensor(c.shape(least=1)))


@operation(EVERY)
def count_nonzero(c):
    a = c.tensor(c.shape())
    axes, keeps = c.axes(a.ndim), c.rng.random() < 0.5
    c.say(ints(axes), keeps)
    return [np.count_nonzero(a, axis=tuple(axes) if axes else None, keepdims=keeps)]


def extreme(function):
    def case(c):
        a = c.tensor([max(n, 1) for n in c.shape()])
        axes, keeps = c.axes(a.ndim), c.rng.random() < 0.5
        c.say(ints(axes), keeps)
        gone = [x % a.ndim for x in axes] or list(range(a.ndim))
        kept = [x for x in range(a.ndim) if x not in gone]
        flat = a.transpose(kept + gone).reshape([a.shape[x] for x in kept] + [-1])
        found = function(flat, -1)
        return [np.reshape(found, [1 if x in gone else a.shape[x] for x in range(a.ndim)]) if keeps else found]
    return case


add("argmax", extreme(np.argmax), ALL)
add("argmin", extreme(np.argmin), ALL)


@operation(ALL)
def sort(c):
    a = c.tensor(c.shape(least=1) if c.rng.random() < 0.8 else [c.rng.randint(200, 700)])
    axis, falls = c.axis(a.ndim), c.rng.random() < 0.5
    c.say(axis, falls)
    return [np.take_along_axis(a, argsorted(a, axis, falls), axis)]


@operation(ALL)
def argsort(c):
    a = c.tensor(c.shape(least=1) if c.rng.random() < 0.8 else [c.rng.randint(200, 700)])
    axis, falls = c.axis(a.ndim), c.rng.random() < 0.5
    c.say(axis, falls)
    return [argsorted(a, axis, falls)]


@operation(ALL, [])
def top_k(c):
    a = c.tensor(c.shape(least=1))
    axis, falls = c.axis(a.ndim), c.rng.random() < 0.5
    k = c.rng.randint(0, a.shape[axis])
    c.say(k, axis, falls)
    places = np.take(argsorted(a, axis, falls), range(k), axis)
    return [np.take_along_axis(a, places, axis), places]


@operation(ALL)
def searchsorted(c):
    where = np.sort(c.elements(c.rng.randint(0, 9), c.type))
    a = c.tensor([len(where)], values=where)
    wanted, right = c.tensor(c.shape()), c.rng.random() < 0.5
    c.say(right)
    return [np.searchsorted(a, wanted, "right" if right else "left")]


@operation(EVERY, ["unique_all", "unique_counts", "unique_inverse", "unique_values"])
def unique(c):
    # NumPy has another order where a part is NaN.
    make = (lambda count: np.nan_to_num(c.elements(count, c.type), nan=2)) if c.type in COMPLEX else None
    a = c.tensor(c.shape() if c.rng.random() < 0.8 else [c.rng.randint(200, 700)], make=make)
    values, first, which, counts = np.unique(a, True, True, True, equal_nan=False)
    return [values, first, which.reshape(a.shape), counts]


@operation(EVERY)
def isin(c):
    make = (lambda count: np.nan_to_num(c.elements(count, c.type), nan=2)) if c.type in COMPLEX else None
    a, values, inverts = c.tensor(c.shape(), make=make), c.tensor(c.shape(2), make=make), c.rng.random() < 0.5
    c.say(inverts)
    return [np.isin(a, values, invert=inverts)]


@operation(NUMERIC)
def eye(c):
    rows, columns, k = c.rng.randint(0, 5), c.rng.randint(0, 5), c.rng.randint(-6, 6)
    c.say(rows, columns, k)
    return [np.eye(rows, columns, k, storage(c.type))]


@operation(NUMERIC)
def ones(c):
    shape = c.shape()
    c.say(ints(shape))
    return [np.ones(shape, storage(c.type))]


@operation(NUMERIC, [])
def one_hot(c):
    depth, shape = c.rng.randint(1, 5), c.shape(2)
    indices = c.tensor(shape, "int64", some_indices(c, shape, depth))
    c.say(depth)
    return [np.eye(depth, dtype=storage(c.type))[indices]]


@operation(NUMBERS)
def arange(c):
    low = 0 if c.type.startswith("u") else -60
    start, stop, step = c.rng.randint(low, 60), c.rng.randint(low, 60), c.rng.choice([1, 2, 3, 7, -1, -3][:4 if low == 0 else 6])
    if c.type in FLOATS:
        start, stop, step = start / 4, stop / 4, step / 8
    c.tensor([3], values=[start, stop, step])
    return [rounded(np.arange(start, stop, step), c.type)]


@operation(INEXACT)
def linspace(c):
    if c.type in COMPLEX:
        ends = c.tensor([2], make=c.within(-9, 9)).astype(np.complex128)
        count, endpoint = c.rng.randint(0, 9), c.rng.random() < 0.7
        c.say(count, endpoint)
        parts = [np.linspace(*of, count, endpoint) for of in (ends.real, ends.imag)]
        return [(parts[0] + 1j * parts[1]).astype(c.type)]
    ends = c.tensor([2], values=rounded([c.rng.gauss(0, 9), c.rng.gauss(0, 9)], c.type)).astype(float)
    count, endpoint = c.rng.randint(0, 9), c.rng.random() < 0.7
    c.say(count, endpoint)
    return [rounded(np.linspace(ends[0], ends[1], count, endpoint), c.type)]


@operation(NUMERIC, ["zeros", "zeros_like", "ones_like", "full_like", "empty", "empty_like"])
def made_like(c):
    a = c.tensor(c.shape())
    value = c.tensor([], make=c.wide)
    full = np.full(a.shape, value)
    return [np.zeros_like(a)] * 2 + [np.ones_like(a), full, np.zeros_like(a), np.zeros_like(a)]


@operation(EVERY)
def full(c):
    shape = c.shape()
    c.say(ints(shape))
    return [np.full(shape, c.tensor([], make=c.wide))]


@operation(NUMERIC)
def asarray(c):
    return [c.tensor(c.shape(2, 2))]


@operation(EVERY)
def reshape(c):
    a = c.tensor(c.shape())
    left, to = a.size, []
    while left > 1:
        length = c.rng.choice([n for n in range(1, left + 1) if left % n == 0])
        to.append(length)
        left //= length
    to += [1] * c.rng.randint(0, 2) if a.size else [0]
    if to and a.size and c.rng.random() < 0.4:
        to[c.rng.randrange(len(to))] = -1
    c.say(ints(to))
    return [a.reshape(to)]


@operation(EVERY)
def permute_dims(c):
    a = c.tensor(c.shape())
    order = [x - a.ndim if c.rng.random() < 0.3 else x for x in c.rng.sample(range(a.ndim), a.ndim)]
    c.say(ints(order))
    return [a.transpose(order)]


@operation(EVERY)
def matrix_transpose(c):
    return [np.swapaxes(c.tensor(c.shape(least=2)), -1, -2)]


@operation(["int64"])
def broadcast_shapes(c):
    whole = c.shape()
    shapes = [c.repeated(whole) for _ in range(c.rng.randint(1, 4))]
    c.say(len(shapes), *[ints(shape) for shape in shapes])
    return [np.array(np.broadcast_shapes(*map(tuple, shapes)), np.int64)]


@operation(EVERY)
def where(c):
    whole = c.shape()
    choice = c.tensor(c.repeated(whole), "bool")
    return [np.where(choice, c.tensor(c.repeated(whole)), c.tensor(c.repeated(whole)))]


@operation(EVERY)
def astype(c):
    to = c.rng.choice(["bool"] + COMPLEX if c.type in COMPLEX else EVERY)
    # What integer becomes of a float that is none is left to the library.
    fits = c.type in FLOATS and to in INTEGERS
    a = c.tensor(c.shape(), make=c.within(0 if to.startswith("u") else -100, 100) if fits else c.wide)
    c.say(to)
    with np.errstate(all="ignore"):
        return [rounded(a, to)]


@operation(FLOATS)
def finfo(c):
    greatest, normal, smallest = limits(c.type)
    numbers = [smallest / normal, greatest, -greatest, normal]
    return [*[rounded(x, c.type) for x in numbers], np.array(storage(c.type).itemsize * (4 if c.type == "bfloat16" else 8))]


@operation(INTEGERS)
def iinfo(c):
    info = np.iinfo(c.type)
    return [np.array(x, c.type) for x in (info.max, info.min)] + [np.array(info.bits)]
