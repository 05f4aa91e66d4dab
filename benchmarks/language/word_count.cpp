#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <unordered_map>
#include <vector>

static std::string make(int count, int seed) {
  std::int64_t state = seed;
  std::string text;
  for (int i = 0; i < count; ++i) {
    state = (state * 1664525 + 1013904223) % 4294967296;
    if (i != 0) text += ' ';
    text += "word" + std::to_string(state % 5003);
  }
  return text;
}
static void report(const std::string& text) {
  std::unordered_map<std::string, long> counts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    ++counts[text.substr(at, end - at)];
    at = end + 1;
  }
  std::vector<std::string> words;
  for (const auto& [word, count] : counts) words.push_back(word);
  std::sort(words.begin(), words.end(), [&](const std::string& a, const std::string& b) {
    return counts[a] != counts[b] ? counts[a] > counts[b] : a < b;
  });
  for (int i = 0; i < 5; ++i) std::printf("%s %ld\n", words[i].c_str(), counts[words[i]]);
  std::printf("%zu %zu\n", words.size(), text.size());
}
int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 1;
  for (int round = 0; round < rounds; ++round) report(make(1000000, 7 + round));
}
