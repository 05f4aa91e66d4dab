#!/usr/bin/env python3
"""Elementwise functions, statistics and activations of `tensor` against NumPy.

One Noodle program reads arrays from a file and prints what it computes of views of them: transposed, sliced, broadcast,
without axes, empty. What is exact must be equal bit for bit; elementary functions are compared with a type twice as
precise, in units of the last place (ulps). Ends with `N passed, M failed`.
"""

import functools
import math
import pathlib
import sys
import tempfile

import numpy as np

import frame

SHAPE = (8, 12)
FLOATS = {"f64": np.float64, "f32": np.float32, "f16": np.float16}
INTEGERS = {"i8": np.int8, "i16": np.int16, "i32": np.int32, "i64": np.int64,
            "u8": np.uint8, "u16": np.uint16, "u32": np.uint32, "u64": np.uint64}
TYPES = {**FLOATS, **INTEGERS, "Bool": np.bool_}
# Where NumPy gives a zero of either sign.
ANY_ZERO = {"minimum", "maximum", "nextafter"}
PRECISE = {"f64": np.longdouble, "f32": np.float64, "f16": np.float64}

PROGRAM = """
import bits
import fs
import tensor

fn read(line: String) -> Tensor<Float> {
    tensor.from_list(line.split(" ").map(word => bits.to_float(u64.wrap(word.to_int() ?? 0))), [8, 12])
}
fn read_ints(line: String) -> Tensor<Int> {
    tensor.from_list(line.split(" ").map(word => word.to_int() ?? 0), [8, 12])
}
fn views<T>(x: Tensor<T>) -> List<Tensor<T>> {
    [x, x.permute_dims([1, 0]), x.slice(1..6, axis: 0, step: 2).slice(0..12, axis: 1, step: -3), x.pick(2).pick(3),
        x.slice(0..0), x.reshape([96]), x.pick(5, axis: 1).broadcast_to([3, 8])]
}
fn pairs<T>(x: Tensor<T>, y: Tensor<T>) -> List<(Tensor<T>, Tensor<T>)> {
    [(x, y), (x.permute_dims([1, 0]), y.permute_dims([1, 0])), (x, y.pick(1)), (x.slice(0..1, axis: 1), y.slice(0..1)),
        (x.pick(2).pick(3), y), (x.slice(0..0), y.slice(0..1)),
        (x.slice(0..8, axis: 0, step: 2), y.slice(0..8, axis: 0, step: -2)), (x.slice(0..8, axis: 0, step: 2), y.pick(0))]
}
fn floats(x: Tensor<Float>) { print("{x.shape()} {x.to_list().map(n => i64.wrap(bits.of_float(n)))}") }
fn ints(x: Tensor<Int>) { print("{x.shape()} {x.to_list()}") }

fn main() {
    let lines = fs.read_text(args()[0]).or_panic("no data").lines()
"""


def views(x):
    return [x, x.T, x[1:6:2, ::-3], x[2, 3], x[0:0], x.reshape(96), np.broadcast_to(x[:, 5], (3, 8))]


def pairs(x, y):
    return [(x, y), (x.T, y.T), (x, y[1]), (x[:, 0:1], y[0:1]), (x[2, 3], y), (x[0:0], y[0:1]), (x[::2], y[::-2]),
            (x[::2], y[0])]


class Cases:
    """The program, and what each line that it prints must be."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.data, self.body, self.functions, self.expected = [], [], [], []
        self.inputs = 0

    def array(self, kind, special=True, low=None, high=None):
        dtype = TYPES[kind]
        if kind == "Bool":
            return self.random.integers(0, 2, SHAPE).astype(dtype)
        if kind in INTEGERS:
            info = np.iinfo(dtype)
            x = self.random.integers(low if low is not None else info.min, high if high is not None else info.max, SHAPE,
                                     dtype=dtype, endpoint=True)
            if special:
                x.flat[::17] = [info.min, info.max, 0, 1, 2, 3][: len(x.flat[::17])]
            return x
        info = np.finfo(dtype)
        if low is None:
            x = self.random.normal(size=SHAPE) * 10.0 ** self.random.uniform(-3, 3, SHAPE)
        else:
            x = self.random.uniform(low, high, SHAPE)
        x = x.astype(dtype)
        if special:
            values = [0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, info.tiny, -info.tiny, info.max, -info.max,
                      info.smallest_subnormal, 0.5, 2.5, 1e22, -700.5, 88.5, 710.2, 1e-5, 3.0]
            with np.errstate(all="ignore"):
                for place, value in zip(self.random.permutation(x.size), values):
                    x.flat[place] = dtype(value)
        return x

    def give(self, x, kind):
        """Makes an array an input of the program, and gives its name there."""
        name = f"x{self.inputs}"
        words = x.astype(np.float64).view(np.int64) if kind in FLOATS else x.astype(np.int64)
        self.data.append(" ".join(str(w) for w in words.flat))
        read = "read" if kind in FLOATS else "read_ints"
        self.body.append(f"let {name} = {read}(lines[{self.inputs}]).astype<{kind}>()")
        self.inputs += 1
        return name

    def end(self):
        """Ends a function of the program, which holds what was added since the last."""
        lines = "".join(f"    {line}\n" for line in self.body)
        self.functions.append(f"fn part{len(self.functions)}(lines: List<String>) {{\n{lines}}}\n")
        self.body = []

    def program(self):
        calls = "".join(f"    part{n}(lines)\n" for n in range(len(self.functions)))
        return f"{PROGRAM}{calls}}}\n\n" + "\n".join(self.functions)

    def unary(self, function, oracle, kind, result=None, ulps=0.0, relative=None, **range_):
        x = self.array(kind, **range_)
        name = self.give(x, kind)
        result = result or kind
        how = f"floats(tensor.{function}.astype<f64>())" if result in FLOATS else f"ints(tensor.{function}.astype<Int>())"
        self.body.append(f"for x in views({name}) {{ {how} }}")
        for view in views(x):
            given = view.astype(PRECISE[kind]) if ulps else view
            self.expected.append((f"{function} of {kind}", result, oracle(given), ulps, relative))
        self.end()

    def binary(self, function, oracle, kind, result=None, ulps=0.0, relative=None, second=None, **range_):
        x = self.array(kind, **range_)
        y = self.array(kind, **range_) if second is None else second(self)
        names = self.give(x, kind), self.give(y, kind)
        result = result or kind
        how = f"floats(r.astype<f64>())" if result in FLOATS else "ints(r.astype<Int>())"
        self.body.append(f"for (a, b) in pairs({names[0]}, {names[1]}) {{ let r = tensor.{function}(a, b); {how} }}")
        for a, b in pairs(x, y):
            if ulps:
                a, b = a.astype(PRECISE[kind]), b.astype(PRECISE[kind])
            self.expected.append((f"{function} of {kind}", result, oracle(a, b), ulps, relative))
        self.end()

    def one(self, expression, kind, result, expected, relative=None):
        """One expression of `x`, for a matrix and what NumPy makes of it."""
        how = f"floats(({expression}).astype<f64>())" if result in FLOATS else f"ints(({expression}).astype<Int>())"
        self.body.append(how)
        self.expected.append((f"{expression} of {kind}", result, expected, 0.0, relative))


def erf(x):
    return np.vectorize(lambda v: math.erf(float(v)), otypes=[np.float64])(x) if np.size(x) else x


def add_elementwise(c):
    # SLEEF promises 1 ulp, the C library 2 for hyperbolic functions; narrow ones are rounded from f32.
    vector = {"exp": np.exp, "log": np.log, "sin": np.sin, "cos": np.cos, "tan": np.tan, "tanh": np.tanh,
              "expm1": np.expm1, "log1p": np.log1p, "log2": np.log2, "log10": np.log10, "atan": np.arctan}
    for kind in FLOATS:
        for name, oracle in vector.items():
            c.unary(f"{name}(x)", oracle, kind, ulps=1.01)
        for name, oracle in {"sinh": np.sinh, "cosh": np.cosh, "asinh": np.arcsinh, "acosh": np.arccosh}.items():
            c.unary(f"{name}(x)", oracle, kind, ulps=2.5)
        for name, oracle in {"asin": np.arcsin, "acos": np.arccos, "atanh": np.arctanh}.items():
            c.unary(f"{name}(x)", oracle, kind, ulps=2.5 if name == "atanh" else 1.01, low=-1, high=1)
        if kind != "f64":
            c.unary("erf(x)", erf, kind, ulps=1.01, low=-4, high=4)
        c.unary("sqrt(x)", np.sqrt, kind)
        c.unary("reciprocal(x)", np.reciprocal, kind)
        c.unary("signbit(x)", np.signbit, kind, "Bool")
        for name, oracle in [("pow", np.power), ("atan2", np.arctan2), ("hypot", np.hypot)]:
            c.binary(name, oracle, kind, ulps=1.01)
        # What is near 0 is the difference of what isn't.
        c.binary("logaddexp", np.logaddexp, kind, ulps=2.5, relative=2 * float(np.finfo(FLOATS[kind]).eps))
        c.binary("pow", np.power, kind, ulps=1.01, low=0.1, high=9, special=False)
        c.binary("divide", np.divide, kind)
        c.binary("copysign", np.copysign, kind)
        c.binary("nextafter", np.nextafter, kind)
        for name in ["floor_divide", "remainder"]:
            if kind != "f16":
                c.binary(name, getattr(np, name), kind)
    for kind in [*FLOATS, *INTEGERS]:
        for name, oracle in {"negative": np.negative, "abs": np.abs, "sign": np.sign, "square": np.square,
                             "positive": np.positive}.items():
            c.unary(f"{name}(x)", oracle, kind)
        for name in ["floor", "ceil", "round", "trunc"]:
            c.unary(f"{name}(x)", getattr(np, name) if kind in FLOATS else np.positive, kind)
        for name in ["isfinite", "isinf", "isnan"]:
            c.unary(f"{name}(x)", getattr(np, name), kind, "Bool")
        for name in ["add", "subtract", "multiply", "minimum", "maximum"]:
            c.binary(name, getattr(np, name), kind)
        for name in ["equal", "not_equal", "less", "less_equal", "greater", "greater_equal"]:
            c.binary(name, getattr(np, name), kind, "Bool", low=None if kind in FLOATS else 0,
                     high=None if kind in FLOATS else 3)
        c.unary("clip(x, min: 2, max: 90)", lambda x: np.clip(x, 2, 90).astype(x.dtype), kind)
    for kind in [*INTEGERS, "Bool"]:
        for name in ["bitwise_and", "bitwise_or", "bitwise_xor"]:
            c.binary(name, getattr(np, name), kind)
        c.unary("bitwise_invert(x)", np.invert, kind)
    for kind, dtype in INTEGERS.items():
        width = np.iinfo(dtype).bits
        by = lambda c, dtype=dtype, width=width: c.random.integers(0, width + 3, SHAPE).astype(dtype)
        c.binary("bitwise_left_shift", np.left_shift, kind, second=by)
        c.binary("bitwise_right_shift", np.right_shift, kind, second=by)
        not_zero = lambda c, kind=kind: np.where((y := c.array(kind)) == 0, TYPES[kind](7), y)
        c.binary("floor_divide", np.floor_divide, kind, second=not_zero)
        c.binary("remainder", np.remainder, kind, second=not_zero)
        small = lambda c, dtype=dtype: c.random.integers(0, 9, SHAPE).astype(dtype)
        c.binary("pow", np.power, kind, second=small)
    for name in ["logical_and", "logical_or", "logical_xor"]:
        c.binary(name, getattr(np, name), "Bool")
    c.unary("logical_not(x)", np.logical_not, "Bool")


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def add_activations(c):
    tanh_free = {"sigmoid(x)": lambda x: 1 / (1 + np.exp(-x)), "silu(x)": lambda x: x / (1 + np.exp(-x)),
                 "gelu(x)": lambda x: x / 2 * (1 + erf(x / np.sqrt(2))), "relu(x)": lambda x: np.maximum(x, 0),
                 "softplus(x)": lambda x: np.logaddexp(x, 0),
                 "elu(x, alpha: 0.5)": lambda x: np.where(x > 0, x, 0.5 * np.expm1(np.minimum(x, 0))),
                 "leaky_relu(x)": lambda x: np.where(x > 0, x, x * 0.01)}
    for kind, relative in {"f64": 1e-13, "f32": 1e-5}.items():
        for function, oracle in tanh_free.items():
            c.unary(function, oracle, kind, relative=relative, special=False, low=-9, high=9)


def add_statistics(c):
    for kind in ["f64", "f32", "i64", "u8"]:
        x = c.array(kind, special=False, low=0 if kind in INTEGERS else -3, high=5)
        y = c.array(kind, special=False, low=0 if kind in INTEGERS else -3, high=5)
        name, other = c.give(x, kind), c.give(y, kind)
        relative = {"f64": 1e-12, "f32": 1e-4}.get(kind)
        dtype = TYPES[kind]
        for axis in [0, 1, -1]:
            for method, oracle in {"sum": np.sum, "prod": np.prod}.items():
                c.one(f"{name}.{method}(axis: {axis})", kind, kind, oracle(x, axis=axis, dtype=dtype), relative)
            for method, oracle in {"min": np.min, "max": np.max}.items():
                c.one(f"{name}.{method}(axis: {axis}, keepdims: true)", kind, kind, oracle(x, axis=axis, keepdims=True))
            for method, oracle in {"all": np.all, "any": np.any}.items():
                c.one(f"{name}.{method}(axis: {axis})", kind, "Bool", oracle(x, axis=axis))
            for method, oracle, first in [("cumulative_sum", np.cumsum, 0), ("cumulative_prod", np.cumprod, 1)]:
                for view, seen in [("", x), (".permute_dims([1, 0])", x.T), (".slice(0..8, step: -3)", x[::-3])]:
                    so_far = oracle(seen, axis=axis, dtype=dtype)
                    c.one(f"{name}{view}.{method}(axis: {axis})", kind, kind, so_far)
                    begun = np.insert(so_far, 0, first, axis=axis) if axis != -1 else np.insert(so_far, 0, first, axis=1)
                    c.one(f"{name}{view}.{method}(axis: {axis}, include_initial: true)", kind, kind, begun)
            for n in [0, 1, 2, 13]:
                c.one(f"tensor.diff({name}, axis: {axis}, n: {n})", kind, kind, np.diff(x, n=n, axis=axis) if n < 13 or
                      axis != 0 else np.diff(x, n=8, axis=0))
        choice = f"tensor.greater({name}, {other})"
        c.one(f"tensor.where({choice}, {name}, {other})", kind, kind, np.where(x > y, x, y))
        column = f"{name}.permute_dims([1, 0]).pick(0, axis: 1)"
        c.one(f"tensor.where({choice}.pick(0), {column}, {other}.pick(0).pick(1))", kind, kind,
              np.where((x > y)[0], x.T[:, 0], y[0][1]))
        c.end()
    for kind, relative in {"f64": 1e-12, "f32": 1e-4}.items():
        x = c.array(kind, special=False, low=-3, high=5)
        name = c.give(x, kind)
        for axis in [0, 1]:
            c.one(f"{name}.mean(axis: {axis})", kind, kind, x.mean(axis=axis), relative)
            c.one(f"{name}.var(axis: {axis}, keepdims: true)", kind, kind, x.var(axis=axis, keepdims=True), relative)
            c.one(f"{name}.std(axis: {axis}, correction: 1.0)", kind, kind, x.std(axis=axis, ddof=1), relative)
            c.one(f"tensor.softmax({name}, axis: {axis})", kind, kind, softmax(x, axis), relative)
            c.one(f"tensor.log_softmax({name}, axis: {axis})", kind, kind, np.log(softmax(x, axis)), relative)
            c.one(f"tensor.log_sum_exp({name}, axis: {axis})", kind, kind, np.logaddexp.reduce(x, axis=axis), relative)
            normal = (x - x.mean(axis=axis, keepdims=True)) / np.sqrt(x.var(axis=axis, keepdims=True) + 1e-5)
            c.one(f"tensor.layer_norm({name}, axis: {axis})", kind, kind, normal, relative * 10)
        c.one(f"{name}.mean()", kind, kind, x.mean(), relative)
        c.one(f"{name}.std(axes: [0, 1])", kind, kind, x.std(), relative)
        c.one(f"{name}.slice(0..0).mean(axis: 0)", kind, kind, np.full(12, np.nan))
        near = x * (1 + np.where(np.arange(12) % 2 == 0, 1e-6, 1e-4)).astype(x.dtype)
        other = c.give(near, kind)
        c.one(f"tensor.isclose({name}, {other})", kind, "Bool", np.isclose(x, near))
        c.end()


def is_right(given, expected, kind, ulps, relative, has_any_zero):
    dtype = TYPES[kind]
    exact = np.asarray(expected)
    if kind not in FLOATS:
        return np.array_equal(given.astype(dtype), exact.astype(dtype))
    given = given.view(np.float64)
    with np.errstate(all="ignore"):
        rounded = exact.astype(dtype)
        got = given.astype(dtype)
        if not np.array_equal(np.isnan(got), np.isnan(rounded)):
            return False
        number = ~np.isnan(got)
        # Of zeros of either sign NumPy gives one or the other as the lesser, or as its own next number.
        same = (got == rounded) & ((np.signbit(got) == np.signbit(rounded)) | (has_any_zero & (got == 0)))
        if ulps:
            # A result that is just too large for its type may be the largest.
            off = np.abs(got.astype(exact.dtype) - exact) / np.spacing(np.abs(got)).astype(exact.dtype)
            same |= (off <= ulps) & ((got != 0) | (np.signbit(got) == np.signbit(exact)))
        if relative:
            same |= np.abs(got.astype(exact.dtype) - exact) <= relative * (np.abs(exact) + 1)
        return bool(np.all(same[number]))


def wrong(case, line):
    """What is wrong with the line that was printed for a case, or nothing."""
    name, kind, expected, ulps, relative = case
    shape, values = line.split("] ", 1)
    shape = tuple(int(n) for n in shape[1:].split(", ") if n)
    given = np.array([int(n) for n in values[1:-1].split(", ") if n], dtype=np.int64)
    if shape == np.shape(expected) and is_right(given.reshape(shape), expected, kind, ulps, relative,
                                               name.split()[0] in ANY_ZERO):
        return ""
    given = given.view(np.float64) if kind in FLOATS else given
    return f"shape {shape}: {given.tolist()}\n  expected {np.shape(expected)}: {np.ravel(expected).tolist()}"


def main():
    parser = frame.options(__doc__)
    parser.add_argument("--keep", help="where to leave the program and its data")
    options = parser.parse_args()
    cases = Cases(options.seed)
    with np.errstate(all="ignore"):
        add_elementwise(cases)
        add_activations(cases)
        add_statistics(cases)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(options.keep or temporary)
        (folder / "data.txt").write_text("\n".join(cases.data))
        (folder / "cases.noodle").write_text(cases.program())
        return frame.judge([options.noodle, "run", folder / "cases.noodle", folder / "data.txt"], [],
                           [(case[0], functools.partial(wrong, case)) for case in cases.expected])


if __name__ == "__main__":
    sys.exit(main())
