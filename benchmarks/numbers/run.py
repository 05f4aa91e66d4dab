"""How fast big integers and decimals are, beside CPython's.

    run.py NOODLE [--pairs N] [--json FILE]

Each program computes once and prints how long that took, with the text of the result. Pairs are interleaved; the ratio
says how many times faster than CPython we are: the median over the pairs, with the 95% interval of that median from
order statistics.
"""

import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from pairs import print_head, print_in_milliseconds, self_timed_row, write_rows

HERE = pathlib.Path(__file__).resolve().parent
CASES = [("factorial", 20_000), ("fib", 100_000), ("pi", 10_000), ("small", 2_000_000), ("money", 300_000)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("noodle")
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--json")
    options = parser.parse_args()
    print_head("python3")
    rows = []
    for case, size in CASES:
        rows.append(self_timed_row(case, "compute s", options.noodle, HERE / "sums", [case, str(size)], options.pairs))
        print_in_milliseconds(rows[-1])
    write_rows(options.json, rows)


if __name__ == "__main__":
    main()
