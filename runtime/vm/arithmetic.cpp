#include "runtime/vm/arithmetic.h"

#include <cmath>

#include "runtime/value/compare.h"
#include "runtime/value/floats.h"

namespace noodle::vm {

using nbc::Kind;

std::uint64_t canonical(Kind kind, std::uint64_t word) {
  switch (kind) {
    case Kind::I8: return extend(static_cast<std::int8_t>(word));
    case Kind::I16: return extend(static_cast<std::int16_t>(word));
    case Kind::I32: return extend(static_cast<std::int32_t>(word));
    case Kind::U8: return extend(static_cast<std::uint8_t>(word));
    case Kind::U16: return extend(static_cast<std::uint16_t>(word));
    case Kind::U32: return extend(static_cast<std::uint32_t>(word));
    default: return word;
  }
}

std::uint64_t float_bits(Kind to, double x) {
  switch (to) {
    case Kind::F16: return value::f64_to_f16(x);
    case Kind::BF16: return value::f64_to_bf16(x);
    case Kind::F32: return value::from_f32(static_cast<float>(x));
    default: return value::from_f64(x);
  }
}

namespace {

// Rounds a 64-bit integer to a narrow float once. Going through a double might round twice, so bits
// that the double would lose are folded into its lowest one, which both roundings then see.
template <typename T>
std::uint64_t int_to_float(Kind to, T value) {
  if (to == Kind::F32) return value::from_f32(static_cast<float>(value));
  if (to == Kind::F64) return value::from_f64(static_cast<double>(value));
  if constexpr (std::is_signed_v<T>) {
    const bool negative = value < 0;
    const auto bits = static_cast<std::uint64_t>(value);
    const std::uint64_t magnitude = negative ? 0 - bits : bits;
    return int_to_float(to, magnitude) | (negative ? 0x8000u : 0u);
  } else {
    if (value >> 53 != 0) value = (value & ~T{0xFFF}) | ((value & 0xFFF) != 0 ? 0x1000 : 0);
    return float_bits(to, static_cast<double>(value));
  }
}

}  // namespace

bool convert(Kind from, Kind to, std::uint64_t word, std::uint64_t* result) {
  if (nbc::is_float(from)) {
    const double x = value::float_of(from, word);
    if (nbc::is_float(to)) {
      *result = float_bits(to, x);
      return true;
    }
    const double whole = std::trunc(x);
    if (nbc::is_signed(to)) {
      if (!(whole >= -0x1p63 && whole < 0x1p63)) return false;
      *result = static_cast<std::uint64_t>(static_cast<std::int64_t>(whole));
    } else {
      if (!(whole >= 0 && whole < 0x1p64)) return false;
      *result = static_cast<std::uint64_t>(whole);
    }
    return canonical(to, *result) == *result;
  }
  if (nbc::is_float(to)) {
    *result = nbc::is_signed(from) ? int_to_float(to, static_cast<std::int64_t>(word)) : int_to_float(to, word);
    return true;
  }
  // Between signed and unsigned only what is not negative in either reading is the same number.
  if (nbc::is_signed(from) != nbc::is_signed(to) && static_cast<std::int64_t>(word) < 0) {
    return false;
  }
  *result = canonical(to, word);
  return *result == word;
}

}  // namespace noodle::vm
