"""Files of tensors that NumPy wrote, files that nobody should have written, and ours as NumPy reads them.

    files.py --noodle PATH [--seed S]
"""

import hashlib
import io
import json
import os
import random
import struct
import sys
import tempfile
import zipfile
import zlib

import numpy as np

import frame

HERE = os.path.dirname(os.path.abspath(__file__))
TYPES = {"Bool": "?", "i8": "i1", "i16": "i2", "i32": "i4", "Int": "i8", "u8": "u1", "u16": "u2", "u32": "u4",
         "u64": "u8", "f16": "f2", "f32": "f4", "Float": "f8", "Complex<f32>": "c8", "Complex<Float>": "c16"}
SAFE = {"Bool": "BOOL", "i8": "I8", "i16": "I16", "i32": "I32", "Int": "I64", "u8": "U8", "u16": "U16", "u32": "U32",
        "u64": "U64", "f16": "F16", "f32": "F32", "Float": "F64", "Complex<f32>": "C64"}
SHAPES = [(), (0,), (1,), (5,), (2, 3), (3, 0, 2), (2, 3, 4), (1, 1, 7), (4, 1), (2,) * 7, (1,) * 32]


def some(rng, name, shape):
    """An array of any bits, NaNs of all kinds and both zeros among them."""
    dtype = np.dtype(TYPES[name])
    count = int(np.prod(shape, dtype=np.int64))
    if dtype.kind == "c":
        parts = some(rng, {8: "f32", 16: "Float"}[dtype.itemsize], (2 * count,))
        return parts.view(dtype).reshape(shape)
    if name == "Bool":
        return np.array([rng.random() < 0.5 for _ in range(count)], dtype=bool).reshape(shape)
    array = np.frombuffer(rng.randbytes(count * dtype.itemsize), dtype=dtype).copy()
    if dtype.kind == "f":
        for i in range(0, count, 3):
            array[i] = rng.choice([0.0, -0.0, np.nan, -np.nan, np.inf, -np.inf, 1.5])
    return array.reshape(shape)


def digest(name, array):
    """By definition."""
    flat = np.array(array, order="C", dtype=array.dtype.newbyteorder("<"), copy=True).reshape(-1)
    if flat.dtype.kind == "c":
        flat = flat.view(f"<f{flat.itemsize // 2}")
    if flat.dtype.kind == "f":
        nan = {2: 0x7e00, 4: 0x7fc00000, 8: 0x7ff8000000000000}[flat.itemsize]
        bits = flat.view(f"<u{flat.itemsize}").copy()
        bits[np.isnan(flat)] = nan
        bits[flat == 0] = 0
        flat = bits
    return hashlib.sha256(f"{name} {list(array.shape)}\n".encode() + flat.tobytes()).hexdigest()


def same(a, b):
    return a.dtype.newbyteorder("=") == b.dtype.newbyteorder("=") and a.shape == b.shape and \
        a.astype(a.dtype.newbyteorder("<")).tobytes() == b.astype(b.dtype.newbyteorder("<")).tobytes()


def npy(array, version=None):
    out = io.BytesIO()
    np.lib.format.write_array(out, array, version=version)
    return out.getvalue()


def safetensors(arrays, metadata=None, **changes):
    """By the specification; `arrays` maps names to (type, array)."""
    entries, data = {}, b""
    if metadata:
        entries["__metadata__"] = metadata
    for name, (kind, array) in arrays.items():
        bytes_ = array.tobytes()
        entries[name] = {"dtype": SAFE.get(kind, kind), "shape": list(array.shape),
                         "data_offsets": [len(data), len(data) + len(bytes_)]}
        data += bytes_
    text = changes.get("text", json.dumps(entries)).encode()
    return struct.pack("<Q", changes.get("size", len(text))) + text + data


def read_safetensors(path):
    with open(path, "rb") as file:
        bytes_ = file.read()
    size = struct.unpack("<Q", bytes_[:8])[0]
    entries, found = json.loads(bytes_[8:8 + size]), {}
    assert size % 8 == 0
    metadata = entries.pop("__metadata__", {})
    for name, entry in entries.items():
        begin, end = entry["data_offsets"]
        kind = {v: k for k, v in SAFE.items()}.get(entry["dtype"])
        dtype = np.dtype(TYPES[kind]) if kind else np.dtype("u2")
        assert begin % dtype.itemsize == 0
        found[name] = np.frombuffer(bytes_[8 + size:][begin:end], dtype=dtype).reshape(entry["shape"])
    return found, metadata


class Cases:
    """Commands for the program, and what looks at its answers."""

    def __init__(self, folder):
        self.folder, self.commands, self.checks, self.files = folder, [], [], 0

    def file(self, ending, bytes_=None):
        self.files += 1
        path = os.path.join(self.folder, f"{self.files}{ending}")
        if bytes_ is not None:
            with open(path, "wb") as file:
                file.write(bytes_)
        return path

    def add(self, command, check):
        self.commands.append(command)
        self.checks.append((command, lambda answer: "" if check(answer) else f"gave {answer}"))

    def error(self, ending, bytes_, part, command="look"):
        """The error says this, in which file, and at which byte."""
        path = self.file(ending, bytes_)
        self.add(f"{command} {path}",
                 lambda answer: answer.startswith("error: ") and path in answer and "at byte " in answer and part in answer)


def npy_cases(cases, rng):
    for name in TYPES:
        for shape in SHAPES:
            plain = some(rng, name, shape)
            swapped = plain.astype(plain.dtype.newbyteorder(">"))
            forms = [npy(plain), npy(np.array(swapped, order="F")), npy(swapped, (2, 0)), npy(np.array(plain, order="F"), (3, 0))]
            for form in forms:
                out = cases.file(".out")

                def check(answer, plain=plain, out=out, name=name):
                    with open(out, "rb") as file:
                        written = file.read()
                    return (answer == digest(name, plain) and written == npy(plain) and
                            same(np.load(f"{out}.reversed"), plain.T))
                cases.add(f"npy {name} {cases.file('.npy', form)} {out}", check)
    path = cases.file(".npy", npy(np.zeros((2, 3), "<m8[s]")))
    cases.add(f"look {path}", lambda answer: answer == ":<m8[s]:[2, 3]")
    path = cases.file(".npy", npy(np.zeros(3, "<f4")))
    cases.add(f"npy Float {path} {path}", lambda answer: "of type f32, not Float as was asked" in answer)


def header(text, version=1, data=b""):
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H", len(text)) + text.encode("latin1") + data


def hostile_npy(cases):
    good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n"
    for change, part in [(("(2,)", "(2)"), '","'), (("(2,)", "(-2,)"), "length"), (("(2,)", "(02,)"), "length"),
                         (("(2,)", "(2,,)"), "length"), (("(2,)", "(9999999999999999999,)"), "length"),
                         (("False", "0"), "True or False"), (("'<f4'", "[('a', '<f4')]"), "several fields"),
                         (("'<f4'", "'=f4'"), "which order"), (("'<f4'", "'<f\\x34'"), "byte 92"),
                         (("'shape'", "'descr'"), "a second"), (("'shape'", "'color'"), "color"),
                         ((", 'shape': (2,)", ""), "missing"), (("}", "} print(1)"), "behind its end"),
                         (("{", "("), "expected"), (("'<f4'", "'<f4"), "expected")]:
        cases.error(".npy", header(good.replace(*change), data=bytes(8)), part)
    cases.error(".npy", header(good, version=4), "version 4.0")
    cases.error(".npy", b"\x93NUMPY\x01\x00\xff\xff{", "is cut off")
    cases.error(".npy", b"\x93NUMPY\x02\x00\xff\xff\xff\xff{}", "header is said to end")
    for shape, part in [("(3,)", "takes 12 bytes, and there are 8"), ("(1,)", "the elements end here"),
                        ("(4294967296, 4294967296, 4294967296)", "too large"), ("()", "the elements end here")]:
        path = cases.file(".npy", header(good.replace("(2,)", shape), data=bytes(8)))
        cases.add(f"npy f32 {path} {path}.out", lambda answer, part=part: answer.startswith("error: ") and part in answer)
    path = cases.file(".npy", header(good.replace("<f4", "|b1"), data=b"\x01\x02"))
    cases.add(f"npy Bool {path} {path}.out", lambda answer: "a Bool is 0 or 1, not 2" in answer and "at byte " in answer)


def archive_cases(cases, rng):
    for packs in (np.savez, np.savez_compressed):
        arrays = {f"{name}_{i}": some(rng, name, shape) for i, shape in enumerate(SHAPES) for name in SAFE}
        arrays["swapped"] = some(rng, "f32", (3, 4)).astype(">f4")
        arrays["fortran"] = np.asfortranarray(some(rng, "Int", (3, 4)))
        path, out = cases.file(".npz"), cases.file("")
        packs(path, **arrays)

        def check(answer, arrays=arrays, out=out):
            safe, _ = read_safetensors(f"{out}.safetensors")
            with np.load(f"{out}.npz") as stored, np.load(f"{out}.packed.npz") as packed:
                return all(set(found) == set(arrays) and all(same(found[name], arrays[name]) for name in arrays)
                           for found in (safe, stored, packed))
        cases.add(f"archive {path} {out}", check)
    arrays = {name: (name, some(rng, name, (2, 3))) for name in SAFE}
    arrays["half"] = ("BF16", some(rng, "u16", (5,)))
    for metadata in ({}, {"format": "pt", "ключ": "значение"}):
        path, out = cases.file(".safetensors", safetensors(arrays, metadata)), cases.file("")

        def check(_, arrays=arrays, out=out, metadata=metadata):
            found, kept = read_safetensors(f"{out}.safetensors")
            return kept == metadata and set(found) == set(arrays) and all(same(found[n], arrays[n][1]) for n in arrays)
        cases.add(f"archive {path} {out}", check)


def wide_zip(name, content):
    """An archive whose sizes and places all stand in 64 bits."""
    crc, size, full = zlib.crc32(content), len(content), 0xffffffff
    sizes = struct.pack("<HHQQ", 1, 16, size, size)
    local = struct.pack("<IHHHIIIIHH", 0x04034b50, 45, 0, 0, 0, crc, full, full, len(name), len(sizes)) + name + sizes + content
    extra = struct.pack("<HHQQQ", 1, 24, size, size, 0)
    listed = struct.pack("<IHHHHIIIIHHHHHII", 0x02014b50, 45, 45, 0, 0, 0, crc, full, full, len(name), len(extra), 0, 0, 0, 0,
                         full) + name + extra
    at = len(local) + len(listed)
    end = struct.pack("<IQHHIIQQQQ", 0x06064b50, 44, 45, 45, 0, 0, 1, 1, len(listed), len(local))
    locator = struct.pack("<IIQI", 0x07064b50, 0, at, 1)
    return local + listed + end + locator + struct.pack("<IHHHHIIH", 0x06054b50, 0, 0, 0xffff, 0xffff, full, full, 0)


def zipped(entries, method=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


def hostile_zip(cases):
    array = npy(np.arange(6, dtype="<f4"))
    wide = cases.file(".npz", wide_zip(b"a.npy", array))
    cases.add(f"look {wide}", lambda answer: answer == "a:f32:[6]")
    plain = zipped([("a.npy", array), ("b.npy", array)])
    list_at = plain.index(b"PK\1\2")
    second = plain.index(b"PK\1\2", list_at + 1)

    def change(at, format_, value):
        return plain[:at] + struct.pack(format_, value) + plain[at + struct.calcsize(format_):]
    for bytes_, part in [(plain.replace(b"b.npy", b"a.npy"), "a second file named"), (change(second + 42, "<I", 0), "otherwise"),
                         (change(list_at + 8, "<H", 1), "encrypted"), (change(list_at + 10, "<H", 14), "method 14"),
                         (change(list_at + 20, "<I", 1 << 31), "overlap"), (change(list_at + 24, "<I", 5), "otherwise"),
                         (change(list_at + 42, "<I", 1 << 30), "is expected"), (change(len(plain) - 12, "<H", 3), "is expected"),
                         (change(len(plain) - 12, "<H", 1), "goes on behind"),
                         (change(len(plain) - 6, "<I", 0), "ends here"), (change(60, "<B", 0xff), "checksum"),
                         (change(len(plain) - 12, "<I", 0xfffffff), "ends here"), (plain + b"x", "the end of a zip")]:
        cases.error(".npz", bytes_, part)
    bomb = zipped([("a.npy", bytes(10_000_000))], zipfile.ZIP_DEFLATED)
    at = bomb.index(b"PK\1\2")
    lying = bomb[:22] + struct.pack("<I", 100) + bomb[26:at + 24] + struct.pack("<I", 100) + bomb[at + 28:]
    cases.error(".npz", lying, "a.npy")
    # Two files that share bytes: the second one's begin within the first's.
    inner = zipped([("b.npy", array)])
    inner_size = inner.index(b"PK\1\2")
    outer = zipped([("a.npy", inner[:inner_size])])
    outer_at, inner_at = outer.index(b"PK\1\2"), 30 + 5
    listed = outer[outer_at:outer.index(b"PK\5\6")] + bytes(
        inner[inner_size:inner_size + 42] + struct.pack("<I", inner_at) + inner[inner_size + 46:inner.index(b"PK\5\6")])
    shared = outer[:outer_at] + listed + struct.pack("<IHHHHIIH", 0x06054b50, 0, 0, 2, 2, len(listed), outer_at, 0)
    cases.error(".npz", shared, "begins within another file")
    path = cases.file(".npz", zipped([("notes.txt", b"x")]))
    cases.add(f"look {path}", lambda answer: "is no .npy" in answer)


def hostile_safetensors(cases):
    entry = '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'

    def file(text, data=bytes(8), size=None):
        return struct.pack("<Q", len(text) if size is None else size) + text.encode() + data
    for bytes_, part in [(file(entry, size=1 << 63), "is said to follow"), (file(entry, size=200_000_000), "is said to follow"),
                         (file(""), "should begin"), (file(" " + entry), "should begin"), (file(entry[:-1]), "no JSON"),
                         (file(entry.replace("8]", "9]"), bytes(9)), "takes 8 bytes, not 9"),
                         (file(entry.replace("[0,8]", "[8,0]")), "lesser first"),
                         (file(entry.replace("[0,8]", "[1,9]"), bytes(9)), "begins at byte"),
                         (file(entry, bytes(9)), "the arrays end"), (file(entry, bytes(7)), "the arrays end"),
                         (file(entry.replace("[2]", "[-2]")), "none negative"), (file(entry.replace("[2]", "[2.0]")), "none negative"),
                         (file(entry.replace("[2]", "[9223372036854775807, 2]")), "shape should"),
                         (file(entry.replace("[2]", "[1152921504606846976, 1152921504606846976]")), "takes"),
                         (file('{"a":1}'), "object"), (file('{"__metadata__":{"a":1}}', b""), "isn't a text"),
                         (file(entry[:-1] + "," + entry[1:]), "stands twice"),
                         (file(entry.replace('"shape"', '"x":0,"shape"')), "nothing else")]:
        cases.error(".safetensors", bytes_, part)
    path = cases.file(".safetensors", file(entry.replace("F32", "F8_E4M3"), bytes(8)))
    cases.add(f"look {path}", lambda answer: answer == "a:F8_E4M3:[2]")


def mutations(cases):
    array = np.arange(6, dtype="<f4").reshape(2, 3)
    packed = io.BytesIO()
    np.savez_compressed(packed, a=array, b=array)
    for ending, bytes_ in [(".npy", npy(array)), (".npz", packed.getvalue()), (".npz", wide_zip(b"a.npy", npy(array))),
                           (".safetensors", safetensors({"a": ("f32", array)}, {"k": "v:\\\""}))]:
        path = cases.file(ending, bytes_)
        cases.add(f"cut {path}", lambda answer: answer == "taken []")
        cases.add(f"flip {path}", lambda answer: answer.startswith("refused ") and int(answer.split()[1]) > 0)


def main():
    options = frame.options(__doc__).parse_args()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        cases = Cases(folder)
        npy_cases(cases, rng)
        hostile_npy(cases)
        archive_cases(cases, rng)
        hostile_zip(cases)
        hostile_safetensors(cases)
        mutations(cases)
        return frame.judge([options.noodle, "run", os.path.join(HERE, "files.noodle")], cases.commands, cases.checks)


if __name__ == "__main__":
    sys.exit(main())
