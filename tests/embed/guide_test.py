#!/usr/bin/env python3
"""Runs what the guide's page about embedding shows in C and in Python.

    guide_test.py PAGE LIBRARY HEADERS COMPILER

LIBRARY is the folder of libnoodle.so, HEADERS that of noodle.h. Ends with `N passed, M failed`.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

import noodle

page, library, headers, compiler = sys.argv[1:]
text = pathlib.Path(page).read_text()


def blocks(language):
    """The blocks of a language, without their options."""
    for body in re.findall(rf"^\.\. code-block:: {language}\n(.*?)(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL):
        lines = [line[3:] for line in body.splitlines() if not line.startswith("   :")]
        yield "\n".join(lines).strip("\n") + "\n"


folder = tempfile.TemporaryDirectory()
os.chdir(folder.name)
pathlib.Path("model.noodle").write_text(next(blocks("noodle")))
pathlib.Path("add.c").write_text(next(blocks("c")))
subprocess.run([compiler, "-std=c11", "-Wall", "-Wextra", "-Werror", f"-I{headers}", "add.c", f"-L{library}", "-lnoodle",
                f"-Wl,-rpath,{library}", "-o", "add"], check=True)
printed = subprocess.run(["./add"], check=True, capture_output=True, text=True).stdout
holds = {"the program in C prints 3": printed == "3\n", "the Err is raised": False}
names, results = {}, []
for block in blocks("python"):
    *lines, last = block.splitlines()
    try:
        exec("\n".join(lines), names)
        results.append(eval(last, names))
    except noodle.Failure as failure:
        holds["the Err is raised"] = str(failure) == "`x` is no number"
holds["the sums of probabilities"] = abs(float(names["tensor"].sum(results[-2])) - 64) < 1e-9
holds["the program in Python goes on to its end"] = results[-1].shape == (16,)
for what, right in holds.items():
    if not right:
        print(f"failed: {what}")
print(f"{sum(holds.values())} passed, {len(holds) - sum(holds.values())} failed")
sys.exit(not all(holds.values()))
