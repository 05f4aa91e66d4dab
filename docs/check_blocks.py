#!/usr/bin/env python3
"""Checks the code in pages of the guide against what the command says to it.

    check_blocks.py NOODLE PAGE...

- A block with a caption is a file of that name, in a folder of the page's own; `NAME, at its end` adds to that file.
- A `console` block is run in that folder: what follows a line that begins with `$ ` is what the command prints, in which
  `...` stands for any lines.
- Any other block of Noodle, and each cell in a table's column that is headed `Noodle`, must compile. Where it prints and
  says in comments what, that is what it must print. What an RST comment `.. given:` declares is there for all that follows.
- A page that has no `given` may mention what it doesn't declare, and leave things out with `…`.
"""

import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from blocks import Block, blocks

DECLARATION = re.compile(r"^(?:pub |@|fn |struct |enum |trait |impl\b|const |test \"|bench \"|import |///)")
PRINTED = re.compile(r"^\s*print\(.*\)\s*// (.*)$")
UNKNOWN = ("E0201", "E0203")
SECONDS = 60


@dataclasses.dataclass
class Command:
    """The command, and how it runs in a folder."""

    noodle: str
    folder: pathlib.Path

    def run(self, words: list[str]) -> subprocess.CompletedProcess:
        return subprocess.run(words, cwd=self.folder, capture_output=True, text=True, timeout=SECONDS, check=False)

    def shell(self, line: str) -> str:
        path = f"{self.folder / '.bin'}:{os.environ.get('PATH', '')}"
        done = subprocess.run(["bash", "-c", line], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=SECONDS, check=False, env={**os.environ, "PATH": path})
        return done.stdout

    def errors(self, name: str) -> list[dict]:
        done = self.run([self.noodle, "check", "--diagnostics=json", name])
        found = [json.loads(line) for line in (done.stdout + done.stderr).splitlines() if line.startswith("{")]
        if done.returncode != 0 and not found:
            return [{"code": "", "line": 1, "message": f"the check ended with {done.returncode}: {done.stderr.strip()}"}]
        return [error for error in found if error["severity"] == "error"]


def split(lines: list[str]) -> tuple[list[str], list[str]]:
    """Declarations, and statements. Each is as long as the other's lines are, so that numbers of lines stay."""
    declarations, statements, here, depth = [], [], False, 0
    for line in lines:
        if line and not line[0].isspace() and depth == 0 and not line.startswith("}"):
            here = bool(DECLARATION.match(line))
        depth += len(re.findall(r"[{(\[]", line)) - len(re.findall(r"[})\]]", line))
        declarations.append(line if here else "")
        statements.append("" if here else line)
    return declarations, statements


def given_parts(given: list[str]) -> tuple[list[str], list[str]]:
    declarations, statements = split(given)
    return [line for line in declarations if line], [line for line in statements if line]


def imports(lines: list[str]) -> tuple[list[str], list[str]]:
    return ([line for line in lines if line.startswith("import ")],
            ["" if line.startswith("import ") else line for line in lines])


def wrapped(parts: list[list[str]], given: list[str]) -> tuple[str, dict[int, int]]:
    """A program of pieces, each in a function of its own, the first in `main`; and which of its lines are whose."""
    shared, before = given_parts(given)
    out: list[str] = []
    owner: dict[int, int] = {}
    top, rest = imports(shared)
    out += top
    for index, lines in enumerate(parts):
        wanted, lines = imports(lines)
        out += [line for line in wanted if line not in out]
        declarations, statements = split(lines)
        parts[index] = statements
        for line in declarations:
            out.append(line)
            owner[len(out)] = index
    out += rest
    for index, statements in enumerate(parts):
        out.append(f"fn {'main' if index == 0 else f'part_{index}'}() -> Result<(), Error> {{")
        out += before
        for line in statements:
            out.append(line)
            owner[len(out)] = index
        out += ["    Ok(())", "}"]
    return "\n".join(out) + "\n", owner


def without_gaps(lines: list[str]) -> list[str]:
    """What a reader fills in: `…` is a value, or nothing between braces."""
    return [re.sub(r"\{ … \}", "{}", line).replace(", … }", " }").replace("…", "filled_in") for line in lines]


def has_main(block: Block) -> bool:
    return any(line.startswith("fn main(") for line in block.lines)


def expected(lines: list[str]) -> list[str]:
    return [found[1] for line in lines if (found := PRINTED.match(line))]


def in_order(wanted: list[str], printed: list[str]) -> bool:
    rest = iter(printed)
    return all(any(line == other for other in rest) for line in wanted)


def matches(wanted: list[str], printed: list[str]) -> bool:
    """Whether the lines are these, where `...` stands for any."""
    if not wanted:
        return not printed
    if wanted[0] == "...":
        return any(matches(wanted[1:], printed[at:]) for at in range(len(printed) + 1))
    return bool(printed) and wanted[0] == printed[0].rstrip() and matches(wanted[1:], printed[1:])


class Page:
    """A page, and what was wrong with it."""

    def __init__(self, noodle: str, path: pathlib.Path, folder: pathlib.Path):
        self.path = path
        self.command = Command(noodle, folder)
        self.wrong: list[str] = []
        self.compiled = self.parsed = self.ran = 0
        self.given: list[str] = []
        text = path.read_text(encoding="utf-8")
        self.strict = ".. given:" in text
        self.blocks = blocks(text)
        (folder / ".bin").mkdir()
        (folder / ".bin" / "noodle").symlink_to(noodle)

    def complain(self, line: int, what: str):
        self.wrong.append(f"{self.path}:{line}: {what}")

    def keep(self, block: Block):
        name, _, how = block.caption.partition(",")
        place = self.command.folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        before = place.read_text(encoding="utf-8") + "\n" if how else ""
        place.write_text(before + block.text, encoding="utf-8")

    def console(self, block: Block):
        starts = [at for at, line in enumerate(block.lines) if line.startswith("$ ")]
        for start, end in zip(starts, starts[1:] + [len(block.lines)]):
            wanted = [line.rstrip() for line in block.lines[start + 1:end]]
            while wanted and not wanted[-1]:
                wanted.pop()
            printed = self.command.shell(block.lines[start][2:]).rstrip("\n")
            self.ran += 1
            if not matches(wanted, printed.split("\n") if printed else []):
                self.complain(block.line + start, f"{block.lines[start]} prints\n{printed}")

    def compile(self, parts: list[Block]):
        """Checks blocks together, and runs the first if there is but one, which says what it prints."""
        lines = [part.lines if self.strict else without_gaps(part.lines) for part in parts]
        if len(parts) == 1 and has_main(parts[0]):
            text, owner = "\n".join(lines[0]) + "\n", {}
        else:
            text, owner = wrapped([list(piece) for piece in lines], self.given)
        (self.command.folder / "block.noodle").write_text(text, encoding="utf-8")
        errors = self.command.errors("block.noodle")
        unknown = not self.strict and any(error["code"] in UNKNOWN for error in errors)
        for error in errors:
            if not unknown or error["code"].startswith(("E00", "E01")):
                part = parts[owner.get(error["line"], 0)]
                code = text.splitlines()[error["line"] - 1].strip()
                self.complain(part.line, f"{error['message']}, in: {code}")
        self.parsed += len(parts) if unknown else 0
        self.compiled += 0 if errors else len(parts)
        if not errors and len(parts) == 1:
            self.compare(parts[0])

    def compare(self, block: Block):
        wanted = expected(block.lines)
        if not wanted:
            return
        done = self.command.run([self.command.noodle, "run", "block.noodle"])
        self.ran += 1
        if not in_order(wanted, done.stdout.splitlines()):
            self.complain(block.line, f"prints\n{done.stdout}{done.stderr if done.returncode else ''}")

    def check(self):
        cells: list[Block] = []
        for block in [*self.blocks, Block("end", "", 0, [])]:
            if block.kind != "table" and cells:
                self.compile(cells)
                cells = []
            if block.kind == "given":
                self.given = block.lines
            elif block.kind == "console":
                self.console(block)
            elif block.caption:
                self.keep(block)
            elif block.kind == "noodle":
                self.compile([block])
            elif block.kind == "table":
                cells.append(block)


def main() -> int:
    noodle, *paths = sys.argv[1:]
    wrong: list[str] = []
    for path in paths:
        with tempfile.TemporaryDirectory() as folder:
            page = Page(os.path.abspath(noodle), pathlib.Path(path), pathlib.Path(folder))
            page.check()
            print(f"{path}: {page.compiled} compile, {page.parsed} are read, {page.ran} runs")
            wrong += page.wrong
    print(*wrong, sep="\n", end="\n" if wrong else "")
    return 1 if wrong or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
