"""Compares Noodle with its peers on programs that do the same.

    run.py NOODLE [NAME] [--json FILE]

A case is NAME.noodle with a peer's NAME.lua or NAME.py beside it; both must print the same. Pairs
are interleaved: at least 30, or 10 where a pair takes over a second. The ratio says how many times
better than the peer we are (above 1 is better): the median over the pairs, with the 95% interval of
that median from order statistics.
"""

import argparse
import json
import math
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
PEERS = {".lua": ("lua5.4",), ".py": (sys.executable,)}


def timed(command):
    """Seconds of wall clock, and what it printed."""
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - start, done.stdout


def interval(values):
    """The 95% interval of the median."""
    ordered, n = sorted(values), len(values)
    reach = 1.96 * math.sqrt(n) / 2
    low = max(0, math.floor(n / 2 - reach))
    high = min(n - 1, math.ceil(n / 2 + reach))
    return [ordered[low], ordered[high]]


def compare(name, noodle, peer_name, peer):
    ours, theirs = [], []
    (first, printed), (second, expected) = timed(noodle), timed(peer)
    if printed != expected:
        sys.exit(f"{name}: Noodle and {peer_name} don't print the same")
    for _ in range(10 if first + second > 1 else 30):
        ours.append(timed(noodle)[0])
        theirs.append(timed(peer)[0])
    ratios = [b / a for a, b in zip(ours, theirs)]
    return {
        "case": name, "peer": peer_name, "metric": "wall s", "ours": statistics.median(ours),
        "theirs": statistics.median(theirs), "ratio": statistics.median(ratios), "interval": interval(ratios),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("noodle")
    parser.add_argument("name", nargs="?")
    parser.add_argument("--json")
    options = parser.parse_args()
    rows = []
    print(f"{'case':<12}{'peer':<10}{'metric':<8}{'ours':>10}{'theirs':>10}{'ratio':>8}   95% interval")
    for source in sorted(HERE.glob("*.noodle")):
        if options.name not in (None, source.stem):
            continue
        for suffix, command in PEERS.items():
            peer = source.with_suffix(suffix)
            if not peer.exists() or shutil.which(command[0]) is None:
                continue
            row = compare(source.stem, [options.noodle, "run", str(source)], pathlib.Path(command[0]).name,
                          [*command, str(peer)])
            rows.append(row)
            print(f"{row['case']:<12}{row['peer']:<10}{row['metric']:<8}{row['ours']:>10.4f}{row['theirs']:>10.4f}"
                  f"{row['ratio']:>8.2f}   {row['interval'][0]:.2f} to {row['interval'][1]:.2f}", flush=True)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    if options.name and not rows:
        sys.exit(f"there is no benchmark {options.name}")


main()
