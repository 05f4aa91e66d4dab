#pragma once

// Compiled regular expressions. They are values of their pattern and flags and never change, so all threads share them:
// a program holds the pattern, and the library the latest compiled ones.

#include <re2/re2.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace noodle::text {

enum PatternFlag : std::int64_t { kIgnoreCase = 1, kMultiLine = 2, kDotAll = 4 };

constexpr std::size_t kNowhere = std::string_view::npos;

/// What is wrong with a pattern, and where, in bytes.
struct PatternError {
  std::string message;
  std::size_t byte = 0;
};

/// A compiled pattern, or why there is none.
struct Pattern {
  Pattern(std::string_view text, std::int64_t flags);

  bool is_good() const { return re.ok() && half_character == kNowhere; }
  /// Names of the groups, empty where they have none; the first is the whole match.
  std::vector<std::string> names() const;

  RE2 re;
  std::size_t half_character = kNowhere;  // where `\C` stands, which matches a byte
  bool may_be_inside = false;             // an empty match may be found inside of a character, where `\B` holds
};

/// The compiled pattern, made now if it isn't among the latest. It stays whole while it's held.
std::shared_ptr<const Pattern> pattern_of(std::string_view text, std::int64_t flags);

/// What is wrong with a pattern that is not good.
PatternError error_of(const Pattern& pattern, std::string_view text, std::int64_t flags);

/// The options of RE2 for flags, but for those that go into the pattern.
RE2::Options options_of(std::int64_t flags);
/// The pattern as RE2 gets it: with what stands in front of it for some of the flags.
std::string with_prefix(std::string_view text, std::int64_t flags);

}  // namespace noodle::text
