"""Reading documents of about 100 MB, beside Python's own readers, which are written in C.

    run.py NOODLE [--pairs N] [--size BYTES] [--json FILE]

The documents are made once, the same bytes each time. Each program reads its file and prints what can be checked; both
must print the same. Pairs are interleaved. Both peers find the code that they kept of a run before, as they do for whoever runs
a program twice. The ratio says how many times less CPU time ours takes (user and system, of
the whole process): the median over the pairs with its 95% interval from order statistics. The bars are 5 for JSON, as
values of its types and as any JSON, and 3 for CSV.
"""

import argparse
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

import documents

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from pairs import row, write_rows

HERE = pathlib.Path(__file__).resolve().parent
CASES = {"json_typed": ("people.json", 5), "json_tree": ("people.json", 5), "csv_rows": ("people.csv", 3),
         "csv_typed": ("people.csv", 3)}


def run(command, cache):
    """CPU seconds, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env={**os.environ, "NOODLE_CACHE": cache})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, done.stdout


def compare(noodle, name, document, pairs, cache):
    """One row."""
    ours, theirs = [], []
    program = [noodle, "run", str(HERE / f"{name}.noodle"), document]
    run(program, cache)
    for _ in range(pairs):
        seconds, printed = run(program, cache)
        ours.append(seconds)
        seconds, expected = run([sys.executable, str(HERE / f"{name}.py"), document], cache)
        theirs.append(seconds)
        if printed != expected:
            sys.exit(f"{name}: {printed} is not {expected}")
    return row(name, "python3", "CPU s", ours, theirs)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("noodle")
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--size", type=int, default=100_000_000)
    parser.add_argument("--json")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        documents.json_document(f"{folder}/people.json", options.size)
        documents.csv_document(f"{folder}/people.csv", options.size)
        print(f"{'case':<12}{'ours s':>8}{'python s':>10}{'ratio':>8}   95% interval")
        for name, (document, bar) in CASES.items():
            line = compare(options.noodle, name, f"{folder}/{document}", options.pairs, f"{folder}/cache")
            rows.append(line)
            low, high = line["interval"]
            print(f"{name:<12}{line['ours']:>8.3f}{line['theirs']:>10.3f}{line['ratio']:>8.2f}   {low:.2f} to {high:.2f}"
                  f"{'' if line['ratio'] >= bar else f'   below {bar}'}", flush=True)
    write_rows(options.json, rows)


main()
