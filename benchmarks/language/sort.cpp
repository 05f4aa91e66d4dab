#include <algorithm>
#include <cstdint>
#include <cstdio>
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
int main() {
  std::int64_t state = 42;
  Numbers numbers;
  for (int i = 0; i < 600000; ++i) {
    state = (state * 1103515245 + 12345) % 2147483648;
    numbers.push_back(state);
  }
  Numbers by_hand = numbers;
  quicksort(by_hand, 0, static_cast<std::int64_t>(by_hand.size()) - 1);
  Numbers sorted = numbers;
  std::stable_sort(sorted.begin(), sorted.end());
  std::vector<std::string> texts;
  for (int i = 0; i < 150000; ++i) texts.push_back("k" + std::to_string(numbers[i] % 100000));
  std::stable_sort(texts.begin(), texts.end());
  std::printf("%ld %ld %s %s %s\n", static_cast<long>(sorted[0]), static_cast<long>(sorted[300000]),
              sorted == by_hand ? "true" : "false", texts[0].c_str(), texts[75000].c_str());
}
