"""Random parts, orders and sets of tensors, which must come out bit for bit as NumPy's do.

    shape_oracle.py --noodle PATH --cases N --seed S
"""

import os
import random
import sys

import numpy as np

import frame

HERE = os.path.dirname(os.path.abspath(__file__))
INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
FLOATS = ["float16", "float32", "float64"]
EDGES = [0.0, -0.0, np.nan, np.inf, -np.inf, 1.5, -1.5]
NAN = 0x7FF8_0000_0000_0000


def words(array, nan=1):
    """Elements as Noodle reads and prints them: integers, or the bits of an f64. All NaN are printed alike."""
    flat = np.ascontiguousarray(array).reshape(-1)
    if flat.dtype.kind != "f":
        return [int(x) for x in flat.astype(np.int64)]
    with np.errstate(invalid="ignore"):
        wide = flat.astype(np.float64)
    return [nan if np.isnan(x) else int(bits) for x, bits in zip(wide, wide.view(np.int64))]


def shown(*arrays):
    return ";".join(",".join(map(str, np.shape(a))) + "|" + ",".join(map(str, words(np.asarray(a)))) for a in arrays)


def ints(items):
    return " ".join(str(int(x)) for x in [len(items), *items])


class Case:
    """One line of the program's input, and what it must print."""

    def __init__(self, rng):
        self.rng = rng
        self.type = rng.choice(INTEGERS + FLOATS + ["bool"])
        self.line = []

    def say(self, *texts):
        self.line += [str(int(t)) if isinstance(t, (bool, np.integer)) else str(t) for t in texts]

    def shape(self, most=4, least=0):
        return [self.rng.choice([0, 1, 1, 2, 3, 4, 5]) for _ in range(self.rng.randint(least, most))]

    def elements(self, count, type_):
        rng, kind = self.rng, np.dtype(type_)
        if kind.kind == "b":
            return np.array([rng.random() < 0.5 for _ in range(count)], bool)
        if kind.kind == "f":
            few = [rng.choice(EDGES) if rng.random() < 0.4 else rng.gauss(0, 3) for _ in range(count)]
            return np.array([round(x) if rng.random() < 0.5 and np.isfinite(x) else x for x in few], kind)
        limits = np.iinfo(kind)
        pick = lambda: rng.choice([limits.min, limits.max, rng.randint(limits.min, limits.max)])
        return np.array([pick() if rng.random() < 0.3 else rng.randint(0, 4) for _ in range(count)], kind)

    def tensor(self, shape, type_=None, values=None):
        """A tensor of this shape that is said to the program, mostly a view that is not contiguous."""
        rng, type_ = self.rng, type_ or self.type
        rank = len(shape)
        order = rng.sample(range(rank), rank)
        steps = [rng.choice([1, 1, -1, 2, -2]) for _ in range(rank)]
        if values is not None or rng.random() < 0.2:
            order, steps = list(range(rank)), [1] * rank
        lengths = [0] * rank
        for axis, place in enumerate(order):
            length = shape[axis]
            lengths[place] = 0 if length == 0 else (length - 1) * abs(steps[axis]) + 1
        count = int(np.prod(lengths, dtype=int))
        flat = self.elements(count, type_) if values is None else np.asarray(values, type_).reshape(-1)
        self.say(ints(lengths), ints(words(flat, NAN)), ints(order), ints(steps))
        view = flat.reshape(lengths).transpose(order)[tuple(slice(None, None, s) for s in steps)]
        assert list(view.shape) == list(shape)
        return view

    def axis(self, rank):
        return self.rng.randrange(-rank, rank)

    def axes(self, rank, least=0):
        chosen = self.rng.sample(range(rank), self.rng.randint(min(least, rank), rank))
        return [a - rank if self.rng.random() < 0.3 else a for a in chosen]

    def repeated(self, shape):
        """A shape that is repeated to this one."""
        cut = self.rng.randint(0, len(shape))
        return [1 if self.rng.random() < 0.3 else n for n in shape[cut:]]


def order(row, falls):
    """Where sorted elements stood; NaN last, equal ones in their order."""
    items = [x.item() for x in row]
    places = sorted((i for i in range(len(items)) if items[i] == items[i]), key=lambda i: -items[i] if falls else items[i])
    return np.array(places + [i for i in range(len(items)) if items[i] != items[i]], np.int64)


def argsorted(a, axis, falls):
    if a.size == 0:
        return np.zeros(a.shape, np.int64)
    return np.apply_along_axis(lambda row: order(row, falls), axis, a)


def add_or_put(target, place, value, adds):
    with np.errstate(all="ignore"):
        target[place] = target[place] + value if adds else value


# ---- operations: each says what its line lacks, and gives what must come out -------------------------------------


def together(c):
    whole = c.shape()
    count = c.rng.randint(1, 3)
    c.say(count)
    return np.broadcast_arrays(*[c.tensor(c.repeated(whole)) for _ in range(count)])


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


def stack(c):
    shape, count = c.shape(3), c.rng.randint(1, 4)
    c.say(count)
    parts = [c.tensor(shape) for _ in range(count)]
    axis = c.axis(len(shape) + 1)
    c.say(axis)
    return [np.stack(parts, axis)]


def meshgrid(c):
    count, indexing = c.rng.randint(1, 4), c.rng.choice(["xy", "ij"])
    c.say(count)
    parts = [c.tensor([c.rng.randint(0, 4)]) for _ in range(count)]
    c.say(indexing)
    return np.meshgrid(*parts, indexing=indexing)


def expand_dims(c):
    a = c.tensor(c.shape())
    axis = c.axis(a.ndim + 1)
    c.say(axis)
    return [np.expand_dims(a, axis)]


def squeeze(c):
    a = c.tensor(c.shape())
    axes = [i for i in range(a.ndim) if a.shape[i] == 1 and c.rng.random() < 0.7]
    c.say(ints(axes))
    return [np.squeeze(a, tuple(axes))]


def moveaxis(c):
    a = c.tensor(c.shape())
    source = c.axes(a.ndim)
    to = c.rng.sample(range(a.ndim), len(source))
    c.say(ints(source), ints(to))
    return [np.moveaxis(a, source, to)]


def flip(c):
    a = c.tensor(c.shape())
    axes = c.axes(a.ndim)
    c.say(ints(axes))
    return [np.flip(a, tuple(axes) if axes else None)]


def roll(c):
    a = c.tensor(c.shape())
    axes = c.axes(a.ndim)
    shifts = [c.rng.randint(-7, 7) for _ in axes or [0]]
    c.say(ints(shifts), ints(axes))
    return [np.roll(a, shifts, axes) if axes else np.roll(a, shifts[0])]


def repeat(c):
    a = c.tensor(c.shape(least=1))
    axis = c.axis(a.ndim)
    counts = [c.rng.randint(0, 3) for _ in range(c.rng.choice([1, a.shape[axis]]))]
    c.say(ints(counts), axis)
    return [np.repeat(a, counts if len(counts) == a.shape[axis] else counts[0], axis)]


def tile(c):
    a = c.tensor(c.shape(3))
    times = [c.rng.randint(0, 3) for _ in range(c.rng.randint(0, 4))]
    c.say(ints(times))
    return [np.tile(a, times)]


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


def take_along_axis(c):
    a, axis, indices = with_an_index_each(c, False)
    c.say(axis)
    return [np.take_along_axis(*spread(a, indices, axis), axis)]


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
        add_or_put(out, place[:axis] + (int(indices[at]),) + place[axis + indices.ndim:], values[place], adds)
    return [out]


def put_along_axis(c):
    a, axis, indices = with_an_index_each(c, True)
    axis %= a.ndim
    _, every = spread(a, indices, axis)
    values = np.broadcast_to(c.tensor(c.repeated(list(every.shape))), every.shape)
    adds = c.type != "bool" and c.rng.random() < 0.5
    c.say(axis, adds)
    out = a.copy()
    for place in np.ndindex(*every.shape):
        add_or_put(out, place[:axis] + (int(every[place]),) + place[axis + 1:], values[place], adds)
    return [out]


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


def subscripts(c):
    a = c.tensor([c.rng.randint(1, 4), c.rng.randint(1, 4), *c.shape(2)])
    form = c.rng.randint(0, 5)
    low = min(a.shape[:2])
    one, begin = c.rng.randrange(low), c.rng.randint(0, low)
    end = c.rng.randint(begin, low)
    c.say(form, one, begin, end)
    return [[a[one], a[one, begin:end], a[begin:end, one], a[:, begin:], a[:end], a[:, one:one + 1]][form]]


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


def compress(c):
    a = c.tensor(c.shape())
    mask = c.tensor(list(a.shape[:c.rng.randint(0, a.ndim)]), "bool")
    return [a[mask]]


def nonzero(c):
    return np.nonzero(c.tensor(c.shape(least=1)))


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


def sort(c):
    a = c.tensor(c.shape(least=1) if c.rng.random() < 0.8 else [c.rng.randint(200, 700)])
    axis, falls = c.axis(a.ndim), c.rng.random() < 0.5
    c.say(axis, falls)
    return [np.take_along_axis(a, argsorted(a, axis, falls), axis)]


def argsort(c):
    a = c.tensor(c.shape(least=1) if c.rng.random() < 0.8 else [c.rng.randint(200, 700)])
    axis, falls = c.axis(a.ndim), c.rng.random() < 0.5
    c.say(axis, falls)
    return [argsorted(a, axis, falls)]


def top_k(c):
    a = c.tensor(c.shape(least=1))
    axis, falls = c.axis(a.ndim), c.rng.random() < 0.5
    k = c.rng.randint(0, a.shape[axis])
    c.say(k, axis, falls)
    places = np.take(argsorted(a, axis, falls), range(k), axis)
    return [np.take_along_axis(a, places, axis), places]


def searchsorted(c):
    where = np.sort(c.elements(c.rng.randint(0, 9), c.type))
    a = c.tensor([len(where)], values=where)
    wanted, right = c.tensor(c.shape()), c.rng.random() < 0.5
    c.say(right)
    return [np.searchsorted(a, wanted, "right" if right else "left")]


def unique(c):
    a = c.tensor(c.shape() if c.rng.random() < 0.8 else [c.rng.randint(200, 700)])
    values, first, which, counts = np.unique(a, True, True, True, equal_nan=False)
    return [values, first, which.reshape(a.shape), counts]


def isin(c):
    a, values, inverts = c.tensor(c.shape()), c.tensor(c.shape(2)), c.rng.random() < 0.5
    c.say(inverts)
    return [np.isin(a, values, invert=inverts)]


def eye(c):
    rows, columns, k = c.rng.randint(0, 5), c.rng.randint(0, 5), c.rng.randint(-6, 6)
    c.say(rows, columns, k)
    return [np.eye(rows, columns, k, c.type)]


def ones(c):
    shape = c.shape()
    c.say(ints(shape))
    return [np.ones(shape, c.type)]


def one_hot(c):
    depth, shape = c.rng.randint(1, 5), c.shape(2)
    indices = c.tensor(shape, "int64", some_indices(c, shape, depth))
    c.say(depth)
    return [np.eye(depth, dtype=c.type)[indices]]


def arange(c):
    low = 0 if c.type.startswith("u") else -60
    start, stop, step = c.rng.randint(low, 60), c.rng.randint(low, 60), c.rng.choice([1, 2, 3, 7, -1, -3][:4 if low == 0 else 6])
    if c.type in FLOATS:
        start, stop, step = start / 4, stop / 4, step / 8
    c.tensor([3], values=[start, stop, step])
    return [np.arange(start, stop, step).astype(c.type)]


def linspace(c):
    c.type = c.rng.choice(FLOATS)
    ends = c.tensor([2], values=[c.rng.gauss(0, 9), c.rng.gauss(0, 9)]).astype(float)
    count, endpoint = c.rng.randint(0, 9), c.rng.random() < 0.7
    c.say(count, endpoint)
    return [np.linspace(ends[0], ends[1], count, endpoint).astype(c.type)]


OPERATIONS = {f.__name__: f for f in [
    together, concat, stack, meshgrid, expand_dims, squeeze, moveaxis, flip, roll, repeat, tile, unstack, take,
    take_along_axis, put, put_along_axis, set_slice, set_slices, subscripts, set_pick, compress, nonzero, count_nonzero, sort, argsort,
    top_k, searchsorted, unique, isin, eye, ones, one_hot, arange, linspace]}
OPERATIONS |= {"tril": triangle(np.tril), "triu": triangle(np.triu), "argmax": extreme(np.argmax),
               "argmin": extreme(np.argmin)}
OF_NUMBERS = {"eye", "ones", "one_hot", "arange"}


def make(rng):
    name = rng.choice(list(OPERATIONS))
    case = Case(rng)
    if name in OF_NUMBERS and case.type == "bool":
        case.type = "int64"
    wanted = OPERATIONS[name](case)
    return f"{name} {case.type} {' '.join(case.line)}", shown(*wanted)


def main():
    parser = frame.options(__doc__)
    parser.add_argument("--cases", type=int, default=4000)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    made = [make(rng) for _ in range(options.cases)]
    cases = [(line, lambda came, wanted=wanted: "" if came == wanted else f"wanted {wanted[:600]}\n  came   {came[:600]}")
             for line, wanted in made]
    command = [options.noodle, "run", "--check-leaks", os.path.join(HERE, "shape_oracle.noodle")]
    return frame.judge(command, [line for line, _ in made], cases)


if __name__ == "__main__":
    sys.exit(main())
