#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <unordered_map>
#include <vector>

static std::string make(int count) {
  std::int64_t state = 7;
  std::string text;
  for (int i = 0; i < count; ++i) {
    state = (state * 1103515245 + 12345) % 2147483648;
    if (i != 0) text += ' ';
    text += "word" + std::to_string(state / 65536 % 5003);
  }
  return text;
}
int main() {
  const std::string text = make(1000000);
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
