#!/usr/bin/env python3
"""The interpreter's speed hangs on the shape of its machine code, which a compiler may change in silence: every
handler jumps on by itself, a branch on each of its ways, and a handler that calls nothing saves nothing.

usage: dispatch_shape.py OBJDUMP COMMAND
"""

import collections
import re
import subprocess
import sys

HANDLER = re.compile(r"^[0-9a-f]+ <noodle::vm::h_(\w+)\(")
ANY = re.compile(r"^[0-9a-f]+ <")
Shape = collections.namedtuple("Shape", "jumps calls pushes")


def shapes(objdump, command):
    """By handler: how many indirect jumps, calls and pushes its code has."""
    listing = subprocess.run([objdump, "-d", "-C", "--no-show-raw-insn", command], check=True, capture_output=True,
                             text=True).stdout
    found, name = {}, None
    for line in listing.splitlines():
        if ANY.match(line):
            start = HANDLER.match(line)
            name = start.group(1) if start else None
            if name:
                found[name] = Shape(0, 0, 0)
        elif name:
            jump, call, push = re.search(r"\bjmpq?\s+\*", line), re.search(r"\bcallq?\b", line), re.search(r"\bpushq?\b", line)
            s = found[name]
            found[name] = Shape(s.jumps + bool(jump), s.calls + bool(call), s.pushes + bool(push))
    return found


def problems(found):
    """What is not as it should be, a line each."""
    if len(found) < 300:
        yield f"only {len(found)} handlers were found: is the command stripped?"
        return
    without = sorted(name for name, s in found.items() if s.jumps == 0)
    # Those that the loader always replaces, the end of a program, and tails shared by slow paths.
    if len(without) > 12:
        yield f"{len(without)} handlers have no jump of their own: {', '.join(without)}"
    for name, s in sorted(found.items()):
        if re.fullmatch(r"(J(eq|ne|lt|le|gt|ge)\w*|Br(True|False))", name) and s.jumps != 2:
            yield f"{name}: {s.jumps} indirect jumps instead of one on each way"
        if re.fullmatch(r"(Add|Sub|Mul|Lt|Le|Eq|And|Or|Xor)(Imm)?(I64|F64)|Move1|Int|Jump|Call|Ret1", name):
            if s.jumps != 1 or s.calls or s.pushes:
                yield f"{name}: {s.jumps} indirect jumps, {s.calls} calls, {s.pushes} pushes instead of one jump alone"


def main():
    found = shapes(sys.argv[1], sys.argv[2])
    wrong = list(problems(found))
    for line in wrong:
        print(line)
    print(f"{len(found)} handlers, {sum(s.jumps for s in found.values())} indirect jumps")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
