"""Compares Noodle with its peers on programs that do the same.

    run.py NOODLE SUITE [NAME] [--peer PEER] [--json FILE]

A suite is a folder beside this file. A case is NAME.noodle with a peer's NAME.lua, NAME.py, NAME.cpp
(built with clang++ -O2; tasks with Boost.Asio), NAME.go or NAME.erl beside it; all must print the same.
Tasks run on two threads each. Pairs are interleaved: at least 30, or 10 where a pair takes over a second.
The ratio says how many times better than the peer we are (above 1 is better): the median over the pairs,
with the 95% interval of that median from order statistics. Peak memory is what a run takes above its
runtime's own hello world. The second mean is of the same times without those that hello world takes.
"""

import argparse
import json
import math
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
PEERS = {".lua": "lua5.4", ".py": "python3", ".cpp": "clang++-19", ".go": "go", ".erl": "erlang"}
BINARIES = {".lua": "lua5.4", ".py": sys.executable, ".cpp": "clang++-19", ".go": "go", ".erl": "erlc"}
THREADS = 2
LEAST_MEMORY = 1024  # KiB above hello world: of less, chance decides


def run(command):
    """Seconds of wall clock, and what it printed."""
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        child = subprocess.run(command, stdout=out, check=False)
        seconds = time.perf_counter() - start
        if child.returncode != 0:
            sys.exit(f"{' '.join(map(str, command))} ended with {child.returncode}")
        out.seek(0)
        return seconds, out.read()


def peak_memory(command):
    """Peak resident KiB. A child counts the memory of the process that started it, so a small one does."""
    with tempfile.NamedTemporaryFile("r") as report:
        subprocess.run(["/usr/bin/time", "-f", "%M", "-o", report.name, *command], stdout=subprocess.DEVNULL, check=True)
        return int(report.read())


def interval(values):
    """The 95% interval of the median."""
    ordered, n = sorted(values), len(values)
    reach = 1.96 * math.sqrt(n) / 2
    low = max(0, math.floor(n / 2 - reach))
    high = min(n - 1, math.ceil(n / 2 + reach))
    return [ordered[low], ordered[high]]


def row(name, peer, metric, ours, theirs):
    ratios = [b / a for a, b in zip(ours, theirs)]
    return {"case": name, "peer": peer, "metric": metric, "ours": statistics.median(ours),
            "theirs": statistics.median(theirs), "ratio": statistics.median(ratios), "interval": interval(ratios)}


def compare(name, noodle, peer_name, peer, hello):
    """The rows of one case against one peer: wall seconds, and KiB above hello world."""
    first, second = run(noodle), run(peer)
    if first[1] != second[1]:
        sys.exit(f"{name}: Noodle and {peer_name} don't print the same")
    ours, theirs = [], []
    for _ in range(10 if first[0] + second[0] > 1 else 30):
        ours.append(run(noodle))
        theirs.append(run(peer))
    rows = [row(name, peer_name, "wall s", [r[0] for r in ours], [r[0] for r in theirs])]
    if hello and name != "hello":
        above = lambda command, base: [max(1, peak_memory(command) - base) for _ in range(5)]
        ours, theirs = above(noodle, hello[0]), above(peer, hello[1])
        if max(statistics.median(ours), statistics.median(theirs)) >= LEAST_MEMORY:
            rows.append(row(name, peer_name, "KiB", ours, theirs))
    return rows


def command_of(source, builds):
    """How a peer's program is run, built first where it is not a script. None when the peer is not installed."""
    peer = shutil.which(BINARIES[source.suffix])
    if peer is None:
        return None
    binary = f"{builds}/{source.stem}"
    build, command = {
        ".cpp": ([peer, "-O2", "-std=c++23", "-w", "-pthread", source, "-o", binary], [binary]),
        ".go": ([peer, "build", "-o", binary, source], ["env", f"GOMAXPROCS={THREADS}", binary]),
        ".erl": ([peer, "-o", builds, source], ["erl", "+S", f"{THREADS}:{THREADS}", "-noinput", "-boot", "no_dot_erlang",
                                                "-pa", builds, "-run", source.stem, "main"]),
    }.get(source.suffix, (None, [peer, str(source)]))
    if build:
        environment = {**os.environ, "GOCACHE": f"{builds}/go", "GOFLAGS": "-mod=mod"}
        subprocess.run(build, check=True, env=environment)
    return command


def print_row(line):
    digits = 4 if line["metric"] == "wall s" else 0
    print(f"{line['case']:<16}{line['peer']:<12}{line['metric']:<8}{line['ours']:>12.{digits}f}"
          f"{line['theirs']:>12.{digits}f}{line['ratio']:>8.2f}   {line['interval'][0]:.2f} to "
          f"{line['interval'][1]:.2f}", flush=True)


def print_mean(name, peer, ratios):
    print(f"{name:<16}{peer:<12}{'wall s':<8}{statistics.geometric_mean(ratios):>32.2f}")


def print_means(rows):
    """The geometric mean of the ratios against each peer, and that without what starting takes."""
    for peer in PEERS.values():
        walls = {r["case"]: r for r in rows if r["peer"] == peer and r["metric"] == "wall s"}
        hello = walls.pop("hello", None)
        if len(walls) > 1:
            print_mean("geometric mean", peer, [r["ratio"] for r in walls.values()])
        if len(walls) > 1 and hello:
            above = lambda r, whose: max(r[whose] - hello[whose], 0.001)
            print_mean("without start", peer, [above(r, "theirs") / above(r, "ours") for r in walls.values()])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("noodle")
    parser.add_argument("suite")
    parser.add_argument("name", nargs="?")
    parser.add_argument("--peer", help="compare with this one alone: " + ", ".join(PEERS.values()), choices=PEERS.values())
    parser.add_argument("--json")
    options = parser.parse_args()
    folder, rows = HERE / options.suite, []
    print(f"{'case':<16}{'peer':<12}{'metric':<8}{'ours':>12}{'theirs':>12}{'ratio':>8}   95% interval")
    with tempfile.TemporaryDirectory() as builds:
        hello = {}
        for suffix in PEERS:
            source = folder / ("hello" + suffix)
            if source.exists() and (command := command_of(source, builds)):
                base = lambda command: min(peak_memory(command) for _ in range(5))
                hello[suffix] = (base([options.noodle, "run", str(folder / "hello.noodle")]), base(command))
        for source in sorted(folder.glob("*.noodle")):
            if options.name not in (None, source.stem):
                continue
            for suffix, peer_name in PEERS.items():
                if options.peer not in (None, peer_name):
                    continue
                peer = source.with_suffix(suffix)
                command = command_of(peer, builds) if peer.exists() else None
                if command is None:
                    continue
                for line in compare(source.stem, [options.noodle, "run", "--workers", str(THREADS), str(source)], peer_name, command,
                                    hello.get(suffix)):
                    rows.append(line)
                    print_row(line)
    print_means(rows)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    if not rows:
        sys.exit(f"there is no benchmark {options.name or 'in ' + str(folder)}")


main()
