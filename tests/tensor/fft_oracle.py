#!/usr/bin/env python3
"""Fourier transforms of `tensor` against NumPy.

One Noodle program reads arrays from a `.npz` and writes another with what it makes of them: lengths with small factors,
with large ones and primes, cut off and filled up, along each axis and along several, scaled in each way. What comes out may
differ by some roundings of the largest number. Ends with `N passed, M failed`.
"""

import pathlib
import sys
import tempfile

import numpy as np

import frame

PROGRAM = pathlib.Path(__file__).resolve().parent / "fft_oracle.noodle"
ONE = ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"]
SEVERAL = ["fftn", "ifftn", "rfftn", "irfftn"]
SHIFTS = ["fftshift", "ifftshift"]
REAL = ["rfft", "ihfft", "rfftn"]
LENGTHS = [1, 2, 3, 4, 5, 7, 8, 12, 16, 31, 37, 60, 64, 97, 101, 128, 211, 243, 1000, 1009, 2 * 1013]
NORMS = ["backward", "ortho", "forward"]


def numbers(rng, shape, name, kind):
    x = rng.standard_normal(shape)
    if name not in REAL:
        x = x + 1j * rng.standard_normal(shape)
    return x.astype({"f32": "f4", "f64": "f8"}[kind] if name in REAL else {"f32": "c8", "f64": "c16"}[kind])


def case(rng, name, kind):
    """An array, and words that say what is asked, with what NumPy gives."""
    rank = int(rng.integers(1, 4))
    shape = [int(rng.integers(1, 6)) for _ in range(rank)]
    axis = int(rng.integers(-rank, rank))
    norm = NORMS[rng.integers(3)]
    f = getattr(np.fft, name)
    if name in ONE:
        shape[axis] = int(rng.choice(LENGTHS)) + (name in ("irfft", "hfft"))
        n = None if rng.integers(2) else int(rng.choice(LENGTHS))
        x = numbers(rng, shape, name, kind)
        return x, f"{n if n else '-'} {axis} {norm}", f(x, n=n, axis=axis, norm=norm)
    axes = [int(a) for a in rng.permutation(rank)[: rng.integers(1, rank + 1)]]
    if name in SHIFTS:
        x = numbers(rng, shape, name, kind)
        return x, f"- {','.join(map(str, axes))} -", f(x, axes=axes)
    shape = [int(rng.choice([2, 3, 4, 6, 7, 11, 37])) for _ in range(rank)]
    lengths = None if rng.integers(2) else [int(rng.integers(1, 12)) for _ in axes]
    x = numbers(rng, shape, name, kind)
    words = f"{','.join(map(str, lengths)) if lengths else '-'} {','.join(map(str, axes))} {norm}"
    return x, words, f(x, s=lengths, axes=axes, norm=norm)


def look(expected, results, i, kind):
    def judge(answer):
        if answer != "done":
            return answer
        made = results()[str(i)]
        wide = np.iscomplexobj(expected)
        if made.dtype != {("f32", True): "c8", ("f64", True): "c16", ("f32", False): "f4", ("f64", False): "f8"}[kind, wide]:
            return f"type {made.dtype}"
        if made.shape != expected.shape:
            return f"shape {made.shape}, not {expected.shape}"
        # A relative error of the norm; f32 are rounded once.
        most = np.max(np.abs(expected), initial=1e-300)
        allowed = (2e-14 if kind == "f64" else 1.3e-7) * most
        far = np.max(np.abs(made - expected), initial=0)
        return None if far <= allowed else f"{far / most} of the largest number off"
    return judge


def main():
    given = frame.options(__doc__).parse_args()
    rng = np.random.default_rng(given.seed)
    arrays, lines, cases = {}, [], []
    with tempfile.TemporaryDirectory() as folder:
        read = {}

        def results():
            if not read:
                read.update(np.load(f"{folder}/results.npz"))
            return read

        for name in ONE + SEVERAL + SHIFTS:
            for kind in ("f32", "f64"):
                for _ in range(60 if name in ONE else 30):
                    x, words, expected = case(rng, name, kind)
                    i = len(lines)
                    arrays[str(i)] = x
                    lines.append(f"{name} {kind} {words}")
                    cases.append((f"{lines[-1]} of {x.shape}", look(expected, results, i, kind)))
        for name in "fftfreq", "rfftfreq":
            for n in LENGTHS:
                d = float(rng.uniform(0.1, 3))
                cases.append((f"{name} of {n}", look(getattr(np.fft, name)(n, d), results, len(lines), "f64")))
                lines.append(f"{name} f64 {n} - {d!r}")
        np.savez(f"{folder}/given.npz", **arrays)
        return frame.judge([given.noodle, "run", PROGRAM, folder], lines, cases)


sys.exit(main())
