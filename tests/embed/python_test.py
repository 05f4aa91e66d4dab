#!/usr/bin/env python3
"""The Python package against NumPy: values, arrays without copies, errors, threads.

    python_test.py PROGRAM [--order numpy|noodle]

`--order` says which of the two is imported first. Ends with `N passed, M failed`.
"""

import argparse
import gc
import threading

parser = argparse.ArgumentParser()
parser.add_argument("program")
parser.add_argument("--order", choices=["numpy", "noodle"], default="noodle")
options = parser.parse_args()
if options.order == "numpy":
    import numpy as np
    import noodle
else:
    import noodle
    import numpy as np
from noodle import tensor

counts = {True: 0, False: 0}


def check(holds, what):
    counts[bool(holds)] += 1
    if not holds:
        print(f"failed: {what}")


def raises(kind, part, call, *arguments, **named):
    try:
        call(*arguments, **named)
    except kind as error:
        check(part in str(error), f"`{error}` does not say `{part}`")
    except Exception as error:
        check(False, f"{type(error).__name__} instead of {kind.__name__}: {error}")
    else:
        check(False, f"no {kind.__name__} that says `{part}`")


def test_values(p):
    scalars = (True, -128, -32768, -1, -(1 << 63), 255, 65535, 1 << 31, (1 << 64) - 1, 1.5, -2.0, 0.25, 0.1)
    check(p.scalars(*scalars) == scalars, "scalars of every kind")
    check(p.add(1, b=2) == 3 and p.add(a=1, b=2) == 3, "named arguments")
    check(p.add(np.int32(1), 2) == 3, "NumPy's numbers")
    for text in ("", "short", "longer than fifteen bytes: äöü€"):
        check(p.same_text(text) == text, text)
        check(p.same_bytes(text.encode()) == text.encode(), text)
    check(p.doubled([1.0, -2.5]) == [2.0, -5.0] and p.doubled([]) == [], "lists")
    check(p.doubled(np.array([1.0, 2.0])) == [2.0, 4.0], "an array as a list")
    check(p.flipped([True, False]) == [False, True], "lists of bools")
    check(p.loud(["a", "longer than fifteen bytes"]) == ["A", "LONGER THAN FIFTEEN BYTES"], "lists of strings")
    check(p.rows([[1, 2], [], [3]]) == [[3], [], [1, 2]], "lists of lists")
    check(p.half(8) == 4 and p.half(7) is None, "options")
    check(p.parsed("12") == 12, "Ok")
    raises(noodle.Failure, "`x` is no number", p.parsed, "x")
    raises(noodle.Failure, "opening x: no such file", p.opened, "x")
    check(p.nothing() is None, "no result")
    check(p.length((3.0, 4.0)) == 5.0 and p.moved((1.0, 2.0), 3.0) == (4.0, 2.0), "structs as tuples")
    shape = noodle.Variant("Named", ("a", [1, 2]))
    check(p.same_shape(shape) == shape and p.same_shape(noodle.Variant("Empty")).name == "Empty", "variants")
    check(p.add.signature == "fn add(a: Int, b: Int) -> Int" and "add" in dir(p), "signatures")


def test_errors(p):
    raises(TypeError, "argument 1, which is to be `i64`", p.add, "1", 2)
    raises(TypeError, "`add` takes 2 arguments, not 1: fn add(a: Int, b: Int) -> Int", p.add, 1)
    raises(TypeError, "takes no argument `c` more", p.add, 1, c=2)
    raises(ValueError, "128 does not fit into i8", p.scalars, True, 128, 0, 0, 0, 0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0)
    raises(AttributeError, "no public function `deeper`", lambda: p.deeper)
    raises(TypeError, "map<string, i64>", p.counts, "a")
    inside = noodle.compile("""pub enum Wrong { Lost(counts: Map<String, Int>, text: String) }
pub fn found(n: Int) -> Map<String, Int>? { if n > 0 { Some({"a": n}) } else { None } }
pub fn lost() -> Result<Int, Wrong> { Err(Lost(({}), "gone")) }
""")
    raises(TypeError, "can't be handed over", inside.found, 1)
    check(inside.found(0) is None, "none of what can't be handed over")
    raises(noodle.Failure, "gone", inside.lost)
    raises(noodle.Panic, "deeper", p.failing, "text", 7)
    raises(noodle.Exit, "`exit` with 3", p.leaving, 3)
    raises(noodle.ProgramError, "wrong.noodle:1:16", noodle.compile, "pub fn f() { 1 + \"a\" }", "wrong.noodle")
    raises(noodle.ProgramError, "/no/such.noodle", noodle.load, "/no/such.noodle")
    raises(TypeError, "its elements are float32, not float64", p.total, np.zeros(3, np.float32))
    raises(TypeError, "there are no tensors of <c16", p.total, np.zeros(3, complex))
    raises(TypeError, "is no array", p.total, object())
    check(p.add(1, 2) == 3, "after errors all goes on")


SHAPES = {
    "no axes": lambda a: a[0, 0],
    "no elements": lambda a: a[:0],
    "rows": lambda a: a,
    "columns": lambda a: a.T,
    "every second": lambda a: a[:, ::2],
    "backwards": lambda a: a[::-1, ::-1],
    "one row again and again": lambda a: np.broadcast_to(a[0], (3, a.shape[1])),
    "three axes": lambda a: a.reshape(2, 2, 6),
}


def test_arrays():
    """Each type of elements in each class of shapes, in and out, by either way, and never copied."""
    for dtype in ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32",
                  "float64"):
        whole = np.arange(24).reshape(4, 6).astype(dtype)
        for name, part in SHAPES.items():
            array = np.asarray(part(whole))
            what = f"{dtype}, {name}"
            own = tensor.asarray(array)
            back = np.asarray(own)
            check(own.shape == array.shape and own.dtype.name == dtype, what)
            check(back.dtype == array.dtype and back.shape == array.shape and np.array_equal(back, array), what)
            check(array.size == 0 or np.shares_memory(back, array), f"{what} was copied")
            check(not back.flags.writeable, f"{what} may be written to")
            check(own.tolist() == array.tolist(), what)
            if dtype != "bool":  # this NumPy has none in DLPack
                back = np.from_dlpack(own)
                check(np.array_equal(back, array) and back.dtype == array.dtype, f"{what}, by DLPack")
                check(array.size == 0 or np.shares_memory(back, array), f"{what} was copied, by DLPack")
                if not array.flags.writeable:
                    continue  # NumPy does not give those away so
                again = tensor.from_dlpack(Only(array))
                check(np.array_equal(np.asarray(again), array), f"{what}, from DLPack")
                check(array.size == 0 or np.shares_memory(np.asarray(again), array), f"{what} was copied from DLPack")


class Only:
    """What has `__dlpack__` alone."""

    def __init__(self, array):
        self.array = array

    def __dlpack__(self, **named):
        self.capsule = self.array.__dlpack__(**named)
        return self.capsule

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


def test_lifetimes(p):
    class Watched(np.ndarray):
        """An array whose end is seen."""
        ended = 0

        def __del__(self):
            Watched.ended += 1

    def watched():
        return np.arange(5.0).view(Watched)

    result = p.same(watched())
    check(Watched.ended == 0, "an array lives as long as a result needs it")
    shown = np.asarray(result)
    del result
    gc.collect()
    check(Watched.ended == 0 and shown[4] == 4.0, "and as long as NumPy looks at that")
    del shown
    gc.collect()
    check(Watched.ended == 1, "and no longer")
    capsule = tensor.asarray(watched()).__dlpack__()
    check(Watched.ended == 1, "a capsule holds it")
    del capsule
    check(Watched.ended == 2, "and lets it go when nobody took it")
    for array, name in ((tensor.asarray([1.0]), "used_dltensor_versioned"), (np.arange(1.0), "used_dltensor")):
        given = Only(array)
        taken = tensor.from_dlpack(given)
        fill = [bytes(b"?" * size) for size in range(64) for _ in range(100)]  # where what is free was
        check(f'"{name}"' in repr(given.capsule), f"{given.capsule} is marked as used")
        del given, taken, fill
    array = np.arange(3.0)
    changed = p.changed(array)
    check(array[0] == 0 and changed.tolist() == [7, 1, 2], "arrays are not written to")
    check(p.changed(changed).tolist() == [7, 1, 2] and p.plus(changed, changed).tolist() == [14, 2, 4], "nor are results")
    swapped = np.arange(3.0).astype(">f8")
    check(p.total(swapped) == 3.0, "another order of bytes is copied")
    odd = np.zeros(25, np.int8)[1:].view("f8")
    odd[:] = [1.0, 2.0, 3.0]
    check(not odd.flags.aligned and p.total(odd) == 6.0, "odd places")
    check(p.maybe(array, True).tolist() == [0, 1, 2] and p.maybe(array, False) is None, "an optional tensor")


def test_views():
    array = np.arange(24.0).reshape(2, 3, 4)
    own = tensor.asarray(array)
    for index in (1, -1, (0, 2), slice(None, None, -1), (slice(1), ..., 2), (..., None), (0, slice(3, 0, -2)), (None, 1),
                  (slice(5, 9),)):
        check(np.array_equal(np.asarray(own[index]), array[index]), f"index {index}")
    raises(IndexError, "index 2 along axis 0, which has 2", lambda: own[2])
    raises(IndexError, "4 indices don't fit 3 axes", lambda: own[0, 0, 0, 0])
    check(np.array_equal(own[tensor.asarray(1), ...], array[1]) and own[tensor.argmin(own)].shape == (3, 4), "tensors as indices")
    check(float(own[1, 2, 3]) == 23.0 and int(own[0, 0, 1]) == 1 and len(own) == 2, "numbers")


def test_namespace():
    """`noodle.tensor` where NumPy has the same."""
    a, b = np.array([[1.0, 4.0], [9.0, 16.0]]), np.array([[2.0, 0.5], [1.0, 3.0]])
    for name in ("add", "subtract", "multiply", "divide", "maximum", "minimum", "hypot", "logaddexp"):
        found = getattr(tensor, name)(a, b)
        check(np.allclose(found, getattr(np, name)(a, b), rtol=1e-15), name)
    for name in ("sqrt", "exp", "log", "sin", "tanh", "floor", "square", "isnan", "negative"):
        check(np.allclose(getattr(tensor, name)(a), getattr(np, name)(a), rtol=1e-15), name)
    x, y = tensor.asarray(a), tensor.asarray(b)
    check(np.array_equal(x + y, a + b) and np.array_equal(2 * x - 1, 2 * a - 1) and np.array_equal(-x / y, -a / b), "operators")
    check(np.array_equal(x @ y, a @ b) and np.array_equal(x > y, a > b) and np.array_equal(x.T, a.T), "more operators")
    check(x.__array_namespace__() is tensor, "the namespace")
    check(np.array_equal(tensor.zeros([2, 3], dtype=tensor.float32), np.zeros((2, 3), "f4")), "zeros")
    check(np.array_equal(tensor.sum(x, axis=0), a.sum(axis=0)) and float(tensor.sum(x)) == 30.0, "sums along axes")
    check(tensor.arange(0, 4).tolist() == [0, 1, 2, 3] and tensor.full(2, 0.5).tolist() == [0.5, 0.5], "types of numbers")
    single = tensor.asarray(a.astype("f4"))
    check(tensor.concat([single, single]).dtype is tensor.float32, "concat of other types")
    check(np.array_equal(tensor.concat([x, y]), np.concatenate([a, b])), "concat")
    check(np.array_equal(tensor.where(x > y, x, y), np.maximum(a, b)), "where")
    check(np.array_equal(tensor.astype(x, tensor.int32), a.astype("i4")), "astype")
    check(np.array_equal(tensor.asarray([[1, 2], [3, 4]]), [[1, 2], [3, 4]]), "lists of lists")
    check(tensor.asarray([True, False]).dtype is tensor.bool, "bools")
    check(np.array_equal(tensor.asarray(a, copy=True), a), "a copy")
    check(not np.shares_memory(np.asarray(tensor.asarray(a, copy=True)), a), "a copy is one")
    check(np.array_equal(tensor.sort(x, axis=0, descending=True), -np.sort(-a, axis=0)), "a method")
    raises(AttributeError, "no function `nonsense`", lambda: tensor.nonsense)
    raises(TypeError, "wants an argument `b`", tensor.add, x)
    check(len(dir(tensor)) > 150, "there are many")


def test_threads(p):
    """Calls and ends of arrays on many threads, and a runtime of one's own."""
    wrong = []

    def work(program):
        for i in range(50):
            a = np.full(1000, float(i))
            if program.plus(a, a).numpy()[999] != 2 * i or program.total(a) != 1000.0 * i:
                wrong.append(i)

    other = noodle.Runtime(workers=1, jit=False)
    programs = [p, other.load(options.program)]
    threads = [threading.Thread(target=work, args=(programs[i % 2],)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check(not wrong, "threads")
    timer = threading.Timer(0.1, other.interrupt)
    timer.start()
    raises(noodle.Interrupted, "interrupted", programs[1].spinning)
    timer.join()
    check(programs[1].add(1, 2) == 3, "after an interruption all goes on")
    raises(ValueError, "another runtime", programs[1].total, p.same(np.zeros(3)))


program = noodle.load(options.program)
test_values(program)
test_errors(program)
test_arrays()
test_lifetimes(program)
test_views()
test_namespace()
test_threads(program)
print(f"{counts[True]} passed, {counts[False]} failed")
raise SystemExit(counts[False] != 0)
