#!/usr/bin/env python3
"""`tensor.nn` and `tensor.random` against NumPy.

One Noodle program (nn_oracle.noodle) computes all cases and writes what it finds. What is exact, as with small whole
numbers, must be equal bit for bit; sums of products are within the bound for any order of adding. Ends with
`N passed, M failed`.
"""

import pathlib
import sys
import tempfile

import numpy as np

import frame

TYPES = {"f32": np.float32, "f64": np.float64}


class Cases:
    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.arrays, self.lines, self.checks = {}, [], []

    def give(self, x):
        """The name of an array, which sometimes is given with its axes, or all elements, the other way round."""
        name = f"a{len(self.arrays)}"
        how = self.random.random() if x.ndim > 1 else 1.0
        given = x.T if how < 0.3 else np.flip(x) if how < 0.5 else x
        self.arrays[name] = np.array(given, order="C")
        return name + ("T" if how < 0.3 else "F" if how < 0.5 else "")

    def add(self, kind, words, check, arrays=(), ids=()):
        names = " ".join(self.give(x) for x in arrays)
        id_names = " ".join(self.give(x.astype(np.int64)) for x in ids)
        self.lines.append(f"{kind};{' '.join(words)};{names};{id_names}")
        self.checks.append((kind, check))

    def numbers(self, kind, *shape):
        """Whole numbers, of which sums are exact, or any."""
        if self.random.random() < 0.5:
            return self.random.integers(-8, 9, shape).astype(TYPES[kind])
        return self.random.normal(size=shape).astype(TYPES[kind])

    def pick(self, low, high):
        return int(self.random.integers(low, high, endpoint=True))

    def list(self, axes, low, high):
        return [self.pick(low, high) for _ in range(axes)]


def word(numbers):
    return ",".join(str(n) for n in numbers) or "-"


def equal(expected):
    return lambda found: found.shape == expected.shape and np.array_equal(found, expected, equal_nan=True)


def near(expected, bound):
    def check(found):
        if found.shape != expected.shape:
            return False
        with np.errstate(invalid="ignore"):
            is_near = np.abs(found.astype(np.float64) - expected) <= bound
        return bool(np.all(is_near | (found == expected) | (np.isnan(found) & np.isnan(expected))))
    return check


def windows(x, lengths, stride, padding, dilation, fill):
    """What a window shows at each place: [n, channels, places…, lengths…]."""
    axes = len(lengths)
    x = np.pad(x, [(0, 0), (0, 0)] + [(p, p) for p in padding], constant_values=fill)
    spans = [d * (n - 1) + 1 for n, d in zip(lengths, dilation)]
    view = np.lib.stride_tricks.sliding_window_view(x, spans, axis=tuple(range(2, 2 + axes)))
    steps = [slice(None)] * 2 + [slice(None, None, s) for s in stride] + [slice(None, None, d) for d in dilation]
    return view[tuple(steps)]


def convolution(x, weights, stride, padding, dilation, groups):
    axes = x.ndim - 2
    shown = windows(x, weights.shape[2:], stride, padding, dilation, 0.0)
    places, taps = "xyz"[:axes], "uvw"[:axes]
    parts = [np.einsum(f"nc{places}{taps},kc{taps}->nk{places}", a, b)
             for a, b in zip(np.split(shown, groups, axis=1), np.split(weights, groups, axis=0))]
    return np.concatenate(parts, axis=1)


def convolutions(cases, count):
    for i in range(count):
        kind, axes = "f32" if i % 3 else "f64", i % 3 + 1
        groups = cases.pick(1, 3)
        channels, planes = cases.pick(1, 5), cases.pick(1, 11)
        if i % 7 == 0:
            groups, channels, planes = cases.pick(1, 8), 1, 1
        images = cases.pick(0, 3) if i % 5 else cases.pick(4, 9)
        lengths = cases.list(axes, 1, 3)
        stride, dilation, padding = cases.list(axes, 1, 4), cases.list(axes, 1, 3), cases.list(axes, 0, 3)
        shape = [max(1, d * (n - 1) + 1 - 2 * p) + cases.pick(0, 200 if axes == 1 else 40 if axes == 2 else 7)
                 for n, d, p in zip(lengths, dilation, padding)]
        is_tiled = axes == 2 and i % 2 == 0
        if is_tiled:  # which Winograd's way is for
            groups, channels, planes, lengths = cases.pick(1, 2), cases.pick(16, 20), cases.pick(16, 30), [3, 3]
            stride, dilation, shape = [1, 1], [1, 1], [max(3, n) for n in shape]
        x = cases.numbers(kind, images, groups * channels, *shape)
        if is_tiled and i % 4 == 0 and x.size:
            x.flat[cases.pick(0, x.size - 1)] = [np.inf, -np.inf, np.nan][i % 3]
        weights = cases.numbers(kind, groups * planes, channels, *lengths)
        arrays = [x, weights]
        wide = [a.astype(np.float64) for a in arrays]
        with np.errstate(invalid="ignore"):
            expected = convolution(*wide, stride, padding, dilation, groups)
            size = convolution(*(np.abs(a) for a in wide), stride, padding, dilation, groups)
        if i % 4 == 0:
            arrays.append(cases.numbers(kind, groups * planes))
            bias = arrays[2].astype(np.float64).reshape([-1] + [1] * axes)
            expected, size = expected + bias, size + np.abs(bias)
        is_whole = all(np.all(a == np.round(a)) for a in arrays)
        bound = 0 if is_whole else (channels * np.prod(lengths) + 2) * np.finfo(TYPES[kind]).eps * size
        short = all(len(set(numbers)) == 1 for numbers in (stride, padding, dilation))
        words = ["conv", str(axes)] + [word(n[:1] if short else n) for n in (stride, padding, dilation)] + [str(groups)]
        cases.add(kind, words, near(expected, bound), arrays)


def pools(cases, count):
    for i in range(count):
        kind, axes = "f32" if i % 2 else "f64", i % 3 + 1
        lengths = cases.list(axes, 1, 4)
        padding = [cases.pick(0, n - 1) for n in lengths]
        dilation = cases.list(axes, 1, 2)
        stride = lengths if i % 4 == 0 else cases.list(axes, 1, 4)
        shape = [max(1, d * (n - 1) + 1 - 2 * p) + cases.pick(0, 200 if axes == 1 else 40 if axes == 2 else 7)
                 for n, d, p in zip(lengths, dilation, padding)]
        x = cases.numbers(kind, cases.pick(1, 3), cases.pick(1, 5), *shape)
        for place in cases.random.permutation(x.size)[: x.size // 20]:
            x.flat[place] = [np.nan, np.inf, -np.inf][place % 3]
        shown = windows(x, lengths, stride, padding, dilation, -np.inf)
        last = tuple(range(-axes, 0))
        given_stride = word([] if stride is lengths else stride)
        cases.add(kind, ["max_pool", str(axes), word(lengths), given_stride, word(padding), word(dilation)],
                  equal(shown.max(axis=last)), [x])
        x = cases.numbers(kind, cases.pick(1, 3), cases.pick(1, 5),
                          *[max(1, n - 2 * p) + cases.pick(0, 30) for n, p in zip(lengths, padding)])
        one = [1] * axes
        sums = windows(x.astype(np.float64), lengths, stride, padding, one, 0.0).sum(axis=last)
        size = windows(np.abs(x), lengths, stride, padding, one, 0.0).sum(axis=last)
        counts = windows(np.ones_like(x), lengths, stride, padding, one, 0.0).sum(axis=last)
        for how, divisor in (("true", np.prod(lengths)), ("false", counts)):
            bound = (np.prod(lengths) + 2) * np.finfo(TYPES[kind]).eps * size / divisor
            cases.add(kind, ["avg_pool", str(axes), word(lengths), given_stride, word(padding), how],
                      near(sums / divisor, bound), [x])


def norms(cases, count):
    for i in range(count):
        kind = "f32" if i % 2 else "f64"
        eps = np.finfo(TYPES[kind]).eps
        x = cases.numbers(kind, *cases.list(cases.pick(2, 4), 1, 6))
        wide = x.astype(np.float64)
        axis = cases.pick(-x.ndim, x.ndim - 1)
        expected = wide / np.sqrt((wide * wide).mean(axis=axis, keepdims=True) + 1e-6)
        cases.add(kind, ["rms_norm", str(axis)], near(expected, 16 * eps * np.abs(expected)), [x])
        mean, scale, shift = (cases.numbers(kind, x.shape[1]) for _ in range(3))
        variance = np.abs(cases.numbers(kind, x.shape[1])) + TYPES[kind](0.5)
        m, v, s, b = (a.astype(np.float64).reshape([-1] + [1] * (x.ndim - 2)) for a in (mean, variance, scale, shift))
        factor = s / np.sqrt(v + 1e-5)
        size = np.abs(wide * factor) + np.abs(m * factor) + np.abs(b)
        cases.add(kind, ["batch_norm"], near((wide - m) * factor + b, 16 * eps * size), [x, mean, variance, scale, shift])


def tables(cases, count):
    for i in range(count):
        kind = "f32" if i % 2 else "f64"
        rows, segments = cases.pick(1, 30), cases.pick(1, 9)
        x = cases.numbers(kind, rows, *cases.list(cases.pick(0, 2), 0 if i % 6 == 0 else 1, 5))
        if x.size == 0:
            x = cases.numbers(kind, rows, 3)
        ids = cases.random.integers(0, rows, cases.list(cases.pick(0, 2), 1, 4))
        cases.add(kind, ["embedding"], equal(x[ids]), [x], [ids])
        ids = cases.random.integers(0, segments, rows)
        sums, counts = np.zeros((segments, *x.shape[1:]), x.dtype), np.bincount(ids, minlength=segments)
        np.add.at(sums, ids, x)
        cases.add(kind, ["segment_sum", str(segments)], equal(sums), [x], [ids])
        with np.errstate(all="ignore"):
            means = sums / counts.astype(x.dtype).reshape([-1] + [1] * (x.ndim - 1))
        cases.add(kind, ["segment_mean", str(segments)], equal(means), [x], [ids])
        x.flat[cases.pick(0, x.size - 1)] = np.nan
        for name, join, start in (("segment_max", np.maximum, -np.inf), ("segment_min", np.minimum, np.inf)):
            joined = np.full(sums.shape, start, x.dtype)
            join.at(joined, ids, x)
            joined[counts == 0] = x.flat[0]
            cases.add(kind, [name, str(segments)], equal(joined), [x], [ids])


def quantizations(cases, count):
    for i in range(count):
        kind, whole = "f32" if i % 2 else "f64", np.int8 if i % 4 < 2 else np.uint8
        x = cases.random.normal(size=cases.list(cases.pick(1, 3), 0 if i % 7 == 0 else 1, 40)) * 100
        if i % 3 == 0:
            x = np.round(x) / 2  # halves
        x = x.astype(TYPES[kind])
        for place in cases.random.permutation(x.size)[: x.size // 20]:
            x.flat[place] = [np.nan, np.inf, -np.inf, 1e30, -0.0][place % 5]
        axis = cases.pick(-x.ndim, x.ndim - 1)
        shape = [] if i % 5 < 2 else [x.shape[axis]]
        along = [] if not shape else [-1] + [1] * (x.ndim - 1 - axis % x.ndim)
        info = np.iinfo(whole)
        scale = (cases.random.choice([0.25, 1.0, 3.7, 0.1], shape)).astype(TYPES[kind])
        zero = cases.random.integers(info.min, info.max, shape, endpoint=True).astype(whole)
        s, z = scale.reshape(along), zero.reshape(along)
        with np.errstate(all="ignore"):
            place = np.clip(np.rint(x / s) + z.astype(x.dtype), info.min, info.max)
        q = np.where(np.isnan(x), z, place).astype(whole)
        words = [whole.__name__.replace("int", "i").replace("ui", "u"), str(axis)]
        cases.add(kind, ["quantize", *words], equal(q.astype(TYPES[kind])), [x, scale], [zero])
        cases.add(kind, ["dequantize", *words], equal((q.astype(x.dtype) - z.astype(x.dtype)) * s), [scale], [q, zero])


def equations(cases, count):
    for i in range(count):
        kind = "f32" if i % 2 else "f64"
        sizes = {name: cases.pick(0 if i % 9 == 0 else 1, 5) for name in "abcdeXY"}
        more = cases.list(cases.pick(0, 2), 1, 4)
        operands, arrays = [], []
        for _ in range(cases.pick(1, 4)):
            names = [str(n) for n in cases.random.choice(list(sizes), cases.pick(0, 4))]
            shape = [1 if cases.pick(0, 9) == 0 and names.count(n) == 1 else sizes[n] for n in names]
            if cases.pick(0, 2) == 0:
                place = cases.pick(0, len(names))
                names.insert(place, "...")
                shape[place:place] = [1 if cases.pick(0, 4) == 0 else n for n in more[cases.pick(0, len(more)):]]
            operands.append("".join(names))
            arrays.append(cases.random.integers(-3, 4, shape).astype(TYPES[kind]))
        equation = ",".join(operands)
        if i % 4:
            known = sorted(set("".join(operands)) - {"."})
            result = list(cases.random.permutation(known)[: cases.pick(0, len(known))])
            if "..." in equation:
                result.insert(cases.pick(0, len(result)), "...")
            equation += "->" + "".join(result)
        cases.add(kind, ["einsum", equation], equal(np.asarray(np.einsum(equation, *arrays))), arrays)


def philox(key, stream, blocks):
    """The words of Philox 4x32-10, as its authors define it."""
    low, shift = np.uint64(0xFFFFFFFF), np.uint64(32)
    block = np.asarray(blocks, dtype=np.uint64)
    a, b = block & low, block >> shift
    c, d = np.full_like(a, stream & 0xFFFFFFFF), np.full_like(a, stream >> 32)
    k, l = key & 0xFFFFFFFF, key >> 32
    for _ in range(10):
        first, second = a * np.uint64(0xD2511F53), c * np.uint64(0xCD9E8D57)
        a, b, c, d = ((second >> shift) ^ b ^ np.uint64(k), second & low,
                      (first >> shift) ^ d ^ np.uint64(l), first & low)
        k, l = (k + 0x9E3779B9) & 0xFFFFFFFF, (l + 0xBB67AE85) & 0xFFFFFFFF
    return np.stack([a, b, c, d], axis=-1).astype(np.uint32)


def draws(cases, count):
    for i in range(count):
        kind = "f32" if i % 2 else "f64"
        seed, number = cases.pick(0, 2**62), cases.pick(0, 1000)
        shape = cases.list(cases.pick(0, 3), 0 if i % 5 == 0 else 1, 30)
        size = int(np.prod(shape))
        child = philox((seed ^ 0x5851F42D4C957F2D), 0, [number])[0].view(np.uint64)
        words = philox(int(child[0]), int(child[1]), np.arange((size + 3) // 2 + 1)).reshape(-1)
        if kind == "f32":
            kept, above = (words >> np.uint32(8)) * 2.0**-24, (words.astype(np.float64) + 1) * 2.0**-32
            angles = words * 2.0**-32
        else:
            words = words.view(np.uint64)
            kept = (words >> np.uint64(11)) * 2.0**-53
            above, angles = kept + 2.0**-53, words * 2.0**-64
        given = [str(seed), str(number), word(shape)]
        cases.add(kind, ["uniform", *given], equal(kept[:size].reshape(shape).astype(TYPES[kind])))
        # One unit of the last place is the angle's, as far as it is rounded here; a 32-bit word has more bits than f32.
        eps = 4 * np.finfo(TYPES[kind]).eps
        waits = -np.log(above)
        cases.add(kind, ["exponential", *given], near(waits[:size].reshape(shape), eps * (waits[:size].reshape(shape) + 1)))
        distance, turn = np.sqrt(2 * waits[0::2]), 2 * np.pi * (angles[1::2] - 0.125)
        pairs = np.stack([distance * np.cos(turn), distance * np.sin(turn)], axis=-1).reshape(-1)
        # A distance near to 0 is the root of a rounded number near to 0.
        bound = np.repeat(eps * (distance + 1 / np.maximum(distance, 1e-4)), 2)
        cases.add(kind, ["normal", *given], near(pairs[:size].reshape(shape), bound[:size].reshape(shape)))


class Results:
    """What the program wrote, which is there when the first line of what it printed is looked at."""

    def __init__(self, path):
        self.path, self.arrays = path, None

    def judge(self, number, kind, check):
        def look(line):
            if self.arrays is None:
                self.arrays = np.load(self.path)
            found = self.arrays[line]
            if line != f"r{number}" or found.dtype != TYPES[kind]:
                return f"{line} of {found.dtype}"
            return None if check(found) else f"not {found.shape} {found.reshape(-1)[:8]}"
        return look


def main():
    options = frame.options(__doc__).parse_args()
    cases = Cases(options.seed)
    for family, count in ((convolutions, 90), (pools, 30), (norms, 15), (tables, 15), (quantizations, 40),
                          (equations, 80), (draws, 24)):
        family(cases, count)
    program = pathlib.Path(__file__).with_suffix(".noodle")
    with tempfile.TemporaryDirectory() as folder:
        np.savez(f"{folder}/given.npz", **cases.arrays)
        pathlib.Path(folder, "cases.txt").write_text("\n".join(cases.lines), encoding="utf-8")
        results = Results(f"{folder}/results.npz")
        checks = [(line, results.judge(number, *check)) for number, (line, check) in enumerate(zip(cases.lines, cases.checks))]
        return frame.judge([options.noodle, "run", program, folder], [], checks)


if __name__ == "__main__":
    sys.exit(main())
