#include "runtime/tensor/keys.h"

#include <algorithm>
#include <cstring>

namespace noodle::tensor {

namespace {

enum class Form : std::uint8_t { Unsigned, Signed, Float };

template <typename Bits, Form kForm>
void write(const std::byte* from, std::int64_t count, std::int64_t step, bool falls, Bits infinity,
           std::uint64_t* keys) {
  constexpr auto kMost = static_cast<Bits>(~Bits{0});
  constexpr auto kSign = static_cast<Bits>(kMost ^ (kMost >> 1));
  const Bits flip = falls ? kMost : Bits{0};
  for (std::int64_t i = 0; i < count; ++i) {
    Bits bits;
    std::memcpy(&bits, from + i * step, sizeof bits);
    if constexpr (kForm == Form::Signed) bits ^= kSign;
    if constexpr (kForm == Form::Float) {
      const auto magnitude = static_cast<Bits>(bits & ~kSign);
      const bool is_negative = (bits & kSign) != 0 && magnitude != 0;
      const auto key = static_cast<Bits>((is_negative ? ~bits : magnitude | kSign) ^ flip);
      keys[i] = magnitude > infinity ? kMost : key;
    } else {
      keys[i] = static_cast<Bits>(bits ^ flip);
    }
  }
}

template <typename Key>
void write_pairs(Kind kind, const std::byte* from, std::int64_t count, std::int64_t step, bool falls, Key* keys) {
  constexpr std::int64_t kPart = 256;
  const Kind part = value::part_kind(kind);
  const std::uint32_t size = element_size(part);
  std::uint64_t first[kPart], second[kPart];
  for (std::int64_t begin = 0; begin < count; begin += kPart) {
    const std::int64_t some = std::min(kPart, count - begin);
    write_keys(part, from + begin * step, some, step, falls, first);
    write_keys(part, from + begin * step + size, some, step, falls, second);
    for (std::int64_t i = 0; i < some; ++i) keys[begin + i] = Key{first[i]} << 8 * size | second[i];
  }
}

}  // namespace

void write_keys(Kind kind, const std::byte* from, std::int64_t count, std::int64_t step, bool falls,
                std::uint64_t* keys) {
  const auto as = [&]<typename Bits, Form kForm>(std::uint64_t infinity = 0) {
    write<Bits, kForm>(from, count, step, falls, static_cast<Bits>(infinity), keys);
  };
  switch (kind) {
    case Kind::I8: return as.operator()<std::uint8_t, Form::Signed>();
    case Kind::I16: return as.operator()<std::uint16_t, Form::Signed>();
    case Kind::I32: return as.operator()<std::uint32_t, Form::Signed>();
    case Kind::I64: return as.operator()<std::uint64_t, Form::Signed>();
    case Kind::U16: return as.operator()<std::uint16_t, Form::Unsigned>();
    case Kind::U32: return as.operator()<std::uint32_t, Form::Unsigned>();
    case Kind::U64: return as.operator()<std::uint64_t, Form::Unsigned>();
    case Kind::F16: return as.operator()<std::uint16_t, Form::Float>(0x7C00);
    case Kind::BF16: return as.operator()<std::uint16_t, Form::Float>(0x7F80);
    case Kind::F32: return as.operator()<std::uint32_t, Form::Float>(0x7F800000);
    case Kind::F64: return as.operator()<std::uint64_t, Form::Float>(0x7FF0000000000000);
    case Kind::Complex64: return write_pairs(kind, from, count, step, falls, keys);
    default: return as.operator()<std::uint8_t, Form::Unsigned>();  // u8 and bool
  }
}

void write_keys(Kind kind, const std::byte* from, std::int64_t count, std::int64_t step, bool falls, WideKey* keys) {
  write_pairs(kind, from, count, step, falls, keys);
}

}  // namespace noodle::tensor
