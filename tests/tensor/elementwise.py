"""Functions of each element: what NumPy makes of them, in twice the precision where a result is rounded."""

import math

import numpy as np

from cases import COMPLEX, EVERY, FLOATS, INTEGERS, NARROW, NUMBERS, NUMERIC, Near, limits, rounded, specials, storage
from registry import add

PRECISE = {"complex128": np.clongdouble, "complex64": np.complex128, "float64": np.longdouble, "float32": np.float64, "float16": np.float64, "bfloat16": np.float64}
# SLEEF promises 1 ulp, the C library 2 for hyperbolic functions; narrow ones are rounded from f32.
ROUNDED = {"exp": np.exp, "log": np.log, "sin": np.sin, "cos": np.cos, "tan": np.tan, "tanh": np.tanh, "expm1": np.expm1,
           "log1p": np.log1p, "log2": np.log2, "log10": np.log10, "atan": np.arctan, "asin": np.arcsin, "acos": np.arccos}
HYPERBOLIC = {"sinh": np.sinh, "cosh": np.cosh, "asinh": np.arcsinh, "acosh": np.arccosh, "atanh": np.arctanh}
WITHIN_ONE = {"asin", "acos", "atanh"}
# Of complex numbers the C library promises a few units, by their magnitude; they are rounded from f64 to narrower ones.
COMPLEX_ULPS = 6


def result(c, oracle, operands, ulps=0.0, relative=0.0, any_zero=False):
    """What an oracle gives, for what was said."""
    with np.errstate(all="ignore"):
        if ulps:
            return Near([oracle(*[x.astype(PRECISE[c.type]) for x in operands])], ulps, relative, any_zero)
        if c.type in COMPLEX:
            out = np.asarray(oracle(*operands))
            return [out if out.dtype.kind != "c" else out.astype(c.type)]
        if c.type in NARROW:
            operands = [x.astype(np.float32) if x.dtype.kind == "f" else x for x in operands]
        out = np.asarray(oracle(*operands))
        exact = [out if out.dtype == bool else rounded(out, c.type)]
    return Near(exact, any_zero=True) if any_zero and c.type in FLOATS else exact


def unary(oracle, ulps=0.0, make=None):
    def case(c):
        return result(c, oracle, [c.tensor(c.shape(), make=make(c) if make else c.wide)], ulps)
    return case


def two(c, make=None):
    """Two tensors that go together; one time in five all pairs of special numbers."""
    if make is None and c.rng.random() < 0.2:
        every = specials(c.type)
        return [c.tensor([len(every), 1], values=every), c.tensor([len(every)], values=every)]
    whole = c.shape()
    shapes = [c.repeated(whole), c.repeated(whole)]
    return [c.tensor(shape, make=m) for shape, m in zip(shapes, make(c) if make else [c.wide, c.wide])]


def binary(oracle, make=None, **how):
    return lambda c: result(c, oracle, two(c, make), **how)


def nextafter(c):
    a, b = two(c)
    if c.type != "bfloat16":
        with np.errstate(all="ignore"):
            # Of equal zeros NumPy gives the first.
            return Near([np.nextafter(a, b)], any_zero=True)
    a, b = np.broadcast_arrays(a, b)
    bits = a.astype(np.float32).view(np.int32)
    outward = np.where((b > a) == (bits >= 0), bits + 0x10000, bits - 0x10000).astype(np.int32).view(np.float32)
    smallest = np.copysign(np.float32(limits(c.type)[2]), b)
    next_ = np.where(a == b, b, np.where(a == 0, smallest, outward))
    return Near([np.where(np.isnan(a) | np.isnan(b), np.float32(np.nan), next_)], any_zero=True)


def erf(x):
    return np.vectorize(lambda v: math.erf(float(v)), otypes=[np.float64])(x) if np.size(x) else x


def clip(c):
    a = c.tensor(c.shape(), make=c.wide)
    low, high = sorted(c.within(0, 100)(2))
    c.tensor([2], values=[low, high])
    return [np.clip(a, low, high)]


def with_number(oracle, is_left):
    """An operator between a tensor and a number."""
    def case(c):
        shapes = [[1], c.shape()] if is_left else [c.shape(), [1]]
        operands = [c.tensor(shape, make=c.wide) for shape in shapes]
        operands[0 if is_left else 1] = operands[0 if is_left else 1].reshape(())
        return result(c, oracle, operands)
    return case


def cut_off(a, b):
    """The language's own division of integers."""
    with np.errstate(all="ignore"):
        whole = np.floor_divide(a, b)
        return (whole + ((np.remainder(a, b) != 0) & ((a < 0) != (b < 0)))).astype(a.dtype)


def not_zero(c):
    return [c.wide, lambda count: np.where((x := c.wide(count)) == 0, np.array(7, x.dtype), x)]


def small(c):
    return [c.wide, c.within(0, 8)]


def places(c):
    """By how many bits one may shift, and a few more."""
    width = np.iinfo(c.type).bits
    return [c.wide, c.within(0, width + 2)]


def near(c):
    a = c.tensor(c.shape(), make=c.wide)
    with np.errstate(all="ignore"):
        b = rounded(a.astype(np.float64) * (1 + c.rng.choice([0, 1e-9, 1e-3])), c.type)
    c.tensor(b.shape, values=np.ascontiguousarray(b))
    return a, b


def isclose(c):
    a, b = near(c)
    with np.errstate(all="ignore"):
        return [np.isclose(a, b)]


def moderate(c):
    return [c.within(-4, 4), c.within(-4, 4)]


def log1p(z):
    """With more digits than it has, since NumPy's loses them where z is little."""
    return np.log1p(z) if z.dtype.kind != "c" else np.log(z.astype(np.clongdouble) + 1)


def signs(z):
    magnitude = np.abs(z)
    return np.where(magnitude == 0, 0, z / np.where(magnitude == 0, 1, magnitude))


def part(oracle, make=None, ulps=0.0):
    """What is real of complex numbers."""
    def case(c):
        z = c.tensor(c.shape(), make=make(c) if make else c.wide)
        with np.errstate(all="ignore"):
            return Near([oracle(z.astype(PRECISE[c.type]))], ulps) if ulps else [np.array(oracle(z))]
    return case


def from_parts(c):
    """Of two tensors of floats."""
    of_complex, c.type = c.type, {"complex64": "float32", "complex128": "float64"}[c.type]
    re, im = two(c, lambda c: [c.wide, c.wide])
    c.type = of_complex
    out = np.zeros(np.broadcast_shapes(re.shape, im.shape), c.type)
    out.real, out.imag = re, im
    return [out]


def add_complex():
    for name, oracle in {**ROUNDED, **HYPERBOLIC, "log1p": log1p, "sqrt": np.sqrt, "square": np.square,
                         "reciprocal": lambda z: 1 / z}.items():
        add(name, unary(oracle, COMPLEX_ULPS, lambda c: c.within(-4, 4)), COMPLEX)
    add("sign", unary(signs, COMPLEX_ULPS, lambda c: c.within(-4, 4)), COMPLEX)
    for name, oracle in [("multiply", np.multiply), ("divide", np.divide), ("pow", np.power)]:
        add(name, binary(oracle, moderate, ulps=64 if name == "pow" else 3), COMPLEX)
    add("abs", part(np.abs, lambda c: c.within(-4, 4), 1.01), COMPLEX)
    add("angle", part(np.angle, lambda c: c.within(-4, 4), 1.01), COMPLEX, [])
    add("real", part(np.real), COMPLEX)
    add("imag", part(np.imag), COMPLEX)
    add("conj", unary(np.conj), NUMERIC)
    add("from_parts", from_parts, COMPLEX, [])


def add_all():
    for name, oracle in {**ROUNDED, **HYPERBOLIC}.items():
        make = (lambda c: c.within(-1, 1)) if name in WITHIN_ONE else None
        add(name, unary(oracle, 2.5 if name in HYPERBOLIC else 1.01, make), FLOATS)
    add("erf", unary(erf, 1.01, lambda c: c.within(-4, 4)), ["float32", "float16", "bfloat16"], [])
    add("sqrt", unary(np.sqrt), FLOATS)
    add("reciprocal", unary(lambda x: 1 / x), FLOATS)
    add("signbit", unary(np.signbit), FLOATS)
    for name, oracle in {"abs": np.abs, "sign": np.sign, "square": np.square}.items():
        add(name, unary(oracle), NUMBERS)
    for name, oracle in {"negative": np.negative, "positive": np.positive}.items():
        add(name, unary(oracle), NUMERIC)
    for name in ["floor", "ceil", "round", "trunc"]:
        add(name, unary(getattr(np, name)), FLOATS)
        add(name, unary(np.positive), INTEGERS)
    for name in ["isfinite", "isinf", "isnan"]:
        add(name, unary(getattr(np, name)), NUMERIC)
    for name in ["add", "subtract"]:
        add(name, binary(getattr(np, name)), NUMERIC)
    add("multiply", binary(np.multiply), NUMBERS)
    for name in ["minimum", "maximum"]:
        # NumPy gives one zero or the other.
        add(name, binary(getattr(np, name), any_zero=True), NUMBERS)
    for name in ["equal", "not_equal"]:
        add(name, binary(getattr(np, name)), EVERY)
    for name in ["less", "less_equal", "greater", "greater_equal"]:
        add(name, binary(getattr(np, name)), NUMBERS)
    for name, oracle in [("pow", np.power), ("atan2", np.arctan2), ("hypot", np.hypot)]:
        add(name, binary(oracle, ulps=1.01), FLOATS)
    add("pow", binary(np.power, small), INTEGERS)
    add("logaddexp", lambda c: result(c, np.logaddexp, two(c), ulps=2.5, relative=2 * float(
        np.finfo(storage(c.type)).eps) * (2**16 if c.type == "bfloat16" else 1)), FLOATS)
    add("divide", binary(np.divide), FLOATS)
    add("divide", binary(cut_off, not_zero), INTEGERS)
    add("copysign", binary(np.copysign), FLOATS)
    add("nextafter", nextafter, FLOATS)
    for name in ["floor_divide", "remainder"]:
        add(name, binary(getattr(np, name)), FLOATS)
        add(name, binary(getattr(np, name), not_zero), INTEGERS)
    for name in ["bitwise_and", "bitwise_or", "bitwise_xor"]:
        add(name, binary(getattr(np, name)), INTEGERS + ["bool"])
    add("bitwise_invert", unary(np.invert), INTEGERS + ["bool"])
    add("bitwise_left_shift", binary(np.left_shift, places), INTEGERS)
    add("bitwise_right_shift", binary(np.right_shift, places), INTEGERS)
    for name in ["logical_and", "logical_or", "logical_xor"]:
        add(name, binary(getattr(np, name)), ["bool"])
    add("logical_not", unary(np.logical_not), ["bool"])
    add("clip", clip, NUMBERS)
    for name, oracle in [("add", np.add), ("subtract", np.subtract), ("multiply", np.multiply)]:
        for side in ["left", "right"]:
            add(f"{name}_{side}", with_number(oracle, side == "left"), NUMERIC if oracle is not np.multiply else NUMBERS, [name])
    for side in ["left", "right"]:
        add(f"divide_{side}", with_number(np.divide, side == "left"), FLOATS, ["divide"])
    add("isclose", isclose, FLOATS, [])


add_all()
add_complex()
