"""Random sums of big integers and decimals, which must come out as Python's do.

    oracle.py --noodle PATH --cases N --seed S [--jit MODE]
"""

import argparse
import decimal
import math
import os
import random
import subprocess
import sys
import tempfile
from decimal import Decimal

HERE = os.path.dirname(os.path.abspath(__file__))
TIMEOUT_S = 300
ROUNDINGS = {"even": decimal.ROUND_HALF_EVEN, "half_up": decimal.ROUND_HALF_UP, "half_down": decimal.ROUND_HALF_DOWN,
             "up": decimal.ROUND_UP, "down": decimal.ROUND_DOWN, "floor": decimal.ROUND_FLOOR,
             "ceiling": decimal.ROUND_CEILING}
# Enough for every exact result here.
EXACT = decimal.Context(prec=20_000, Emin=decimal.MIN_EMIN, Emax=decimal.MAX_EMAX, traps=[decimal.Inexact])


def number(rng, most=4000):
    """An integer of any length, often one at the edge of a word or of few bits."""
    kind = rng.random()
    if kind < 0.3:
        value = rng.choice([0, 1, 2, 10, 2**31, 2**32, 2_000_000_000, 2**62, 2**63, 2**64, 2**127, 2**128]) + rng.randint(-1, 1)
    elif kind < 0.4:
        value = (1 << rng.randrange(most)) - (1 << rng.randrange(most))
    else:
        value = rng.getrandbits(rng.choice([8, 31, 63, 64, 65, 200, most]) or 1) >> rng.randrange(8)
    return -value if rng.random() < 0.5 else value


def nonzero(rng, most=4000):
    return number(rng, most) or 3


def divided(a, b):
    """Quotient and remainder toward zero."""
    quotient = abs(a) // abs(b)
    quotient = -quotient if (a < 0) != (b < 0) else quotient
    return quotient, a - quotient * b


def rounded(a, b, how):
    """a / b as a whole number, by definition."""
    low = a // b
    twice, rest = 2 * (a - low * b) * (1 if b > 0 else -1), a - low * b
    if rest == 0:
        return low
    toward_zero = low if (a < 0) == (b < 0) else low + 1
    away = low + 1 if toward_zero == low else low
    if how in ("up", "down", "floor", "ceiling"):
        return {"up": away, "down": toward_zero, "floor": low, "ceiling": low + 1}[how]
    if twice != abs(b):
        return low + (twice > abs(b))
    return {"even": low + low % 2, "half_up": away, "half_down": toward_zero}[how]


def in_radix(value, radix):
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    out, rest = "", abs(value)
    while rest or not out:
        rest, digit = divmod(rest, radix)
        out = digits[digit] + out
    return ("-" if value < 0 else "") + out


def nearest(value):
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, value)


def is_prime(value):
    return value > 1 and all(value % i for i in range(2, math.isqrt(value) + 1))


def integer_case(rng):
    """A question, and its answer."""
    op = rng.choice(["add", "sub", "mul", "div", "round", "pow", "shift", "bits", "gcd", "mod", "inverse", "sqrt", "order",
                     "text", "float", "digits", "prime"])
    a, b = number(rng), number(rng)
    extra = ""
    if op in ("add", "sub", "mul"):
        answer = {"add": a + b, "sub": a - b, "mul": a * b}[op]
    elif op == "div":
        b = nonzero(rng, rng.choice([300, 4000]))
        quotient, rest = divided(a, b)
        answer = "%d %d %d (%d, %d)" % (quotient, rest, a % b, quotient, rest)
    elif op == "round":
        b = nonzero(rng, 300)
        if rng.random() < 0.3:
            a = b * number(rng) + b // 2
        extra = rng.choice(list(ROUNDINGS))
        answer = rounded(a, b, extra)
    elif op == "pow":
        a, b = number(rng, 300), rng.randrange(40)
        answer = a ** b
    elif op == "shift":
        b = rng.choice([0, 1, 63, 64, 65, rng.randrange(5000)])
        answer = "%d %d" % (a << b, a >> b)
    elif op == "bits":
        zeros = (a & -a).bit_length() - 1 if a else 0
        answer = "%d %d %d %d %d" % (a & b, a | b, a ^ b, a.bit_length(), zeros)
    elif op == "gcd":
        common = number(rng, 300)
        a, b = a * common, b * common
        answer = "%d %d" % (math.gcd(a, b), math.lcm(a, b))
    elif op == "mod":
        b, modulus = abs(number(rng, 500)), abs(nonzero(rng, 1000))
        extra, answer = str(modulus), pow(a, b, modulus)
    elif op == "inverse":
        b = abs(nonzero(rng))
        answer = pow(a, -1, b) if math.gcd(a, b) == 1 else "none"
    elif op == "sqrt":
        a = abs(a) if rng.random() < 0.5 else max(0, a * a - rng.randrange(2))
        answer = math.isqrt(a)
    elif op == "order":
        b = b if rng.random() < 0.5 else a
        equal = "true" if a == b else "false"
        answer = "%d %s %s %s" % ((a > b) - (a < b), equal, equal, equal)
    elif op == "text":
        b = rng.randrange(2, 37)
        answer = in_radix(a, b) + " true"
    elif op == "float":
        a = number(rng, 1000)
        answer = None
    elif op == "digits":
        a *= 10 ** rng.choice([0, 1, 18, 19, 100])
        if rng.random() < 0.3:
            a = 10 ** rng.randrange(1200) - rng.randrange(2)
        text = str(abs(a)).rstrip("0")
        zeros = len(str(abs(a))) - len(text) if a else 0
        answer = "%d (%d, %d)" % (len(str(abs(a))), divided(a, 10 ** zeros)[0], zeros)
    else:
        a = rng.randrange(10_000_000)
        answer = "true" if is_prime(a) else "false"
    return " ".join([op, str(a), str(b)] + ([extra] if extra else [])), answer if answer is None else str(answer), a


def decimal_number(rng):
    digits = abs(number(rng, 200))
    return Decimal((rng.randrange(2), tuple(map(int, str(digits))), rng.choice([0, -2, 2, rng.randint(-60, 60)])))


def fixed(value, digits, how):
    """Rounded at a place, by definition."""
    numerator, denominator = (EXACT.scaleb(value, digits)).as_integer_ratio()
    return EXACT.scaleb(Decimal(rounded(numerator, denominator, how)), -digits)


def quotient_at(a, b, places, how):
    (above, below), (other_above, other_below) = a.as_integer_ratio(), b.as_integer_ratio()
    numerator, denominator = above * other_below, below * other_above
    if places >= 0:
        numerator *= 10 ** places
    else:
        denominator *= 10 ** -places
    return EXACT.scaleb(Decimal(rounded(numerator, denominator, how)), -places)


def decimal_case(rng):
    op = rng.choice(["add", "sub", "mul", "rem", "div", "digits", "round", "round-digits", "fixed", "sqrt", "order"])
    a, b = decimal_number(rng), decimal_number(rng)
    digits, how = rng.randint(-5, 40), rng.choice(list(ROUNDINGS))
    if op in ("rem", "div", "digits") and b == 0:
        b = Decimal(3)
    if op in ("digits", "round-digits", "fixed", "sqrt"):
        digits = abs(digits) + 1
    if op == "add":
        answer = EXACT.add(a, b)
    elif op == "sub":
        answer = EXACT.subtract(a, b)
    elif op == "mul":
        answer = EXACT.multiply(a, b)
    elif op == "rem":
        answer = EXACT.remainder(a, b)
    elif op == "div":
        answer = quotient_at(a, b, digits, how)
    elif op == "digits":
        answer = decimal.Context(prec=digits, rounding=ROUNDINGS[how]).divide(a, b)
    elif op == "round":
        if rng.random() < 0.3:
            a = EXACT.scaleb(Decimal(number(rng, 100) * 10 + 5), -digits - 1)
        answer = fixed(a, digits, how)
    elif op == "round-digits":
        answer = decimal.Context(prec=digits, rounding=ROUNDINGS[how]).plus(a)
    elif op == "fixed":
        answer = fixed(a, digits, how)
        text = "%d" % abs(EXACT.scaleb(answer, digits))
        text = text.rjust(digits + 1, "0")
        answer = ("-" if answer < 0 else "") + text[:-digits] + "." + text[-digits:]
    elif op == "sqrt":
        if rng.random() < 0.3:
            a = EXACT.multiply(a, a)
        context = decimal.Context(prec=400, traps=[])
        root = context.sqrt(abs(a))
        answer = fixed(root, digits, how)
    else:
        if rng.random() < 0.5:
            b = EXACT.multiply(a, Decimal("1.000"))
        equal = "true" if a == b else "false"
        answer = "%d %s %s" % ((a > b) - (a < b), equal, equal)
    return "d-%s %s %s %d %s" % (op, a, b, digits, how), answer, a


# A long prime number, for which all rounds of the test are needed.
FIXED = [("prime %d 0" % (2**9689 - 1), "true", 0)]


def is_right(question, answer, a, line):
    if answer is None:
        value, back = line.split(" ")
        return float(value) == nearest(a) and int(back) == int(float(value))
    if isinstance(answer, Decimal):
        plain = line.split("e")[0]
        return Decimal(line) == answer and not ("." in plain and plain.endswith("0"))
    return line == answer


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--noodle", required=True)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jit", default="off")
    options = parser.parse_args()
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    decimal.setcontext(EXACT)
    rng = random.Random(options.seed)
    cases = [integer_case(rng) if i % 2 else decimal_case(rng) for i in range(options.cases)]
    cases += FIXED
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "cases.txt")
        with open(path, "w") as file:
            file.writelines(question + "\n" for question, _, _ in cases)
        run = subprocess.run([options.noodle, "run", "--check-leaks", "--jit=" + options.jit,
                              os.path.join(HERE, "oracle.noodle"), path],
                             capture_output=True, text=True, timeout=TIMEOUT_S)
    lines = run.stdout.splitlines()
    if run.returncode != 0 or len(lines) != len(cases):
        sys.exit("exit %d after %d of %d answers: %s" % (run.returncode, len(lines), len(cases), run.stderr[-2000:]))
    wrong = [(q, a, line) for (q, a, value), line in zip(cases, lines) if not is_right(q, a, value, line)]
    for question, answer, line in wrong[:5]:
        print("%s\n  is %s\n  not %s" % (question, answer, line))
    print("%d cases, %d wrong" % (len(cases), len(wrong)))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
