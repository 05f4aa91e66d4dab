"""Large tensors with one thread and with several: the same bits.

    threads.py --noodle NOODLE [--seed N]
"""

import pathlib
import subprocess
import sys

from frame import TIMEOUT_S, options

PROGRAM = pathlib.Path(__file__).resolve().parent / "threads.noodle"


def answers(noodle, workers, seed):
    run = subprocess.run([noodle, "run", f"--workers={workers}", PROGRAM, str(seed)], capture_output=True, text=True,
                         timeout=TIMEOUT_S, check=True)
    return run.stdout.splitlines()


def main():
    given = options(__doc__).parse_args()
    alone = answers(given.noodle, 1, given.seed)
    passed = failed = 0
    for workers in (2, 3, 4, 7):
        for one, other in zip(alone, answers(given.noodle, workers, given.seed), strict=True):
            if one == other:
                passed += 1
            else:
                failed += 1
                print(f"with one worker {one}\n  with {workers} {other}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
