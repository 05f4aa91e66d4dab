#!/usr/bin/env python3
"""Checks that check_blocks.py finds what is wrong with a page, and nothing else: check_blocks_test.py NOODLE."""

import pathlib
import subprocess
import sys
import tempfile

GOOD = """
Good
====

.. given:
   let items = [1, 2]

A block::

   print(items.sum())    // 3
   struct P { x: Int }
   print(P { x: 1 })     // P { x: 1 }

.. code-block:: noodle
   :caption: a.noodle

   fn main() { print(f()) }

.. code-block:: noodle
   :caption: a.noodle, at its end

   fn f() -> Int { 7 }

.. code-block:: console

   $ noodle run a.noodle
   7
   $ noodle run b.noodle
   error[E0901]: can't read `b.noodle`: No such file or directory
   ...

.. list-table::

   * - Python
     - Noodle
   * - ``items[-1]``
     - ``items.last()``
   * - ``is``
     - no ``is``
"""

# What is wrong, and a word of what is said of it. Some are only wrong in a page that declares what it mentions.
BAD = [
    ("A block::\n\n   print(1)    // 2\n", "prints"),
    ("A block::\n\n   let n: Int = \"text\"\n", "expected `Int`"),
    ("A block::\n\n   let n = = 3\n", "let n = = 3"),
    (".. given:\n   let a = 1\n\nA block::\n\n   print(missing)\n", "no `missing`"),
    (".. code-block:: console\n\n   $ echo 1\n   2\n", "echo 1 prints"),
    (".. code-block:: console\n\n   $ echo 1; echo 2\n   1\n", "echo 2 prints"),
    (".. list-table::\n\n   * - Go\n     - Noodle\n   * - ``x``\n     - ``let n = 3 +``\n", "bad.rst:6"),
    (".. code-block:: noodle\n\n   fn main() { print(1 + true) }\n", "bad.rst:3"),
]
# Names that a page doesn't declare are fine where nothing is declared, also with things left out.
VAGUE = "A block::\n\n   fn f() -> Int { … }\n   let n = somewhere.find(thing)\n   print(1)    // 2\n"


def check(noodle: str, folder: pathlib.Path, text: str) -> subprocess.CompletedProcess:
    page = folder / "bad.rst"
    page.write_text(text, encoding="utf-8")
    script = pathlib.Path(__file__).parent / "check_blocks.py"
    return subprocess.run([sys.executable, str(script), noodle, str(page)], capture_output=True, text=True, check=False)


def main() -> int:
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for text in (GOOD, VAGUE):
            done = check(sys.argv[1], folder, text)
            if done.returncode != 0:
                wrong += 1
                print(f"refused:\n{text}\n{done.stdout}{done.stderr}")
        for text, said in BAD:
            done = check(sys.argv[1], folder, text)
            if done.returncode != 1 or said not in done.stdout:
                wrong += 1
                print(f"not found, or without {said}:\n{text}\n{done.stdout}{done.stderr}")
    print(f"{2 + len(BAD) - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
