"""How fast lists sort, beside CPython: numbers, texts, and structs by a key, in orders as people have them.

    run.py NOODLE [--pairs N] [--size N] [--json FILE]

Each program sorts once and prints how long that took, without making the data. Pairs are interleaved; the ratio
says how many times faster than CPython we are: the median over the pairs, with the 95% interval of that median from
order statistics.
"""

import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from pairs import print_head, print_in_milliseconds, self_timed_row, write_rows

HERE = pathlib.Path(__file__).resolve().parent
KINDS = ["ints", "texts", "structs"]
ORDERS = ["random", "sorted", "nearly", "falling", "few"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("noodle")
    parser.add_argument("--pairs", type=int, default=30)
    parser.add_argument("--size", type=int, default=300_000)
    parser.add_argument("--json")
    options = parser.parse_args()
    print_head("python3")
    rows = []
    for kind in KINDS:
        for order in ORDERS:
            words = [kind, order, str(options.size)]
            rows.append(self_timed_row(f"{kind} {order}", "sort s", options.noodle, HERE / "sort", words, options.pairs))
            print_in_milliseconds(rows[-1])
    write_rows(options.json, rows)


main()
