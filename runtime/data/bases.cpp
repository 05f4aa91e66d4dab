#include "runtime/data/bases.h"

#include <algorithm>
#include <array>

namespace noodle::data {

namespace {

/// What a base writes.
struct Alphabet {
  std::string_view signs;  // as many as there are values, a power of two
  unsigned bits;           // of a sign
  std::size_t group;       // signs that make whole bytes
  bool is_padded;          // groups are filled up
  bool ignores_case;
};
constexpr Alphabet kAlphabets[] = {
    {"0123456789abcdef", 4, 2, false, true},
    {"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 5, 8, true, false},
    {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 6, 4, true, false},
    {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 6, 4, false, false},
};
static_assert(std::size(kAlphabets) == kBases);
constexpr char kPadding = '=';

/// The value of each sign.
using Values = std::array<unsigned char, 256>;
constexpr Values values_of(const Alphabet& alphabet) {
  Values values;
  values.fill(kNoDigit);
  for (std::size_t i = 0; i < alphabet.signs.size(); ++i) {
    const char sign = alphabet.signs[i];
    values[static_cast<unsigned char>(sign)] = static_cast<unsigned char>(i);
    const bool is_small = sign >= 'a' && sign <= 'z';
    if (alphabet.ignores_case && is_small)
      values[static_cast<unsigned char>(sign - 'a' + 'A')] = static_cast<unsigned char>(i);
  }
  return values;
}
constexpr Values kValues[] = {values_of(kAlphabets[0]), values_of(kAlphabets[1]), values_of(kAlphabets[2]),
                              values_of(kAlphabets[3])};

const Alphabet& alphabet_of(Base base) { return kAlphabets[static_cast<std::size_t>(base)]; }

std::size_t signs_for(const Alphabet& alphabet, std::size_t bytes) {
  return (bytes * 8 + alphabet.bits - 1) / alphabet.bits;
}
std::size_t padding_for(const Alphabet& alphabet, std::size_t signs) {
  return (alphabet.group - signs % alphabet.group) % alphabet.group;
}

/// Looks at what stands behind the signs: nothing, or as many padding characters as are missing.
Decoded check_padding(const Alphabet& alphabet, std::string_view text, std::size_t signs) {
  const std::size_t missing = padding_for(alphabet, signs);
  const std::string_view rest = text.substr(signs);
  if (rest.empty() && (!alphabet.is_padded || missing == 0)) return {};
  if (alphabet.bits == alphabet_of(Base::Hex).bits) return {Decoded::Problem::WrongCharacter, signs};
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] != kPadding || i >= missing) return {Decoded::Problem::WrongCharacter, signs + i};
  }
  return rest.size() < missing ? Decoded{Decoded::Problem::EndsEarly, text.size()} : Decoded{};
}

}  // namespace

std::size_t encoded_size(Base base, std::size_t bytes) {
  const Alphabet& alphabet = alphabet_of(base);
  const std::size_t signs = signs_for(alphabet, bytes);
  return signs + (alphabet.is_padded ? padding_for(alphabet, signs) : 0);
}

void encode(Base base, std::string_view bytes, char* out) {
  const Alphabet& alphabet = alphabet_of(base);
  const std::uint32_t mask = (1u << alphabet.bits) - 1;
  std::uint32_t kept = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    kept = kept << 8 | static_cast<unsigned char>(c);
    bits += 8;
    for (; bits >= alphabet.bits; *out++ = alphabet.signs[kept >> bits & mask]) bits -= alphabet.bits;
  }
  if (bits > 0) *out++ = alphabet.signs[kept << (alphabet.bits - bits) & mask];
  if (alphabet.is_padded) std::fill_n(out, padding_for(alphabet, signs_for(alphabet, bytes.size())), kPadding);
}

Decoded decode(Base base, std::string_view text, std::string& out) {
  const Alphabet& alphabet = alphabet_of(base);
  const Values& values = kValues[static_cast<std::size_t>(base)];
  std::uint32_t kept = 0;
  unsigned bits = 0;
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const unsigned char value = values[static_cast<unsigned char>(text[at])];
    if (value == kNoDigit) break;
    kept = kept << alphabet.bits | value;
    bits += alphabet.bits;
    if (bits < 8) continue;
    bits -= 8;
    out += static_cast<char>(kept >> bits);
  }
  const Decoded padding = check_padding(alphabet, text, at);
  if (padding.problem == Decoded::Problem::WrongCharacter) return padding;
  if (bits >= alphabet.bits) return {Decoded::Problem::EndsEarly, text.size()};
  if ((kept & ((1u << bits) - 1)) != 0) return {Decoded::Problem::BitsLeft, at - 1};
  return padding;
}

unsigned char hex_value(char digit) { return kValues[0][static_cast<unsigned char>(digit)]; }

}  // namespace noodle::data
