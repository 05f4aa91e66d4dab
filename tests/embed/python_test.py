#!/usr/bin/env python3
"""The Python package against NumPy: values, arrays without copies, errors, threads.

    python_test.py PROGRAM [--order numpy|noodle]

`--order` says which of the two is imported first. Ends with `N passed, M failed`.
"""

import argparse
import gc
import os
import tempfile
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
    raises(TypeError, "there are no tensors of <c32", p.total, np.zeros(3, np.clongdouble))
    raises(TypeError, "complex128, not float64", p.total, np.zeros(3, complex))
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


def test_linalg():
    """`noodle.tensor.linalg` where NumPy has the same."""
    linalg = tensor.linalg
    a, b = np.array([[4.0, 1.0], [1.0, 3.0]]), np.array([1.0, 2.0])

    def near(found, wanted, what):
        check(np.allclose(found, wanted, rtol=1e-12), what)

    for name in ("inv", "det", "cholesky", "pinv", "eigvalsh", "matrix_rank", "trace", "diagonal", "svdvals"):
        wanted = np.linalg.svd(a, compute_uv=False) if name == "svdvals" else getattr(np.linalg, name, getattr(np, name, None))(a)
        near(getattr(linalg, name)(a), wanted, name)
    near(linalg.solve(a, b), np.linalg.solve(a, b), "solve")
    near(linalg.solve(np.stack([a, 2 * a]), np.ones((2, 2, 1))), np.linalg.solve(np.stack([a, 2 * a]), np.ones((2, 2, 1))), "stacks")
    near(linalg.matrix_power(a, -2), np.linalg.matrix_power(a, -2), "matrix_power")
    near(linalg.outer(b, b), np.outer(b, b), "outer")
    near(linalg.cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0]), [0.0, 0.0, 1.0], "cross")
    near(linalg.vecdot(a, b), a @ b, "vecdot")
    near(linalg.tensordot(a, a, axes=([0], (1,))), np.tensordot(a, a, ([0], [1])), "tensordot of axes")
    near(tensor.tensordot(a, a), np.tensordot(a, a), "tensordot")
    near(linalg.matmul(a, a), a @ a, "matmul")
    for order in ("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf):
        near(linalg.matrix_norm(a, ord=order, keepdims=True), np.linalg.norm(a, order, keepdims=True), f"norm {order}")
    near(linalg.vector_norm(a, axis=1, ord=1), np.linalg.norm(a, 1, axis=1), "norms of rows")
    near(linalg.vector_norm(a, axis=(0, 1)), np.linalg.norm(a), "a norm along two axes")
    near(linalg.vector_norm(a, axis=None), np.linalg.norm(a), "a norm of all")
    q, r = linalg.qr(np.ones((3, 2)), mode="complete")
    check(q.shape == (3, 3) and r.shape == (3, 2), "qr")
    near(np.asarray(linalg.qr(a).q) @ np.asarray(linalg.qr(a).r), a, "qr's parts")
    u, s, vh = linalg.svd(np.ones((3, 2)), full_matrices=False)
    near((np.asarray(u) * np.asarray(s)) @ np.asarray(vh), np.ones((3, 2)), "svd")
    check(linalg.svd(np.ones((3, 2))).u.shape == (3, 3), "svd's parts")
    check(linalg.eigh(a)._fields == ("eigenvalues", "eigenvectors"), "eigh's parts")
    near(linalg.slogdet(a).logabsdet, np.linalg.slogdet(a)[1], "slogdet")
    near(linalg.lstsq(np.ones((3, 1)), np.array([1.0, 2.0, 3.0])).x, [2.0], "lstsq")
    raises(noodle.Failure, "is singular", linalg.inv, np.ones((2, 2)))
    raises(noodle.Panic, "[3, 2]", linalg.det, np.ones((3, 2)))
    raises(ValueError, "ord is one of 'fro'", lambda: linalg.matrix_norm(a, ord=3))
    raises(ValueError, "mode is one of 'reduced'", lambda: linalg.qr(a, mode="raw"))
    raises(AttributeError, "module `tensor.linalg` has no function `nonsense`", lambda: linalg.nonsense)
    check({"solve", "qr", "matrix_norm"} <= set(dir(linalg)), "what there is")


def test_sets():
    """Several results as named tuples."""
    x = tensor.asarray([3, 1, 3])
    every = tensor.unique_all(x)
    check(every._fields == ("values", "indices", "inverse_indices", "counts"), "unique_all's parts")
    check([part.tolist() for part in every] == [[1, 3], [1, 0], [1, 0, 1], [1, 2]], "unique_all")
    check(tensor.unique_counts(x).counts.tolist() == [1, 2], "unique_counts")
    check(tensor.unique_inverse(x).inverse_indices.tolist() == [1, 0, 1], "unique_inverse")
    check(tensor.unique_values(x).tolist() == [1, 3], "unique_values")
    check(tensor.top_k(x, 2).values.tolist() == [3, 3], "top_k")
    check(type(tensor.unique_all(x)) is type(every), "one class of them")


def test_modules(folder):
    """`nn`, `random` and `files`."""
    nn, random, files = tensor.nn, tensor.random, tensor.files
    images = np.arange(16.0).reshape(1, 1, 4, 4)
    check(nn.max_pool2d(images, 2).tolist() == [[[[5.0, 7.0], [13.0, 15.0]]]], "max_pool2d")
    found = nn.conv2d(images, np.ones((2, 1, 2, 2)), bias=[0.0, 100.0], stride=(2, 2))
    check(found.tolist() == [[[[10.0, 18.0], [42.0, 50.0]], [[110.0, 118.0], [142.0, 150.0]]]], "conv2d with a bias")
    check(nn.conv2d(images, np.ones((2, 1, 2, 2)), bias=None).shape == (1, 2, 3, 3), "conv2d without")
    check(nn.embedding([[1, 2], [3, 4]], [1, 0]).tolist() == [[3, 4], [1, 2]], "embedding")
    key = random.key(7)
    first, second = random.split(key)
    check(first == random.fold_in(key, 0) and first != second, "keys")
    check(random.normal(first, (2, 3), dtype=tensor.float32).dtype is tensor.float32, "normal")
    check(random.normal(first, [4]).tolist() != random.normal(second, [4]).tolist(), "different keys")
    check(set(random.integers(key, range(1, 7), 1000).tolist()) == {1, 2, 3, 4, 5, 6}, "integers")
    check(sorted(random.shuffle(key, [3, 1, 2]).tolist()) == [1, 2, 3], "shuffle")
    check(nn.dropout(key, np.ones(4), 0.0).tolist() == [1.0] * 4, "dropout")
    raises(ValueError, "all numbers from one to another", random.integers, key, range(1, 7, 2), 3)
    one, many = os.path.join(folder, "one.npy"), os.path.join(folder, "many.npz")
    a, b = np.ones((2, 3), "f4"), np.arange(3)
    files.write_npy(one, a)
    check(np.array_equal(np.load(one), a) and np.array_equal(files.read_npy(one), a), ".npy")
    check(np.array_equal(files.from_npy(files.to_npy(b)), b), "the bytes of .npy")
    for name in ("npz", "safetensors"):
        getattr(files, f"write_{name}")(many, {"a": a, "b": b})
        read = getattr(files, f"read_{name}")(many)
        check(set(read) == {"a", "b"} and np.array_equal(read["a"], a) and np.array_equal(read["b"], b), name)
        with open(many, "rb") as file:
            check(np.array_equal(getattr(files, f"from_{name}")(file.read())["b"], b), f"the bytes of {name}")
        getattr(files, f"write_{name}")(many, {})
        check(getattr(files, f"read_{name}")(many) == {}, f"{name} without tensors")
        getattr(files, f"write_{name}")(many, {"only": b})
        check(np.array_equal(getattr(files, f"read_{name}")(many)["only"], b), f"{name} of one")
    check(files.from_csv("1,2\n3,4\n", dtype=tensor.int64).tolist() == [[1, 2], [3, 4]], "CSV")
    raises(noodle.Failure, "no such file", files.read_npy, os.path.join(folder, "none.npy"))


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
test_linalg()
test_sets()
with tempfile.TemporaryDirectory() as scratch:
    test_modules(scratch)
test_threads(program)
# ---- complex numbers ---------------------------------------------------------------------------------------------
for kind in ("complex64", "complex128"):
    z = np.array([[1 + 2j, 3 - 1j], [0.5j, -1]], kind)
    t = tensor.asarray(z)
    check(t.dtype.name == kind and t._info.data == z.__array_interface__["data"][0], f"{kind} is copied")
    check(np.shares_memory(np.asarray(t), z) and np.from_dlpack(t).dtype == kind, f"{kind} is copied on the way back")
    check(tensor.from_dlpack(np.from_dlpack(t)).dtype is t.dtype, f"{kind} by DLPack")
    check(np.allclose(np.asarray(t @ t), z @ z) and np.allclose(np.asarray(tensor.exp(t)), np.exp(z)), f"{kind} is computed")
    check(np.array_equal(np.asarray(tensor.imag(t)), z.imag) and tensor.abs(t).dtype.name == z.real.dtype, f"parts of {kind}")
    check(np.array_equal(np.asarray(tensor.asarray(z[::-1, 1:])), z[::-1, 1:]), f"a view of {kind}")
    check(tensor.sum(t).item() == z.sum() and complex(tensor.sum(t)) == z.sum(), f"a sum of {kind}")
check(tensor.asarray([1 + 2j, 3]).tolist() == [1 + 2j, 3 + 0j], "complex numbers of Python")
check(tensor.full([2], 1j).tolist() == [1j, 1j], "a complex number as an argument")
check(tensor.from_parts(np.ones(2), np.zeros(2)).tolist() == [1, 1], "parts put together")
raises(noodle.ProgramError, "no order", tensor.less, tensor.asarray([1j]), tensor.asarray([1j]))
raises(TypeError, "complex128, not float64", tensor.where, [True], tensor.asarray([1.0]), tensor.asarray([1j]))

print(f"{counts[True]} passed, {counts[False]} failed")
raise SystemExit(counts[False] != 0)
