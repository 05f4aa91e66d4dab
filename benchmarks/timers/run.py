"""What a million timers cost that are set at once.

    run.py NOODLE TIMER_WHEEL [--json FILE]

Nanoseconds a timer, the median of three runs: of the processor, of the wheel alone; and of the clock, of a million
tasks that sleep at once, whose stacks' first pages take 4 GiB of memory. How late timers fire is measured by `./dev bench latency`.
"""

import argparse
import pathlib
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from pairs import write_rows

HERE = pathlib.Path(__file__).resolve().parent
COUNT, ROUNDS = 1_000_000, 3


def medians(names, command):
    """Runs a program that prints a number for each name."""
    runs = [map(int, subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()) for _ in range(ROUNDS)]
    return dict(zip(names, map(statistics.median, zip(*runs))))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("noodle")
    parser.add_argument("wheel")
    parser.add_argument("--json")
    options = parser.parse_args()
    tasks = [options.noodle, "run", "--workers", "2", str(HERE / "tasks.noodle"), str(COUNT)]
    rows = {"wheel": medians(["add", "fire", "remove"], [options.wheel]), "tasks": medians(["sleep", "wake"], tasks)}
    for name, costs in rows.items():
        print(f"{name:<8}" + "   ".join(f"{what} {cost:>6,} ns" for what, cost in costs.items()))
    write_rows(options.json, rows)


main()
