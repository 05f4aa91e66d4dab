import sys


def escapes(cx, cy, limit):
    x = y = 0.0
    for i in range(limit):
        xx, yy = x * x, y * y
        if xx + yy > 4.0:
            return i
        y = 2.0 * x * y + cy
        x = xx - yy + cx
    return limit


def main():
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    inside = total = 0
    for row in range(size):
        for column in range(size):
            steps = escapes(2.0 * column / size - 1.5, 2.0 * row / size - 1.0, 200)
            if steps == 200:
                inside += 1
            total += steps
    print(inside, total)


main()
