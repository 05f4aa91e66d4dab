#include "base/difference.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/text.h"

namespace noodle {

namespace {

// Texts that differ in more lines than this are taken as wholly different between their common ends.
constexpr std::ptrdiff_t kMostDifferences = 2000;
constexpr std::size_t kContext = 2;         // lines around a change
constexpr std::size_t kUnifiedContext = 3;  // the same, in the format of `diff -u`
constexpr std::size_t kMostLines = 200;     // that are shown
constexpr std::size_t kShort = 40;          // bytes: such texts are seen at a glance
constexpr std::size_t kFewElements = 5;     // and such lists

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

/// Myers' greedy search for the shortest way from one list of lines to another: `d` counts lines that were taken
/// out or put in, and on each diagonal `k = x - y` the furthest point is kept.
class Search {
 public:
  Search(const Lines& a, const Lines& b, std::size_t first, std::size_t a_end, std::size_t b_end)
      : a_(a), b_(b), first_(first), n_(signed_size(a_end - first)), m_(signed_size(b_end - first)) {}

  /// Which lines are kept, as pairs of their places, in order; nothing when there are too many differences.
  bool run(std::vector<std::pair<std::size_t, std::size_t>>& kept) {
    const std::ptrdiff_t most = std::min(n_ + m_, kMostDifferences);
    std::vector<std::ptrdiff_t> furthest(static_cast<std::size_t>(2 * most + 3), 0);
    const auto at = [&](std::ptrdiff_t k) -> std::ptrdiff_t& {
      return furthest[static_cast<std::size_t>(k + most + 1)];
    };
    for (std::ptrdiff_t d = 0; d <= most; ++d) {
      history_.emplace_back(furthest.begin() + (most + 1 - d), furthest.begin() + (most + 2 + d));
      for (std::ptrdiff_t k = -d; k <= d; k += 2) {
        const bool down = k == -d || (k != d && at(k - 1) < at(k + 1));
        std::ptrdiff_t x = down ? at(k + 1) : at(k - 1) + 1;
        while (x < n_ && x - k < m_ && same(x, x - k)) ++x;
        at(k) = x;
        if (x < n_ || x - k < m_) continue;
        trace(d, kept);
        return true;
      }
    }
    return false;
  }

 private:
  static std::ptrdiff_t signed_size(std::size_t size) { return static_cast<std::ptrdiff_t>(size); }
  bool same(std::ptrdiff_t x, std::ptrdiff_t y) const {
    return a_[first_ + static_cast<std::size_t>(x)] == b_[first_ + static_cast<std::size_t>(y)];
  }

  void trace(std::ptrdiff_t d, std::vector<std::pair<std::size_t, std::size_t>>& kept) const {
    std::ptrdiff_t x = n_, y = m_;
    for (; d >= 0; --d) {
      // What was furthest before step d, on the diagonals from -d to d.
      const auto at = [&](std::ptrdiff_t k) {
        return std::abs(k) > d ? std::ptrdiff_t{0}
                               : history_[static_cast<std::size_t>(d)][static_cast<std::size_t>(k + d)];
      };
      const std::ptrdiff_t k = x - y;
      const bool down = k == -d || (k != d && at(k - 1) < at(k + 1));
      const std::ptrdiff_t from = d == 0 ? 0 : down ? at(k + 1) : at(k - 1) + 1;
      for (; x > from; --x, --y)
        kept.emplace_back(first_ + static_cast<std::size_t>(x - 1), first_ + static_cast<std::size_t>(y - 1));
      if (down) {
        --y;
      } else {
        --x;
      }
    }
    std::ranges::reverse(kept);
  }

  const Lines& a_;
  const Lines& b_;
  std::size_t first_;
  std::ptrdiff_t n_;
  std::ptrdiff_t m_;
  std::vector<std::vector<std::ptrdiff_t>> history_;
};

std::string range_text(std::size_t begin, std::size_t count) {
  std::string text = std::to_string(count == 0 ? begin : begin + 1);
  return count == 1 ? text : text + "," + std::to_string(count);
}

void add_line(std::string& out, char sign, std::string_view line) {
  out += sign;
  out += line;
  if (!line.ends_with('\n')) out += "\n\\ No newline at end of file\n";
}

/// A line of the result: of both texts (' '), or of one.
struct Row {
  char mark;
  std::string_view line;
};

/// The lines of both texts, with what is the same once.
std::vector<Row> aligned(const Lines& left, const Lines& right) {
  std::vector<Row> rows;
  std::size_t at = 0;
  const auto same_until = [&](std::size_t end) {
    for (; at < end; ++at) rows.push_back({' ', left[at]});
  };
  for (const Change& one : changes(left, right)) {
    same_until(one.old_begin);
    for (; at < one.old_end; ++at) rows.push_back({'-', left[at]});
    for (std::size_t i = one.new_begin; i < one.new_end; ++i) rows.push_back({'+', right[i]});
  }
  same_until(left.size());
  return rows;
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

std::vector<std::string_view> lines_with_breaks(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

std::vector<Change> changes(const Lines& before, const Lines& after) {
  std::size_t first = 0, a = before.size(), b = after.size();
  while (first < a && first < b && before[first] == after[first]) ++first;
  while (a > first && b > first && before[a - 1] == after[b - 1]) --a, --b;
  std::vector<std::pair<std::size_t, std::size_t>> kept;
  if (!Search(before, after, first, a, b).run(kept)) kept.clear();
  kept.emplace_back(a, b);
  std::vector<Change> out;
  std::size_t x = first, y = first;
  for (const auto& [i, j] : kept) {
    if (i > x || j > y) out.push_back({x, i, y, j});
    x = i + 1;
    y = j + 1;
  }
  return out;
}

std::string unified_diff(std::string_view old_name, std::string_view before, std::string_view new_name,
                         std::string_view after) {
  const Lines a = lines_with_breaks(before), b = lines_with_breaks(after);
  const std::vector<Change> all = changes(a, b);
  if (all.empty()) return "";
  std::string out = "--- " + std::string(old_name) + "\n+++ " + std::string(new_name) + "\n";
  for (std::size_t i = 0; i < all.size();) {
    std::size_t last = i;  // changes that are near share their context
    while (last + 1 < all.size() && all[last + 1].old_begin - all[last].old_end <= 2 * kUnifiedContext) ++last;
    const std::size_t lead = std::min(kUnifiedContext, all[i].old_begin);
    const std::size_t tail = std::min(kUnifiedContext, a.size() - all[last].old_end);
    const std::size_t old_begin = all[i].old_begin - lead, old_end = all[last].old_end + tail;
    const std::size_t new_begin = all[i].new_begin - lead, new_end = all[last].new_end + tail;
    out += "@@ -" + range_text(old_begin, old_end - old_begin) + " +" + range_text(new_begin, new_end - new_begin) +
           " @@\n";
    std::size_t at = old_begin;
    for (; i <= last; ++i) {
      for (; at < all[i].old_begin; ++at) add_line(out, ' ', a[at]);
      for (; at < all[i].old_end; ++at) add_line(out, '-', a[at]);
      for (std::size_t j = all[i].new_begin; j < all[i].new_end; ++j) add_line(out, '+', b[j]);
    }
    for (; at < old_end; ++at) add_line(out, ' ', a[at]);
  }
  return out;
}

std::string line_difference(std::string_view left, std::string_view right) {
  if (left == right) return {};
  const std::vector<Row> rows = aligned(lines_of(left), lines_of(right));
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
  return "differ from character " + std::to_string(count_scalars(left.substr(0, at))) + ": " + excerpt(left, at) +
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
