"""Makes docs/reference/diagnostics.rst from compiler/source/codes.def."""

import pathlib
import re
import sys

from rst import heading, rst

HEAD = """Diagnostics
===========

Every error (E) and warning (W) has a code that never changes its meaning. This page is made from
``compiler/source/codes.def``.

"""
ENTRY = re.compile(r'NOODLE_CODE\(\s*(\w+),\s*((?:"(?:[^"\\]|\\.)*"\s*,?\s*)+)\)', re.S)
PIECES = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*,)?')
SECTION = re.compile(r"^// ---- (.*)$", re.M)


def texts(body):
    """The C string arguments, adjacent literals joined."""
    out, current = [], ""
    for text, comma in PIECES.findall(body):
        current += text.replace('\\"', '"').replace("\\\\", "\\")
        if comma:
            out.append(current)
            current = ""
    return out + [current]


def page(source):
    """The whole page."""
    source = re.sub(r"^//(?! ----).*$", "", source, flags=re.M)
    events = [(m.start(), "section", m.group(1)) for m in SECTION.finditer(source)]
    events += [(m.start(), "code", m) for m in ENTRY.finditer(source)]
    out, pending = HEAD, ""
    for _, kind, value in sorted(events, key=lambda e: e[0]):
        if kind == "section":
            title = value.split(":")[0].strip().capitalize()
            pending = heading(title)
            continue
        code, title, explanation = texts(value.group(2))
        out += pending + f"**{code}**: {rst(title)}\n   {rst(explanation)}\n\n"
        pending = ""
    return out


def main():
    root = pathlib.Path(sys.argv[1])
    text = page((root / "compiler/source/codes.def").read_text(encoding="utf-8"))
    (root / "docs/reference/diagnostics.rst").write_text(text, encoding="utf-8")


main()
