"""The same as sort.noodle."""

import sys
import time


class Person:
    __slots__ = ("age", "name")

    def __init__(self, age, name):
        self.age = age
        self.name = name


def numbers(order, size):
    state, out = 42, []
    for i in range(size):
        state = (state * 1664525 + 1013904223) % 4294967296
        if order == "random":
            out.append(state)
        elif order == "sorted":
            out.append(i)
        elif order == "nearly":
            out.append(state % size if state % 100 == 0 else i)
        elif order == "falling":
            out.append(size - i)
        else:
            out.append(state % 16)
    return out


def sorted_in(items, **how):
    start = time.perf_counter_ns()
    out = sorted(items, **how)
    print(time.perf_counter_ns() - start)
    return out


def main():
    kind, order, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
    data = numbers(order, size)
    if kind == "ints":
        out = sorted_in(data)
        print(out[0], out[size // 2], out[size - 1])
    elif kind == "texts":
        out = sorted_in([f"user-{n:010}@example.org" for n in data])
        print(out[0], out[size // 2], out[size - 1])
    else:
        out = sorted_in([Person(n, f"n{n % 7}") for n in data], key=lambda p: p.age)
        print(out[0].age, out[size // 2].name, out[size - 1].age)


main()
