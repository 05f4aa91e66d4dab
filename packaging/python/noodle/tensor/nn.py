"""What networks are made of: convolutions, pooling, norms, embeddings, quantizing.

    from noodle.tensor import nn

    nn.max_pool2d(nn.conv2d(images, weights, padding=1), 2)
"""

from .._functions import Functions

_functions = Functions("tensor.nn")


def __getattr__(name):
    return _functions.get(name)


def __dir__():
    return sorted({*globals(), *_functions.table})
