#pragma once

// Numbers and texts as Noodle prints them, also in formats.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/format_spec.h"

namespace noodle::value {

/// Whether the format's kind suits the value; when not, formatting gives nothing.
std::optional<std::string> format_int(std::int64_t value, const FormatSpec& spec);
std::optional<std::string> format_uint(std::uint64_t value, const FormatSpec& spec);
std::optional<std::string> format_float(double value, const FormatSpec& spec);
std::optional<std::string> format_text(std::string_view value, const FormatSpec& spec);

/// The shortest text that reads back equal: 3.0, 0.1, 1e21, 1e-7, inf, -inf, nan.
std::string print_f64(double value);
std::string print_f32(float value);
std::string print_f16(std::uint16_t bits);
std::string print_bf16(std::uint16_t bits);
std::string print_int(std::int64_t value);
std::string print_uint(std::uint64_t value);

/// Parses a whole text as a number in this radix: an optional sign, then digits.
std::optional<std::int64_t> parse_int(std::string_view text, int radix = 10);
/// Parses a whole text as a float: sign, digits, fraction, exponent; or inf, nan with a sign.
std::optional<double> parse_float(std::string_view text);

}  // namespace noodle::value
