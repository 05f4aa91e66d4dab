#include "base/difference.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace noodle {

namespace {

constexpr std::size_t kContext = 2;            // lines around a change
constexpr std::size_t kMostCells = 4'000'000;  // of the table that finds what is common
constexpr std::size_t kMostLines = 200;        // that are shown
constexpr std::size_t kShort = 40;             // bytes: such texts are seen at a glance
constexpr std::size_t kFewElements = 5;        // and such lists

using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
  Lines lines;
  for (;;) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

/// A line of the result: of both texts (' '), or of one.
struct Row {
  char mark;
  std::string_view line;
};

/// What `left` and `right` have in common in their order, and what they have not. Found with the table of the longest
/// common subsequences; of texts too long for that, all is different.
void align(std::span<const std::string_view> left, std::span<const std::string_view> right, std::vector<Row>& rows) {
  const std::size_t n = left.size(), m = right.size();
  if ((n + 1) * (m + 1) > kMostCells) {
    for (const std::string_view line : left) rows.push_back({'-', line});
    for (const std::string_view line : right) rows.push_back({'+', line});
    return;
  }
  std::vector<std::uint32_t> longest((n + 1) * (m + 1));
  const auto at = [&](std::size_t i, std::size_t j) -> std::uint32_t& { return longest[i * (m + 1) + j]; };
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t j = m; j-- > 0;) {
      at(i, j) = left[i] == right[j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
    }
  }
  for (std::size_t i = 0, j = 0; i < n || j < m;) {
    if (i < n && j < m && left[i] == right[j]) {
      rows.push_back({' ', left[i]});
      ++i, ++j;
    } else if (j == m || (i < n && at(i + 1, j) >= at(i, j + 1))) {
      rows.push_back({'-', left[i++]});
    } else {
      rows.push_back({'+', right[j++]});
    }
  }
}

/// How many characters stand before a byte.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

/// A few characters of a text from a byte on.
std::string excerpt(std::string_view text, std::size_t from) {
  std::size_t end = std::min(text.size(), from + kShort / 2);
  while (end < text.size() && (text[end] & 0xC0) == 0x80) ++end;
  return "`" + std::string(text.substr(from, end - from)) + (end < text.size() ? "…" : "") + "`";
}

/// The elements of a list's literal: what stands between commas that no bracket or quote encloses.
std::vector<std::string_view> elements_of(std::string_view text) {
  std::vector<std::string_view> elements;
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return elements;
  text = text.substr(1, text.size() - 2);
  int depth = 0;
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '(' || c == '[' || c == '{') {
      ++depth;
    } else if (c == ')' || c == ']' || c == '}') {
      --depth;
    } else if (c == ',' && depth == 0) {
      elements.push_back(text.substr(begin, i - begin));
      begin = i + 2;  // behind the blank
    }
  }
  if (begin < text.size()) elements.push_back(text.substr(begin));
  return elements;
}

}  // namespace

std::string line_difference(std::string_view left, std::string_view right) {
  if (left == right) return {};
  const Lines a = lines_of(left), b = lines_of(right);
  // What is the same at both ends needs no table.
  std::size_t head = 0, tail = 0;
  const std::size_t least = std::min(a.size(), b.size());
  while (head < least && a[head] == b[head]) ++head;
  while (tail < least - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
  std::vector<Row> rows;
  for (std::size_t i = 0; i < head; ++i) rows.push_back({' ', a[i]});
  align(std::span(a).subspan(head, a.size() - head - tail), std::span(b).subspan(head, b.size() - head - tail), rows);
  for (std::size_t i = a.size() - tail; i < a.size(); ++i) rows.push_back({' ', a[i]});

  std::string text;
  std::size_t shown = 0, next = 0;  // the row that would follow the last shown
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::size_t first = i - std::min(i, kContext), end = std::min(rows.size(), i + kContext + 1);
    const bool near =
        std::any_of(rows.begin() + static_cast<std::ptrdiff_t>(first), rows.begin() + static_cast<std::ptrdiff_t>(end),
                    [](const Row& r) { return r.mark != ' '; });
    if (!near) continue;
    if (i != next) text += "…\n";
    if (++shown > kMostLines) return text + "…\n";
    text += std::string(1, rows[i].mark) + " " + std::string(rows[i].line) + "\n";
    next = i + 1;
  }
  if (next != rows.size()) text += "…\n";
  return text;
}

std::string text_difference(std::string_view left, std::string_view right) {
  if (std::max(left.size(), right.size()) <= kShort) return {};
  auto at = static_cast<std::size_t>(std::ranges::mismatch(left, right).in1 - left.begin());
  while (at > 0 && at < left.size() && (left[at] & 0xC0) == 0x80) --at;
  return "differ from character " + std::to_string(characters(left.substr(0, at))) + ": " + excerpt(left, at) +
         " and " + excerpt(right, at);
}

std::string list_difference(std::string_view left, std::string_view right) {
  const auto a = elements_of(left), b = elements_of(right);
  if (std::max(a.size(), b.size()) <= kFewElements) return {};
  const auto at = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  const auto element = [&](const std::vector<std::string_view>& list) {
    return at < list.size() ? std::string(list[at]) : std::string("nothing");
  };
  if (at == a.size() && at == b.size()) return {};
  return "differ from [" + std::to_string(at) + "]: " + element(a) + " and " + element(b);
}

}  // namespace noodle
