#include "base/format_spec.h"

#include "base/text.h"

namespace noodle {

namespace {

bool is_align(char c) { return c == '<' || c == '>' || c == '^'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Reads a number of at most kMostFormatWidth; -1 when it is larger.
std::int64_t read_number(std::string_view text, std::size_t& at) {
  std::int64_t value = 0;
  while (at < text.size() && is_digit(text[at])) {
    value = value * 10 + (text[at++] - '0');
    if (value > kMostFormatWidth) return -1;
  }
  return value;
}

}  // namespace

std::expected<FormatSpec, FormatProblem> parse_format(std::string_view text) {
  FormatSpec spec;
  std::size_t at = 0;
  const auto accept = [&](char c) {
    const bool found = at < text.size() && text[at] == c;
    at += found ? 1 : 0;
    return found;
  };
  const DecodedScalar first = decode_utf8(text);
  if (first.length != 0 && first.length < text.size() && is_align(text[first.length])) {
    spec.fill = text.substr(0, first.length);
    spec.align = text[first.length];
    at = first.length + 1;
  } else if (!text.empty() && is_align(text[0])) {
    spec.align = text[at++];
  }
  spec.plus = accept('+');
  spec.zero = accept('0');
  const std::int64_t width = read_number(text, at);
  if (width < 0) return std::unexpected(FormatProblem::WideWidth);
  spec.width = static_cast<std::uint32_t>(width);
  spec.commas = accept(',');
  if (accept('.')) {
    if (at == text.size() || !is_digit(text[at])) return std::unexpected(FormatProblem::NoPrecision);
    const std::int64_t precision = read_number(text, at);
    if (precision < 0) return std::unexpected(FormatProblem::WidePrecision);
    spec.precision = static_cast<std::int32_t>(precision);
  }
  if (at < text.size() && std::string_view("xXbodfeE%s").contains(text[at])) spec.kind = text[at++];
  if (at != text.size()) return std::unexpected(FormatProblem::NoFormat);
  return spec;
}

}  // namespace noodle
