import sys


def make(n, seed):
    return [[((i * 31 + j * 17 + seed) % 100) / 100.0 for j in range(n)] for i in range(n)]


def times(a, b):
    n = len(a)
    out = [[0.0] * n for _ in range(n)]
    for i in range(n):
        row, of_a = out[i], a[i]
        for k in range(n):
            x, of_b = of_a[k], b[k]
            for j in range(n):
                row[j] += x * of_b[j]
    return out


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    trace = 0.0
    for round in range(rounds):
        c = times(make(240, round + 1), make(240, round + 2))
        for i in range(len(c)):
            trace += c[i][i]
    print(f"{trace:.6f}")


main()
