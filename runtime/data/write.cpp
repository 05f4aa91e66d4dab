#include "runtime/data/write.h"

#include <charconv>
#include <cmath>

#include "runtime/data/bases.h"
#include "runtime/data/json_scan.h"

namespace noodle::data {

namespace {

bool append_float(Kind kind, std::uint64_t word, std::string& out) {
  switch (kind) {
    case Kind::F16:
      out += value::print_f16(static_cast<std::uint16_t>(word));
      return std::isfinite(value::as_f16(word));
    case Kind::BF16:
      out += value::print_bf16(static_cast<std::uint16_t>(word));
      return std::isfinite(value::as_bf16(word));
    case Kind::F32: out += value::print_f32(value::as_f32(word)); return std::isfinite(value::as_f32(word));
    default: out += value::print_f64(value::as_f64(word)); return std::isfinite(value::as_f64(word));
  }
}

}  // namespace

bool append_number(const Shape& shape, const std::byte* base, std::string& out) {
  const std::uint64_t word =
      shape.width == 8 ? *words(shape, base) : value::load_scalar(shape.kind, base + shape.offset);
  if (shape.form == Form::Float) return append_float(shape.kind, word, out);
  char digits[24];
  const auto end = shape.form == Form::Int
                       ? std::to_chars(digits, digits + sizeof digits, static_cast<std::int64_t>(word)).ptr
                       : std::to_chars(digits, digits + sizeof digits, word).ptr;
  out.append(digits, end);
  return true;
}

void append_bytes(const Shape& shape, const std::byte* base, std::string& out) {
  const memory::ArrayObject* array = value::list_at(*words(shape, base));
  if (array == nullptr) return;
  const std::string_view bytes(reinterpret_cast<const char*>(array->data()), array->length);
  const std::size_t start = out.size();
  out.resize(start + encoded_size(Base::Base64, bytes.size()));
  encode(Base::Base64, bytes, out.data() + start);
}

void append_escaped(std::string_view text, std::string& out) {
  constexpr std::string_view kMeanings = "\"\\\b\f\n\r\t", kLetters = "\"\\bfnrt", kHex = "0123456789abcdef";
  const char *at = text.data(), *end = text.data() + text.size();
  for (;;) {
    const char* plain = at;
    at = skip_plain(at, end);
    out.append(plain, at);
    if (at == end) return;
    const char c = *at++;
    out += '\\';
    if (const std::size_t known = kMeanings.find(c); known != std::string_view::npos) {
      out += kLetters[known];
    } else {
      out += "u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    }
  }
}

}  // namespace noodle::data
