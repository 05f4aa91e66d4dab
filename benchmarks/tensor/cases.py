"""The same as cases.noodle in NumPy."""

import sys
import time

import numpy as np


def timed(repeats, body):
    made = body()
    start = time.perf_counter_ns()
    for _ in range(repeats):
        made = body()
    print((time.perf_counter_ns() - start) // repeats)
    return made


def numbers(shape, limit, kind):
    return (np.arange(np.prod(shape)) * 7919 % limit).astype(kind).reshape(shape)


def regular(n):
    return numbers([n, n], 1013, float) / 1013 + np.eye(n) * n


def conv2d(x, weights, stride):
    """By copies of the places of each tap (im2col), and a product for each image."""
    planes, channels, size, _ = weights.shape
    around = size // 2
    padded = np.pad(x, ((0, 0), (0, 0), (around, around), (around, around))) if around else x
    places = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]
    images, _, rows, columns = places.shape[:4]
    taps = places.transpose(0, 1, 4, 5, 2, 3).reshape(images, channels * size * size, rows * columns)
    return (weights.reshape(planes, -1) @ taps).reshape(images, planes, rows, columns)


# Of the cases: window, stride, channels.
CONVOLUTIONS = {"1x1": (1, 1, 64), "3x3": (3, 1, 64), "3x3_by_2": (3, 2, 64), "3x3_deep": (3, 1, 256),
                "5x5": (5, 1, 64)}

LINALG = {"solve": lambda a: np.linalg.solve(a, numbers([len(a)], 7, float)), "inv": np.linalg.inv,
          "cholesky": np.linalg.cholesky, "qr": lambda a: np.linalg.qr(a)[1], "svd": lambda a: np.linalg.svd(a)[1],
          "eigh": lambda a: np.linalg.eigh(a)[0]}


def main():
    name, n, repeats = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    what, _, kind = name.partition("_")
    kind = {"f32": np.float32, "i64": np.int64}.get(kind, np.float64)
    if what == "matmul":
        a, b = numbers([n, n], 7, kind), numbers([n, n], 3, kind)
        print(timed(repeats, lambda: a @ b).astype(int).sum())
    elif what == "add":
        a, b = numbers([n], 1013, kind), numbers([n], 7, kind)
        made = a + b
        start = time.perf_counter_ns()
        for _ in range(repeats):
            made = a + b
        print((time.perf_counter_ns() - start) // repeats)
        print(made.astype(int).sum())
    elif what == "sum":
        a = numbers([n], 3, kind)
        print(int(timed(repeats, a.sum)))
    elif what == "max":
        a = numbers([n], 1013, kind)
        print(int(timed(repeats, a.max)))
    elif what == "sort":
        a = numbers([n], 1_000_003, kind)
        print(int(timed(repeats, lambda: np.sort(a))[n // 2]))
    elif what == "conv2d":
        window, stride, channels = CONVOLUTIONS[name.removeprefix("conv2d_")]
        x = numbers([4, channels, n, n], 5, np.float32)
        weights = numbers([channels, channels, window, window], 3, np.float32)
        print(timed(repeats, lambda: conv2d(x, weights, stride)).astype(int).sum())
    elif what in LINALG:
        a = regular(n)
        if what in ("cholesky", "eigh"):
            a = a + a.T
        print(f"{np.abs(timed(repeats, lambda: LINALG[what](a))).mean():.9f}")
    else:
        f, a = getattr(np, what), numbers([n], 1013, kind) / 500
        print(f"{timed(repeats, lambda: f(a)).mean():.6f}")


main()
