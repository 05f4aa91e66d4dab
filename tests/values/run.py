"""Runs random programs about value semantics against what the deep-copying oracle says they print.

    run.py --noodle PATH --programs N --seed S [--panics N] [--jit MODE | --native] [--everywhere PATH]
           [--record FILE] [--keep FOLDER]

With --native, programs are built to executables. With --everywhere, the program panic_everywhere lets each
checked operation of each of them panic once as well. Every program must print what the oracle printed, exit as
it should (0, or 101 for those that panic) and leave no counted object alive. A record says what ran; the next
run goes on behind it, with the next seed when all had run. What fails is kept in FOLDER.
"""

import argparse
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
BATCH = 1000
TIMEOUT_S = 120


def generate(seed, programs, panics, folder):
    command = [sys.executable, os.path.join(HERE, "generate.py"), "--seed", str(seed), "--programs", str(programs)]
    command += ["--out", folder] + (["--panics"] if panics else [])
    subprocess.run(command, check=True)


def build(noodle, source):
    """Builds an executable; the command that runs it, and what is wrong."""
    executable = source[:-7]
    built = subprocess.run([noodle, "build", "--native", "--check-leaks", "-o", executable, source],
                           capture_output=True, text=True, timeout=TIMEOUT_S)
    return [executable], "can't be built: " + built.stderr[-2000:] if built.returncode else None


def check(options, folder, stem, panics):
    """What is wrong with one file, or nothing."""
    source = os.path.join(folder, stem + ".noodle")
    command = [options.noodle, "run", "--check-leaks", "--jit=" + options.jit, source]
    if options.native:
        command, wrong = build(options.noodle, source)
        if wrong:
            return wrong
    with open(os.path.join(folder, stem + ".expected")) as file:
        expected = file.read()
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return "did not end within %d seconds" % TIMEOUT_S
    wanted = 101 if panics else 0
    if run.returncode != wanted:
        return "exit %d instead of %d: %s" % (run.returncode, wanted, run.stderr[-2000:])
    if run.stdout != expected:
        ours, theirs = run.stdout.split("\n"), expected.split("\n")
        at = next((i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b), min(len(ours), len(theirs)))
        line = lambda lines: lines[at] if at < len(lines) else "(nothing)"
        return "line %d: printed %r, oracle says %r" % (at + 1, line(ours), line(theirs))
    return None


def check_everywhere(options, folder):
    """What is left over when any operation of any program panics, file by file."""

    def one(path):
        command = [options.everywhere, path, "--functions", "p"]
        run = subprocess.run(command, capture_output=True, text=True, timeout=20 * TIMEOUT_S)
        lines = run.stdout.split("\n")
        count = int(lines[-2].split(" ")[0]) if run.returncode == 0 else 0
        return path, count, None if run.returncode == 0 else run.stdout[-500:] + run.stderr[-500:]

    paths = sorted(os.path.join(folder, f) for f in os.listdir(folder) if f.endswith(".noodle"))
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        results = list(pool.map(one, paths))
    return sum(count for _, count, _ in results), [(path, wrong) for path, _, wrong in results if wrong]


def run_batch(options, seed, programs, panics):
    folder = tempfile.mkdtemp(prefix="noodle_values_")
    generate(seed, programs, panics, folder)
    stems = sorted(f[:-7] for f in os.listdir(folder) if f.endswith(".noodle"))
    failures, runs = [], 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for stem, wrong in zip(stems, pool.map(lambda s: check(options, folder, s, panics), stems)):
            if not wrong:
                continue
            failures.append(stem)
            print("%s: %s" % (stem, wrong))
            if options.keep:
                os.makedirs(options.keep, exist_ok=True)
                for end in (".noodle", ".expected"):
                    shutil.copy(os.path.join(folder, stem + end), options.keep)
    if options.everywhere:
        runs, wrong = check_everywhere(options, folder)
        for path, text in wrong:
            failures.append(os.path.basename(path))
            print(text)
            if options.keep:
                os.makedirs(options.keep, exist_ok=True)
                shutil.copy(path, options.keep)
    shutil.rmtree(folder)
    return failures, runs


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--noodle", required=True)
    parser.add_argument("--programs", type=int, default=1000)
    parser.add_argument("--panics", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--jit", default="on")
    parser.add_argument("--everywhere")
    parser.add_argument("--native", action="store_true")
    parser.add_argument("--record")
    parser.add_argument("--keep")
    options = parser.parse_args()
    done = lambda record: record["programs"] >= options.programs and record["panics"] >= options.panics
    fresh = {"seed": options.seed, "programs": 0, "panics": 0, "batches": 0, "runs_with_a_panic": 0, "failures": []}
    record = fresh
    if options.record and os.path.exists(options.record):
        with open(options.record) as file:
            record = json.load(file)
        if record["failures"] or done(record):
            record = fresh | {"seed": record["seed"] + (0 if record["failures"] else 1)}
    while not done(record):
        seed = record["seed"] * 1_000_000 + record["batches"]
        for kind, panics in (("programs", False), ("panics", True)):
            wanted = min(BATCH if not panics else BATCH // 10, getattr(options, kind) - record[kind])
            if wanted > 0:
                failures, runs = run_batch(options, seed, wanted, panics)
                record["failures"] += failures
                record["runs_with_a_panic"] += runs
                record[kind] += wanted
        record["batches"] += 1
        if options.record:
            with open(options.record, "w") as file:
                json.dump(record, file, indent=1)
                file.write("\n")
        print("%(programs)d programs, %(panics)d that panic, %(runs_with_a_panic)d runs with an injected panic" % record, flush=True)
    print("%d passed, %d failed" % (record["programs"] + record["panics"] - len(record["failures"]), len(record["failures"])))
    return 1 if record["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
