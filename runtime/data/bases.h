#pragma once

// Bytes as text in bases 16, 32 and 64 (RFC 4648).

#include <cstdint>
#include <string>
#include <string_view>

namespace noodle::data {

enum class Base : std::uint8_t { Hex, Base32, Base64, Base64Url };
constexpr std::uint64_t kBases = 4;

/// How many characters so many bytes take.
std::size_t encoded_size(Base base, std::size_t bytes);
/// Writes those characters; the last two bases are alike but for two of them and the padding.
void encode(Base base, std::string_view bytes, char* out);

/// Where reading a text ended, and why if it isn't good.
struct Decoded {
  enum class Problem : std::uint8_t { None, WrongCharacter, EndsEarly, BitsLeft, NoText };
  Problem problem = Problem::None;
  std::size_t at = 0;
};
/// Appends the bytes that a text stands for. What is left over in its last character must be nothing, so that each
/// value is written in one way.
Decoded decode(Base base, std::string_view text, std::string& out);

/// The value of a hexadecimal digit; kNoDigit when it is none.
constexpr unsigned char kNoDigit = 255;
unsigned char hex_value(char digit);

}  // namespace noodle::data
