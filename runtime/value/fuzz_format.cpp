// A format, and a number and a text to print in it. What is printed is as wide as was said, and holds what was given;
// what is printed without a format reads back equal.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/text.h"
#include "runtime/value/floats.h"
#include "runtime/value/format.h"

namespace noodle::value {
namespace {

[[noreturn]] void fail(const char* what, std::string_view text) {
  std::fprintf(stderr, "%s: %.*s\n", what, static_cast<int>(text.size()), text.data());
  std::abort();
}

void check_back(double number, std::string_view printed) {
  const auto back = parse_float(printed);
  if (!back || (std::isnan(number) ? !std::isnan(*back) : from_f64(*back) != from_f64(number))) {
    fail("reads back differently", printed);
  }
}

// What a value prints as without a width is what it is padded from.
template <typename Format, typename Value>
void check(Format format, Value value, const FormatSpec& spec) {
  const auto wide = format(value, spec);
  FormatSpec plain = spec;
  plain.width = 0;
  const auto narrow = format(value, plain);
  if (wide.has_value() != narrow.has_value()) fail("a width decides whether a format fits", spec.fill);
  if (!wide) return;
  if (find_invalid_utf8(*wide) != std::string_view::npos) fail("is not UTF-8", *wide);
  if (count_scalars(*wide) != std::max<std::size_t>(spec.width, count_scalars(*narrow))) fail("is not as wide", *wide);
  const bool has_zeros = spec.zero && spec.align == 0;
  if (!has_zeros && !wide->contains(*narrow)) fail("does not hold the value", *wide);
}

template <typename Narrow>
void check_narrow(std::uint16_t bits, float number, std::string_view printed, Narrow narrow) {
  const auto back = parse_float(printed);
  if (!back || (!std::isnan(number) && narrow(*back) != bits)) fail("reads back differently", printed);
}

void check_plain(double number, std::int64_t whole) {
  check_back(number, print_f64(number));
  if (parse_int(print_int(whole)) != whole) fail("reads back differently", print_int(whole));
  const auto narrow = static_cast<float>(number);
  const auto back = parse_float(print_f32(narrow));
  if (!back || (!std::isnan(narrow) && static_cast<float>(*back) != narrow)) {
    fail("reads back differently", print_f32(narrow));
  }
  const auto bits = static_cast<std::uint16_t>(whole);
  check_narrow(bits, f16_to_f32(bits), print_f16(bits), f64_to_f16);
  check_narrow(bits, bf16_to_f32(bits), print_bf16(bits), f64_to_bf16);
}

// Reading what nobody printed: whole numbers and floats agree on what both can read.
void check_parsing(std::string_view text) {
  const auto number = parse_float(text);
  if (number) check_back(*number, print_f64(*number));
  const auto whole = parse_int(text);
  if (whole && number && static_cast<double>(*whole) != *number) fail("is two numbers", text);
  for (const int radix : {2, 16, 36}) parse_int(text, radix);
}

}  // namespace
}  // namespace noodle::value

// Eight bytes of a number, a line with a format, and a text.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace noodle;
  using namespace noodle::value;
  std::uint64_t word = 0;
  if (size < sizeof word) return 0;
  std::memcpy(&word, data, sizeof word);
  const std::string_view input(reinterpret_cast<const char*>(data) + sizeof word, size - sizeof word);
  const std::string_view format = input.substr(0, input.find('\n'));
  const std::string_view text = input.substr(std::min(format.size() + 1, input.size()));
  check_plain(as_f64(word), static_cast<std::int64_t>(word));
  check_parsing(text);
  const auto spec = parse_format(format);
  if (!spec) return 0;
  check(format_int, static_cast<std::int64_t>(word), *spec);
  check(format_uint, word, *spec);
  check(format_float, as_f64(word), *spec);
  if (find_invalid_utf8(text) == std::string_view::npos) check(format_text, text, *spec);
  return 0;
}
