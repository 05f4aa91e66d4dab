#!/usr/bin/env python3
"""Linear algebra of `tensor` against NumPy.

One Noodle program reads arrays from a `.npz` and writes another with what it makes of them: plain, transposed and stepped
views, stacks, empty ones, singular ones, some with NaN. What isn't unique, as the vectors of a factorisation, is judged by
what it must satisfy: that products give the matrix back and columns are orthogonal, within some hundred roundings. Ends
with `N passed, M failed`.
"""

import functools
import pathlib
import sys
import tempfile

import numpy as np

import frame

REAL = {"f32": np.float32, "f64": np.float64}
COMPLEX = {"c64": np.complex64, "c128": np.complex128}
TYPES = REAL | COMPLEX
NORMS = {"fro": "fro", "nuc": "nuc", "1": 1, "-1": -1, "2": 2, "-2": -2, "inf": np.inf, "-inf": -np.inf}


def turned(x):
    return x.swapaxes(-1, -2)


def adjoint(x):
    return np.conj(turned(x))


def wide(x):
    return x.astype(np.complex128 if np.iscomplexobj(x) else np.float64)


def laid_out(x, how):
    """An array of which the view is x."""
    if how == "turned":
        return np.ascontiguousarray(x.T)
    if how == "steps":
        # Sliced by 2 and then by -3 from the end, in the first two axes.
        large = np.full((max(2 * x.shape[0] - 1, 0), max(3 * x.shape[1] - 2, 0)) + x.shape[2:], 7, x.dtype)
        large[::2, ::-3] = x
        return large
    return x


class Check:
    """Whether results of one type are near to what they must be."""

    def __init__(self, kind, size):
        self.tolerance = 200 * np.finfo(TYPES[kind]).eps * max(size, 1)

    def near(self, given, expected, scale=None):
        expected = np.asarray(expected)
        if given.shape != expected.shape:
            return False
        if not np.array_equal(np.isfinite(given), np.isfinite(expected)):
            return False
        finite = np.isfinite(expected)
        largest = np.max(np.abs(expected[finite]), initial=0) if scale is None else scale
        return bool(np.all(np.abs(given[finite] - expected[finite]) <= self.tolerance * (largest + 1e-30)))

    def orthogonal(self, columns):
        size = columns.shape[-1]
        return self.near(adjoint(columns) @ columns, np.broadcast_to(np.eye(size), columns.shape[:-2] + (size, size)))


def condition(a):
    return 1 if a.size == 0 else float(np.max(np.linalg.cond(wide(a)), initial=1))


def is_right(case, results):
    name, kind, option, a, b = case["name"], case["kind"], case["option"], case["a"], case["b"]
    a, b = wide(a), wide(b)
    check = Check(kind, max(a.shape[-2:], default=1))
    r = [wide(x) for x in results]
    real = np.finfo(TYPES[kind]).dtype
    if any(x.dtype not in (TYPES[kind], real, np.int64) for x in results) and name not in ("eig", "eigvals"):
        return False
    if name == "solve":
        x, right = (r[0][..., None], b[..., None]) if b.ndim == 1 else (r[0], b)
        residual = a @ x - right
        return x.shape == (a @ right).shape and check.near(residual, np.zeros_like(residual), np.max(np.abs(a), initial=0) * np.max(np.abs(x), initial=0))
    if name == "inv":
        return check.near(r[0], np.linalg.inv(a), condition(a) * np.max(np.abs(np.linalg.inv(a)), initial=0))
    if name == "cholesky":
        expected = np.linalg.cholesky(a)
        return check.near(r[0], adjoint(expected) if option == "upper" else expected)
    if name == "qr":
        q, upper = r
        expected = (a.shape[-2],) * 2 if option == "complete" else (a.shape[-2], min(a.shape[-2:]))
        return (q.shape[-2:] == expected and check.orthogonal(q) and check.near(q @ upper, a)
                and np.array_equal(upper, np.triu(upper)))
    if name == "svd":
        u, s, vh = r
        full = option == "full"
        if (u.shape[-1], vh.shape[-2]) != ((a.shape[-2], a.shape[-1]) if full else (s.shape[-1],) * 2):
            return False
        k = s.shape[-1]
        return (check.near(s, np.linalg.svd(a, compute_uv=False)) and check.orthogonal(u) and check.orthogonal(adjoint(vh))
                and check.near(u[..., :k] * s[..., None, :] @ vh[..., :k, :], a))
    if name == "svdvals":
        return check.near(r[0], np.linalg.svd(a, compute_uv=False))
    if name in ("eigh", "eigvalsh"):
        below = np.tril(a, -1)
        symmetric = below + adjoint(below) + np.real(np.tril(a) - below)
        values = check.near(r[0], np.linalg.eigvalsh(symmetric))
        return values and (name == "eigvalsh" or check.orthogonal(r[1]) and check.near(symmetric @ r[1],
                                                                                      r[1] * r[0][..., None, :]))
    if name in ("eig", "eigvals"):
        if any(x.dtype != np.result_type(TYPES[kind], np.complex64) for x in results):
            return False
        scale = np.max(np.abs(a), initial=0) * condition(a) * 100
        expected = np.linalg.eigvals(a)
        values = all(check.near(np.min(np.abs(r[0] - one[..., None]), axis=-1, initial=np.inf, where=True), 0 * np.abs(one), scale)
                     for one in np.moveaxis(expected, -1, 0)) if a.size else r[0].shape == expected.shape
        if name == "eigvals":
            return values
        lengths = np.linalg.norm(r[1], axis=-2)
        return (values and check.near(lengths, np.ones_like(lengths))
                and check.near(a @ r[1] - r[1] * r[0][..., None, :], np.zeros(a.shape), scale))
    if name == "lstsq":
        right = b[:, None] if b.ndim == 1 else b
        rtol = float(option) if option != "-" else max(a.shape[-2:]) * np.finfo(TYPES[kind]).eps
        s = np.linalg.svd(a, compute_uv=False)
        cut = rtol * np.max(s, axis=-1, keepdims=True, initial=0)
        rank = np.sum(s > cut, axis=-1)
        x = np.linalg.pinv(a, rcond=rtol) @ right
        off = np.sum(np.abs(a @ x - right) ** 2, axis=-2)
        if b.ndim == 1:
            x, off = x[..., 0], off[..., 0]
        spread = np.max(s, initial=1) / np.min(s[s > np.broadcast_to(cut, s.shape)], initial=1)
        outer = r[0].shape[: r[0].ndim - (1 if b.ndim == 1 else 2)]
        return (check.near(r[0], x, spread**2 * (np.max(np.abs(x), initial=0) + 1)) and check.near(r[1], off, np.sum(np.abs(b) ** 2))
                and np.array_equal(r[2], np.broadcast_to(rank, outer))
                and check.near(r[3], np.broadcast_to(s, outer + s.shape[-1:])))
    if name == "slogdet":
        sign, log = np.linalg.slogdet(a)
        return check.near(r[0], sign, condition(a)) and check.near(r[1], log, condition(a) * 10)
    if name == "det":
        expected = np.linalg.det(a).astype(TYPES[kind])
        return check.near(r[0], expected, condition(a) * np.max(np.abs(expected), initial=0))
    if name == "pinv":
        rtol = float(option) if option != "-" else max(a.shape[-2:]) * np.finfo(TYPES[kind]).eps
        expected = np.linalg.pinv(a, rcond=rtol)
        s = np.linalg.svd(expected, compute_uv=False)
        spread = np.max(s, initial=1) ** 2 * np.max(np.abs(a), initial=1) * max(a.shape[-2:])
        return check.near(r[0], expected, spread)
    if name == "matrix_rank":
        rtol = float(option) if option != "-" else max(a.shape[-2:]) * np.finfo(TYPES[kind]).eps
        s = np.linalg.svd(a, compute_uv=False)
        return np.array_equal(r[0], np.sum(s > rtol * np.max(s, axis=-1, keepdims=True, initial=0), axis=-1))
    if name == "matrix_norm":
        if a.size == 0:
            return check.near(r[0], np.zeros(a.shape[:-2]))
        return check.near(r[0], np.linalg.norm(a, NORMS[option], axis=(-2, -1)), np.max(np.abs(a)) * a.size)
    if name == "vector_norm":
        return check.near(r[0], np.linalg.norm(a, float(option), axis=0, keepdims=True))
    if name == "matrix_power":
        return check.near(r[0], np.linalg.matrix_power(a, int(option)), 1e3 * condition(a) ** max(-int(option), 1)
                          if a.size else None)
    if name == "trace":
        return check.near(r[0], np.trace(a, int(option), -2, -1), np.max(np.abs(a), initial=0))
    if name == "diagonal":
        return np.array_equal(r[0], np.diagonal(a, int(option), -2, -1))
    if name == "cross":
        return check.near(r[0], np.cross(a, b, axis=int(option)), 10)
    if name == "outer":
        return check.near(r[0], np.outer(a, b))
    if name == "vecdot":
        return check.near(r[0], np.sum(np.conj(a) * b, axis=int(option)), 10)
    if name == "tensordot":
        return check.near(r[0], np.tensordot(a, b, int(option)), 10)
    return check.near(r[0], np.tensordot(a, b, ([0, -1], [-1, 0])), 10)


class Cases:
    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.all = []
        self.types = REAL

    def add(self, name, a, b=None, option="-", fails="", is_nan=False):
        for kind, dtype in self.types.items():
            first = np.asarray(a, dtype)
            second = np.asarray(b if b is not None else [0.0], dtype)
            how = []
            for x in first, second:
                ways = ["plain", "turned"] + (["steps"] if x.ndim >= 2 and min(x.shape[:2]) > 0 else [])
                how.append(ways[self.random.integers(len(ways))])
            self.all.append({"name": name, "kind": kind, "option": option, "a": first, "b": second, "how": how,
                             "fails": fails, "is_nan": is_nan})

    def normal(self, *shape):
        real = self.random.normal(size=shape)
        return real if self.types is REAL else real + 1j * self.random.normal(size=shape)

    def outer(self):
        return [(), (3,), (2, 1, 2), (0,)][self.random.choice(4, p=[0.5, 0.25, 0.2, 0.05])]

    def size(self):
        return int(self.random.choice([0, 1, 2, 3, 5, 8, 17, 40]))

    def fill(self, rounds):
        for _ in range(rounds):
            n, m, k = self.size(), self.size(), self.size()
            outer = self.outer()
            square = self.normal(*outer, n, n) + 2 * np.sqrt(n) * np.eye(n)
            half = self.normal(*outer, n, n)
            positive = half @ adjoint(half) + n * np.eye(n)
            any_shape = self.normal(*outer, m, n)
            self.add("solve", square, self.normal(n))
            self.add("solve", square, self.normal(*outer, n, k))
            self.add("solve", square[(0,) * len(outer)] if square.size else np.eye(n), self.normal(4, n, k))
            self.add("solve", square, self.normal(n, k))
            crossed = self.normal(2, 1, n, n) + 2 * np.sqrt(n) * np.eye(n)
            self.add("solve", crossed, self.normal(3, n, k))
            self.add("lstsq", crossed, self.normal(3, n, k))
            self.add("inv", square)
            for name in "det", "slogdet":
                self.add(name, square)
            self.add("cholesky", positive)
            self.add("cholesky", positive, option="upper")
            for option in "reduced", "complete":
                self.add("qr", any_shape, option=option)
            for option in "reduced", "full":
                self.add("svd", any_shape, option=option)
            self.add("svdvals", any_shape)
            self.add("eigh", half)
            self.add("eigvalsh", half)
            self.add("eig", square)
            self.add("eigvals", half)
            thin = self.normal(*outer, m, 2) @ self.normal(*outer, 2, n)
            for matrix, option in (any_shape, "-"), (thin, "1e-4"):
                self.add("lstsq", matrix, self.normal(m), option=option)
                self.add("lstsq", matrix, self.normal(*outer, m, k), option=option)
                self.add("lstsq", matrix, self.normal(m, k), option=option)
                self.add("pinv", matrix, option=option)
                self.add("matrix_rank", matrix, option=option)
            for ord in NORMS:
                if any_shape.size or not ord.startswith("-"):
                    self.add("matrix_norm", any_shape, option=ord)
            for ord in "inf", "2.0", "1.0", "0.0", "3.5", "-inf", "-1.5":
                if any_shape.shape[0] or not ord.endswith("inf"):
                    self.add("vector_norm", any_shape, option=ord)
            for power in "0", "1", "2", "7", "-3":
                self.add("matrix_power", square / (3 * np.sqrt(max(n, 1))), option=power)
            for offset in "0", "2", "-3", "60":
                self.add("trace", any_shape, option=offset)
                self.add("diagonal", any_shape, option=offset)
            self.add("cross", self.normal(*outer, 3), self.normal(1, 3), option="-1")
            self.add("cross", self.normal(3, m), self.normal(*outer, 3, m), option="-2")
            self.add("outer", self.normal(m), self.normal(n))
            self.add("vecdot", any_shape, self.normal(n), option="-1")
            self.add("vecdot", self.normal(m, n), self.normal(m, 1), option="-2")
            for axes in range(3):
                self.add("tensordot", self.normal(2, m, n), self.normal(*(m, n, 3) if axes == 2 else (n, m)[axes - 1:]),
                         option=str(axes))
            self.add("tensordot_last", self.normal(m, 2, n), self.normal(n, 3, m))

    def fill_failing(self):
        twice = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [0.0, 1.0, 5.0]])
        stack = np.array([[np.eye(3), np.eye(3)], [np.eye(3), twice]])
        row = "is singular: its row 1 is zero or a combination of the rows before it"
        self.add("inv", twice, fails=f"a matrix of the shape [3, 3] {row}")
        self.add("solve", stack, np.ones(3), fails=f"matrix [1, 1] of a tensor of the shape [2, 2, 3, 3] {row}")
        for upper in "-", "upper":
            minor = "is not positive definite: its leading minor of order 2 is not above 0"
            self.add("cholesky", np.diag([1.0, -1.0, 2.0]), option=upper, fails=f"a matrix of the shape [3, 3] {minor}")
            self.add("cholesky", [[1.0, np.nan], [np.nan, 1.0]], option=upper,
                     fails=f"a matrix of the shape [2, 2] {minor}")
        for bad in np.nan, np.inf, -np.inf:
            for n in 1, 5, 40:
                spoilt = self.normal(n, n)
                spoilt[n // 2, 0] = bad
                for name in "svd", "svdvals", "eigh", "eigvalsh", "eig", "eigvals", "pinv":
                    self.add(name, spoilt, is_nan=True)
                self.add("matrix_norm", spoilt, option="2", is_nan=True)


def fault(case, i, results, answer):
    """What is wrong with what case i came to."""
    if case["fails"] or answer != "done":
        return answer if answer != (case["fails"] or "done") else None
    found = results()
    parts = [found[f"{i}.{part}"] for part in range(4) if f"{i}.{part}" in found]
    with np.errstate(all="ignore"):
        if case["is_nan"]:
            is_good = all(np.all(np.isnan(x)) and x.size for x in parts)
        else:
            is_good = is_right(case, parts)
    return None if is_good else f"of {case['a'].tolist()} and {case['b'].tolist()}: {[x.tolist() for x in parts]}"


def main():
    parser = frame.options(__doc__)
    parser.add_argument("--rounds", type=int, default=12)
    options = parser.parse_args()
    cases = Cases(options.seed)
    for cases.types in REAL, COMPLEX:
        cases.fill(options.rounds)
        cases.fill_failing()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        np.savez(folder / "given.npz", **{f"{i}.{x}": laid_out(case[x], case["how"]["ab".index(x)])
                                          for i, case in enumerate(cases.all) for x in "ab"})
        lines = [" ".join([case["name"], case["kind"], *case["how"], case["option"]]) for case in cases.all]
        results = functools.cache(lambda: dict(np.load(folder / "results.npz")))
        program = pathlib.Path(__file__).with_suffix(".noodle")
        sys.exit(frame.judge([options.noodle, "run", program, folder], lines, [
            (f"{line} {case['a'].shape} {case['b'].shape}", functools.partial(fault, case, i, results))
            for i, (line, case) in enumerate(zip(lines, cases.all))]))


if __name__ == "__main__":
    main()
