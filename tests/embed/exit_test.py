#!/usr/bin/env python3
"""Processes that end while code is being compiled or runs, or are forked, end as they want to.

Ends with `N passed, M failed`.
"""

import subprocess
import sys

HOT = """
import noodle
p = noodle.compile('''
pub fn hot(n: Int) -> Int {
    var sum = 0
    for i in 0..n { sum += i % 7 }
    sum
}
pub fn spin() { loop {} }
''')
p.hot(3_000_000)
"""
ENDS = {
    "while hot code is compiled": HOT + "import sys; sys.exit(7)",
    "while a call runs": HOT + """
import sys, threading, time
def spin():
    try:
        p.spin()
    except (noodle.Interrupted, ValueError):
        pass
for _ in range(3):
    threading.Thread(target=spin, daemon=True).start()
time.sleep(0.05)
sys.exit(7)
""",
    "with tensors": HOT + """
import sys
import numpy as np
kept = noodle.tensor.asarray(np.ones(1000)) + 1.0
shown = np.asarray(kept)
capsule = kept.__dlpack__()
sys.exit(7)
""",
    "in a child": HOT + """
import os, sys
child = os.fork()
if child == 0:
    try:
        p.hot(1)
    except noodle.NoodleError:
        sys.exit(7)
    sys.exit(1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
""",
}
counts = {True: 0, False: 0}
for what, text in ENDS.items():
    for _ in range(3):
        ended = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=60, check=False)
        right = ended.returncode == 7 and ended.stderr == ""
        counts[right] += 1
        if not right:
            print(f"failed: {what}: exit code {ended.returncode}\n{ended.stderr}")
print(f"{counts[True]} passed, {counts[False]} failed")
sys.exit(counts[False] != 0)
