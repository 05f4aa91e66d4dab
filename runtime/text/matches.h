#pragma once

// A pattern's matches in a text, one after the other.

#include <string_view>
#include <vector>

#include "runtime/text/pattern.h"

namespace noodle::text {

class Matches {
 public:
  /// Looks for matches from a byte on. `last_end` is where the match before ended, npos when there is none: an empty
  /// one there is none. `groups` says how many groups are wanted, the whole match included.
  Matches(const Pattern& pattern, std::string_view text, int groups, std::size_t from = 0,
          std::size_t last_end = std::string_view::npos)
      : pattern_(pattern), text_(text), from_(from), last_end_(last_end), groups_(static_cast<std::size_t>(groups)) {}

  /// Goes on to the next match; false when there is none.
  bool next() {
    while (from_ <= text_.size()) {
      if (!pattern_.re.Match(text_, from_, text_.size(), RE2::UNANCHORED, groups_.data(),
                             static_cast<int>(groups_.size())))
        break;
      const std::size_t begin = start(), after = end();
      if (begin == after && (begin == last_end_ || is_inside(begin))) {
        from_ = after_character(begin);
        continue;
      }
      last_end_ = from_ = after;
      return true;
    }
    from_ = text_.size() + 1;
    return false;
  }

  /// Of the latest match, in bytes.
  std::size_t start() const { return offset(groups_[0].data()); }
  std::size_t end() const { return start() + groups_[0].size(); }
  bool has(std::size_t group) const { return groups_[group].data() != nullptr; }
  std::size_t start(std::size_t group) const { return offset(groups_[group].data()); }
  std::size_t end(std::size_t group) const { return start(group) + groups_[group].size(); }
  std::size_t groups() const { return groups_.size(); }
  std::string_view group(std::size_t group) const { return {groups_[group].data(), groups_[group].size()}; }

 private:
  std::size_t offset(const char* at) const { return static_cast<std::size_t>(at - text_.data()); }
  bool is_inside(std::size_t at) const {
    return at < text_.size() && (static_cast<unsigned char>(text_[at]) & 0xC0) == 0x80;
  }
  std::size_t after_character(std::size_t at) const {
    do ++at;
    while (is_inside(at));
    return at;
  }

  const Pattern& pattern_;
  std::string_view text_;
  std::size_t from_;
  std::size_t last_end_;
  std::vector<re2::StringPiece> groups_;
};

}  // namespace noodle::text
