"""Operations on tensors, beside NumPy, OpenBLAS called from C, and what memory can do.

    run.py NOODLE [CASE] [--pairs N] [--threads N] [--json FILE]

All have as many threads, one if nothing else is said; memory has one always. Each program repeats an operation and prints
how long it took, and what it gave, which must be the same. Pairs are interleaved; the ratio says how many times faster
than the peer we are: the median over the pairs with its 95% interval from order statistics. The peer `memory` reads, or
copies, as many bytes as the operation reads and writes. The bars: 0.97 of OpenBLAS, 0.8 of memory, 0.95 of NumPy's
factorisations, its sorting, twice its elementary functions and its convolutions by copies (im2col), ten times its operations on 16 elements.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from pairs import row, self_timed, write_rows

HERE = pathlib.Path(__file__).resolve().parent
OPENBLAS = "libopenblas.so.0"
MANY = 10_000_000
# Case, size, repeats: the peers beside NumPy, each with what it is to do, and the bar of the last.
CASES = [
    *((f"matmul_{kind}", n, max(3, 2 ** 34 // n ** 3), ("openblas", f"matmul_{kind}", n), 0.97)
      for kind in ("f32", "f64") for n in (512, 1024, 2048)),
    ("add_f32", MANY, 20, ("memory", "copy", 12 * MANY), 0.8),
    ("add_f64", MANY, 10, ("memory", "copy", 24 * MANY), 0.8),
    ("sum_f32", MANY, 40, ("memory", "read", 4 * MANY), 0.8),
    ("sum_f64", MANY, 20, ("memory", "read", 8 * MANY), 0.8),
    ("max_f64", MANY, 20, ("memory", "read", 8 * MANY), 0.8),
    *((name, 1_000_000, 100, None, 2) for name in ("exp", "tanh", "sin")),
    ("add_f32", 16, 5_000_000, None, 10),
    ("conv2d_3x3", 56, 10, None, 2),
    ("conv2d_3x3", 14, 50, None, 2),
    ("conv2d_3x3_deep", 14, 10, None, 2),
    ("conv2d_3x3_deep", 7, 20, None, 2),
    ("conv2d_3x3_by_2", 56, 20, None, 2),
    ("conv2d_5x5", 28, 10, None, 2),
    ("conv2d_1x1", 56, 50, None, 2),
    ("sort_f64", 1_000_000, 5, None, 1),
    ("sort_i64", 1_000_000, 5, None, 1),
    *((name, n, max(1, 2 ** 31 // n ** 3), None, 0.95) for name in ("solve", "cholesky", "inv", "qr")
      for n in (512, 1024, 2048)),
    *((name, n, 1, None, 0.95) for name in ("svd", "eigh") for n in (512, 1024)),
]


def build_limits(folder):
    """The program that says what the machine can do."""
    program = f"{folder}/limits"
    subprocess.run(["clang++-19", "-O3", "-march=native", "-std=c++23", HERE / "limits.cpp", "-o", program,
                    f"-l:{OPENBLAS}", "-L/usr/lib/x86_64-linux-gnu/openblas-pthread"], check=True)
    return program


def compare(noodle, limits, case, pairs, threads):
    """The rows of a case, one a peer."""
    name, size, repeats, limit, _ = case
    words = [name, str(size), str(repeats)]
    programs = {"numpy": [sys.executable, HERE / "cases.py", *words]}
    if limit:
        programs[limit[0]] = [limits, *map(str, limit[1:]), str(repeats)]
    ours, theirs = [], {peer: [] for peer in programs}
    for _ in range(pairs):
        seconds, printed = self_timed([noodle, "run", f"--workers={threads}", HERE / "cases.noodle", *words])
        ours.append(seconds)
        for peer, command in programs.items():
            seconds, expected = self_timed(command)
            theirs[peer].append(seconds)
            if peer != "memory" and printed != expected:
                sys.exit(f"{name}: {printed} is not {peer}'s {expected}")
    return [row(f"{name} {size}", peer, "s", ours, theirs[peer]) for peer in programs]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("noodle")
    parser.add_argument("case", nargs="?")
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json")
    options = parser.parse_args()
    os.environ["OPENBLAS_NUM_THREADS"] = str(options.threads)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        limits = build_limits(folder)
        print(f"{'case':<18}{'peer':<10}{'ours':>12}{'theirs':>12}{'ratio':>8}   95% interval")
        for case in CASES:
            if options.case not in (None, case[0]):
                continue
            for line in compare(options.noodle, limits, case, options.pairs, options.threads):
                rows.append(line)
                low, high = line["interval"]
                is_judged = line["peer"] != "numpy" or case[3] is None
                below = f"   below {case[4]}" if is_judged and line["ratio"] < case[4] else ""
                print(f"{line['case']:<18}{line['peer']:<10}{line['ours'] * 1e3:>9.4f} ms{line['theirs'] * 1e3:>9.4f} ms"
                      f"{line['ratio']:>8.2f}   {low:.2f} to {high:.2f}{below}", flush=True)
    write_rows(options.json, rows)


main()
