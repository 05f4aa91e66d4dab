"""How fast lists sort, beside CPython: numbers, texts, and structs by a key, in orders as people have them.

    run.py NOODLE [--pairs N] [--size N] [--json FILE]

Each program sorts once and prints how long that took, without making the data. Pairs are interleaved; the ratio
says how many times faster than CPython we are: the median over the pairs, with the 95% interval of that median from
order statistics.
"""

import argparse
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from pairs import row, write_rows

HERE = pathlib.Path(__file__).resolve().parent
KINDS = ["ints", "texts", "structs"]
ORDERS = ["random", "sorted", "nearly", "falling", "few"]


def measured(command):
    """Seconds of the sort, and what was printed behind."""
    env = {**os.environ, "NOODLE_CACHE": "off"}
    printed = subprocess.run(command, check=True, capture_output=True, text=True, env=env).stdout
    nanoseconds, rest = printed.split("\n", 1)
    return int(nanoseconds) / 1e9, rest


def measure(kind, order, options):
    ours, theirs = [], []
    words = [kind, order, str(options.size)]
    for _ in range(options.pairs):
        ours.append(measured([options.noodle, "run", HERE / "sort.noodle", *words]))
        theirs.append(measured([sys.executable, HERE / "sort.py", *words]))
    if {rest for _, rest in ours} != {rest for _, rest in theirs}:
        sys.exit(f"{kind} {order}: the two sort differently")
    return row(f"{kind} {order}", "python3", "sort s", [seconds for seconds, _ in ours], [seconds for seconds, _ in theirs])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("noodle")
    parser.add_argument("--pairs", type=int, default=30)
    parser.add_argument("--size", type=int, default=300_000)
    parser.add_argument("--json")
    options = parser.parse_args()
    print(f"{'case':<18}{'ours':>10}{'python3':>10}{'ratio':>8}   95% interval")
    rows = []
    for kind in KINDS:
        for order in ORDERS:
            line = measure(kind, order, options)
            low, high = line["interval"]
            rows.append(line)
            print(f"{line['case']:<18}{line['ours'] * 1e3:>7.2f} ms{line['theirs'] * 1e3:>7.2f} ms{line['ratio']:>8.2f}"
                  f"   {low:.2f} to {high:.2f}", flush=True)
    write_rows(options.json, rows)


main()
