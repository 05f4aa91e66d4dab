// Natives that write bytes as text and the other way: bases 16, 32 and 64, UTF-16, and percent signs.

#include "base/text.h"
#include "runtime/data/bases.h"
#include "runtime/vm/natives.h"

namespace noodle::vm {

namespace {

using data::Decoded;
using Problem = Decoded::Problem;

NativeStatus no_base(NativeCall& call, std::int64_t number) {
  return call.panic("there is no alphabet with number " + value::print_int(number));
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
  if (call.args[1] >= data::kBases) return no_base(call, int_arg(call, 1));
  const auto base = static_cast<data::Base>(call.args[1]);
  const std::string_view bytes = bytes_arg(call, 0);
  char* out = value::make_blank_string(call.account, data::encoded_size(base, bytes.size()), call.results);
  if (out == nullptr) return NativeStatus::NoMemory;
  data::encode(base, bytes, out);
  return NativeStatus::Ok;
}

NativeStatus native_encoding_decode(NativeCall& call) {
  if (call.args[2] >= data::kBases) return no_base(call, int_arg(call, 2));
  std::string out;
  const Decoded decoded = data::decode(static_cast<data::Base>(call.args[2]), text_arg(call, 0), out);
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

namespace {

Decoded from_percent(std::string_view text, std::string& out) {
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '%') {
      out += text[at++];
      continue;
    }
    if (at + 3 > text.size()) return {Problem::EndsEarly, text.size()};
    const unsigned char high = data::hex_value(text[at + 1]), low = data::hex_value(text[at + 2]);
    if (high == data::kNoDigit) return {Problem::WrongCharacter, at + 1};
    if (low == data::kNoDigit) return {Problem::WrongCharacter, at + 2};
    out += static_cast<char>(high << 4 | low);
    at += 3;
  }
  const std::size_t invalid = find_invalid_utf8(out);
  if (invalid == std::string_view::npos) return {};
  std::size_t at = 0;
  for (std::size_t i = 0; i < invalid; ++i) at += text[at] == '%' ? 3 : 1;
  return {Problem::NoText, at};
}

}  // namespace

NativeStatus native_encoding_from_percent(NativeCall& call) {
  std::string out;
  Decoded decoded = from_percent(text_arg(call, 0), out);
  decoded.at = value::string_index_of(call.args, decoded.at);
  give_decoded(call, decoded);
  return call.give_text(decoded.problem == Problem::None ? std::string_view(out) : std::string_view(), 2);
}

}  // namespace noodle::vm
