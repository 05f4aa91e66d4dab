"""Signatures as Noodle prints them: `fn area<T: Number>(shape: Tensor<T>, mut by: Float = default) -> Float`."""

import ctypes
import re
from dataclasses import dataclass, field

from . import _library as c


def split(text):
    """The parts of a text between commas that no bracket is around."""
    parts, depth, begin = [], 0, 0
    for at, character in enumerate(text):
        if character in "(<[":
            depth += 1
        elif character in ")]" or (character == ">" and text[at - 1] != "-"):
            depth -= 1
        elif character == "," and depth == 0:
            parts.append(text[begin:at].strip())
            begin = at + 1
    rest = text[begin:].strip()
    return parts + [rest] if rest else parts


def _closing(text, at):
    """Where the bracket is closed that is opened at `at`."""
    depth = 0
    for place in range(at, len(text)):
        if text[place] in "(<[":
            depth += 1
        elif text[place] in ")]" or (text[place] == ">" and text[place - 1] != "-"):
            depth -= 1
            if depth == 0:
                return place
    raise ValueError(f"`{text}` is no signature")


@dataclass
class Parameter:
    """A parameter: its name, its type as Noodle writes it, whether it may be left out, and whether it is changed."""

    name: str
    type: str
    has_default: bool = False
    is_mut: bool = False


@dataclass
class Signature:
    """A function's: `bounds` are those of its type parameters, in order."""

    name: str
    bounds: dict = field(default_factory=dict)
    parameters: list = field(default_factory=list)
    result: str = "()"


def parse(line):
    """A line as a Signature."""
    text = line.removeprefix("fn ").removeprefix("struct ")
    begin = text.index("(")
    name, bounds = text[:begin], {}
    if "<" in name:
        begin = name.index("<")
        end = _closing(text, begin)
        bounds = {one.partition(":")[0].strip(): one.partition(":")[2].strip() for one in split(text[begin + 1:end])}
        name, begin = text[:begin], end + 1
    end = _closing(text, begin)
    parameters = []
    for one in split(text[begin + 1:end]):
        label, _, type_name = one.removeprefix("mut ").removeprefix("block ").partition(": ")
        parameters.append(Parameter(label, type_name.removesuffix(" = default"), type_name.endswith(" = default"),
                                    one.startswith("mut ")))
    return Signature(name, bounds, parameters, text[end + 1:].partition("-> ")[2] or "()")


@dataclass
class Library:
    """What a module of the library and those below it have: pairs of a module's name and a signature, and structs by their
    names, as signatures of what makes them."""

    functions: list = field(default_factory=list)
    structs: dict = field(default_factory=dict)


def of_library(module):
    """What a module of the library and those below it have. What the module exports of others is its own. Methods of types
    without a name, such as tuples, are left out."""
    text = ctypes.c_void_p()
    c.library_interface(module.encode(), ctypes.byref(text))
    where, found, exported = module, Library(), set()
    for line in c.taken(text).splitlines():
        if line.startswith("module "):
            where = line.removeprefix("module ")
        elif line.startswith("export ") and where == module:
            exported.add(line.removeprefix("export "))
        elif line.startswith("struct "):
            struct = parse(line)
            found.structs[struct.name] = struct
        elif re.match(r"fn [\w.]+[<(]", line):
            found.functions.append((where, parse(line)))
    found.functions = [(module if where in exported else where, signature) for where, signature in found.functions]
    return found
