#include "runtime/value/format.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "runtime/value/floats.h"

namespace noodle::value {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// In hexadecimal the letters are digits of the whole part too.
std::string with_commas(std::string_view digits, bool hexadecimal) {
  std::size_t whole = hexadecimal ? digits.size() : 0;
  while (whole < digits.size() && is_digit(digits[whole])) ++whole;
  std::string out;
  for (std::size_t i = 0; i < whole; ++i) {
    if (i != 0 && (whole - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out += digits.substr(whole);
}

std::string padded(std::string_view text, std::size_t characters, const FormatSpec& spec, char otherwise) {
  if (characters >= spec.width) return std::string(text);
  const std::size_t missing = spec.width - characters;
  const char align = spec.align != 0 ? spec.align : otherwise;
  const std::size_t left = align == '<' ? 0 : align == '>' ? missing : missing / 2;
  std::string out;
  for (std::size_t i = 0; i < left; ++i) out += spec.fill;
  out += text;
  for (std::size_t i = left; i < missing; ++i) out += spec.fill;
  return out;
}

// `body` holds the digits without a sign.
std::string finish_number(bool negative, std::string body, const FormatSpec& spec, bool finite = true) {
  if (spec.commas) body = with_commas(body, spec.kind == 'x' || spec.kind == 'X');
  const std::string_view sign = negative ? "-" : spec.plus ? "+" : "";
  if (spec.zero && spec.align == 0 && finite && sign.size() + body.size() < spec.width) {
    body.insert(0, spec.width - sign.size() - body.size(), '0');
  }
  body.insert(0, sign);
  return padded(body, body.size(), spec, '>');
}

std::optional<std::string> format_magnitude(bool negative, std::uint64_t magnitude, const FormatSpec& spec) {
  int base = 10;
  switch (spec.kind) {
    case 0:
    case 'd': break;
    case 'x':
    case 'X': base = 16; break;
    case 'b': base = 2; break;
    case 'o': base = 8; break;
    case 'f':
    case 'e':
    case 'E':
    case '%': {
      const double value = static_cast<double>(magnitude);
      return format_float(negative ? -value : value, spec);
    }
    default: return std::nullopt;
  }
  if (spec.precision >= 0) return std::nullopt;
  char digits[64];
  const auto end = std::to_chars(digits, digits + sizeof digits, magnitude, base).ptr;
  std::string body(digits, end);
  if (spec.kind == 'X') {
    for (char& c : body) c = c >= 'a' ? static_cast<char>(c - 32) : c;
  }
  return finish_number(negative, std::move(body), spec);
}

// Digits as to_chars writes them, but never mistaken for an integer's, and exponents without padding: 1e21.
std::string tidy(std::string_view digits) {
  const std::size_t e = digits.find_first_of("eE");
  std::string out(digits.substr(0, e));
  if (e == std::string_view::npos) {
    if (out.find('.') == std::string::npos) out += ".0";
    return out;
  }
  std::string_view exponent = digits.substr(e + 1);
  out += digits[e];
  if (exponent.front() == '-') out += '-';
  exponent.remove_prefix(1);
  while (exponent.size() > 1 && exponent.front() == '0') exponent.remove_prefix(1);
  return out += exponent;
}

std::string print_finite(double value) {
  // Plain digits in the range people read, else an exponent; shortest in both.
  const double magnitude = std::fabs(value);
  const bool plain = magnitude == 0 || (magnitude >= 1e-5 && magnitude < 1e16);
  char digits[64];
  const auto end = std::to_chars(digits, digits + sizeof digits, value,
                                 plain ? std::chars_format::fixed : std::chars_format::scientific)
                       .ptr;
  return tidy({digits, end});
}

std::string print_any(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  return print_finite(value);
}

// Adds one to the last of the digits before the exponent. All nines become zero: fewer digits say
// what comes after them.
void add_one(char* first, char* last) {
  for (char* at = std::find(first, last, 'e'); at != first;) {
    if (!is_digit(*--at)) continue;
    if (*at != '9') {
      ++*at;
      return;
    }
    *at = '0';
  }
}

// The fewest digits that round back to the same bits when they are read as a double first, as
// programs read them.
template <typename Bits, typename Narrow>
std::string print_narrow(float value, Bits bits, Narrow narrow) {
  if (std::isnan(value) || std::isinf(value) || value == 0) return print_any(value);
  for (int precision = 0; precision < 9; ++precision) {
    char digits[64];
    const auto end = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::scientific, precision).ptr;
    // Below a power of two the gap is half as wide as above it, so where the nearest digits miss
    // the number from below, the next ones up may not.
    for (int step = 0; step < 2; ++step) {
      double back = 0;
      std::from_chars(digits, end, back);
      // The double nearest to so few digits prints them again and nothing more.
      if (narrow(back) == bits) return print_finite(back);
      add_one(digits, end);
    }
  }
  return print_finite(value);
}

// Of a number out of range: whether it is too large rather than too small, which from_chars does not
// tell. The place of its first digit that counts decides.
bool is_huge(std::string_view body) {
  const std::size_t e = body.find_first_of("eE");
  const std::string_view mantissa = body.substr(0, e);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  const std::size_t first = mantissa.find_first_of("123456789");
  if (first == std::string_view::npos) return false;
  const auto place = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
  std::int64_t exponent = 0;
  if (e != std::string_view::npos) {
    std::string_view digits = body.substr(e + 1);
    const bool negative = digits.starts_with('-');
    if (digits.starts_with('-') || digits.starts_with('+')) digits.remove_prefix(1);
    for (const char c : digits) exponent = std::min<std::int64_t>(exponent * 10 + (c - '0'), 1 << 30);
    if (negative) exponent = -exponent;
  }
  return place + exponent > 0;
}

}  // namespace

std::optional<std::string> format_int(std::int64_t value, const FormatSpec& spec) {
  const auto bits = static_cast<std::uint64_t>(value);
  return format_magnitude(value < 0, value < 0 ? 0 - bits : bits, spec);
}

std::optional<std::string> format_uint(std::uint64_t value, const FormatSpec& spec) {
  return format_magnitude(false, value, spec);
}

std::optional<std::string> format_float(double value, const FormatSpec& spec) {
  if (spec.kind != 0 && !std::string_view("feE%").contains(spec.kind)) return std::nullopt;
  const std::string_view unit = spec.kind == '%' ? "%" : "";
  if (std::isnan(value)) return finish_number(false, "nan" + std::string(unit), spec, false);
  const bool negative = std::signbit(value);
  const double magnitude = spec.kind == '%' ? std::fabs(value) * 100 : std::fabs(value);
  if (std::isinf(magnitude)) {
    return finish_number(negative, "inf" + std::string(unit), spec, false);
  }
  // Fixed notation of the largest double has 309 digits before the point.
  std::string digits(400 + static_cast<std::size_t>(spec.precision > 0 ? spec.precision : 0), '\0');
  char* first = digits.data();
  char* last = first + digits.size();
  std::to_chars_result end{};
  switch (spec.kind) {
    case 0:
      if (spec.precision < 0) return finish_number(negative, print_f64(magnitude), spec);
      [[fallthrough]];
    case 'f':
      end = std::to_chars(first, last, magnitude, std::chars_format::fixed, spec.precision < 0 ? 6 : spec.precision);
      break;
    case 'e':
    case 'E':
      end = spec.precision < 0 ? std::to_chars(first, last, magnitude, std::chars_format::scientific)
                               : std::to_chars(first, last, magnitude, std::chars_format::scientific, spec.precision);
      break;
    default:  // %
      end = std::to_chars(first, last, magnitude, std::chars_format::fixed, spec.precision < 0 ? 0 : spec.precision);
      break;
  }
  digits.resize(static_cast<std::size_t>(end.ptr - first));
  if (spec.kind == 'E') {
    for (char& c : digits) c = c == 'e' ? 'E' : c;
  }
  if (spec.kind == 'e' || spec.kind == 'E') digits = tidy(digits);
  digits += unit;
  return finish_number(negative, std::move(digits), spec);
}

std::optional<std::string> format_text(std::string_view value, const FormatSpec& spec) {
  if ((spec.kind != 0 && spec.kind != 's') || spec.plus || spec.zero || spec.commas) {
    return std::nullopt;
  }
  std::size_t characters = count_scalars(value);
  if (spec.precision >= 0 && characters > static_cast<std::size_t>(spec.precision)) {
    // A precision cuts the text to so many characters.
    characters = static_cast<std::size_t>(spec.precision);
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < characters; ++i) bytes += decode_utf8(value.substr(bytes)).length;
    value = value.substr(0, bytes);
  }
  return padded(value, characters, spec, '<');
}

std::string print_f64(double value) { return print_any(value); }
std::string print_f32(float value) {
  if (!std::isfinite(value)) return print_any(value);
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::scientific).ptr;
  double back = 0;
  std::from_chars(digits, end, back);
  if (static_cast<float>(back) == value) return print_finite(back);
  // Rarely the digits lie so near the middle between two floats that the double rounds to the other one.
  return print_narrow(value, from_f32(value), [](double x) { return from_f32(static_cast<float>(x)); });
}
std::string print_f16(std::uint16_t bits) {
  return print_narrow(f16_to_f32(bits), bits, [](double x) { return f64_to_f16(x); });
}
std::string print_bf16(std::uint16_t bits) {
  return print_narrow(bf16_to_f32(bits), bits, [](double x) { return f64_to_bf16(x); });
}
std::string print_int(std::int64_t value) {
  char digits[24];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}
std::string print_uint(std::uint64_t value) {
  char digits[24];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

std::optional<std::int64_t> parse_int(std::string_view text, int radix) {
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text.front() == '-') return std::nullopt;
  }
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, radix);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::optional<double> parse_float(std::string_view text) {
  std::string_view body = text;
  if (!body.empty() && (body.front() == '+' || body.front() == '-')) body.remove_prefix(1);
  const bool negative = !text.empty() && text.front() == '-';
  if (body == "inf") return negative ? -HUGE_VAL : HUGE_VAL;
  if (body == "nan") return std::nan("");
  if (body.empty() || (!is_digit(body.front()) && body.front() != '.')) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(body.data(), body.data() + body.size(), value);
  if (end != body.data() + body.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    value = is_huge(body) ? HUGE_VAL : 0.0;
  } else if (error != std::errc()) {
    return std::nullopt;
  }
  return negative ? -value : value;
}

}  // namespace noodle::value
