"""What the scripts that measure have in common: pairs of runs, ours and a peer's, and what they say."""

import json
import math
import os
import pathlib
import statistics
import subprocess
import sys


def interval(values):
    """The 95% interval of the median, from order statistics."""
    ordered, n = sorted(values), len(values)
    reach = 1.96 * math.sqrt(n) / 2
    return [ordered[max(0, math.floor(n / 2 - reach))], ordered[min(n - 1, math.ceil(n / 2 + reach))]]


def row(name, peer, metric, ours, theirs):
    """One row: the medians, and how many times better than the peer we are."""
    ratios = [b / a for a, b in zip(ours, theirs)]
    return {"case": name, "peer": peer, "metric": metric, "ours": statistics.median(ours),
            "theirs": statistics.median(theirs), "ratio": statistics.median(ratios), "interval": interval(ratios),
            "pairs": len(ratios)}


def write_rows(path, rows):
    """Writes rows as JSON, when there is a path."""
    if path:
        pathlib.Path(path).write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def self_timed(command):
    """Runs a program that prints how many nanoseconds it took: seconds, and what it printed behind."""
    env = {**os.environ, "NOODLE_CACHE": "off"}
    printed = subprocess.run(command, check=True, capture_output=True, text=True, env=env).stdout
    nanoseconds, rest = printed.split("\n", 1)
    return int(nanoseconds) / 1e9, rest


def self_timed_row(name, metric, noodle, program, words, pairs):
    """A row of PROGRAM.noodle beside PROGRAM.py, which print how long they took and then the same."""
    ours, theirs = [], []
    for _ in range(pairs):
        ours.append(self_timed([noodle, "run", program.with_suffix(".noodle"), *words]))
        theirs.append(self_timed([sys.executable, program.with_suffix(".py"), *words]))
    if {rest for _, rest in ours} != {rest for _, rest in theirs}:
        sys.exit(f"{name}: the two print differently")
    return row(name, "python3", metric, [seconds for seconds, _ in ours], [seconds for seconds, _ in theirs])


def print_head(peer):
    print(f"{'case':<18}{'ours':>12}{peer:>12}{'ratio':>8}   95% interval")


def print_in_milliseconds(line):
    low, high = line["interval"]
    print(f"{line['case']:<18}{line['ours'] * 1e3:>9.2f} ms{line['theirs'] * 1e3:>9.2f} ms{line['ratio']:>8.2f}"
          f"   {low:.2f} to {high:.2f}", flush=True)
