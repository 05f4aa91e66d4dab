#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

namespace noodle {

/// What stands behind `:` in `{x:>8.3f}`: [[fill]<|>|^][+][0][width][,][.precision][kind].
struct FormatSpec {
  std::string_view fill = " ";  // one character
  char align = 0;               // '<', '>', '^', or 0: numbers right, text left
  bool plus = false;            // + before numbers that aren't negative
  bool zero = false;            // zeros between sign and digits
  bool commas = false;          // every three digits of the whole part
  std::uint32_t width = 0;
  std::int32_t precision = -1;  // -1: none
  char kind = 0;                // x X b o d, f e E %, s, or 0
};

/// The most that a width and a precision may be.
constexpr std::uint32_t kMostFormatWidth = 10'000;

enum class FormatProblem : std::uint8_t { NoFormat, WideWidth, NoPrecision, WidePrecision };

/// Reads a format, whose text must live as long; or what is wrong with it.
std::expected<FormatSpec, FormatProblem> parse_format(std::string_view text);

}  // namespace noodle
