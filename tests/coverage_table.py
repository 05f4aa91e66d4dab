"""Prints line coverage, a row a room, from llvm-cov's summary."""

import json
import os
import re
import sys

AREAS = ("base", "nbc", "compiler", "runtime", "tools")


def room_of(path):
    """The room of a source path, or None for tests and what isn't ours."""
    parts = path.split("/")
    if parts[0] not in AREAS or path.endswith(("_test.cpp", "_fixture.h")) or "testing" in parts:
        return None
    if parts[-1].startswith(("fuzz_", "soak_")):
        return None
    return "/".join(parts[:2]) if parts[0] in ("compiler", "runtime") else parts[0]


def main():
    summary, root = sys.argv[1:3]
    rooms = {}
    with open(summary, encoding="utf-8") as text:
        files = json.load(text)["data"][0]["files"]
    for file in files:
        # The build names files from the root, so that binaries don't depend on the folder, and the
        # profile puts the build's folder before that.
        name = file["filename"]
        name = os.path.relpath(name, root) if name.startswith(root) else name.lstrip("/")
        name = re.sub(r"^build/\w+/", "", name)
        room = room_of(name)
        if room is None:
            continue
        lines = file["summary"]["lines"]
        covered, count = rooms.get(room, (0, 0))
        rooms[room] = (covered + lines["covered"], count + lines["count"])
    print(f"{'room':<20} {'lines':>8} {'covered':>8} {'percent':>8}")
    total = [0, 0]
    for room, (covered, count) in sorted(rooms.items()):
        print(f"{room:<20} {count:>8} {covered:>8} {100 * covered / max(count, 1):>7.1f}%")
        total = [total[0] + covered, total[1] + count]
    print(f"{'all':<20} {total[1]:>8} {total[0]:>8} {100 * total[0] / max(total[1], 1):>7.1f}%")


main()
