import sys


def quicksort(items, low, high):
    if low >= high:
        return
    pivot = items[(low + high) // 2]
    i, j = low, high
    while i <= j:
        while items[i] < pivot:
            i += 1
        while items[j] > pivot:
            j -= 1
        if i <= j:
            items[i], items[j] = items[j], items[i]
            i += 1
            j -= 1
    quicksort(items, low, j)
    quicksort(items, i, high)


def main():
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 600000
    state, numbers = 42, []
    for _ in range(size):
        state = (state * 1664525 + 1013904223) % 4294967296
        numbers.append(state)
    by_hand = numbers[:]
    quicksort(by_hand, 0, len(by_hand) - 1)
    ordered = sorted(numbers)
    texts = sorted(f"k{n % 100000}" for n in numbers[:size // 4])
    print(ordered[0], ordered[size // 2], str(ordered == by_hand).lower(), texts[0], texts[size // 8])


main()
