"""Linear algebra, as the Python array API standard has it.

    from noodle.tensor import linalg

    linalg.solve(a, b)
    u, s, vh = linalg.svd(a, full_matrices=False)

What is singular, or not positive definite, raises `noodle.Failure`.
"""

from .._functions import Functions
from .._values import Variant
from math import inf

_functions = Functions("tensor.linalg")


def __getattr__(name):
    return _functions.get(name)


def __dir__():
    return sorted({*globals(), *_functions.table})


_ORDERS = {"fro": "Frobenius", "nuc": "Nuclear", 1: "One", -1: "MinusOne", 2: "Two", -2: "MinusTwo", inf: "Infinity",
           -inf: "MinusInfinity"}
_MODES = {"reduced": "Reduced", "complete": "Complete"}


def _variant(variants, what, value):
    if value not in variants:
        raise ValueError(f"{what} is one of {', '.join(map(repr, variants))}, not {value!r}")
    return Variant(variants[value])


def matrix_norm(x, /, *, keepdims=False, ord="fro"):
    """How large each matrix is: its Frobenius norm, or that of another `ord`."""
    return _functions.call("matrix_norm", x, keepdims=keepdims, ord=_variant(_ORDERS, "ord", ord))


def qr(x, /, *, mode="reduced"):
    """Each matrix as a product `q @ r`; `mode` is "reduced" or "complete"."""
    return _functions.call("qr", x, mode=_variant(_MODES, "mode", mode))


def tensordot(a, b, /, *, axes=2):
    """The same as `noodle.tensor.tensordot`."""
    from . import tensordot as whole
    return whole(a, b, axes=axes)
