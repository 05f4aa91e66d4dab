"""What stands in a page of the guide besides its sentences: blocks of code, tables of idioms, and what they rely on."""

import dataclasses
import re

DIRECTIVE = re.compile(r"^( *(?:(?:\* )?- )?)\.\. (code-block|list-table|given)(?:::|:)\s*(\S*)$")
LITERAL = re.compile(r"^( *)(?!\.\. ).*::$")
CELL = re.compile(r"^\s*(?:\* )?- ``((?:(?!``).)*)``$")
ROW = re.compile(r"^\s*\* - (.*)$")


@dataclasses.dataclass
class Block:
    """A block: its language (`table` for cells, `given` for what is hidden), its caption, its first line and its lines."""

    kind: str
    caption: str
    line: int
    lines: list[str]

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"


def indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def body(lines: list[str], start: int, outer: int) -> tuple[int, int]:
    """Where the lines behind `start` that lie deeper than `outer` begin and end, without empty ones around them."""
    end = start
    while end < len(lines) and (not lines[end].strip() or indent(lines[end]) > outer):
        end += 1
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    return start, end


def dedented(lines: list[str]) -> list[str]:
    deep = min((indent(line) for line in lines if line.strip()), default=0)
    return [line[deep:] for line in lines]


def options(lines: list[str], start: int) -> tuple[int, str]:
    """Skips a directive's options; gives where they end, and the caption."""
    caption = ""
    while start < len(lines) and re.match(r"^\s+:[\w-]+:", lines[start]):
        name, _, value = lines[start].strip()[1:].partition(":")
        caption = value.strip() if name == "caption" else caption
        start += 1
    return start, caption


def cells(lines: list[str], first: int) -> list[Block]:
    """The cells of a table that are code in the column that is headed `Noodle`."""
    out: list[Block] = []
    column = wanted = -1
    for number, line in enumerate(lines, first):
        column = 0 if ROW.match(line) else column + 1
        if re.match(r"^\s*(?:\* )?- Noodle$", line):
            wanted = column
        elif column == wanted and (cell := CELL.match(line)):
            out.append(Block("table", "", number, [cell[1]]))
    return out


def blocks(text: str) -> list[Block]:
    """All blocks of a page, in order. One behind `::` is Noodle."""
    lines = text.splitlines()
    out: list[Block] = []
    at = 0
    while at < len(lines):
        directive, literal = DIRECTIVE.match(lines[at]), LITERAL.match(lines[at])
        if not directive and not literal:
            at += 1
            continue
        outer = len((directive or literal)[1])
        begin, caption = options(lines, at + 1)
        begin, end = body(lines, begin, outer)
        kind = (directive[3] or directive[2]) if directive else "noodle"
        if directive and directive[2] == "list-table":
            out += cells(lines[begin:end], begin + 1)
        else:
            out.append(Block(kind, caption, begin + 1, dedented(lines[begin:end])))
        at = max(end, at + 1)
    return out
