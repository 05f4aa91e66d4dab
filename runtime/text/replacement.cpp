#include "runtime/text/replacement.h"

#include <algorithm>
#include <charconv>

namespace noodle::text {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The group that a number or a name stands for.
std::expected<int, std::string> group_of(const Pattern& pattern, std::string_view name) {
  if (name.empty()) return std::unexpected("a `$` in a replacement stands for a group; `$$` is the sign");
  if (std::ranges::all_of(name, is_digit)) {
    int number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    const int most = pattern.re.NumberOfCapturingGroups();
    if (error == std::errc() && number <= most) return number;
    return std::unexpected("`$" + std::string(name) + "` in a replacement, but the pattern has " +
                           std::to_string(most) + (most == 1 ? " group" : " groups"));
  }
  const auto& names = pattern.re.NamedCapturingGroups();
  if (const auto found = names.find(std::string(name)); found != names.end()) return found->second;
  return std::unexpected("`${" + std::string(name) + "}` in a replacement, but the pattern has no such group");
}

}  // namespace

std::expected<std::vector<ReplacementPiece>, std::string> replacement_pieces(const Pattern& pattern,
                                                                             std::string_view text) {
  std::vector<ReplacementPiece> pieces;
  while (!text.empty()) {
    const std::size_t sign = std::min(text.find('$'), text.size());
    if (sign > 0) pieces.push_back({.text = text.substr(0, sign)});
    text.remove_prefix(sign);
    if (text.empty()) break;
    if (text.starts_with("$$")) {
      pieces.push_back({.text = text.substr(0, 1)});
      text.remove_prefix(2);
      continue;
    }
    std::string_view name;
    std::size_t length = 1;
    if (text.starts_with("${")) {
      const std::size_t close = text.find('}');
      if (close == std::string_view::npos) return std::unexpected("a `${` in a replacement is not closed");
      name = text.substr(2, close - 2);
      length = close + 1;
    } else {
      while (length < text.size() && is_digit(text[length])) ++length;
      name = text.substr(1, length - 1);
    }
    const auto group = group_of(pattern, name);
    if (!group) return std::unexpected(group.error());
    pieces.push_back({.text = {}, .group = *group});
    text.remove_prefix(length);
  }
  return pieces;
}

}  // namespace noodle::text
