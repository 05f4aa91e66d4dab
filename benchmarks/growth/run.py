"""How time grows when the input doubles: what is changed in place must not be copied.

    run.py NOODLE

Each program takes how many things to work on. Medians of five runs each; 2.0 is linear, and a tree of twice
the size is one level deeper.
"""

import pathlib
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
SIZES = [250_000, 500_000, 1_000_000, 2_000_000]


def seconds(noodle, program, size):
    start = time.perf_counter()
    subprocess.run([noodle, "run", str(program), str(size)], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main():
    print(f"{'program':<16}" + "".join(f"{size:>12,}" for size in SIZES) + "   growth")
    for program in sorted(HERE.glob("*.noodle")):
        times = [statistics.median(seconds(sys.argv[1], program, size) for _ in range(5)) for size in SIZES]
        growth = [later / earlier for earlier, later in zip(times, times[1:])]
        print(f"{program.stem:<16}" + "".join(f"{t:>10.3f} s" for t in times) + "   "
              + " ".join(f"{g:.2f}" for g in growth))


main()
