"""Makes docs/reference/library.rst from the doc comments of std/."""

import pathlib
import re
import sys

from rst import heading, rst

HEAD = """The library
===========

What is there without an import, and the modules that come with Noodle. This page is made from the doc
comments of ``std/``.

"""
DECLARATION = re.compile(r"^(\s*)(?:pub )(fn|struct|enum|trait|const) (.*?)\s*\{?\s*\}?$")
LONG_HEAD = re.compile(r"^( *pub fn .*\()\n((?: +.*,\n)+) *\)", re.MULTILINE)
IMPL = re.compile(r"^impl\b(.*?)\s*\{\s*\}?$")
EXPORT = re.compile(r"^pub import ([\w.]+)", re.MULTILINE)


def body(doc):
    """A doc comment's lines as RST: paragraphs, and ``` blocks as literal text."""
    out, words, inside = [], [], False
    for line in doc:
        if line.strip().startswith("```"):
            if words:
                out.append(f"   {rst(' '.join(words))}\n")
                words = []
            out.append("" if inside else "   .. code-block:: text\n")
            inside = not inside
        elif inside:
            out.append(f"      {line}".rstrip())
        elif line.strip():
            words.append(line.strip())
        elif words:
            out.append(f"   {rst(' '.join(words))}\n")
            words = []
    if words:
        out.append(f"   {rst(' '.join(words))}\n")
    return "\n".join(out)


def entries(source):
    """Pairs of a declaration's head and its doc comment; an impl stands as a heading (doc None)."""
    doc, inside = [], ""
    # Heads whose parameters stand on lines of their own.
    source = LONG_HEAD.sub(lambda found: f"{found[1]}{' '.join(found[2].split()).removesuffix(',')})", source)
    for line in source.splitlines():
        stripped = line.strip()
        if stripped.startswith("///"):
            doc.append(stripped[3:].removeprefix(" "))
            continue
        if line.startswith("}"):
            inside = ""
        found = IMPL.match(line)
        if found:
            inside = re.sub(r"^<[^>]*>+\s+", "", found.group(1).strip())
            inside = re.sub(r"^<.*?> ", "", inside)
        found = DECLARATION.match(line)
        if found and doc:
            head = f"{found.group(2)} {found.group(3)}"
            head = re.sub(r" \{.*$", "", head)
            yield (inside, head, doc)
        if stripped and not stripped.startswith("@"):
            doc = []


def page(root):
    """The whole page, a section a file."""
    out = HEAD
    files = sorted(root.glob("std/core/*.noodle")) + sorted(root.glob("std/*.noodle"))
    files += sorted(path for path in root.glob("std/*/*.noodle") if path.parent.name != "core")
    sources = {".".join(path.relative_to(root / "std").with_suffix("").parts): path.read_text(encoding="utf-8")
               for path in files}
    fronts = {exported: name for name, source in sources.items() for exported in EXPORT.findall(source)}
    for name, source in sources.items():
        kind = f"exported by {fronts[name]}" if name in fronts else "module"
        out += heading(name.removeprefix("core.").capitalize() if name.startswith("core.") else f"{name} ({kind})")
        for inside, head, doc in entries(source):
            where = f" (of ``{inside}``)" if inside else ""
            out += f"``{head}``{where}\n{body(doc)}\n"
    return out


def main():
    root = pathlib.Path(sys.argv[1])
    (root / "docs/reference/library.rst").write_text(page(root), encoding="utf-8")


main()
