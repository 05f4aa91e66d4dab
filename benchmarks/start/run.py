"""What the compiler of hot code costs programs that are soon over, and what it costs to find its code in the cache.

    run.py NOODLE [--pairs N] [--json FILE]

Short: programs of about 50 ms when they are interpreted, with `--jit=on` and an empty cache against `--jit=off`, in
interleaved pairs. The ratio of wall times is that of on to off: the median over the pairs with its 95% interval, whose
upper end is to be at most 1.05. Cached: programs of about a second, run for the second time; how long it took to put the
code of the first run in place, which is to be at most 5 ms, without the compiler being loaded.
"""

import argparse
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from pairs import interval, write_rows

LANGUAGE = pathlib.Path(__file__).resolve().parent.parent / "language"
SHORT = {"binary_trees": 13, "fib": 32, "mandelbrot": 260, "nbody": 55000, "sort": 130000, "spectral_norm": 350}
CACHED = {"fib": 43, "json": 20, "nbody": 20000000, "spectral_norm": 5000, "word_count": 10}
MOST_RATIO, MOST_MICROSECONDS = 1.05, 5000


def run(noodle, name, size, flags, cache):
    """The wall time in seconds of one run, and what it said on standard error."""
    command = [noodle, "run", *flags, str(LANGUAGE / f"{name}.noodle"), str(size)]
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False,
                          env={**os.environ, "NOODLE_CACHE": cache})
    wall = time.perf_counter() - start
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr}")
    return wall, done.stderr


def short(noodle, name, size, pairs):
    """One row: how much longer a short program takes because hot code is compiled."""
    on, off = [], []
    for _ in range(pairs):
        with tempfile.TemporaryDirectory() as cache:
            on.append(run(noodle, name, size, ["--jit=on"], cache)[0])
            off.append(run(noodle, name, size, ["--jit=off"], cache)[0])
    ratios = [a / b for a, b in zip(on, off)]
    low, high = interval(ratios)
    return {"case": name, "on ms": statistics.median(on) * 1000, "off ms": statistics.median(off) * 1000,
            "ratio": statistics.median(ratios), "low": low, "high": high, "holds": high <= MOST_RATIO}


def cached(noodle, name, size):
    """One row: what it takes to use what an earlier run has compiled."""
    with tempfile.TemporaryDirectory() as cache:
        run(noodle, name, size, [], cache)
        said = [run(noodle, name, size, ["--jit-log"], cache)[1] for _ in range(5)]
    loads = [int(re.search(r"from the cache in (\d+) us", text).group(1)) for text in said]
    loaded = sum("jit: loaded in" in text for text in said)
    return {"case": name, "us": statistics.median(loads), "most us": max(loads), "runs that loaded the compiler": loaded,
            "holds": statistics.median(loads) <= MOST_MICROSECONDS and loaded == 0}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("noodle")
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--json")
    options = parser.parse_args()
    rows = {"short": [], "cached": []}
    print(f"{'short':<16}{'on ms':>8}{'off ms':>8}{'ratio':>8}   95% interval")
    for name, size in SHORT.items():
        row = short(options.noodle, name, size, options.pairs)
        rows["short"].append(row)
        print(f"{name:<16}{row['on ms']:>8.1f}{row['off ms']:>8.1f}{row['ratio']:>8.3f}   {row['low']:.3f} to "
              f"{row['high']:.3f}{'' if row['holds'] else '   above ' + str(MOST_RATIO)}", flush=True)
    print(f"{'cached':<16}{'us':>8}{'most':>8}   runs that loaded the compiler")
    for name, size in CACHED.items():
        row = cached(options.noodle, name, size)
        rows["cached"].append(row)
        print(f"{name:<16}{row['us']:>8.0f}{row['most us']:>8}{row['runs that loaded the compiler']:>4}", flush=True)
    write_rows(options.json, rows)
    broken = sum(not row["holds"] for kind in rows.values() for row in kind)
    print("every bar holds" if broken == 0 else f"{broken} rows don't hold")


main()
