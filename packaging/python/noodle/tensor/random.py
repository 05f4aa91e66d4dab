"""Random numbers that follow from keys: the same on every machine.

    from noodle.tensor import random

    first, second = random.split(random.key(7))
    random.normal(first, [3, 4], dtype=tensor.float32)
"""

from .._functions import Functions

_functions = Functions("tensor.random")


def __getattr__(name):
    return _functions.get(name)


def __dir__():
    return sorted({*globals(), *_functions.table})


def split(key, count=2):
    """So many other keys, whose numbers have nothing to do with one another's."""
    return [_functions.call("fold_in", key, number) for number in range(count)]
