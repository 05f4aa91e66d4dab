"""Functions of Noodle's library as those of Python, each compiled when it is first called with a type."""

import functools
import re
import threading
from collections import namedtuple

from . import _signatures
from ._dtypes import of
from ._programs import default_runtime
from ._tensors import Tensor, as_tensor

_lock = threading.RLock()
_compiled = {}
_LANGUAGE = {"Tensor", "List", "Map", "Int", "Float", "Bool", "String", "Bytes", "Result", "Error", "Range"}
# What the standard calls parts that are a tuple's in Noodle.
_PARTS = {"unique_counts": "values counts", "unique_inverse": "values inverse_indices", "top_k": "values indices"}


@functools.cache
def _library():
    return _signatures.of_library("tensor")


@functools.cache
def _owners():
    """The modules of types that have methods, by their names."""
    owners = {}
    for module, signature in _library().functions:
        owner, _, _ = signature.name.rpartition(".")
        if owner and owner != "Tensor":
            owners[owner] = module
    return owners


def is_array(value):
    return isinstance(value, Tensor) or hasattr(value, "__array_interface__") or hasattr(value, "__dlpack__")


def _words(text, types):
    """A type of Noodle with type arguments in place of its parameters."""
    types = {"Complex": "complex.Complex", **types}
    return re.sub(r"[\w.]+", lambda found: types.get(found[0], found[0]), text)


def _part(type_):
    """What a complex type has two of; of others themselves."""
    return type_[type_.index("<") + 1:-1] if type_.startswith("complex.") else type_


def function(modules, name, key, parameters, result, expression):
    """The function with such parameters that gives what an expression is, compiled once for each key."""
    with _lock:
        key = (*modules, name, *key)
        if key not in _compiled:
            text = f"pub fn call_{name}({parameters}) -> {result} {{ {expression} }}\n"
            needed = {"tensor", *modules, *(["complex"] if "complex." in text else [])}
            text = "".join(f"import {module}\n" for module in sorted(needed)) + f"\n{text}"
            _compiled[key] = default_runtime().compile(text, f"tensor.{name}.noodle").functions[f"call_{name}"]
        return _compiled[key]


def _bound(signature, arguments, named):
    """Arguments by the names of their parameters."""
    names = [one.name for one in signature.parameters]
    if len(arguments) > len(names):
        raise TypeError(f"`{signature.name}` takes at most {len(names)} arguments, not {len(arguments)}")
    given = dict(zip(names, arguments))
    for name, value in named.items():
        if name == "axis" and "axes" in names and (name not in names or value is None or isinstance(value, tuple)):
            if value is None:
                continue
            name = "axes"
        if name not in names or name in given:
            raise TypeError(f"`{signature.name}` takes no argument `{name}` more; its parameters are {', '.join(names)}")
        given[name] = value
    for parameter in signature.parameters:
        value = given.get(parameter.name)
        if parameter.type == "List<Int>" and hasattr(value, "__index__"):
            given[parameter.name] = [value]
        elif parameter.type.startswith("List<") and isinstance(value, tuple):
            given[parameter.name] = list(value)
        elif parameter.type == "Range" and isinstance(value, range):
            if value.step != 1:
                raise ValueError(f"a range of all numbers from one to another is wanted, not {value}")
            given[parameter.name] = (value.start, value.stop, False)
    missing = [one.name for one in signature.parameters if not one.has_default and one.name not in given]
    if missing:
        raise TypeError(f"`{signature.name}` wants an argument `{missing[0]}`")
    return given


def _types(signature, given, dtype):
    """Type arguments, as Noodle names them: as the tensors among the arguments have them, as `dtype` says, or as numbers
    of Python are."""
    types = {}
    for parameter in signature.parameters:
        generic = re.fullmatch(r"(?:List<)*Tensor<(Complex<)?(\w+)>+\??", parameter.type)
        value = given.get(parameter.name)
        if not generic or generic[2] not in signature.bounds or generic[2] in types:
            continue
        while isinstance(value, (list, tuple)) and len(value) and not is_array(value):
            value = value[0]
        if is_array(value):
            own = as_tensor(value, None, default_runtime()).dtype.noodle
            types[generic[2]] = _part(own) if generic[1] else own
    for name, bound in signature.bounds.items():
        related = re.search(r"\bMagnitude<(\w+)>", bound)
        if related and name in types:
            types[related[1]] = _part(types[name])
    for name in signature.bounds:
        values = [given[one.name] for one in signature.parameters if one.type == name and one.name in given]
        numbers = {type(value) for value in values}
        if numbers == {tuple}:
            types[name] = "(List<Int>, List<Int>)"
        elif name not in types:
            kinds = [kind for kind in (complex, float) if kind in numbers] or [*numbers, float]
            types[name] = of(dtype or kinds[0]).noodle
    return types


def _tensors_of(signature, given, types):
    """Numbers, lists and arrays as tensors where those are wanted."""
    for parameter in signature.parameters:
        wanted = re.fullmatch(r"Tensor<([\w.<>]+)>(\??)", _words(parameter.type, types))
        value = given.get(parameter.name)
        if wanted and parameter.name in given and not (wanted[2] and value is None):
            given[parameter.name] = as_tensor(value, of(wanted[1]), default_runtime())
    return given


class Functions:
    """The functions of a module, and methods of tensors or of the types that are its own, by their names."""

    def __init__(self, module):
        self._module = module

    @functools.cached_property
    def table(self):
        """A method's first parameter is the tensor. What changes its arguments is left out: tensors don't change here."""
        table = {}
        for module, signature in _library().functions:
            owner, _, name = signature.name.rpartition(".")
            has_self = [parameter.name for parameter in signature.parameters[:1]] == ["self"]
            if any(parameter.is_mut for parameter in signature.parameters):
                continue
            if owner and has_self and (module == self._module if owner != "Tensor" else self._module == "tensor"):
                table.setdefault(name, signature)
            elif not owner and module == self._module:
                table[name] = signature
        return table

    def _qualified(self, text, types):
        """A type as another module writes it, and the modules that it is of."""
        modules = set()

        def word(found):
            name = found[0]
            if name == "Complex":
                return "complex.Complex"
            if not name[0].isupper() or name in _LANGUAGE or name in types:
                return types.get(name, name)
            module = _owners().get(name, self._module)
            modules.add(module)
            return f"{module.rpartition('.')[2]}.{name}"

        return re.sub(r"\w+", word, text), modules

    def _instance(self, name, types, given):
        """The function for these type arguments and parameters, and the class of named tuples of its parts or None."""
        signature = self.table[name]
        declared = [one for one in signature.parameters if one.name in given]
        modules = {self._module}
        parameters = []
        for one in declared:
            type_, more = self._qualified(one.type, types)
            parameters.append(f"{'it' if one.name == 'self' else one.name}: {type_}")
            modules |= more
        arguments = ", ".join(f"{one.name}: {one.name}" for one in declared if one.name != "self")
        wanted = f"<{', '.join(types.values())}>" if types else ""
        place = self._module.rpartition(".")[2]
        expression = f"it.{name}({arguments})" if "self" in given else f"{place}.{name}{wanted}({arguments})"
        parts = None
        struct = _library().structs.get(re.match(r"\w*", signature.result)[0])
        if struct is None:
            result, more = self._qualified(signature.result, types)
            modules |= more
            if name in _PARTS:
                parts = _named(name, _PARTS[name])
        else:
            inside = dict(zip(struct.bounds, re.findall(r"\w+", signature.result)[1:]))
            fields = [_words(_words(one.type, inside), types) for one in struct.parameters]
            result = f"({', '.join(fields)})"
            expression = f"let all = {expression}\n({', '.join(f'all.{one.name}' for one in struct.parameters)})"
            parts = _named(struct.name, " ".join(one.name for one in struct.parameters))
        key = (*types.values(), *given)
        return function(modules, name, key, ", ".join(parameters), result, expression), parts

    def call(self, name, *arguments, dtype=None, **named):
        signature = self.table[name]
        given = _bound(signature, arguments, named)
        types = _types(signature, given, dtype)
        given = _tensors_of(signature, given, types)
        order = [one.name for one in signature.parameters if one.name in given]
        called, parts = self._instance(name, types, tuple(order))
        result = called(*(given[one] for one in order))
        return result if parts is None else parts(*result)

    def get(self, name):
        """The function of this name, as `__getattr__` of a module gives it."""
        if name.startswith("__") or name not in self.table:
            raise AttributeError(f"Noodle's module `{self._module}` has no function `{name}`")
        signature = self.table[name]
        found = functools.partial(self.call, name)
        found.__name__ = name
        parameters = ", ".join(f"{one.name}: {one.type}" for one in signature.parameters)
        found.__doc__ = f"{signature.name}({parameters}) -> {signature.result}"
        return found


@functools.cache
def _named(name, parts):
    return namedtuple(name, parts)
