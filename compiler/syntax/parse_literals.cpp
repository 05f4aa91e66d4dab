// The values of numbers, durations, sizes and strings.

#include <charconv>
#include <cmath>

#include "compiler/syntax/lexer.h"
#include "compiler/syntax/parser_core.h"

namespace noodle::syntax {

using enum TokenKind;

namespace {

// Nanoseconds of a duration's unit, bytes of a size's. Sizes count in powers of 1024.
std::uint64_t unit_value(Unit unit) {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  switch (unit) {
    case Unit::Ns: return 1;
    case Unit::Us: return 1'000;
    case Unit::Ms: return 1'000'000;
    case Unit::S: return kSecond;
    case Unit::M: return 60 * kSecond;
    case Unit::H: return 3600 * kSecond;
    case Unit::D: return 24 * 3600 * kSecond;
    case Unit::KB: return std::uint64_t{1} << 10;
    case Unit::MB: return std::uint64_t{1} << 20;
    case Unit::GB: return std::uint64_t{1} << 30;
    case Unit::TB: return std::uint64_t{1} << 40;
    case Unit::None: break;
  }
  return 1;
}

struct Whole {
  std::uint64_t value = 0;
  bool overflow = false;
};

Whole read_integer(std::string_view digits) {
  std::uint64_t base = 10;
  if (digits.starts_with("0x") || digits.starts_with("0b")) {
    base = digits[1] == 'x' ? 16 : 2;
    digits.remove_prefix(2);
  }
  Whole whole;
  for (char c : digits) {
    if (c == '_') continue;
    const auto digit = static_cast<std::uint64_t>(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
    if (__builtin_mul_overflow(whole.value, base, &whole.value)) whole.overflow = true;
    if (__builtin_add_overflow(whole.value, digit, &whole.value)) whole.overflow = true;
  }
  return whole;
}

// The value of `1.5s` and the like; nothing when it does not fit or is not whole.
std::optional<std::uint64_t> read_quantity(std::string_view digits, std::uint64_t unit) {
  const std::size_t dot = digits.find('.');
  Whole whole = read_integer(digits.substr(0, dot));
  std::uint64_t value = 0;
  if (whole.overflow || __builtin_mul_overflow(whole.value, unit, &value)) return std::nullopt;
  if (dot == std::string_view::npos) return value;
  // Each digit is worth a tenth of what is left of the unit.
  unsigned __int128 part = 0, scale = 1;
  std::string_view fraction = digits.substr(dot + 1);
  while (!fraction.empty() && (fraction.back() == '0' || fraction.back() == '_')) fraction.remove_suffix(1);
  constexpr std::size_t kMostDigits = 17;
  if (fraction.size() > 2 * kMostDigits) return std::nullopt;
  for (char c : fraction) {
    if (c == '_') continue;
    part = part * 10 + static_cast<unsigned>(c - '0');
    scale *= 10;
    if (scale > 100'000'000'000'000'000u) return std::nullopt;
  }
  part *= unit;
  if (part % scale != 0) return std::nullopt;
  if (__builtin_add_overflow(value, static_cast<std::uint64_t>(part / scale), &value)) return std::nullopt;
  return value;
}

}  // namespace

// Stands on a number; `first` may lie at a sign before it.
Expr* Parser::number(std::uint32_t first, bool negative) {
  const Token& literal = token();
  const Range where = literal.range();
  std::string_view digits = text(where);
  advance();
  if (literal.bad) {
    recovering_ = true;  // the lexer has said it
    return error_expr(first);
  }
  switch (literal.kind) {
    case Integer: {
      const Whole whole = read_integer(digits);
      return make<IntExpr>(ExprKind::Int, first, whole.value, negative, whole.overflow);
    }
    case Float: {
      std::string plain;
      if (digits.find('_') != std::string_view::npos) {
        for (char c : digits) {
          if (c != '_') plain += c;
        }
        digits = plain;
      }
      double value = 0;
      const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
      if (status == std::errc::result_out_of_range) {
        // What is too small becomes zero; from_chars leaves the value alone in both cases.
        const std::size_t exponent = digits.find_first_of("eE");
        const bool small = (exponent != std::string_view::npos && digits[exponent + 1] == '-') || digits[0] == '0';
        if (!small) error(Code::LiteralTooLarge, where, "this number is too large for a `Float`");
        value = 0;
      }
      return make<FloatExpr>(ExprKind::Float, first, negative ? -value : value);
    }
    default: {
      const bool size = literal.kind == Size;
      while (!digits.empty() && (digits.back() > '9' || digits.back() < '0')) digits.remove_suffix(1);
      const std::optional<std::uint64_t> value = read_quantity(digits, unit_value(literal.unit));
      if (!value || *value > INT64_MAX) {
        error(Code::LiteralTooLarge, where,
              size ? "a size is a whole number of bytes below 2^63"
                   : "a duration is a whole number of nanoseconds below 2^63");
        return error_expr(first);
      }
      const auto quantity = static_cast<std::int64_t>(*value);
      return make<QuantityExpr>(size ? ExprKind::Size : ExprKind::Duration, first, negative ? -quantity : quantity);
    }
  }
}

// Stands on a String or a StringBegin; `first` may lie at a word before it.
Expr* Parser::string(ExprKind kind, std::uint32_t first) {
  Sequence<StringPart> parts(parts_);
  // The text of the current token, and the token itself.
  const auto take_text = [&] {
    const Range where = text_range(token());
    const bool escapes = token().flags & Token::kEscapes;
    if (where.end > where.begin) parts.push({keep(text(where), escapes), nullptr, {}, where, {}});
    if (token().flags & Token::kUnclosed) recovering_ = true;
    advance();
  };
  bool more = at(StringBegin);
  take_text();
  while (more) {
    const Context context(*this, true, Head::None);
    StringPart part{{}, nullptr, {}, {}, {}};
    const std::uint32_t begin_part = begin();
    if (at(StringMiddle) || at(StringEnd) || at(Format)) {
      const Range braces = {prev_end_ - 1, at(Format) ? token().end : token().begin + 1};
      if (!(token().flags & Token::kUnclosed)) {
        if (auto* problem = error(Code::EmptyInterpolation, braces, "there is no expression in these braces")) {
          problem->suggest("for a brace in the text, write `\\{`", span({braces.begin, braces.begin + 1}), "\\{");
        }
      }
      part.expr = error_expr(begin_part);
    } else {
      part.expr = expr();
    }
    if (at(Format)) {
      part.format_range = {token().begin + 1, token().end};
      part.format = text(part.format_range);
      advance();
    }
    part.range = since(begin_part);
    parts.push(part);
    if (!at(StringMiddle) && !at(StringEnd)) {
      if (!report_foreign_operator()) {
        error(Code::UnexpectedToken, range(), "expected `}` or an operator in the interpolation, found " + found());
      }
      std::size_t nested = 0;
      for (; kind_ != EndOfFile; advance()) {
        if (nested == 0 && (at(StringMiddle) || at(StringEnd))) break;
        if (at(StringBegin)) ++nested;
        if (at(StringEnd)) --nested;
      }
    }
    if (kind_ == EndOfFile) break;
    more = at(StringMiddle);
    take_text();
  }
  return make<StringExpr>(kind, first, std::span<const StringPart>(parts.finish(out_.arena)));
}

}  // namespace noodle::syntax
