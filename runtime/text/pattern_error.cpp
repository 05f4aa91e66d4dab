// What is wrong with a pattern, and where. RE2 tells a code and a piece of the pattern, not where that stands.

#include "base/text.h"
#include "runtime/text/pattern.h"

namespace noodle::text {

namespace {

std::string message_of(RE2::ErrorCode code, const std::string& piece) {
  const std::string quoted = "`" + piece + "`";
  switch (code) {
    case RE2::ErrorBadEscape: return quoted + " is no escape";
    case RE2::ErrorBadCharClass: return quoted + " is no class of characters";
    case RE2::ErrorBadCharRange:
      if (piece.starts_with('[') || piece.starts_with('\\')) return quoted + " is no class of characters";
      return "the range " + quoted + " ends before it begins";
    case RE2::ErrorMissingBracket: return "`[` is not closed";
    case RE2::ErrorMissingParen: return "a `)` is missing";
    case RE2::ErrorUnexpectedParen: return "`)` closes nothing";
    case RE2::ErrorTrailingBackslash: return "a `\\` at the end stands for nothing";
    case RE2::ErrorRepeatArgument: return quoted + " has nothing to repeat";
    case RE2::ErrorRepeatSize: return quoted + " counts down, or repeats more than 1000 times";
    case RE2::ErrorRepeatOp: return quoted + " repeats a repetition; a group in between says which is meant";
    case RE2::ErrorBadPerlOp:
      return quoted + " begins no group; names are given as `(?P<name>…)`, and there is no looking ahead or back";
    case RE2::ErrorBadNamedCapture: return quoted + " gives a group no name; that is done by `(?P<name>…)`";
    case RE2::ErrorPatternTooLarge: return "the pattern is too large";
    default: return "it is no pattern";
  }
}

/// The length of the shortest beginning that has the same error, which the parser meets from left to right.
std::size_t end_of_error(const RE2& re, std::string_view whole, std::int64_t flags, bool tells_piece) {
  RE2::Options options = options_of(flags);
  options.set_max_mem(1 << 14);  // it is only to be parsed
  auto has_error = [&](std::size_t length) {
    const RE2 part(std::string(whole.substr(0, length)), options);
    return part.error_code() == re.error_code() && (!tells_piece || part.error_arg() == re.error_arg());
  };
  std::size_t none = 0, some = whole.size();
  while (none + 1 < some) {
    const std::size_t middle = none + (some - none) / 2;
    (has_error(middle) ? some : none) = middle;
  }
  return some;
}

}  // namespace

PatternError error_of(const Pattern& pattern, std::string_view text, std::int64_t flags) {
  const RE2& re = pattern.re;
  if (pattern.half_character != kNowhere) {
    return {"`\\C` would match a part of a character; `(?s:.)` matches a whole one", pattern.half_character};
  }
  const std::string whole = with_prefix(text, flags);
  const std::size_t before = whole.size() - text.size();
  std::string piece = re.error_arg();
  if (find_invalid_utf8(piece) != std::string::npos) piece = "this";
  std::size_t at = before;
  switch (re.error_code()) {
    case RE2::ErrorPatternTooLarge: break;
    case RE2::ErrorMissingParen: at = whole.size(); break;
    case RE2::ErrorTrailingBackslash: at = whole.size() - 1; break;
    // Its piece is the whole pattern.
    case RE2::ErrorUnexpectedParen: at = end_of_error(re, whole, flags, false) - 1; break;
    default: {
      const std::size_t end = end_of_error(re, whole, flags, true);
      const std::size_t found = piece.size() > end ? std::string::npos : whole.rfind(piece, end - piece.size());
      at = found == std::string::npos ? before : found;
    }
  }
  return {message_of(re.error_code(), piece), at < before ? 0 : at - before};
}

}  // namespace noodle::text
