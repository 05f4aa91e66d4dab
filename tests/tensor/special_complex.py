"""What the array API standard says functions give of special complex numbers, which is what C's Annex G says, in our own
short words.

A line is a function, then cases: the real and the imaginary part, and, after a colon, those of what comes out. `~` before
a part: of either sign. `cos` and `sin` are those of the imaginary part, times what stands before them. What is said of a
number holds for its conjugate; it is tried for both.
"""

import math

from cases import COMPLEX, PARTS, OneOf, rounded
from registry import add

TABLE = """
sqrt zero,0:0,0 any,inf:inf,inf finite,nan:nan,nan -inf,least:0,inf inf,least:inf,0 -inf,nan:nan,~inf inf,nan:inf,nan
sqrt nan,least:nan,nan nan,nan:nan,nan
exp zero,0:1,0 finite,inf:nan,nan finite,nan:nan,nan inf,0:inf,0 -inf,least:0cos,0sin inf,positive:infcos,infsin
exp -inf,inf:~0,~0 inf,inf:~inf,nan -inf,nan:~0,~0 inf,nan:~inf,nan nan,0:nan,0 nan,nonzero:nan,nan nan,nan:nan,nan
expm1 zero,0:x,0 finite,inf:nan,nan finite,nan:nan,nan inf,0:inf,0 inf,positive:infcos,infsin -inf,least:-1,~0
expm1 -inf,inf:-1,~0 inf,inf:~inf,nan -inf,nan:-1,~0 inf,nan:~inf,nan nan,0:nan,0 nan,nonzero:nan,nan nan,nan:nan,nan
log -0,0:-inf,pi 0,0:-inf,0 finite,inf:inf,pi/2 finite,nan:nan,nan -inf,least:inf,pi inf,least:inf,0 -inf,inf:inf,3pi/4
log inf,inf:inf,pi/4 infinite,nan:inf,nan nan,least:nan,nan nan,inf:inf,nan nan,nan:nan,nan
log1p -1,0:-inf,0 finite,inf:inf,pi/2 finite,nan:nan,nan -inf,least:inf,pi inf,least:inf,0 -inf,inf:inf,3pi/4
log1p inf,inf:inf,pi/4 infinite,nan:inf,nan nan,least:nan,nan nan,inf:inf,nan nan,nan:nan,nan
log2 -0,0:-inf,pi/log2 0,0:-inf,0 inf,least:inf,0 infinite,nan:inf,nan nan,inf:inf,nan nan,nan:nan,nan
log10 -0,0:-inf,pi/log10 0,0:-inf,0 inf,least:inf,0 infinite,nan:inf,nan nan,inf:inf,nan nan,nan:nan,nan
sinh 0,0:0,0 0,inf:~0,nan 0,nan:~0,nan positive,inf:nan,nan positive,nan:nan,nan inf,0:inf,0 inf,positive:infcos,infsin
sinh inf,inf:~inf,nan inf,nan:~inf,nan nan,0:nan,0 nan,nonzero:nan,nan nan,nan:nan,nan
cosh 0,0:1,0 0,inf:nan,~0 0,nan:nan,~0 positive,inf:nan,nan positive,nan:nan,nan inf,0:inf,0 inf,positive:infcos,infsin
cosh inf,inf:~inf,nan inf,nan:inf,nan nan,0:nan,~0 nan,nonzero:nan,nan nan,nan:nan,nan
tanh 0,0:0,0 nonzero-finite,inf:nan,nan nonzero-finite,nan:nan,nan inf,least:1,~0 inf,inf:1,~0 inf,nan:1,~0 nan,0:nan,0
tanh nan,nonzero:nan,nan nan,nan:nan,nan 0,inf:0,nan 0,nan:0,nan
asinh 0,0:0,0 positive,inf:inf,pi/2 finite,nan:nan,nan inf,least:inf,0 inf,inf:inf,pi/4 inf,nan:inf,nan nan,0:nan,0
asinh nan,positive:nan,nan nan,inf:~inf,nan nan,nan:nan,nan
acosh zero,0:0,pi/2 finite,inf:inf,pi/2 nonzero-finite,nan:nan,nan zero,nan:nan,~pi/2 -inf,least:inf,pi inf,least:inf,0
acosh -inf,inf:inf,3pi/4 inf,inf:inf,pi/4 infinite,nan:inf,nan nan,least:nan,nan nan,inf:inf,nan nan,nan:nan,nan
atanh 0,0:0,0 0,nan:0,nan 1,0:inf,0 positive,inf:0,pi/2 nonzero-finite,nan:nan,nan inf,least:0,pi/2 inf,inf:0,pi/2
atanh inf,nan:0,nan nan,least:nan,nan nan,inf:~0,pi/2 nan,nan:nan,nan
acos zero,0:pi/2,-0 zero,nan:pi/2,nan finite,inf:pi/2,-inf -inf,least:pi,-inf inf,least:0,-inf -inf,inf:3pi/4,-inf
acos inf,inf:pi/4,-inf nan,nan:nan,nan
asin 0,0:0,0 inf,least:pi/2,inf inf,inf:pi/4,inf nan,nan:nan,nan
atan 0,0:0,0 0,1:0,inf least,inf:pi/2,0 inf,inf:pi/2,0 nan,nan:nan,nan
sin 0,0:0,0 nan,0:nan,0 nan,nan:nan,nan
cos nan,nan:nan,nan
tan 0,0:0,0 nan,0:nan,0 nan,nan:nan,nan
reciprocal infinite,finite:~0,~0 inf,inf:~0,~0 nan,nan:nan,nan
square nan,nan:nan,nan
sign zero,0:0,~0 nan,nan:nan,nan
"""

SAMPLES = [math.nan, 0.0, 1.0, 1.5, 30.0, math.inf, -0.0, -1.0, -1.5, -30.0, -math.inf]
CLASSES = {
    "any": lambda x: True, "finite": math.isfinite, "infinite": math.isinf, "zero": lambda x: x == 0,
    "nonzero": lambda x: x != 0 and not math.isnan(x), "positive": lambda x: 0 < x < math.inf,
    "least": lambda x: math.isfinite(x) and math.copysign(1, x) > 0, "nonzero-finite": lambda x: math.isfinite(x) and x != 0,
}
CONSTANTS = {"pi": math.pi, "pi/2": math.pi / 2, "pi/4": math.pi / 4, "3pi/4": 3 * math.pi / 4,
             "pi/log2": math.pi / math.log(2), "pi/log10": math.pi / math.log(10)}


def meant(name):
    if name in CLASSES:
        return [x for x in SAMPLES if CLASSES[name](x)]
    wanted = float(name)
    return [x for x in SAMPLES if str(x) == str(wanted)]


def values(text, x, y):
    """What may come out for a part."""
    if text == "x":
        return [x]
    if text.startswith("~"):
        return [sign * value for sign in (1, -1) for value in values(text[1:], x, y)]
    if text.startswith("-") and text != "-1":
        return [-value for value in values(text[1:], x, y)]
    for name, function in (("cos", math.cos), ("sin", math.sin)):
        if text.endswith(name):
            return [math.copysign(float(text.removesuffix(name)), function(y))]
    return [CONSTANTS[text] if text in CONSTANTS else float(text)]


def rules():
    """By function: the operands, and what may come out of each."""
    found = {}
    for line in TABLE.split("\n"):
        name, *cases = line.split() or [""]
        for case in cases:
            (re, im), (out_re, out_im) = [side.split(",") for side in case.split(":")]
            for x in meant(re):
                for y in meant(im):
                    if math.copysign(1, y) < 0:
                        continue
                    parts = values(out_re, x, y), values(out_im, x, y)
                    rows = found.setdefault(name, [])
                    rows.append(((x, y), parts))
                    rows.append(((x, -y), (parts[0], [-value for value in parts[1]])))
    return found


def table_case(rows):
    def case(c):
        operands = rounded([part for operand, _ in rows for part in operand], PARTS[c.type])
        c.tensor([len(rows)], values=c.paired(operands))
        return OneOf([part for _, parts in rows for part in parts], PARTS[c.type])
    return case


for name_, rows_ in rules().items():
    add(name_, table_case(rows_), COMPLEX, is_table=True)
