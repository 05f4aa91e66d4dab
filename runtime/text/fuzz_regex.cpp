// Patterns, texts and replacements that nobody wrote by hand: what is no pattern says so in a place that it has, and
// what is one finds spans that are in order and divide no character.

#include <cstdlib>

#include "base/text.h"
#include "runtime/text/matches.h"
#include "runtime/text/replacement.h"

namespace noodle::text {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

std::string_view take_until(std::string_view& input, char end) {
  const std::string_view taken = input.substr(0, input.find(end));
  input.remove_prefix(std::min(taken.size() + 1, input.size()));
  return taken;
}

bool is_boundary(std::string_view text, std::size_t at) {
  return at == text.size() || (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80);
}

void check_error(const Pattern& pattern, std::string_view text, std::int64_t flags) {
  const PatternError error = error_of(pattern, text, flags);
  require(!error.message.empty() && find_invalid_utf8(error.message) == std::string::npos);
  require(is_boundary(text, error.byte));
}

void check_matches(const Pattern& pattern, std::string_view text) {
  Matches matches(pattern, text, pattern.re.NumberOfCapturingGroups() + 1);
  std::size_t last = 0;
  bool first = true;
  while (matches.next()) {
    require(matches.start() >= last && (first || matches.end() > last));
    first = false;
    last = matches.end();
    for (std::size_t i = 0; i < matches.groups(); ++i) {
      if (!matches.has(i)) continue;
      require(matches.start() <= matches.start(i) && matches.end(i) <= matches.end());
      require(is_boundary(text, matches.start(i)) && is_boundary(text, matches.end(i)));
    }
  }
}

void check_replacement(const Pattern& pattern, std::string_view text) {
  const auto pieces = replacement_pieces(pattern, text);
  if (!pieces) return require(find_invalid_utf8(pieces.error()) == std::string::npos);
  for (const ReplacementPiece& piece : *pieces) require(piece.group <= pattern.re.NumberOfCapturingGroups());
}

}  // namespace
}  // namespace noodle::text

// A byte of flags, a pattern and a replacement with a line each, and a text.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace noodle::text;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  if (size == 0 || noodle::find_invalid_utf8(input) != std::string_view::npos) return 0;
  const std::int64_t flags = input[0] & 7;
  input.remove_prefix(1);
  if (!is_boundary(input, 0)) return 0;
  const std::string_view text = take_until(input, '\n'), replacement = take_until(input, '\n');
  const Pattern pattern(text, flags);
  if (!pattern.is_good()) {
    check_error(pattern, text, flags);
    return 0;
  }
  check_matches(pattern, input);
  check_replacement(pattern, replacement);
  return 0;
}
