"""Big integers in CPython: the same as sums.noodle."""

import sys
import time
from decimal import ROUND_HALF_EVEN, Decimal


def factorial(n):
    product = 1
    for i in range(1, n + 1):
        product *= i
    return product


def fib(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


def arctan_of_inverse(x, one):
    power = one // x
    total, n, sign = power, 3, -1
    while power:
        power //= x * x
        total += power // n * sign
        sign = -sign
        n += 2
    return total


def pi(digits):
    one = 10 ** (digits + 10)
    return (arctan_of_inverse(5, one) * 4 - arctan_of_inverse(239, one)) * 4 // 10 ** 10


def small(n):
    total, x = 0, 1
    for i in range(n):
        x = (x * 31 + i) % 1_000_003
        total += x
    return total


def money(n):
    rate, cents, total = Decimal("1.0325"), Decimal("0.01"), Decimal(0)
    for i in range(n):
        price = Decimal(i * 7919 % 100_000).scaleb(-2)
        total += (price * rate).quantize(cents, ROUND_HALF_EVEN)
    return total.normalize()


def main():
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    what, n = {"factorial": factorial, "fib": fib, "pi": pi, "small": small, "money": money}[sys.argv[1]], int(sys.argv[2])
    start = time.perf_counter_ns()
    text = str(what(n))
    print(time.perf_counter_ns() - start)
    print(len(text), text[:20], text[-20:])


if __name__ == "__main__":
    main()
