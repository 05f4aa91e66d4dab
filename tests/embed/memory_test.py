#!/usr/bin/env python3
"""Two arrays of NumPy's are added by Noodle, and memory grows by the result alone.

    memory_test.py PROGRAM [--megabytes 64]

Each array has so many megabytes; `--megabytes 1024` needs 3 GB. Ends with `N passed, M failed`.
"""

import argparse

import noodle
import numpy as np


def resident():
    """Bytes of this process in memory, now and at most so far."""
    with open("/proc/self/status") as status:
        lines = dict(line.split(":", 1) for line in status)
    return [int(lines[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM")]


parser = argparse.ArgumentParser()
parser.add_argument("program")
parser.add_argument("--megabytes", type=int, default=64)
options = parser.parse_args()
size = options.megabytes << 20
program = noodle.load(options.program)
program.plus(np.ones(1000), np.ones(1000))  # whatever is made once
a, b = np.ones(size // 8), np.full(size // 8, 2.0)
before, _ = resident()
result = np.asarray(program.plus(a, b))
now, most = resident()
growth, peak = (now - before) / size, (most - before) / size
print(f"{options.megabytes} MB each: memory grew by {growth:.3f} times the result, by {peak:.3f} at most")
holds = [result[0] == 3.0 and result[-1] == 3.0, growth < 1.2, peak < 1.2]
print(f"{sum(holds)} passed, {len(holds) - sum(holds)} failed")
raise SystemExit(not all(holds))
