import sys


def build(depth):
    return (None, None) if depth == 0 else (build(depth - 1), build(depth - 1))


def count(tree):
    return 0 if tree is None else 1 + count(tree[0]) + count(tree[1])


def main():
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 16
    print("stretch", count(build(most + 1)))
    kept = build(most)
    for depth in range(4, most + 1, 4):
        rounds = 1 << (most - depth + 4)
        total = sum(count(build(depth)) for _ in range(rounds))
        print(f"{rounds} trees of depth {depth}: {total}")
    print("kept", count(kept))


main()
