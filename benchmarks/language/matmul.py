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
    c = times(make(240, 1), make(240, 2))
    print(f"{sum(c[i][i] for i in range(len(c))):.6f}")


main()
