#pragma once

// The tokens of JSON (RFC 8259), found with as few looks at each byte as there can be.

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace noodle::data {

/// Where the text of a string goes on no longer as it is: at a quote, a backslash or a control character.
inline const char* skip_plain(const char* at, const char* end) {
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), last_control = _mm_set1_epi8(0x1F);
  while (end - at >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i is_control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, last_control), bytes);
    const __m128i ends =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)), is_control);
    const auto mask = static_cast<std::uint32_t>(_mm_movemask_epi8(ends));
    if (mask != 0) return at + std::countr_zero(mask);
    at += 16;
  }
#endif
  while (at != end && static_cast<unsigned char>(*at) >= 0x20 && *at != '"' && *at != '\\') ++at;
  return at;
}

/// A number as it is written.
struct Number {
  bool is_number = false;
  bool is_negative = false;
  bool is_integer = false;   // neither fraction nor exponent
  bool is_exact = false;     // `digits` times ten to the `exponent` is the number
  std::uint64_t digits = 0;  // its first 19 digits
  std::int64_t exponent = 0;
  std::string_view text;

  /// The number when it is an integer of 64 bits with a sign.
  bool fits_signed() const {
    return is_integer && is_exact && digits <= (std::uint64_t{1} << 63) - (is_negative ? 0 : 1);
  }
  bool fits_unsigned() const { return is_integer && is_exact && (!is_negative || digits == 0); }
  std::int64_t as_signed() const { return static_cast<std::int64_t>(is_negative ? 0 - digits : digits); }
  /// The nearest float; infinite when it is too large for one.
  double as_float() const;
};

/// Reads a number at `at`, and moves behind it; `is_number` is false when there is none.
Number read_number(const char*& at, const char* end);

/// Reads a string behind its first quote, and moves behind its last one. The text may lie in `scratch`. Gives what is
/// wrong, empty when nothing is; `at` is then where.
std::string_view read_string(const char*& at, const char* end, std::string& scratch, std::string_view& text);

}  // namespace noodle::data
