#!/usr/bin/env python3
"""Writes what the fuzz targets of this folder begin with into tests/fuzz/: small files of each kind.

    make_seeds.py
"""

import pathlib
import random
import sys

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests/tensor"))
import files  # noqa: E402

TYPES = list(files.TYPES)
# As `KNOWN` of readers.noodle has them: NumPy lacks one.
KNOWN = [*TYPES[:TYPES.index("f32")], "bf16", *TYPES[TYPES.index("f32"):]]


def both(target, name, file, header_at, header_end):
    """A file as it is, and without what says how long its header is."""
    yield target, name, b"\0" + file
    elements = len(file) - header_end
    if 0 <= elements < 256:
        yield target, f"{name}-parts", bytes([1, elements]) + file[header_at:header_end].rstrip() + file[header_end:]


def npy(name, file):
    start = 10 if file[6] == 1 else 12
    return both("npy", name, file, start, start + int.from_bytes(file[8:start], "little"))


def safetensors(name, file):
    return both("safetensors", name, file, 8, 8 + int.from_bytes(file[:8], "little"))


def seeds():
    """Names of targets with their inputs."""
    rng = random.Random(1)
    arrays = {name: files.some(rng, name, (2, 1)) for name in TYPES}
    for name, array in arrays.items():
        yield from npy(name, files.npy(array))
        yield "npz", f"array-{name}", b"\x03" + files.npy(array)
        yield "tensor_bytes", name, bytes([KNOWN.index(name), 2, 2, 1]) + array.tobytes()
    yield from npy("big-fortran", files.npy(np.array(arrays["f32"].astype(">f4"), order="F"), (2, 0)))
    yield from npy("complex", files.npy(np.zeros((1, 2), "<c16")))
    yield from npy("fields", files.npy(np.zeros(1, [("a", "<f4")])))
    yield from npy("none", files.npy(np.zeros((0, 3, 1), "<i2"), (3, 0)))
    yield from npy("one", files.npy(np.float32(1)))
    members = [("a.npy", files.npy(arrays["u8"])), ("b.npy", files.npy(arrays["f16"]))]
    yield "npz", "stored", b"\0" + files.zipped(members)
    yield "npz", "packed", b"\0" + files.zipped(members, files.zipfile.ZIP_DEFLATED)
    yield "npz", "wide", b"\0" + files.wide_zip(b"a.npy", members[0][1])
    all_types = {name: (name, array) for name, array in arrays.items()}
    yield from safetensors("all", files.safetensors(all_types, {"format": "pt"}))
    yield from safetensors("one", files.safetensors({"a": ("BF16", arrays["u16"])}))
    yield from safetensors("none", files.safetensors({}))
    yield from safetensors("unknown", files.safetensors({"a": ("F8_E4M3", arrays["u8"])}))
    for i, text in enumerate(["1,2\n3,4\n", "1.5;-2e9\nnan;inf\n", "\"1\"\t\"2\"\r\n", "true false\n", "256\n-129\n"]):
        for name in ("Bool", "u8", "Int", "f16", "Float"):
            yield "tensor_csv", f"{name}-{i}", bytes([KNOWN.index(name), i % 4]) + text.encode()


def main():
    for target, name, content in seeds():
        folder = ROOT / "tests/fuzz" / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"seed-{name}").write_bytes(content)


if __name__ == "__main__":
    main()
