"""How fast big integers and decimals are, beside CPython's.

    run.py NOODLE [--pairs N] [--json FILE]

Each program computes once and prints how long that took, with the text of the result. Pairs are interleaved; the ratio
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
CASES = [("factorial", 20_000), ("fib", 100_000), ("pi", 10_000), ("small", 2_000_000), ("money", 300_000)]


def measured(command):
    """Seconds that it took, and what was printed behind."""
    env = {**os.environ, "NOODLE_CACHE": "off"}
    printed = subprocess.run(command, check=True, capture_output=True, text=True, env=env).stdout
    nanoseconds, rest = printed.split("\n", 1)
    return int(nanoseconds) / 1e9, rest


def measure(case, size, options):
    ours, theirs = [], []
    for _ in range(options.pairs):
        ours.append(measured([options.noodle, "run", HERE / "sums.noodle", case, str(size)]))
        theirs.append(measured([sys.executable, HERE / "sums.py", case, str(size)]))
    if {rest for _, rest in ours} != {rest for _, rest in theirs}:
        sys.exit(f"{case}: the two differ")
    return row(case, "python3", "compute s", [seconds for seconds, _ in ours], [seconds for seconds, _ in theirs])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("noodle")
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--json")
    options = parser.parse_args()
    print(f"{'case':<12}{'ours':>12}{'python3':>12}{'ratio':>8}   95% interval")
    rows = []
    for case, size in CASES:
        line = measure(case, size, options)
        low, high = line["interval"]
        rows.append(line)
        print(f"{line['case']:<12}{line['ours'] * 1e3:>9.2f} ms{line['theirs'] * 1e3:>9.2f} ms{line['ratio']:>8.2f}"
              f"   {low:.2f} to {high:.2f}", flush=True)
    write_rows(options.json, rows)


if __name__ == "__main__":
    main()
