#include "runtime/data/json_scan.h"

#include <charconv>

#include "base/text.h"
#include "runtime/value/format.h"

namespace noodle::data {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Digits into a number while they fit in it; gives how many there were.
struct Digits {
  std::uint64_t value = 0;
  int kept = 0;       // significant ones in `value`
  int dropped = 0;    // behind those
  bool lost = false;  // one that was dropped is not zero

  void add(char c) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (kept < 19) {
      value = value * 10 + digit;
      kept += value != 0 ? 1 : 0;
      return;
    }
    // A twentieth may fit still: 2^64 has so many.
    std::uint64_t more = 0;
    if (kept == 19 && dropped == 0 && !__builtin_mul_overflow(value, std::uint64_t{10}, &more) &&
        !__builtin_add_overflow(more, digit, &more)) {
      value = more;
      ++kept;
      return;
    }
    ++dropped;
    lost = lost || digit != 0;
  }
};

constexpr double kPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                              1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// Four digits of a `\u`; negative when they are none.
std::int32_t hex_digits(const char* at, const char* end) {
  if (end - at < 4) return -1;
  std::uint32_t unit = 0;
  const auto [last, error] = std::from_chars(at, at + 4, unit, 16);
  return error == std::errc() && last == at + 4 && at[0] != '-' ? static_cast<std::int32_t>(unit) : -1;
}

// A `\u` behind its letter, and the second half of a pair.
std::string_view read_unicode(const char*& at, const char* end, std::string& out) {
  const std::int32_t first = hex_digits(at, end);
  if (first < 0) return "`\\u` needs four hexadecimal digits";
  auto scalar = static_cast<std::uint32_t>(first);
  const char* behind = at + 4;
  if (scalar >= 0xD800 && scalar < 0xE000) {
    constexpr std::string_view kLone = "a lone surrogate is no character";
    if (scalar >= 0xDC00 || end - behind < 2 || behind[0] != '\\' || behind[1] != 'u') return kLone;
    const std::int32_t second = hex_digits(behind + 2, end);
    if (second < 0xDC00 || second >= 0xE000) return kLone;
    scalar = 0x10000 + ((scalar - 0xD800) << 10) + (static_cast<std::uint32_t>(second) - 0xDC00);
    behind += 6;
  }
  append_utf8(out, scalar);
  at = behind;
  return {};
}

std::string_view read_escape(const char*& at, const char* end, std::string& out) {
  const char letter = at + 1 < end ? at[1] : '\0';
  constexpr std::string_view kLetters = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
  if (const std::size_t known = kLetters.find(letter); letter != '\0' && known != std::string_view::npos) {
    out += kMeanings[known];
    at += 2;
    return {};
  }
  if (letter != 'u') return "a backslash stands before `\"`, `\\`, `/`, `b`, `f`, `n`, `r`, `t` or `u`";
  const char* digits = at + 2;
  const std::string_view problem = read_unicode(digits, end, out);
  if (problem.empty()) at = digits;
  return problem;
}

}  // namespace

double Number::as_float() const {
  // Both are exact, so the result is rounded once.
  if (is_exact && digits < std::uint64_t{1} << 53 && exponent >= -22 && exponent <= 22) {
    const auto whole = static_cast<double>(digits);
    const double size = exponent < 0 ? whole / kPowers[-exponent] : whole * kPowers[exponent];
    return is_negative ? -size : size;
  }
  return value::parse_float(text).value_or(0);
}

Number read_number(const char*& at, const char* end) {
  Number number;
  const char* p = at;
  if (p != end && *p == '-') {
    number.is_negative = true;
    ++p;
  }
  if (p == end || !is_digit(*p)) return number;
  Digits digits;
  if (*p == '0') {
    ++p;
    if (p != end && is_digit(*p)) return number;
  } else {
    do digits.add(*p++);
    while (p != end && is_digit(*p));
  }
  number.is_integer = true;
  number.exponent = digits.dropped;
  if (p != end && *p == '.') {
    number.is_integer = false;
    const char* fraction = ++p;
    for (; p != end && is_digit(*p); ++p) {
      const int before = digits.dropped;
      digits.add(*p);
      if (digits.dropped == before) --number.exponent;
    }
    if (p == fraction) return number;
  }
  if (p != end && (*p == 'e' || *p == 'E')) {
    number.is_integer = false;
    ++p;
    const bool is_down = p != end && *p == '-';
    if (p != end && (*p == '-' || *p == '+')) ++p;
    const char* first = p;
    std::int64_t power = 0;
    for (; p != end && is_digit(*p); ++p) power = power < 1'000'000'000 ? power * 10 + (*p - '0') : power;
    if (p == first) return number;
    number.exponent += is_down ? -power : power;
  }
  number.is_number = true;
  number.is_exact = !digits.lost && (digits.dropped == 0 || !number.is_integer);
  number.digits = digits.value;
  number.text = {at, p};
  at = p;
  return number;
}

std::string_view read_string(const char*& at, const char* end, std::string& scratch, std::string_view& text) {
  const char* first = at;
  at = skip_plain(at, end);
  if (at != end && *at == '"') [[likely]] {
    text = {first, at};
    ++at;
    return {};
  }
  scratch.assign(first, at);
  for (;;) {
    if (at == end) return "the string does not end";
    if (*at == '"') break;
    if (*at != '\\') return "control characters in a string are written with a backslash";
    if (const std::string_view problem = read_escape(at, end, scratch); !problem.empty()) return problem;
    const char* plain = at;
    at = skip_plain(at, end);
    scratch.append(plain, at);
  }
  ++at;
  text = scratch;
  return {};
}

}  // namespace noodle::data
