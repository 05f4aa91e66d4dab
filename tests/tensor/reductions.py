"""What elements come to along axes, products, and what networks are made of, against NumPy."""

import warnings

import numpy as np

from cases import EVERY, FLOATS, INEXACT, INTEGERS, NARROW, NUMBERS, NUMERIC, Near, ints, rounded
from elementwise import erf
from registry import add, operation

# How far from NumPy, relative to a number or to 1, what is added up may be.
RELATIVE = {"complex128": 1e-12, "complex64": 1e-4, "float64": 1e-12, "float32": 1e-4, "float16": 2e-2, "bfloat16": 1e-1}


def near(c, *arrays, scale=1):
    """Exactly, where elements are integers."""
    return Near(list(arrays), relative=RELATIVE[c.type] * scale) if c.type in INEXACT else [rounded(a, c.type) for a in arrays]


def wide(c, x):
    return x.astype(np.complex128 if x.dtype.kind == "c" else np.float64) if c.type in INEXACT else x


def along(c, rank):
    """Axes that are said to the program, and whether they stay: all, one in its own argument, or several."""
    axes, keeps = c.axes(rank), c.rng.random() < 0.5
    c.say(ints(axes), len(axes) == 1 and c.rng.random() < 0.5, keeps)
    return {"axis": tuple(axes) if axes else None, "keepdims": keeps}


def reduction(oracle, is_exact, needs_some=False, make=None):
    def case(c):
        shape = c.shape()
        a = c.tensor([max(n, 1) for n in shape] if needs_some else shape, make=make(c) if make else None)
        how = along(c, a.ndim)
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the mean of none
            if is_exact:
                out = np.asarray(oracle(a, **how))
                # Of zeros of either sign NumPy gives one or the other.
                return Near([out], any_zero=True) if out.dtype.kind == "f" else [out]
            return near(c, oracle(wide(c, a), dtype=a.dtype if c.type in INTEGERS else None, **how))
    return case


def counted(c):
    """Numbers whose sums and products all types hold."""
    return c.within(0 if c.type.startswith("u") else -2, 2)


def scan(oracle, first):
    def case(c):
        a = c.tensor(c.shape(least=1), make=counted(c))
        axis, begins = c.axis(a.ndim), c.rng.random() < 0.5
        c.say(axis, begins)
        # They are added up in order, so floats are NumPy's as well.
        is_exact = c.type not in NARROW and not (oracle is np.cumprod and c.type.startswith("complex"))
        so_far = oracle(a if is_exact else wide(c, a), axis=axis, dtype=a.dtype if is_exact else None)
        if begins:
            shape = list(a.shape)
            shape[axis] = 1
            so_far = np.concatenate([np.full(shape, first, so_far.dtype), so_far], axis)
        return [so_far] if is_exact else near(c, so_far)
    return case


@operation(NUMERIC)
def diff(c):
    a = c.tensor(c.shape(least=1), make=counted(c))
    axis = c.axis(a.ndim)
    n = c.rng.randint(0, 3)
    c.say(axis, n)
    out = a
    with np.errstate(all="ignore"):
        for _ in range(min(n, a.shape[axis])):
            out = rounded(np.diff(out, axis=axis), c.type)
    return [out]


def spread(oracle):
    def case(c):
        a = c.tensor([max(n, 1) for n in c.shape()], make=c.within(-3, 5))
        how = along(c, a.ndim)
        gone = how["axis"] or tuple(range(a.ndim))
        few = int(np.prod([a.shape[x] for x in gone], dtype=int))
        less = c.rng.choice([0, 1]) if few > 1 else 0
        c.say(less)
        return near(c, oracle(wide(c, a), ddof=less, **how))
    return case


@operation(NUMERIC)
def matmul(c):
    n, k, m = (c.rng.randint(0, 4) for _ in range(3))
    outer = c.shape(2)
    a, b = c.repeated(outer) + [n, k], c.repeated(outer) + [k, m]
    form = c.rng.randint(0, 3)
    left = c.tensor([k] if form & 1 else a, make=counted(c))
    right = c.tensor([k] if form & 2 else b, make=counted(c))
    return near(c, np.matmul(wide(c, left), wide(c, right)))


@operation(NUMERIC)
def vecdot(c):
    outer, n = c.shape(2), c.rng.randint(0, 5)
    a, b = [c.tensor(c.repeated(outer) + [n], make=counted(c)) for _ in range(2)]
    return near(c, (np.conj(wide(c, a)) * wide(c, b)).sum(-1, dtype=a.dtype if c.type in INTEGERS else None))


@operation(NUMERIC)
def tensordot(c):
    shared = c.shape(2)
    a = c.tensor(c.shape(1) + shared, make=counted(c))
    b = c.tensor(shared + c.shape(1), make=counted(c))
    c.say(len(shared))
    return near(c, np.tensordot(wide(c, a), wide(c, b), len(shared)))


def softmax(x, axis):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def normal(x, axis):
    return (x - x.mean(axis=axis, keepdims=True)) / np.sqrt(x.var(axis=axis, keepdims=True) + 1e-5)


ACTIVATIONS = {
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)), "silu": lambda x: x / (1 + np.exp(-x)),
    "gelu": lambda x: x / 2 * (1 + erf(x / np.sqrt(2))), "relu": lambda x: np.maximum(x, 0),
    "softplus": lambda x: np.logaddexp(x, 0), "elu": lambda x: np.where(x > 0, x, 0.5 * np.expm1(np.minimum(x, 0))),
    "leaky_relu": lambda x: np.where(x > 0, x, x * 0.01)}
ALONG_ONE = {"softmax": softmax, "log_softmax": lambda x, axis: np.log(softmax(x, axis)),
             "log_sum_exp": lambda x, axis: np.logaddexp.reduce(x, axis=axis), "layer_norm": normal}


def activation(oracle):
    return lambda c: near(c, oracle(c.tensor(c.shape(), make=c.within(-9, 9)).astype(np.float64)), scale=0.1)


def along_one(oracle, scale):
    def case(c):
        a = c.tensor([max(n, 2) for n in c.shape(3, 1)], make=c.within(-3, 5))
        axis = c.axis(a.ndim)
        c.say(axis)
        return near(c, oracle(a.astype(np.float64), axis), scale=scale)
    return case


def add_all():
    add("sum", reduction(np.sum, False, make=counted), NUMERIC)
    add("prod", reduction(np.prod, False, make=counted), NUMERIC)
    add("min", reduction(np.min, True, needs_some=True), NUMBERS)
    add("max", reduction(np.max, True, needs_some=True), NUMBERS)
    add("all", reduction(np.all, True), EVERY)
    add("any", reduction(np.any, True), EVERY)
    add("mean", reduction(np.mean, False, make=lambda c: c.within(-3, 5)), INEXACT)
    add("var", spread(np.var), FLOATS)
    add("std", spread(np.std), FLOATS)
    add("cumulative_sum", scan(np.cumsum, 0), NUMERIC)
    add("cumulative_prod", scan(np.cumprod, 1), NUMERIC)
    for name, oracle in ACTIVATIONS.items():
        add(name, activation(oracle), ["float32", "float64"], [])
    for name, oracle in ALONG_ONE.items():
        add(name, along_one(oracle, 10 if oracle is normal else 1), ["float32", "float64"], [])


add_all()
