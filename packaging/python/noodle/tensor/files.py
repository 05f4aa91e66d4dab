"""Tensors in files: NumPy's `.npy` and `.npz`, safetensors, CSV.

    from noodle.tensor import files

    files.write_npy("weights.npy", weights)
    files.read_safetensors("model.safetensors")["embedding"]

What can't be read or written raises `noodle.Failure`.
"""

from .._functions import Functions
from .._functions import function
from .._tensors import as_tensor
from .._programs import default_runtime

_functions = Functions("tensor.files")


def __getattr__(name):
    return _functions.get(name)


def __dir__():
    return sorted({*globals(), *_functions.table})


def _look(source, given):
    """The names and the types of elements that a file, or its bytes, has."""
    look = "look(it)" if given == "String" else "look_in(it)"
    parts = [function(["tensor.files"], f"look_{part}", (given,), f"it: {given}", "Result<List<String>, Error>",
                      f"Ok(files.{look}?.map(entry => entry.{part}))")(source) for part in ("name", "element")]
    return list(zip(*parts))


def read_npy(path):
    """The tensor in a file `.npy`."""
    return _functions.call("read_npy", path, dtype=_look(path, "String")[0][1])


def from_npy(data):
    """The tensor in the bytes of a file `.npy`."""
    return _functions.call("from_npy", data, dtype=_look(data, "Bytes")[0][1])


def _archive(name, source, given):
    """All tensors of an archive by their names, which one call reads."""
    entries = _look(source, given)
    if not entries:
        return {}
    types = [f"Tensor<{element}>" for _, element in entries]
    gets = [f"all.get<{element}>(names[{i}])?" for i, (_, element) in enumerate(entries)]
    read = function(["tensor.files"], name, types, f"it: {given}, names: List<String>",
                    f"Result<({', '.join(types)},), Error>",
                    f"let all = files.{name}(it)?\nOk(({', '.join(gets)},))")
    names = [entry for entry, _ in entries]
    found = read(source, names)
    return dict(zip(names, found if len(names) > 1 else [found]))


def read_npz(path):
    """The tensors in a file `.npz` by their names."""
    return _archive("read_npz", path, "String")


def from_npz(data):
    """The tensors in the bytes of a file `.npz` by their names."""
    return _archive("from_npz", data, "Bytes")


def read_safetensors(path):
    """The tensors in a file of safetensors by their names."""
    return _archive("read_safetensors", path, "String")


def from_safetensors(data):
    """The tensors in the bytes of a file of safetensors by their names."""
    return _archive("from_safetensors", data, "Bytes")


def _write(name, path, arrays):
    own = [as_tensor(array, None, default_runtime()) for array in arrays.values()]
    kinds = [one.dtype.noodle for one in own]
    parameters = ["path: String", "names: List<String>", *(f"a{i}: Tensor<{kind}>" for i, kind in enumerate(kinds))]
    sets = [f"all.set(names[{i}], a{i})" for i in range(len(own))]
    body = "\n".join(["var all = files.Archive.new()", *sets, f"all.{name}(path)"])
    function(["tensor.files"], name, kinds, ", ".join(parameters), "Result<(), Error>", body)(path, list(arrays), *own)


def write_npz(path, arrays):
    """Writes tensors, by their names, to a file `.npz`."""
    _write("write_npz", path, arrays)


def write_safetensors(path, arrays):
    """Writes tensors, by their names, to a file of safetensors."""
    _write("write_safetensors", path, arrays)
