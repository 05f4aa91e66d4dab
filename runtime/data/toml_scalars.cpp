#include "runtime/data/toml_scalars.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "runtime/data/json_scan.h"
#include "runtime/data/toml.h"

namespace noodle::data {

namespace {

using NodeKind = TomlNode::Kind;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// Without the underscores, each of which must stand between digits.
std::optional<std::string> without_underscores(std::string_view word, bool (*is_one)(char)) {
  std::string out;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (word[i] != '_') {
      out += word[i];
    } else if (i == 0 || i + 1 == word.size() || !is_one(word[i - 1]) || !is_one(word[i + 1])) {
      return std::nullopt;
    }
  }
  return out;
}

std::string_view put_integer(std::string_view digits, int radix, bool is_negative, TomlNode& out) {
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, radix);
  if (end != digits.data() + digits.size() || digits.empty()) return "this is no number";
  const std::uint64_t most = std::uint64_t{INT64_MAX} + (is_negative ? 1 : 0);
  if (error != std::errc() || size > most) return "an integer of 64 bits can't be so large";
  out.kind = NodeKind::Int;
  out.integer = static_cast<std::int64_t>(is_negative ? 0 - size : size);
  return {};
}

std::string_view read_toml_number(std::string_view written, TomlNode& out) {
  constexpr std::string_view kNone = "this is no number";
  const bool has_sign = written[0] == '-' || written[0] == '+';
  const bool is_negative = written[0] == '-';
  const std::string_view body = written.substr(has_sign ? 1 : 0);
  if (body == "inf" || body == "nan") {
    out.kind = NodeKind::Float;
    const double size =
        body == "inf" ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
    out.real = is_negative ? -size : size;
    return {};
  }
  if (body.size() > 2 && body[0] == '0' && (body[1] == 'x' || body[1] == 'o' || body[1] == 'b')) {
    if (has_sign || body[2] == '_') return kNone;
    const auto digits = without_underscores(body.substr(2), is_hex);
    return digits ? put_integer(*digits, body[1] == 'x' ? 16 : body[1] == 'o' ? 8 : 2, false, out) : kNone;
  }
  const auto digits = without_underscores(body, is_digit);
  if (!digits) return kNone;
  const char *at = digits->data(), *end = at + digits->size();
  const Number number = read_number(at, end);
  if (!number.is_number || number.is_negative || at != end) return kNone;
  if (number.is_integer) return put_integer(*digits, 10, is_negative, out);
  const double size = number.as_float();
  if (std::isinf(size)) return "a float can't be so large";
  out.kind = NodeKind::Float;
  out.real = is_negative ? -size : size;
  out.text = (is_negative ? "-" : "") + *digits;
  return {};
}

// Two digits of a time; -1 when they are none.
int two_digits(std::string_view word, std::size_t at) {
  if (at + 2 > word.size() || !is_digit(word[at]) || !is_digit(word[at + 1])) return -1;
  return (word[at] - '0') * 10 + (word[at + 1] - '0');
}

// Whether `word` begins with a date; it is taken off.
bool take_date(std::string_view& word) {
  if (word.size() < 10 || word[4] != '-' || word[7] != '-') return false;
  const int century = two_digits(word, 0), rest = two_digits(word, 2);
  const int month = two_digits(word, 5), day = two_digits(word, 8);
  if (century < 0 || rest < 0 || month < 1 || month > 12 || day < 1) return false;
  const int year = century * 100 + rest;
  const bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (day > kDays[month - 1] + (month == 2 && is_leap ? 1 : 0)) return false;
  word.remove_prefix(10);
  return true;
}

// The same with a time of the day.
bool take_time(std::string_view& word) {
  if (word.size() < 8 || word[2] != ':' || word[5] != ':') return false;
  const int hour = two_digits(word, 0), minute = two_digits(word, 3), second = two_digits(word, 6);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return false;
  word.remove_prefix(8);
  if (word.empty() || word[0] != '.') return true;
  std::size_t digits = 1;
  while (digits < word.size() && is_digit(word[digits])) ++digits;
  word.remove_prefix(digits);
  return digits > 1;
}

bool take_offset(std::string_view& word) {
  if (word == "Z" || word == "z") return word.remove_prefix(1), true;
  if (word.size() != 6 || (word[0] != '+' && word[0] != '-') || word[3] != ':') return false;
  const int hours = two_digits(word, 1), minutes = two_digits(word, 4);
  word.remove_prefix(6);
  return hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60;
}

bool is_moment(std::string_view word) {
  if (word.size() > 2 && word[2] == ':') return take_time(word) && word.empty();
  if (!take_date(word)) return false;
  if (word.empty()) return true;
  if (word[0] != 'T' && word[0] != 't' && word[0] != ' ') return false;
  word.remove_prefix(1);
  return take_time(word) && (word.empty() || take_offset(word));
}

// An escape at a backslash, and behind it.
std::string_view read_escape(const char*& at, const char* end, std::string& out) {
  const char letter = at + 1 < end ? at[1] : '\0';
  constexpr std::string_view kLetters = "btnfr\"\\", kMeanings = "\b\t\n\f\r\"\\";
  if (const std::size_t known = kLetters.find(letter); letter != '\0' && known != std::string_view::npos) {
    out += kMeanings[known];
    at += 2;
    return {};
  }
  const int digits = letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
  if (digits == 0) return "a backslash stands before `b`, `t`, `n`, `f`, `r`, `\"`, `\\`, `u` or `U`";
  std::uint32_t scalar = 0;
  const char* first = at + 2;
  if (end - first < digits || !std::all_of(first, first + digits, is_hex)) {
    return "`\\u` needs four hexadecimal digits, `\\U` eight";
  }
  std::from_chars(first, first + digits, scalar, 16);
  if (!append_utf8(out, scalar)) return "there is no such character";
  at = first + digits;
  return {};
}

bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; }

// A backslash at the end of a line: past the white space that follows. False when it is something else.
bool skip_line_end(const char*& at, const char* end) {
  const char* p = at + 1;
  while (p != end && (*p == ' ' || *p == '\t')) ++p;
  if (p != end && *p == '\r' && p + 1 != end && p[1] == '\n') ++p;
  if (p == end || *p != '\n') return false;
  while (p != end && (*p == ' ' || *p == '\t' || *p == '\n' || (*p == '\r' && p + 1 != end && p[1] == '\n'))) ++p;
  at = p;
  return true;
}

}  // namespace

std::string_view read_toml_word(std::string_view word, TomlNode& out) {
  out.text = word;
  const bool looks_like_moment = word.size() > 4 && is_digit(word[0]) && (word[4] == '-' || word[2] == ':');
  if (looks_like_moment) {
    if (!is_moment(word)) return "this is no date or time";
    out.kind = NodeKind::Time;
    return {};
  }
  return read_toml_number(word, out);
}

std::string_view read_toml_string(const char*& at, const char* end, bool is_key, std::string& out) {
  const char quote = *at;
  const bool is_basic = quote == '"';
  const auto has_three = [&](const char* p) { return end - p >= 3 && p[0] == quote && p[1] == quote && p[2] == quote; };
  const bool is_long = !is_key && has_three(at);
  at += is_long ? 3 : 1;
  if (is_long && at != end && *at == '\r' && at + 1 != end && at[1] == '\n') ++at;
  if (is_long && at != end && *at == '\n') ++at;
  for (;;) {
    if (at == end) return "the string does not end";
    const char c = *at;
    if (c == quote) {
      if (!is_long) break;
      if (has_three(at)) {
        // Up to two quotes more may stand before those that close it.
        for (int more = 0; more < 2 && end - at > 3 && at[3] == quote; ++more) out += *at++;
        break;
      }
      out += *at++;
    } else if (c == '\\' && is_basic) {
      if (is_long && skip_line_end(at, end)) continue;
      if (const std::string_view problem = read_escape(at, end, out); !problem.empty()) return problem;
    } else if (is_long && (c == '\n' || (c == '\r' && at + 1 != end && at[1] == '\n'))) {
      if (c == '\r') ++at;
      out += *at++ == '\n' ? '\n' : '\r';
    } else if (c == '\n' || c == '\r') {
      return is_long ? "a line ends with `\\n` or `\\r\\n`" : "the string does not end in its line";
    } else if (is_control(c)) {
      return "control characters in a string are written with a backslash";
    } else {
      out += *at++;
    }
  }
  at += is_long ? 3 : 1;
  return {};
}

}  // namespace noodle::data
