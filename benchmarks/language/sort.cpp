#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

using Numbers = std::vector<std::int64_t>;
static void quicksort(Numbers& items, std::int64_t low, std::int64_t high) {
  if (low >= high) return;
  const std::int64_t pivot = items[(low + high) / 2];
  std::int64_t i = low, j = high;
  while (i <= j) {
    while (items[i] < pivot) ++i;
    while (items[j] > pivot) --j;
    if (i <= j) std::swap(items[i++], items[j--]);
  }
  quicksort(items, low, j);
  quicksort(items, i, high);
}
int main(int argc, char** argv) {
  const int size = argc > 1 ? std::atoi(argv[1]) : 600000;
  std::int64_t state = 42;
  Numbers numbers;
  for (int i = 0; i < size; ++i) {
    state = (state * 1664525 + 1013904223) % 4294967296;
    numbers.push_back(state);
  }
  Numbers by_hand = numbers;
  quicksort(by_hand, 0, static_cast<std::int64_t>(by_hand.size()) - 1);
  Numbers sorted = numbers;
  std::stable_sort(sorted.begin(), sorted.end());
  std::vector<std::string> texts;
  for (int i = 0; i < size / 4; ++i) texts.push_back("k" + std::to_string(numbers[i] % 100000));
  std::stable_sort(texts.begin(), texts.end());
  std::printf("%ld %ld %s %s %s\n", static_cast<long>(sorted[0]), static_cast<long>(sorted[size / 2]),
              sorted == by_hand ? "true" : "false", texts[0].c_str(), texts[size / 8].c_str());
}
