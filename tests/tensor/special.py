"""What the array API standard says functions give of special numbers, in our own short words.

A line is a function, then cases: arguments (one or two, with a comma between) and, after a colon, what comes out. What
stands for several numbers is in CLASSES; results with `|` between may each come out.
"""

import math

from cases import FLOATS, OneOf, limits, rounded
from registry import add

TABLE = """
abs nan:nan -0:0 inf:inf -inf:inf
acos nan:nan above1:nan below-1:nan 1:0
acosh nan:nan less1:nan 1:0 inf:inf
asin nan:nan above1:nan below-1:nan 0:0 -0:-0
asinh nan:nan 0:0 -0:-0 inf:inf -inf:-inf
atan nan:nan 0:0 -0:-0 inf:pi/2 -inf:-pi/2
atanh nan:nan above1:nan below-1:nan 1:inf -1:-inf 0:0 -0:-0
ceil whole:x inf:inf -inf:-inf nan:nan
cos nan:nan 0:1 -0:1 inf:nan -inf:nan
cosh nan:nan 0:1 -0:1 inf:inf -inf:inf
exp nan:nan 0:1 -0:1 inf:inf -inf:0
expm1 nan:nan 0:0 -0:-0 inf:inf -inf:-1
floor whole:x inf:inf -inf:-inf nan:nan
isfinite nan:0 inf:0 -inf:0 finite:1
isinf nan:0 inf:1 -inf:1 finite:0
isnan nan:1 inf:0 -inf:0 finite:0
log nan:nan negative:nan 0:-inf -0:-inf 1:0 inf:inf
log1p nan:nan below-1:nan -1:-inf 0:0 -0:-0 inf:inf
log2 nan:nan negative:nan 0:-inf -0:-inf 1:0 inf:inf
log10 nan:nan negative:nan 0:-inf -0:-inf 1:0 inf:inf
round whole:x inf:inf -inf:-inf nan:nan 0.5:0 1.5:2 2.5:2 -2.5:-2
sign negative:-1 zero:0|-0 positive:1 nan:nan
signbit 0:0 -0:1 inf:0 -inf:1 positive:0 negative:1 nan:0
sin nan:nan 0:0 -0:-0 inf:nan -inf:nan
sinh nan:nan 0:0 -0:-0 inf:inf -inf:-inf
sqrt nan:nan negative:nan 0:0 -0:-0 inf:inf
tan nan:nan 0:0 -0:-0 inf:nan -inf:nan
tanh nan:nan 0:0 -0:-0 inf:1 -inf:-1
trunc whole:x inf:inf -inf:-inf nan:nan
add nan,any:nan any,nan:nan inf,-inf:nan -inf,inf:nan inf,inf:inf -inf,-inf:-inf inf,finite:inf -inf,finite:-inf
add finite,inf:inf finite,-inf:-inf -0,-0:-0 -0,0:0 0,-0:0 0,0:0 zero,nonzero:y nonzero,zero:x
atan2 nan,any:nan any,nan:nan positive,0:pi/2 positive,-0:pi/2 0,positive:0 0,0:0 0,-0:pi 0,negative:pi
atan2 -0,positive:-0 -0,0:-0 -0,-0:-pi -0,negative:-pi negative,0:-pi/2 negative,-0:-pi/2 positive-finite,inf:0
atan2 positive-finite,-inf:pi negative-finite,inf:-0 negative-finite,-inf:-pi inf,finite:pi/2 -inf,finite:-pi/2
atan2 inf,inf:pi/4 inf,-inf:3pi/4 -inf,inf:-pi/4 -inf,-inf:-3pi/4
copysign negative,0:-x negative,-0:x zero,positive:0 zero,negative:-0 positive,-inf:-x negative,inf:-x nan,any:nan
divide nan,any:nan any,nan:nan infinite,infinite:nan zero,zero:nan 0,positive:0 -0,positive:-0 0,negative:-0
divide -0,negative:0 positive,0:inf positive,-0:-inf negative,0:-inf negative,-0:inf inf,positive-finite:inf
divide inf,negative-finite:-inf -inf,positive-finite:-inf -inf,negative-finite:inf positive-finite,inf:0
divide positive-finite,-inf:-0 negative-finite,inf:-0 negative-finite,-inf:0
floor_divide nan,any:nan any,nan:nan infinite,infinite:nan zero,zero:nan 0,positive:0 -0,positive:-0 0,negative:-0
floor_divide -0,negative:0 positive-finite,0:inf positive-finite,-0:-inf negative-finite,0:-inf negative-finite,-0:inf
floor_divide inf,positive-finite:inf|nan inf,negative-finite:-inf|nan -inf,positive-finite:-inf|nan
floor_divide -inf,negative-finite:inf|nan positive-finite,inf:0 positive-finite,-inf:-1|-0 negative-finite,inf:-1|-0
floor_divide negative-finite,-inf:0
remainder nan,any:nan any,nan:nan infinite,infinite:nan zero,zero:nan 0,positive:0 -0,positive:0 0,negative:-0
remainder -0,negative:-0 positive,zero:nan negative,zero:nan infinite,finite:nan positive-finite,inf:x
remainder positive-finite,-inf:y negative-finite,inf:y negative-finite,-inf:x
equal nan,any:0 any,nan:0 inf,inf:1 -inf,-inf:1 -0,0:1 inf,-inf:0 inf,finite:0
not_equal nan,any:1 any,nan:1 inf,inf:0 -inf,-inf:0 -0,0:0 inf,-inf:1 inf,finite:1
greater nan,any:0 any,nan:0 inf,finite:1 -inf,finite:0 finite,inf:0 finite,-inf:1 0,-0:0 inf,-inf:1
greater_equal nan,any:0 any,nan:0 inf,finite:1 -inf,finite:0 finite,inf:0 finite,-inf:1 -0,0:1 inf,inf:1
less nan,any:0 any,nan:0 inf,finite:0 -inf,finite:1 finite,inf:1 finite,-inf:0 -0,0:0 -inf,inf:1
less_equal nan,any:0 any,nan:0 inf,finite:0 -inf,finite:1 finite,inf:1 finite,-inf:0 0,-0:1 inf,inf:1
hypot infinite,any:inf any,infinite:inf finite,nan:nan nan,finite:nan nan,nan:nan zero,inf:inf zero,zero:0 zero,nan:nan
logaddexp nan,any:nan any,nan:nan inf,finite:inf finite,inf:inf
maximum nan,any:nan any,nan:nan
minimum nan,any:nan any,nan:nan
multiply nan,any:nan any,nan:nan infinite,zero:nan zero,infinite:nan inf,positive:inf inf,negative:-inf
multiply -inf,positive:-inf -inf,negative:inf 0,positive-finite:0 -0,positive-finite:-0 0,negative-finite:-0
nextafter nan,any:nan any,nan:nan -0,0:0 0,-0:-0
pow not1,nan:nan any,0:1 any,-0:1 nan,nonzero:nan large,inf:inf large,-inf:0 1,infinite:1 -1,infinite:1
pow 1,notnan:1 little,inf:0 little,-inf:inf inf,positive:inf inf,negative:0 -inf,odd:-inf -inf,positive-uneven:inf
pow -inf,negative-odd:-0 -inf,negative-uneven:0 0,positive:0 0,negative:inf -0,odd:-0 -0,positive-uneven:0
pow -0,negative-odd:-inf -0,negative-uneven:inf negative-finite,fraction:nan
subtract nan,any:nan any,nan:nan inf,inf:nan -inf,-inf:nan inf,-inf:inf -inf,inf:-inf 0,0:0 -0,0:-0 0,-0:0
"""

SAMPLES = [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, math.inf]
is_odd = lambda x: math.isfinite(x) and x % 2 == 1
CLASSES = {
    "any": lambda x: True, "finite": math.isfinite, "infinite": math.isinf, "zero": lambda x: x == 0,
    "nonzero": lambda x: x != 0 and not math.isnan(x), "positive": lambda x: x > 0, "negative": lambda x: x < 0,
    "positive-finite": lambda x: 0 < x < math.inf, "negative-finite": lambda x: -math.inf < x < 0,
    "above1": lambda x: x > 1, "below-1": lambda x: x < -1, "less1": lambda x: x < 1,
    "whole": lambda x: math.isfinite(x) and x == math.floor(x), "fraction": lambda x: math.isfinite(x) and x != math.floor(x),
    "large": lambda x: abs(x) > 1, "little": lambda x: abs(x) < 1, "not1": lambda x: x != 1, "notnan": lambda x: x == x,
    "odd": lambda x: x > 0 and is_odd(x), "positive-uneven": lambda x: x > 0 and not is_odd(x),
    "negative-odd": lambda x: x < 0 and is_odd(x), "negative-uneven": lambda x: x < 0 and not is_odd(x),
}
CONSTANTS = {"pi": math.pi, "pi/2": math.pi / 2, "pi/4": math.pi / 4, "3pi/4": 3 * math.pi / 4}


def same(a, b):
    return a == b and math.copysign(1, a) == math.copysign(1, b) or (math.isnan(a) and math.isnan(b))


def meant(name, samples):
    """The samples that an argument in the table stands for."""
    return [x for x in samples if (CLASSES[name](x) if name in CLASSES else same(x, float(name)))]


def value(text, operands):
    """A result in the table, of these operands."""
    if text in ("x", "y"):
        return operands["xy".index(text)]
    sign, rest = (-1, text[1:]) if text.startswith("-") else (1, text)
    return sign * (operands[0] if rest == "x" else CONSTANTS[rest] if rest in CONSTANTS else float(rest))


def rules():
    """By function: arguments and results."""
    found = {}
    for line in TABLE.split("\n"):
        name, *cases = line.split() or [""]
        for case in cases:
            arguments, results = case.split(":")
            found.setdefault(name, []).append((arguments.split(","), results.split("|")))
    return found


PREDICATES = {"isfinite", "isinf", "isnan", "signbit", "equal", "not_equal", "greater", "greater_equal", "less", "less_equal"}


def table_case(function, of):
    """All that the table says of a function, as one case: for each sample the results of one rule."""
    def case(c):
        greatest, normal, smallest = limits(c.type)
        samples = [*SAMPLES, greatest, normal, smallest]
        samples = [math.nan, *samples, *[-x for x in samples]]
        rows, sets = [], []
        for arguments, results in of:
            chosen = [meant(name, samples) for name in arguments]
            assert all(chosen), arguments
            for operands in [(x, y) for x in chosen[0] for y in (chosen[1] if len(chosen) > 1 else [0.0])]:
                rows.append(operands[:len(arguments)])
                sets.append([value(text, operands) for text in results])
        for operand in zip(*rows):
            c.tensor([len(rows)], values=rounded(operand, c.type))
        return OneOf(sets, "bool" if function in PREDICATES else c.type)
    return case


RULES = rules()
for name_, of_ in RULES.items():
    add(name_, table_case(name_, of_), FLOATS, is_table=True)
