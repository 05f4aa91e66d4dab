// Natives that write bytes as text and the other way: bases 16, 32 and 64, UTF-16, and percent signs.

#include <algorithm>
#include <array>

#include "base/text.h"
#include "runtime/vm/natives.h"

namespace noodle::vm {

namespace {

enum class Problem : std::int64_t { None, WrongCharacter, EndsEarly, BitsLeft, NoText };

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
constexpr unsigned char kNone = 255;
constexpr char kPadding = '=';

/// The value of each sign.
using Values = std::array<unsigned char, 256>;
constexpr Values values_of(const Alphabet& alphabet) {
  Values values;
  values.fill(kNone);
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

NativeStatus no_alphabet(NativeCall& call, std::int64_t number) {
  return call.panic("there is no alphabet with number " + value::print_int(number));
}

std::size_t padding_for(const Alphabet& alphabet, std::size_t signs) {
  return (alphabet.group - signs % alphabet.group) % alphabet.group;
}

/// Where reading a text ended, and why if it isn't good.
struct Decoded {
  Problem problem = Problem::None;
  std::size_t at = 0;
};

/// Looks at what stands behind the signs: nothing, or as many padding characters as are missing.
Decoded check_padding(const Alphabet& alphabet, std::string_view text, std::size_t signs) {
  const std::size_t missing = padding_for(alphabet, signs);
  const std::string_view rest = text.substr(signs);
  if (rest.empty() && (!alphabet.is_padded || missing == 0)) return {};
  if (alphabet.bits == kAlphabets[0].bits) return {Problem::WrongCharacter, signs};
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] != kPadding || i >= missing) return {Problem::WrongCharacter, signs + i};
  }
  return rest.size() < missing ? Decoded{Problem::EndsEarly, text.size()} : Decoded{};
}

/// Appends the bytes that a text stands for.
Decoded decode(const Alphabet& alphabet, const Values& values, std::string_view text, std::string& out) {
  std::uint32_t kept = 0;
  unsigned bits = 0;
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const unsigned char value = values[static_cast<unsigned char>(text[at])];
    if (value == kNone) break;
    kept = kept << alphabet.bits | value;
    bits += alphabet.bits;
    if (bits < 8) continue;
    bits -= 8;
    out += static_cast<char>(kept >> bits);
  }
  if (const Decoded padding = check_padding(alphabet, text, at); padding.problem == Problem::WrongCharacter)
    return padding;
  // What is left over is less than a sign, and nothing.
  if (bits >= alphabet.bits) return {Problem::EndsEarly, text.size()};
  if ((kept & ((1u << bits) - 1)) != 0) return {Problem::BitsLeft, at - 1};
  return check_padding(alphabet, text, at);
}

void give_decoded(NativeCall& call, const Decoded& decoded) {
  give_int(call, static_cast<std::int64_t>(decoded.problem));
  give_int(call, static_cast<std::int64_t>(decoded.at), 1);
}

void append_unit(std::string& out, std::uint32_t unit, bool high_first) {
  const char high = static_cast<char>(unit >> 8), low = static_cast<char>(unit);
  out += high_first ? high : low;
  out += high_first ? low : high;
}

/// Reads UTF-16 to its end or to what is none.
class Utf16 {
 public:
  Utf16(std::string_view bytes, bool high_first) : bytes_(bytes), high_first_(high_first) {}

  /// Appends the next character; false when there is none, and then `at` is the bytes' end if all went well.
  bool next(std::string& out) {
    if (at_ + 2 > bytes_.size()) return false;
    std::uint32_t code = unit(at_);
    std::size_t size = 2;
    constexpr std::uint32_t kFirst = 0xD800, kSecond = 0xDC00, kEnd = 0xE000;
    if (code >= kFirst && code < kSecond && at_ + 4 <= bytes_.size()) {
      const std::uint32_t second = unit(at_ + 2);
      if (second < kSecond || second >= kEnd) return false;
      code = 0x10000 + ((code - kFirst) << 10) + (second - kSecond);
      size = 4;
    }
    // A half of a pair is refused here.
    if (!append_utf8(out, code)) return false;
    at_ += size;
    return true;
  }
  std::size_t at() const { return at_; }

 private:
  std::uint32_t unit(std::size_t at) const {
    const auto first = static_cast<unsigned char>(bytes_[at]), second = static_cast<unsigned char>(bytes_[at + 1]);
    return high_first_ ? static_cast<std::uint32_t>(first << 8 | second)
                       : static_cast<std::uint32_t>(second << 8 | first);
  }

  std::string_view bytes_;
  bool high_first_;
  std::size_t at_ = 0;
};

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

}  // namespace

NativeStatus native_encoding_encode(NativeCall& call) {
  if (call.args[1] >= std::size(kAlphabets)) return no_alphabet(call, int_arg(call, 1));
  const Alphabet& alphabet = kAlphabets[call.args[1]];
  const std::string_view bytes = bytes_arg(call, 0);
  const std::size_t signs = (bytes.size() * 8 + alphabet.bits - 1) / alphabet.bits;
  const std::size_t padding = alphabet.is_padded ? padding_for(alphabet, signs) : 0;
  char* out = value::make_blank_string(call.account, signs + padding, call.results);
  if (out == nullptr) return NativeStatus::NoMemory;
  const std::uint32_t mask = (1u << alphabet.bits) - 1;
  std::uint32_t kept = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    kept = kept << 8 | static_cast<unsigned char>(c);
    bits += 8;
    for (; bits >= alphabet.bits; *out++ = alphabet.signs[kept >> bits & mask]) bits -= alphabet.bits;
  }
  if (bits > 0) *out++ = alphabet.signs[kept << (alphabet.bits - bits) & mask];
  std::fill_n(out, padding, kPadding);
  return NativeStatus::Ok;
}

NativeStatus native_encoding_decode(NativeCall& call) {
  if (call.args[2] >= std::size(kAlphabets)) return no_alphabet(call, int_arg(call, 2));
  std::string out;
  const Decoded decoded = decode(kAlphabets[call.args[2]], kValues[call.args[2]], text_arg(call, 0), out);
  give_decoded(call, decoded);
  return give_bytes(call, decoded.problem == Problem::None ? std::string_view(out) : std::string_view(), 2);
}

NativeStatus native_encoding_to_utf16(NativeCall& call) {
  std::string_view text = text_arg(call, 0);
  const bool high_first = call.args[2] != 0;
  std::string out;
  while (!text.empty()) {
    const DecodedScalar scalar = decode_utf8(text);
    text.remove_prefix(scalar.length);
    const std::uint32_t code = scalar.value;
    if (code < 0x10000) {
      append_unit(out, code, high_first);
    } else {
      append_unit(out, 0xD800 + ((code - 0x10000) >> 10), high_first);
      append_unit(out, 0xDC00 + ((code - 0x10000) & 0x3FF), high_first);
    }
  }
  return give_bytes(call, out);
}

NativeStatus native_encoding_from_utf16(NativeCall& call) {
  const std::string_view bytes = bytes_arg(call, 0);
  Utf16 reader(bytes, call.args[1] != 0);
  std::string out;
  while (reader.next(out)) {
  }
  const bool is_good = reader.at() == bytes.size();
  give_int(call, is_good ? -1 : static_cast<std::int64_t>(reader.at()));
  return call.give_text(is_good ? std::string_view(out) : std::string_view(), 1);
}

NativeStatus native_encoding_to_percent(NativeCall& call) {
  const std::string_view keep = text_arg(call, 2);
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text_arg(call, 0)) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved(c) || (byte < 0x80 && c != '%' && keep.find(c) != std::string_view::npos)) {
      out += c;
    } else {
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return call.give_text(out);
}

NativeStatus native_encoding_from_percent(NativeCall& call) {
  const std::string_view text = text_arg(call, 0);
  const Values& digits = kValues[0];
  std::string out;
  std::vector<std::size_t> places;  // in the text, of each byte
  Decoded decoded;
  for (std::size_t at = 0; at < text.size() && decoded.problem == Problem::None;) {
    places.push_back(at);
    if (text[at] != '%') {
      out += text[at++];
      continue;
    }
    if (at + 3 > text.size()) {
      decoded = {Problem::EndsEarly, text.size()};
      break;
    }
    const unsigned char high = digits[static_cast<unsigned char>(text[at + 1])];
    const unsigned char low = digits[static_cast<unsigned char>(text[at + 2])];
    if (high == kNone || low == kNone) decoded = {Problem::WrongCharacter, at + (high == kNone ? 1 : 2)};
    out += static_cast<char>(high << 4 | low);
    at += 3;
  }
  const std::size_t invalid = find_invalid_utf8(out);
  if (decoded.problem == Problem::None && invalid != std::string_view::npos)
    decoded = {Problem::NoText, places[invalid]};
  decoded.at = value::string_index_of(call.args, decoded.at);
  give_decoded(call, decoded);
  return call.give_text(decoded.problem == Problem::None ? std::string_view(out) : std::string_view(), 2);
}

}  // namespace noodle::vm
