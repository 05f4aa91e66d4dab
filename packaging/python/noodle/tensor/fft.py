"""Fourier transforms, named as the Python array API standard has them.

    from noodle.tensor import fft

    fft.irfft(fft.rfft(samples))
"""

from .._functions import Functions

_functions = Functions("tensor.fft")


def __getattr__(name):
    return _functions.get(name)


def __dir__():
    return sorted({*globals(), *_functions.table})
