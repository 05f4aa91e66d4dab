// Natives of regular expressions.

#include <cstring>
#include <string>
#include <vector>

#include "runtime/room/natives.h"
#include "runtime/text/matches.h"
#include "runtime/text/pattern.h"
#include "runtime/text/replacement.h"

namespace noodle::room {

namespace {

using text::Matches;
using text::Pattern;
using text::pattern_of;
using text::ReplacementPiece;

constexpr std::size_t kNone = std::string_view::npos;
// So many matches are found between two looks whether somebody wants us to stop.
constexpr std::size_t kMatchesAtOnce = 4096;

/// Characters of valid UTF-8.
std::int64_t characters(std::string_view text) {
  std::int64_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

/// Arguments 0 and 1, which only a module that nobody compiled gives otherwise than `regex.compile` took them.
std::shared_ptr<const Pattern> pattern_arg(const Call& call) { return pattern_of(text_arg(call, 0), int_arg(call, 2)); }

Status no_pattern(Call& call) { return panic(call, "not a regular expression: " + std::string(text_arg(call, 0))); }

int group_count(const Pattern& pattern) { return pattern.re.NumberOfCapturingGroups() + 1; }

/// Adds the spans of a match, in characters of the text at `words`.
void add_spans(const Call& call, const std::uint64_t* words, const Matches& matches, std::vector<std::int64_t>& out) {
  for (std::size_t i = 0; i < matches.groups(); ++i) {
    auto index = [&](std::size_t byte) { return static_cast<std::int64_t>(call.host.text_index(words, byte)); };
    const bool has = matches.has(i);
    out.push_back(has ? index(matches.start(i)) : -1);
    out.push_back(has ? index(matches.end(i)) : -1);
  }
}

/// A run of bytes of the text, or of the template.
using Pieces = std::vector<std::string_view>;

Status give_pieces(Call& call, const Pieces& pieces) {
  std::size_t size = 0;
  for (const std::string_view piece : pieces) {
    if (__builtin_add_overflow(size, piece.size(), &size)) return Status::NoMemory;
  }
  char* at = call.host.make_blank_text(call, size, call.results);
  if (at == nullptr) return Status::NoMemory;
  for (const std::string_view piece : pieces) {
    if (!piece.empty()) std::memcpy(at, piece.data(), piece.size());
    at += piece.size();
  }
  return Status::Ok;
}

}  // namespace

Status native_regex_compile(Call& call) {
  const std::string_view text = text_arg(call, 0);
  const auto pattern = pattern_arg(call);
  text::PatternError error;
  if (!pattern->is_good()) error = text::error_of(*pattern, text, int_arg(call, 2));
  TextList names(call, 3);
  if (pattern->is_good()) {
    for (const std::string& name : pattern->names()) {
      if (!names.add(name)) return Status::NoMemory;
    }
  }
  if (give_text(call, error.message, 1) != Status::Ok) return Status::NoMemory;
  call.results[4] = names.take();
  give_int(call, characters(text.substr(0, error.byte)), 3);
  return give_bool(call, pattern->is_good());
}

Status native_regex_is_match(Call& call) {
  const auto pattern = pattern_arg(call);
  if (!pattern->is_good()) return no_pattern(call);
  const std::string_view text = text_arg(call, 3);
  if (pattern->may_be_inside) return give_bool(call, Matches(*pattern, text, 1).next());
  return give_bool(call, pattern->re.Match(text, 0, text.size(), RE2::UNANCHORED, nullptr, 0));
}

Status native_regex_find(Call& call) {
  const auto pattern = pattern_arg(call);
  if (!pattern->is_good()) return no_pattern(call);
  const std::string_view text = text_arg(call, 3);
  const std::uint64_t* words = call.args + 3;
  const std::int64_t from = int_arg(call, 5), last_end = int_arg(call, 6);
  // A text has no more characters than bytes.
  const auto length = static_cast<std::int64_t>(call.host.text_index(words, text.size()));
  if (from < 0 || from > length || last_end > length) {
    return panic(
        call, "position " + std::to_string(from) + " is out of bounds for a text of length " + std::to_string(length));
  }
  auto byte_of = [&](std::int64_t index) { return call.host.text_offset(words, static_cast<std::uint64_t>(index)); };
  Matches matches(*pattern, text, group_count(*pattern), byte_of(from), last_end < 0 ? kNone : byte_of(last_end));
  std::vector<std::int64_t> spans;
  if (matches.next()) add_spans(call, words, matches, spans);
  return give_ints(call, spans);
}

Status native_regex_find_all(Call& call) {
  const auto pattern = pattern_arg(call);
  if (!pattern->is_good()) return no_pattern(call);
  Matches matches(*pattern, text_arg(call, 3), group_count(*pattern));
  std::vector<std::int64_t> spans;
  for (std::size_t i = 1; matches.next(); ++i) {
    add_spans(call, call.args + 3, matches, spans);
    if (i % kMatchesAtOnce == 0 && call.host.is_told_to_stop(call)) return Status::Interrupted;
  }
  return give_ints(call, spans);
}

Status native_regex_split(Call& call) {
  const auto pattern = pattern_arg(call);
  if (!pattern->is_good()) return no_pattern(call);
  const std::string_view text = text_arg(call, 3);
  const std::int64_t most = int_arg(call, 5);
  TextList parts(call, 0);
  Matches matches(*pattern, text, 1);
  std::size_t from = 0;
  std::int64_t count = 1;
  while (count < most && matches.next()) {
    const std::size_t start = matches.start(), end = matches.end();
    // What is empty divides characters, but nothing from nothing.
    if (start == end && (start == 0 || start == text.size())) continue;
    if (!parts.add(text.substr(from, start - from))) return Status::NoMemory;
    from = end;
    if (++count % kMatchesAtOnce == 0 && call.host.is_told_to_stop(call)) return Status::Interrupted;
  }
  if (!parts.add(text.substr(from))) return Status::NoMemory;
  call.results[0] = parts.take();
  return Status::Ok;
}

Status native_regex_replace(Call& call) {
  const auto pattern = pattern_arg(call);
  if (!pattern->is_good()) return no_pattern(call);
  const std::string_view text = text_arg(call, 3);
  const std::int64_t most = int_arg(call, 7);
  const auto replacement = text::replacement_pieces(*pattern, text_arg(call, 5));
  if (!replacement) return panic(call, replacement.error());
  int groups = 1;
  for (const ReplacementPiece& piece : *replacement) groups = std::max(groups, piece.group + 1);
  Matches matches(*pattern, text, groups);
  Pieces pieces;
  std::size_t from = 0;
  for (std::int64_t count = 0; count < most && matches.next(); ++count) {
    pieces.push_back(text.substr(from, matches.start() - from));
    for (const ReplacementPiece& piece : *replacement) {
      const bool is_group = piece.group >= 0;
      pieces.push_back(is_group ? matches.group(static_cast<std::size_t>(piece.group)) : piece.text);
    }
    from = matches.end();
    if (count % kMatchesAtOnce == 0 && call.host.is_told_to_stop(call)) return Status::Interrupted;
  }
  pieces.push_back(text.substr(from));
  return give_pieces(call, pieces);
}

Status native_regex_escape(Call& call) { return give_text(call, RE2::QuoteMeta(text_arg(call, 0))); }

}  // namespace noodle::room
