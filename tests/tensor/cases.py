"""What cases of the conformance checks are made of: types, elements, views, and what must come out of them."""

import numpy as np

INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
FLOATS = ["float16", "bfloat16", "float32", "float64"]
NUMBERS = INTEGERS + FLOATS
ALL = ["bool"] + NUMBERS
COMPLEX = ["complex64", "complex128"]
PARTS = {"complex64": "float32", "complex128": "float64"}
INEXACT, NUMERIC, EVERY = FLOATS + COMPLEX, NUMBERS + COMPLEX, ALL + COMPLEX
NARROW = {"float16", "bfloat16"}  # computed in float32 and rounded once
EDGES = [0.0, -0.0, np.nan, np.inf, -np.inf, 1.5, -1.5]
NAN = 0x7FF8_0000_0000_0000
# Bits of the smallest number, of the smallest normal one and of the greatest.
BFLOAT16 = {"smallest": 0x0001_0000, "normal": 0x0080_0000, "greatest": 0x7F7F_0000}


def storage(type_):
    """What NumPy keeps elements in: it has no bfloat16, whose numbers are all in float32."""
    return np.dtype("float32" if type_ == "bfloat16" else type_)


def to_bfloat16(array):
    """The nearest bfloat16 of each float32, of two the even one; by the bits."""
    array = np.asarray(array, np.float32)
    bits = array.view(np.uint32).astype(np.int64)
    nearest = ((bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000).astype(np.uint32).view(np.float32)
    return np.where(np.isnan(array), np.float32(np.nan), nearest)


def rounded(array, type_):
    """In the type's own precision, rounded once."""
    array = np.asarray(array)
    if type_ != "bfloat16":
        return array.astype(type_)
    if array.dtype == np.float32:
        return to_bfloat16(array)
    # All integers and f64 are long doubles.
    with np.errstate(all="ignore"):
        wide = array.astype(np.longdouble)
        places = 8 - np.maximum(np.frexp(wide)[1], -125)
        return np.where(np.isfinite(wide), np.ldexp(np.rint(np.ldexp(wide, places)), -places), wide).astype(np.float32)


def limits(type_):
    """The greatest float of a type, the smallest normal one and the smallest above zero."""
    if type_ == "bfloat16":
        return [float(np.uint32(BFLOAT16[name]).view(np.float32)) for name in ("greatest", "normal", "smallest")]
    info = np.finfo(type_)
    return [float(info.max), float(info.tiny), float(info.smallest_subnormal)]


def specials(type_):
    """Numbers at which functions take a turn."""
    if type_ in COMPLEX:
        parts = [0.0, -0.0, 1.5, -2.0, np.inf, -np.inf, np.nan]
        return [complex(a, b) for a in parts for b in parts]
    if type_ == "bool":
        return [False, True]
    if type_ in INTEGERS:
        info = np.iinfo(type_)
        return [info.min, info.max, 0, 1, 2, 3, info.max - 1]
    greatest, normal, smallest = limits(type_)
    half = [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, greatest, normal, smallest, np.inf]
    return [np.nan, *half, *[-x for x in half]]


def words(array, nan="nan"):
    """Elements as Noodle reads and prints them: integers, or the bits of an f64. All NaN are printed alike."""
    flat = np.ascontiguousarray(array).reshape(-1)
    if flat.dtype.kind == "c":
        flat = flat.view(flat.real.dtype)  # real, imaginary, real and so on
    if flat.dtype.kind != "f":
        return [int(x) for x in flat.astype(np.int64)]
    with np.errstate(invalid="ignore"):
        wide = flat.astype(np.float64)
    return [nan if np.isnan(x) else int(bits) for x, bits in zip(wide, wide.view(np.int64))]


def shown(arrays):
    return ";".join(",".join(map(str, np.shape(a))) + "|" + ",".join(map(str, words(np.asarray(a)))) for a in arrays)


def ints(items):
    return " ".join(str(int(x)) for x in [len(items), *items])


class Case:
    """One line of the program's input, and what it must print."""

    def __init__(self, rng, type_):
        self.rng, self.type, self.line = rng, type_, []

    def say(self, *texts):
        self.line += [str(int(t)) if isinstance(t, (bool, np.integer)) else str(t) for t in texts]

    def shape(self, most=4, least=0):
        lengths = [self.rng.choice([0, 1, 1, 2, 3, 4, 5]) for _ in range(self.rng.randint(least, most))]
        if 1 <= len(lengths) <= 2 and self.rng.random() < 0.3:
            lengths[-1] = self.rng.randint(16, 80)  # more than fit into a processor's vectors
        return lengths

    def elements(self, count, type_):
        """Few different ones, so that many are equal."""
        rng = self.rng
        if type_ in COMPLEX:
            return self.paired(self.elements(2 * count, PARTS[type_]))
        if type_ == "bool":
            return np.array([rng.random() < 0.5 for _ in range(count)], bool)
        if type_ in FLOATS:
            few = [rng.choice(EDGES) if rng.random() < 0.4 else rng.gauss(0, 3) for _ in range(count)]
            return rounded([round(x) if rng.random() < 0.5 and np.isfinite(x) else x for x in few], type_)
        info = np.iinfo(type_)
        pick = lambda: rng.choice([info.min, info.max, rng.randint(info.min, info.max)])
        return np.array([pick() if rng.random() < 0.3 else rng.randint(0, 4) for _ in range(count)], type_)

    @staticmethod
    def paired(parts):
        return np.ascontiguousarray(parts).view(f"complex{parts.dtype.itemsize * 16}")

    def wide(self, count, type_=None):
        """Of all magnitudes, special ones among them."""
        rng, type_ = self.rng, type_ or self.type
        if type_ in COMPLEX:
            return self.paired(self.wide(2 * count, PARTS[type_]))
        if type_ == "bool":
            return self.elements(count, type_)
        special = specials(type_)
        if type_ in FLOATS:
            one = lambda: rng.choice(special) if rng.random() < 0.2 else rng.gauss(0, 1) * 10 ** rng.uniform(-3, 3)
            with np.errstate(over="ignore"):
                return rounded([one() for _ in range(count)], type_)
        info = np.iinfo(type_)
        one = lambda: rng.choice(special) if rng.random() < 0.2 else rng.randint(info.min, info.max)
        return np.array([one() for _ in range(count)], type_)

    def within(self, low, high):
        """A maker of numbers from low to high."""
        def make(count):
            if self.type in COMPLEX:
                return self.paired(rounded([self.rng.uniform(low, high) for _ in range(2 * count)], PARTS[self.type]))
            one = self.rng.randint if self.type in INTEGERS else self.rng.uniform
            return rounded([one(low, high) for _ in range(count)], self.type)
        return make

    def tensor(self, shape, type_=None, values=None, make=None):
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
        if values is not None:
            flat = np.asarray(values, storage(type_)).reshape(-1)
        else:
            flat = make(count) if make else self.elements(count, type_)
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


class Near:
    """Arrays that must come out but for so many units of the last place, or relative to their size."""

    def __init__(self, arrays, ulps=0.0, relative=0.0, any_zero=False):
        self.arrays, self.ulps, self.relative, self.any_zero = arrays, ulps, relative, any_zero


class OneOf:
    """An array of as many sets of results of a type that may come out, by the standard's tables."""

    def __init__(self, sets, type_):
        self.sets, self.type = sets, type_


def parsed(text, are_bools=False):
    """The arrays of a line, of floats unless they are truths."""
    for part in text.split(";"):
        shape, values = part.split("|")
        items = [int(n) if are_bools else np.nan if n == "nan" else np.int64(n).view(np.float64)
                 for n in values.split(",") if n]
        lengths = [int(n) for n in shape.split(",") if n]
        are_pairs = len(items) == 2 * np.prod(lengths, dtype=int) != 0
        yield np.array(items, np.float64).view(np.complex128 if are_pairs else np.float64).reshape(lengths)


def spacing(array, type_):
    if type_ == "bfloat16":
        return np.maximum(np.spacing(np.abs(array).astype(np.float32)).astype(np.float64) * 2**16, limits(type_)[2])
    return np.spacing(np.abs(array).astype(storage(type_))).astype(np.float64)


def is_near_complex(given, wanted, expected, type_):
    """By the distance, in units of the last place of the magnitude; what is not finite agrees part by part."""
    with np.errstate(all="ignore"):
        wanted = np.asarray(wanted)
        nearest = wanted.astype(type_).astype(np.complex128)
        apart = np.abs(given.astype(np.clongdouble) - wanted)
        most = np.maximum(np.abs(given.astype(type_)), np.abs(wanted.astype(type_)))
        allowed = expected.ulps * spacing(most, PARTS[type_]) if expected.ulps else expected.relative * (np.abs(wanted) + 1)
        parts = [(given.real, nearest.real), (given.imag, nearest.imag)]
        same = np.logical_and.reduce([(g == n) | (np.isnan(g) & np.isnan(n)) for g, n in parts])
        return given.shape == np.shape(wanted) and bool(np.all(same | (apart <= allowed)))


def is_near(given, wanted, expected, type_):
    if np.size(wanted) == 0:
        return given.shape == np.shape(wanted)
    if np.asarray(wanted).dtype.kind == "c":
        return given.dtype.kind == "c" and is_near_complex(given, wanted, expected, type_)
    type_ = PARTS.get(type_, type_)
    with np.errstate(all="ignore"):
        nearest = rounded(wanted, type_).astype(np.float64)
        if given.shape != np.shape(wanted) or not np.array_equal(np.isnan(given), np.isnan(nearest)):
            return False
        same = (given == nearest) & ((np.signbit(given) == np.signbit(nearest)) | (expected.any_zero & (given == 0)))
        apart = np.abs(given.astype(np.longdouble) - np.asarray(wanted, np.longdouble))
        if expected.ulps:
            # A result that is just too large for its type may be the largest, and zero be what the smallest one should.
            has_sign = (given != 0) | (nearest != 0) | (np.signbit(given) == np.signbit(wanted))
            same |= (apart <= expected.ulps * spacing(given, type_)) & has_sign
        if expected.relative:
            same |= apart <= expected.relative * (np.abs(np.asarray(wanted, np.longdouble)) + 1)
        return bool(np.all(same | np.isnan(nearest)))


def is_one_of(value, allowed, type_):
    """Whether it is one of the values: exactly, or for those that no type has, as π, but for two units."""
    for wanted in allowed:
        with np.errstate(all="ignore"):
            if np.isnan(wanted) or np.isnan(value):
                if np.isnan(wanted) and np.isnan(value):
                    return True
            elif value == wanted and np.signbit(value) == np.signbit(wanted):
                return True
            elif np.isfinite(wanted) and rounded(wanted, "float32") != wanted and \
                    abs(value - wanted) <= 2 * spacing(np.float64(value), type_):
                return True
    return False


def wrong(expected, type_, came):
    """What is wrong with the line that came, or nothing."""
    if isinstance(expected, OneOf):
        (given,) = parsed(came, expected.type == "bool")
        if given.dtype.kind == "c":
            given = given.view(np.float64)
        bad = [i for i, allowed in enumerate(expected.sets) if not is_one_of(given[i], allowed, expected.type)]
        return "".join(f"number {i} is {given[i]}, not of {expected.sets[i]}; " for i in bad[:5])
    if not isinstance(expected, Near):
        wanted = shown(expected)
        return "" if came == wanted else f"wanted {wanted[:600]}\n  came   {came[:600]}"
    given = list(parsed(came))
    if len(given) == len(expected.arrays) and all(is_near(g, w, expected, type_) for g, w in zip(given, expected.arrays)):
        return ""
    flat = lambda arrays: [(np.shape(a), np.ravel(a).astype(np.complex128).tolist()) for a in arrays]
    return f"wanted {str(flat(expected.arrays))[:600]}\n  came   {str(flat(given))[:600]}"
