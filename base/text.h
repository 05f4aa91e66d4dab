#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace noodle {

/// One decoded Unicode scalar and the bytes it took; length 0 means the bytes are not valid UTF-8.
struct DecodedScalar {
  std::uint32_t value = 0;
  std::uint32_t length = 0;
};

/// Decodes the scalar at the front of `bytes` strictly (no overlong forms, no surrogates).
DecodedScalar decode_utf8(std::string_view bytes);

/// Appends a scalar as UTF-8; false (and nothing appended) when it is not a Unicode scalar.
bool append_utf8(std::string& out, std::uint32_t scalar);

/// Byte offset of the first invalid sequence, or npos when all of `bytes` is valid UTF-8.
std::size_t find_invalid_utf8(std::string_view bytes);

/// Number of scalars in valid UTF-8.
std::size_t count_scalars(std::string_view text);

/// Damerau-Levenshtein distance (adjacent swaps count one), or `limit + 1` once it exceeds `limit`.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit);

/// The candidate nearest to `word` within a third of its length, or empty: the "did you mean" rule.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

/// `count` things in words: "no arguments", "1 argument", "2 arguments".
std::string count_of(std::size_t count, std::string_view thing);

/// Each line of a text moved in by two places, or as many as are said, and ended.
std::string indented(std::string_view text, std::size_t places = 2);

/// Appends `text` as a string of JSON; bytes that are no UTF-8 as U+FFFD.
void append_json(std::string& out, std::string_view text);

/// `text` as a literal's inside: quotes, braces, backslashes and control characters escaped.
std::string escape(std::string_view text);

}  // namespace noodle
