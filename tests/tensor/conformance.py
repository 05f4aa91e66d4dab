#!/usr/bin/env python3
"""The functions of `tensor` by the Python array API standard 2025.12: against NumPy, and the standard's own tables.

    conformance.py --noodle PATH --table PAGE [--update]

Random cases for each function and each type of elements: shapes without axes and with none of an axis, views that are not
contiguous, operands repeated to one another, special numbers. One Noodle program computes them. PAGE must be the table of
what was tried, or with --update becomes it. Ends with `N passed, M failed`.
"""

import functools
import os
import pathlib
import random
import sys

import frame
import page
from cases import COMPLEX, Case, wrong
from registry import OPERATIONS

# These put what they know into the registry.
import elementwise
import parts
import reductions
import special
import special_complex

HERE = pathlib.Path(__file__).resolve().parent
# Of each operation at least so many for each type, and in all.
CASES, CASES_IN_ALL = 6, 20


def make_all(seed):
    """For each operation and each of its types the cases: lines, what must come out, and of which type."""
    for operation in OPERATIONS:
        count = 1 if operation.is_table else max(CASES, -(-CASES_IN_ALL // len(operation.types)))
        for type_ in operation.types:
            if type_ in COMPLEX and not operation.is_table:
                count = CASES_IN_ALL
            # Of its own, so that one operation more doesn't change the others' cases.
            rng = random.Random(f"{seed} {operation.name} {type_} {operation.is_table}")
            for _ in range(count):
                case = Case(rng, type_)
                expected = operation.make(case)
                yield operation, type_, f"{operation.name} {type_} {' '.join(case.line)}", expected


def told(line, expected, type_, came):
    """What is wrong with an answer, and for what."""
    problem = wrong(expected, type_, came)
    return problem and f"{problem}\n  for    {line[:300]}"


def main():
    parser = frame.options(__doc__)
    parser.add_argument("--table", required=True, type=pathlib.Path)
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    made = list(make_all(options.seed))
    cases = [(f"{operation.name} of {type_}", functools.partial(told, line, expected, type_))
             for operation, type_, line, expected in made]
    command = [options.noodle, "run", "--check-leaks", os.path.join(HERE, "conformance.noodle")]
    status = frame.judge(command, [line for _, _, line, _ in made], cases)
    if status:
        return status
    text = page.text(made, HERE.parent.parent)
    if options.update:
        options.table.write_text(text)
    elif not options.table.exists() or options.table.read_text() != text:
        print(f"{options.table} is not what was tried: `conformance.py --update` writes it anew\n0 passed, 1 failed")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
