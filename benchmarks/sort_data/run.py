"""How fast lists sort, beside CPython: numbers, texts, and structs by a key, in orders as people have them.

    run.py NOODLE [--pairs N] [--size N] [--json FILE]

Each program sorts once and prints how long that took, without making the data. Pairs are interleaved; the ratio
says how many times faster than CPython we are: the median over the pairs, with the 95% interval of that median from
order statistics.
"""

import argparse
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
KINDS = ["ints", "texts", "structs"]
ORDERS = ["random", "sorted", "nearly", "falling", "few"]


def measured(command):
    """Seconds of the sort, and what was printed behind."""
    env = {**os.environ, "NOODLE_CACHE": "off"}
    printed = subprocess.run(command, check=True, capture_output=True, text=True, env=env).stdout
    nanoseconds, rest = printed.split("\n", 1)
    return int(nanoseconds) / 1e9, rest


def interval(ratios):
    """The 95% interval of the median, from order statistics."""
    ordered, n = sorted(ratios), len(ratios)
    reach = 1.96 * math.sqrt(n) / 2
    low, high = math.floor(n / 2 - reach), math.ceil(n / 2 + reach)
    return ordered[max(low, 0)], ordered[min(high, n - 1)]


def measure(kind, order, options):
    ours, theirs = [], []
    words = [kind, order, str(options.size)]
    for _ in range(options.pairs):
        ours.append(measured([options.noodle, "run", HERE / "sort.noodle", *words]))
        theirs.append(measured([sys.executable, HERE / "sort.py", *words]))
    if {rest for _, rest in ours} != {rest for _, rest in theirs}:
        sys.exit(f"{kind} {order}: the two sort differently")
    pairs = [t[0] / o[0] for o, t in zip(ours, theirs)]
    low, high = interval(pairs)
    return {"case": f"{kind} {order}", "peer": "python3", "metric": "sort s",
            "ours": statistics.median(o[0] for o in ours), "theirs": statistics.median(t[0] for t in theirs),
            "ratio": statistics.median(pairs), "low": low, "high": high}


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
            row = measure(kind, order, options)
            rows.append(row)
            print(f"{row['case']:<18}{row['ours'] * 1e3:>7.2f} ms{row['theirs'] * 1e3:>7.2f} ms{row['ratio']:>8.2f}"
                  f"   {row['low']:.2f} to {row['high']:.2f}", flush=True)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(rows, indent=1), encoding="utf-8")


main()
