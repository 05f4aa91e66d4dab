"""Makes docs/reference/mistakes.rst from the golden programs of tests/golden/mistakes."""

import pathlib
import sys

from rst import heading

HEAD = """Common mistakes
===============

What people type who come from other languages, and what the compiler says to it. This page is made from the tests in
``tests/golden/mistakes``, which check that each message is just so.

"""
DIRECTIVES = ("// verb:", "// exit:", "// flags:")
MESSAGE = "// expect-error:"


def block(lines):
    """Lines as a literal block."""
    return ".. code-block:: none\n\n" + "".join(f"   {line}".rstrip() + "\n" for line in lines) + "\n"


def trimmed(lines):
    """Without empty lines at the ends."""
    while lines and not lines[0].strip():
        lines = lines[1:]
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines


def section(path):
    """One program and its messages."""
    lines = path.read_text(encoding="utf-8").splitlines()
    program = trimmed([line for line in lines if not line.startswith((MESSAGE, *DIRECTIVES))])
    messages = [line[len(MESSAGE):].removeprefix(" ") for line in lines if line.startswith(MESSAGE)]
    out = heading(path.stem.replace("_", " ").capitalize()) + block(program)
    return out + (block(trimmed(messages)) if messages else "This is fine.\n\n")


def main():
    root = pathlib.Path(sys.argv[1])
    programs = sorted((root / "tests/golden/mistakes").glob("*.noodle"))
    text = HEAD + "".join(section(path) for path in programs)
    (root / "docs/reference/mistakes.rst").write_text(text, encoding="utf-8")


main()
