#!/usr/bin/env python3
"""Counts the words of a very large file with the example and looks how much memory that took.

    word_count_memory.py NOODLE EXAMPLE
"""

import os
import resource
import subprocess
import sys
import tempfile

MEGABYTE = 1_000_000
SIZE = 60 * MEGABYTE
MOST = 40 * MEGABYTE


def main() -> int:
    noodle, example = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as folder:
        line = b"a few words and " + b"x" * 4000 + b"\n"
        block = line * 100
        with open(os.path.join(folder, "large"), "wb") as file:
            for _ in range(SIZE // len(block)):
                file.write(block)
        done = subprocess.run([noodle, "run", "--jit=off", example, folder], capture_output=True, text=True, check=False)
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    print(done.stdout.split("\n")[0] + done.stderr)
    print(f"{used / MEGABYTE:.0f} MB used, at most {MOST / MEGABYTE:.0f} MB")
    counted = done.returncode == 0 and done.stdout.startswith("1 files, 5 words; 0 files are left out")
    return 0 if counted and used <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
