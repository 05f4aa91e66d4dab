"""How fast the compiler is on generated programs of a thousand to a million lines.

    run.py NOODLE COMPILER_PHASES [--json FILE]

For each size: lexing and parsing alone, `noodle check` and `noodle build` as commands, lines a second of
each (medians of several runs, above what an empty program takes; with start-up in the second table), the
peak memory above that of the smallest such program in bytes a byte of source, and the answer after the body of one
function in the middle was edited. At the end the exponent of time over size, fitted to all sizes: 1 is
linear.
"""

import argparse
import json
import math
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from pairs import write_rows

HERE = pathlib.Path(__file__).resolve().parent
SIZES = [1_000, 10_000, 100_000, 1_000_000]


def run(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def peak_bytes(command):
    with tempfile.NamedTemporaryFile("r") as report:
        subprocess.run(["/usr/bin/time", "-f", "%M", "-o", report.name, *command], check=True, stdout=subprocess.DEVNULL)
        return int(report.read()) * 1024


def generate(folder, lines):
    source = folder / f"{lines}.noodle"
    with source.open("w", encoding="utf-8") as out:
        subprocess.run([sys.executable, HERE / "generate.py", str(lines)], check=True, stdout=out)
    return source


def measure(options, source, folder):
    """Seconds of both commands and of the same on an empty program, in turn; peak bytes a byte of source."""
    smallest = generate(folder, 1)
    more_source = source.stat().st_size - smallest.stat().st_size
    phases = json.loads(subprocess.run([options.phases, source], check=True, capture_output=True, text=True).stdout)
    rounds = 5 if source.stem == "1000000" else 15
    row = {"parse": phases["parse"], "edit": phases["edit"]}
    for verb, more in (("check", []), ("build", ["-o", str(folder / "out.nbc")])):
        command = [options.noodle, verb, source, *more]
        nothing = [options.noodle, verb, str(folder / "empty.noodle"), *more]
        run(command)  # memory that the machine has not touched for long is slower once
        pairs = [(run(command), run(nothing)) for _ in range(rounds)]
        row[verb + "_whole"] = statistics.median(whole for whole, _ in pairs)
        row[verb] = row[verb + "_whole"] - statistics.median(start for _, start in pairs)
        row[verb + "_bytes"] = (peak_bytes(command) - peak_bytes([options.noodle, verb, smallest, *more])) / more_source
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("noodle")
    parser.add_argument("phases")
    parser.add_argument("--json")
    options = parser.parse_args()
    rows = []
    print(f"{'lines':>9} {'parse':>12} {'check':>12} {'build':>12}   {'check':>7} {'build':>7}   {'edit':>9}")
    print(f"{'':>9} {'lines/s':>12} {'lines/s':>12} {'lines/s':>12}   {'B/B':>7} {'B/B':>7}   {'ms':>9}")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "empty.noodle").write_text("fn main() {}\n", encoding="utf-8")
        for size in SIZES:
            source = generate(folder, size)
            text = source.read_bytes()
            lines = text.count(b"\n")
            row = {"lines": lines, "bytes": len(text)} | measure(options, source, folder)
            rows.append(row)
            print(f"{lines:>9} {lines / row['parse']:>12,.0f} {lines / row['check']:>12,.0f} "
                  f"{lines / row['build']:>12,.0f}   {row['check_bytes']:>7.1f} "
                  f"{row['build_bytes']:>7.1f}   {row['edit'] * 1000:>9.2f}", flush=True)
    print("with start-up:")
    for row in rows:
        print(f"{row['lines']:>9} {'':>12} {row['lines'] / row['check_whole']:>12,.0f} "
              f"{row['lines'] / row['build_whole']:>12,.0f}")
    sizes = [math.log(row["lines"]) for row in rows]
    for phase in ("parse", "check", "build"):
        exponent = statistics.linear_regression(sizes, [math.log(row[phase]) for row in rows]).slope
        print(f"{phase}: time grows with the {exponent:.3f}th power of the size")
    write_rows(options.json, rows)


main()
