"""How late a task is woken, under load and idle, beside a thread of the system's in the same state.

    run.py NOODLE [--json FILE]

Noodle has two workers. Under load both crunch numbers (four tasks; the control has two threads that do) and one task is
to be woken each millisecond; idle, one task is woken each seven milliseconds. The control runs before and after, and
its worse figure counts: while that is over its own bar the machine is too busy to tell, and all is measured again, at
most ten times. Ends with 1 where a bar does not hold or could not be measured.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from pairs import write_rows

HERE = pathlib.Path(__file__).resolve().parent
FIGURES = ["median", "99%", "99.9%", "most"]
ATTEMPTS = 10
# What is measured: tasks and threads that crunch, the period and rounds; which figure must be under which bar, and
# the control's for that to count. In microseconds.
CASES = [
    {"case": "load", "tasks": 4, "threads": 2, "period": 1_000, "rounds": 5_000, "figure": "99.9%", "bar": 10_000, "control": 3_000},
    {"case": "idle", "tasks": 0, "threads": 0, "period": 7_000, "rounds": 1_000, "figure": "most", "bar": 2_000, "control": 1_000},
]


def figures(command, crunchers, case):
    words = [*command, str(crunchers), str(case["period"]), str(case["rounds"])]
    printed = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    return dict(zip(FIGURES, map(int, printed.split())))


def print_row(case, program, row):
    print(f"{case:<8}{program:<12}" + "".join(f"{row[figure]:>9,}" for figure in FIGURES), flush=True)


def measure(case, noodle, control):
    """Both programs' figures, from the first attempt that counts, or the last. And whether it counts."""
    for _ in range(ATTEMPTS):
        before = figures(control, case["threads"], case)
        ours = figures(noodle, case["tasks"], case)
        after = figures(control, case["threads"], case)
        theirs = max(before, after, key=lambda row: row[case["figure"]])
        print_row(case["case"], "control", theirs)
        print_row(case["case"], "Noodle", ours)
        if theirs[case["figure"]] < case["control"]:
            return ours, theirs, True
    return ours, theirs, False


def verdict(case, ours, counts):
    """A sentence, and whether the bar holds."""
    what, bar = f"{case['case']}: Noodle's {case['figure']}", case["bar"]
    if not counts:
        return f"{case['case']}: not measured, the control was never under {case['control']:,} us", False
    if ours[case["figure"]] < bar:
        return f"{what} is under {bar:,} us: the bar holds", True
    return f"{what} is not under {bar:,} us: THE BAR DOES NOT HOLD", False


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("noodle")
    parser.add_argument("--json")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as builds:
        control = pathlib.Path(builds) / "control"
        subprocess.run(["clang-19", "-O2", "-pthread", HERE / "control.c", "-o", control], check=True)
        noodle = [options.noodle, "run", "--workers", "2", str(HERE / "latency.noodle")]
        print(f"{'us late':<20}" + "".join(f"{figure:>9}" for figure in FIGURES))
        for case in CASES:
            ours, theirs, counts = measure(case, noodle, [str(control)])
            sentence, holds = verdict(case, ours, counts)
            print(sentence)
            rows.append({**case, "ours": ours, "theirs": theirs, "measured": counts, "holds": holds})
    write_rows(options.json, rows)
    sys.exit(not all(row["holds"] for row in rows))


main()
