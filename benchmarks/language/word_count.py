import sys


def make(count, seed):
    state, words = seed, []
    for _ in range(count):
        state = (state * 1664525 + 1013904223) % 4294967296
        words.append(f"word{state % 5003}")
    return " ".join(words)


def report(text):
    counts = {}
    for word in text.split(" "):
        counts[word] = counts.get(word, 0) + 1
    words = sorted(counts)
    words.sort(key=lambda word: -counts[word])
    for word in words[:5]:
        print(word, counts[word])
    print(len(words), len(text))


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    for round in range(rounds):
        report(make(1000000, 7 + round))


main()
