"""The page on how `tensor` stands to the array API standard, from what was tried and what the library has."""

import re
import textwrap

from cases import ALL, COMPLEX, EVERY, FLOATS, INEXACT, INTEGERS, NARROW, NUMBERS, NUMERIC, Near

HEAD = """Tensors and the array API standard
==================================

What the `Python array API standard 2025.12 <https://data-apis.org/array-api/2025.12/>`_ asks for, and what of it Noodle has. This
page is made by ``tests/tensor/conformance.py``, which tries the functions: for each type of elements random cases with shapes
without axes and with none of an axis, views that are not contiguous, operands repeated to one another, and special numbers.

Judges are ``NumPy``, bit for bit; ``NumPy, n ulps``, which computes in twice the precision, and the result may be off by so
many units of the last place; ``NumPy, nearly``, where sums are added in another order; ``rounding``: types of 16 bits are
computed in 32 and rounded once; and ``the table``, what the standard says of NaN, infinities and zeros of both signs.

What the standard calls a dtype is the type of elements, and known before the program runs: a ``dtype`` argument is a type
argument or ``astype``. Elements never change their type by themselves, so both operands have one type, and the standard's rules of
promotion are not needed: its mixed operations don't compile. A number goes with operators; functions of two operands take
tensors, such as ``tensor.full([], 2.0)``. Complex elements are ``Complex<f32>`` and ``Complex<Float>``; what needs an order doesn't
compile for them. Devices and ``copy`` are not there. In the standard ``None`` for an axis means all: here the argument is left
out.
"""

SECTIONS = [
    ("Constants", "e inf nan newaxis pi"),
    ("Making them", """arange asarray empty empty_like eye from_dlpack full full_like linspace meshgrid ones ones_like tril triu
        zeros zeros_like"""),
    ("Types", "astype can_cast finfo iinfo isdtype result_type"),
    ("Each element", """abs acos acosh add asin asinh atan atan2 atanh bitwise_and bitwise_left_shift bitwise_invert bitwise_or
        bitwise_right_shift bitwise_xor ceil clip conj copysign cos cosh divide equal exp expm1 floor floor_divide greater
        greater_equal hypot imag isfinite isinf isnan less less_equal log log1p log2 log10 logaddexp logical_and logical_not
        logical_or logical_xor maximum minimum multiply negative nextafter not_equal positive pow real reciprocal remainder round
        sign signbit sin sinh square sqrt subtract tan tanh trunc"""),
    ("Indexing", "take take_along_axis"),
    ("Products", "matmul matrix_transpose tensordot vecdot"),
    ("Other shapes", """broadcast_arrays broadcast_shapes broadcast_to concat expand_dims flip moveaxis permute_dims repeat
        reshape roll squeeze stack tile unstack"""),
    ("Searching", "argmax argmin count_nonzero nonzero searchsorted where"),
    ("Sets", "isin unique_all unique_counts unique_inverse unique_values"),
    ("Sorting", "argsort sort"),
    ("Along axes", "cumulative_prod cumulative_sum max mean min prod std sum var all any diff"),
    ("Linear algebra", """cholesky cross det diagonal eig eigh eigvals eigvalsh inv matrix_norm matrix_power matrix_rank outer
        pinv qr slogdet solve svd svdvals trace vector_norm"""),
    ("Fourier transforms", """fft ifft fftn ifftn rfft irfft rfftn irfftn hfft ihfft fftfreq rfftfreq fftshift ifftshift"""),
]

# What Noodle has in another way than by a function of that name.
OTHERWISE = {
    "e": "``E``, a core name", "pi": "``PI``, a core name", "inf": "``1.0 / 0.0``", "nan": "``0.0 / 0.0``",
    "newaxis": "``x.expand_dims(axis: 0)``",
    "can_cast": "elements never change their type by themselves", "result_type": "both operands have one type",
    "isdtype": "the bounds ``Number``, ``Real``, ``tensor.Numeric`` and ``tensor.Inexact``", "from_dlpack": "``tensor.files`` reads bytes",
}
DEVIATIONS = {
    "arange": "There is no form with one argument.",
    "argmax": "It takes ``axes``. NaN counts as the greatest.", "argmin": "It takes ``axes``. NaN counts as the least.",
    "argsort": "It is always stable.", "sort": "It is always stable.",
    "astype": "A float that no integer is wraps around.",
    "asarray": "It takes numbers and lists of lists.",
    "imag": "It takes complex elements alone.",
    "bitwise_left_shift": "A shift by a negative number or by too many bits gives 0.",
    "clip": "Both bounds are numbers, and must be given.",
    "diff": "There is no ``prepend`` and no ``append``.",
    "divide": "Integers are divided too, and cut off, as everywhere in Noodle.",
    "empty": "Its elements are zeros.", "empty_like": "Its elements are zeros.",
    "expand_dims": "One axis at a time.",
    "floor_divide": "An integer divided by zero panics. Infinity divided gives NaN, as the standard allows.",
    "remainder": "An integer divided by zero panics.",
    "max": "It panics where there are no elements.", "min": "It panics where there are no elements.",
    "pow": "Of integers to negative powers what is whole remains.",
    "prod": "The product has the elements' own type.", "sum": "The sum has the elements' own type.",
    "cumulative_prod": "The products have the elements' own type.", "cumulative_sum": "The sums have the elements' own type.",
    "repeat": "Without an axis it goes along the first; the numbers are a list.",
    "meshgrid": "The coordinates are a list.", 
    "nonzero": "It panics for a tensor without axes.", "roll": "Shifts and axes are lists.",
    "searchsorted": "``side: \"right\"`` is ``right: true``; there is no ``sorter``.",
    "tan": "Of the smallest ``f64`` it is zero, of either sign.",
    "take": "Without an axis it goes along the first.",
}
GROUPS = [(EVERY, "all"), (NUMERIC, "numbers, complex ones"), (INEXACT, "floats, complex ones"), (COMPLEX, "complex numbers"),
          (ALL, "all but complex ones"), (NUMBERS, "numbers"), (INTEGERS, "integers"), (INTEGERS + ["bool"], "integers, ``Bool``"),
          (FLOATS, "floats"), (["bool"], "``Bool``"), (["int64"], "``Int``")]


def library(root):
    """Where each public function stands: `tensor.exp`, or as a method `x.sort`."""
    found = {}
    front = root / "std/tensor.noodle"
    exported = re.findall(r"^pub import tensor\.(\w+)", front.read_text(), re.MULTILINE)
    modules = sorted((root / "std").glob("tensor/*.noodle"))
    # A name stands where `tensor` has it, so what it exports comes last and wins.
    for path in sorted(modules, key=lambda path: path.stem in exported) + [front]:
        module = "tensor" if path.stem in exported else path.stem
        for line in path.read_text().split("\n"):
            match = re.match(r"( *)pub fn (\w+)", line)
            if match and module not in ("kernels", "shapes"):
                found[match[2]] = f"``x.{match[2]}``" if match[1] else f"``{module}.{match[2]}``"
    return found


def oracles(root, name):
    """Comparisons with NumPy other than this one that name the function."""
    return [path.name for path in sorted((root / "tests/tensor").glob("*_oracle.py")) if
            re.search(rf"\b{name}\b", path.read_text())]


class Row:
    """What was tried of a function."""

    def __init__(self):
        self.types, self.cases, self.judges = set(), 0, set()

    def add(self, operation, type_, expected):
        self.types.add(type_)
        self.cases += 1
        if operation.is_table:
            self.judges.add("the table")
        elif isinstance(expected, Near) and expected.ulps:
            self.judges.add(f"NumPy, {expected.ulps:.2g} ulps")
        elif isinstance(expected, Near) and expected.relative:
            self.judges.add("NumPy, nearly")
        else:
            self.judges.add("NumPy")
        if type_ in NARROW and not operation.is_table:
            self.judges.add("rounding")

    def cells(self):
        types = next(name for group, name in GROUPS if set(group) == self.types)
        return [types, str(self.cases), "; ".join(sorted(self.judges))]


def table(rows):
    lines = [".. list-table::", "   :header-rows: 1", ""]
    for row in rows:
        for i, cell in enumerate(row):
            lines.append(f"   {'* -' if i == 0 else '  -'} {cell}".rstrip())
    return "\n".join(lines) + "\n"


def text(made, root):
    """The page, of all cases that were made and passed."""
    tried = {}
    for operation, type_, _, expected in made:
        for name in operation.names:
            tried.setdefault(name, Row()).add(operation, type_, expected)
    has = library(root)
    parts, lacking, otherwise = [HEAD], [], []
    for title, names in SECTIONS:
        rows = []
        for name in names.split():
            if name in tried:
                where = OTHERWISE.get(name) or has[name]
                rows.append([f"``{name}``", where, *tried.pop(name).cells(), DEVIATIONS.get(name, "")])
            elif name in has:
                others = oracles(root, name)
                assert others, f"{name} is tried nowhere"
                rows.append([f"``{name}``", has[name], "", "", ", ".join(f"``{other}``" for other in others), ""])
            elif name in OTHERWISE:
                otherwise.append([f"``{name}``", OTHERWISE[name]])
            else:
                lacking.append(name)
        if rows:
            head = ["Function", "In Noodle", "Elements", "Cases", "Judges", "What is otherwise"]
            parts.append(f"{title}\n{'-' * len(title)}\n\n{table([head, *rows])}")
    assert not tried, f"not the standard's: {sorted(tried)}"
    parts.append(f"In another way\n--------------\n\n{table([['In the standard', 'Here'], *otherwise])}")
    if lacking:
        names = ", ".join(f"``{name}``" for name in lacking)
        parts.append(f"Not there\n---------\n\n{textwrap.fill(names + '.', 120, break_long_words=False)}\n")
    return "\n".join(parts)
