def make(count):
    state, words = 7, []
    for _ in range(count):
        state = (state * 1103515245 + 12345) % 2147483648
        words.append(f"word{(state // 65536) % 5003}")
    return " ".join(words)


def main():
    text = make(1000000)
    counts = {}
    for word in text.split(" "):
        counts[word] = counts.get(word, 0) + 1
    words = sorted(counts)
    words.sort(key=lambda word: -counts[word])
    for word in words[:5]:
        print(word, counts[word])
    print(len(words), len(text))


main()
