#include <charconv>
#include <cmath>

#include "runtime/data/base64.h"
#include "runtime/data/build.h"
#include "runtime/data/json.h"
#include "runtime/data/json_scan.h"
#include "runtime/value/value.h"

namespace noodle::data {

namespace {

// Values nest as deep as memory allows; beyond this the stack might end.
constexpr int kMostWritten = 10'000;

class JsonWriter {
 public:
  JsonWriter(const WriteOptions& options, std::string& out) : options_(options), out_(out) {}

  bool value(const Shape& shape, const std::byte* base);

 private:
  static std::uint64_t word(const Shape& shape, const std::byte* base) {
    if (shape.width == 8) return *words(shape, base);
    if (nbc::is_scalar(shape.kind)) return value::load_scalar(shape.kind, base + shape.offset);
    return read_tag(shape, base);
  }
  static const std::uint64_t* words(const Shape& shape, const std::byte* base) {
    return reinterpret_cast<const std::uint64_t*>(base + shape.offset);
  }

  void integer(std::int64_t number);
  void natural(std::uint64_t number);
  void number(const Shape& shape, std::uint64_t word);
  void string(std::string_view text);
  void escaped(char c);
  bool list(const Shape& shape, const std::byte* base);
  bool map(const Shape& shape, const std::byte* base);
  void key(const Shape& shape, const std::byte* base);
  bool tuple(const Shape& shape, const std::byte* base);
  bool fields(const Parts& parts, const std::byte* base);
  bool variant(const Shape& shape, const std::byte* base);
  bool tree(const Shape& shape, const std::byte* base);
  bool is_none(const Shape& shape, const std::byte* base) const {
    return shape.form == Form::Option && word(shape, base) == shape.none;
  }

  bool open(char bracket) {
    out_ += bracket;
    is_first_ = true;
    return ++depth_ <= kMostWritten;
  }
  void next() {
    if (!is_first_) out_ += ',';
    is_first_ = false;
    line();
  }
  void name(std::string_view text) {
    string(text);
    colon();
  }
  void colon() { out_ += options_.indent > 0 ? std::string_view(": ") : std::string_view(":"); }
  bool close(char bracket) {
    --depth_;
    if (!is_first_) line();
    is_first_ = false;
    out_ += bracket;
    return true;
  }
  void line() {
    if (options_.indent <= 0) return;
    out_ += '\n';
    out_.append(static_cast<std::size_t>(depth_) * static_cast<std::size_t>(options_.indent), ' ');
  }

  const WriteOptions& options_;
  std::string& out_;
  int depth_ = 0;
  bool is_first_ = true;
};

void JsonWriter::integer(std::int64_t number) {
  char digits[24];
  out_.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

void JsonWriter::natural(std::uint64_t number) {
  char digits[24];
  out_.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

void JsonWriter::number(const Shape& shape, std::uint64_t word) {
  double size = 0;
  std::string text;
  switch (shape.kind) {
    case Kind::F16:
      size = static_cast<double>(value::as_f16(word));
      text = value::print_f16(static_cast<std::uint16_t>(word));
      break;
    case Kind::BF16:
      size = static_cast<double>(value::as_bf16(word));
      text = value::print_bf16(static_cast<std::uint16_t>(word));
      break;
    case Kind::F32:
      size = static_cast<double>(value::as_f32(word));
      text = value::print_f32(value::as_f32(word));
      break;
    default:
      size = value::as_f64(word);
      text = value::print_f64(size);
      break;
  }
  // JSON has no such numbers.
  out_ += std::isfinite(size) ? std::string_view(text) : std::string_view("null");
}

void JsonWriter::escaped(char c) {
  constexpr std::string_view kMeanings = "\"\\\b\f\n\r\t", kLetters = "\"\\bfnrt";
  out_ += '\\';
  if (const std::size_t known = kMeanings.find(c); known != std::string_view::npos) {
    out_ += kLetters[known];
    return;
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  out_ += "u00";
  out_ += kHex[static_cast<unsigned char>(c) >> 4];
  out_ += kHex[static_cast<unsigned char>(c) & 15];
}

void JsonWriter::string(std::string_view text) {
  const char *at = text.data(), *end = text.data() + text.size();
  out_ += '"';
  for (;;) {
    const char* plain = at;
    at = skip_plain(at, end);
    out_.append(plain, at);
    if (at == end) break;
    escaped(*at++);
  }
  out_ += '"';
}

bool JsonWriter::list(const Shape& shape, const std::byte* base) {
  if (!open('[')) return false;
  if (const memory::ArrayObject* array = value::list_at(*words(shape, base)); array != nullptr) {
    const std::byte* at = array->data();
    for (std::uint64_t i = 0; i < array->length; ++i, at += shape.type->object.stride) {
      next();
      if (!value(*shape.element, at)) return false;
    }
  }
  return close(']');
}

void JsonWriter::key(const Shape& shape, const std::byte* base) {
  if (shape.form == Form::Text || shape.form == Form::Enum) {
    value(shape, base);
  } else {
    out_ += '"';
    value(shape, base);
    out_ += '"';
  }
}

// A map, and a set as a list.
bool JsonWriter::map(const Shape& shape, const std::byte* base) {
  const bool is_set = shape.form == Form::Set;
  if (!open(is_set ? '[' : '{')) return false;
  const auto* object = reinterpret_cast<const memory::Object*>(*words(shape, base));
  for (std::int64_t entry = value::map_next(*shape.type, object, 0); entry >= 0;
       entry = value::map_next(*shape.type, object, entry + 1)) {
    next();
    const std::byte* at = value::map_key(*shape.type, object, entry);
    if (is_set) {
      if (!value(*shape.key, at)) return false;
      continue;
    }
    key(*shape.key, at);
    colon();
    if (!value(*shape.element, value::map_value(*shape.type, object, entry))) return false;
  }
  return close(is_set ? ']' : '}');
}

bool JsonWriter::tuple(const Shape& shape, const std::byte* base) {
  if (shape.parts.size() == 0) {
    out_ += "null";
    return true;
  }
  if (!open('[')) return false;
  for (const Part& part : shape.parts) {
    next();
    if (!value(*part.shape, base)) return false;
  }
  return close(']');
}

bool JsonWriter::fields(const Parts& parts, const std::byte* base) {
  if (!open('{')) return false;
  for (const Part& part : parts) {
    if (options_.skip_none && is_none(*part.shape, base)) continue;
    next();
    name(part.name);
    if (!value(*part.shape, base)) return false;
  }
  return close('}');
}

bool JsonWriter::variant(const Shape& shape, const std::byte* base) {
  const Choice& choice = shape.choices[word(shape, base)];
  if (choice.parts.size() == 0) {
    string(choice.name);
    return true;
  }
  if (!open('{')) return false;
  next();
  name(choice.name);
  return fields(choice.parts, base) && close('}');
}

bool JsonWriter::tree(const Shape& shape, const std::byte* base) {
  const std::uint64_t tag = word(shape, base);
  for (std::size_t k = 1; k < kTreeKinds; ++k) {
    if (shape.tags[k] == tag) return value(*shape.choices[k].parts[0].shape, base);
  }
  out_ += "null";
  return true;
}

bool JsonWriter::value(const Shape& shape, const std::byte* base) {
  switch (shape.form) {
    case Form::Bool: out_ += word(shape, base) != 0 ? "true" : "false"; return true;
    case Form::Int: integer(static_cast<std::int64_t>(word(shape, base))); return true;
    case Form::Uint: natural(word(shape, base)); return true;
    case Form::Float: number(shape, word(shape, base)); return true;
    case Form::Text: string(value::string_view(words(shape, base))); return true;
    case Form::Bytes: {
      const memory::ArrayObject* bytes = value::list_at(*words(shape, base));
      out_ += '"';
      if (bytes != nullptr) append_base64({reinterpret_cast<const char*>(bytes->data()), bytes->length}, out_);
      out_ += '"';
      return true;
    }
    case Form::List: return list(shape, base);
    case Form::Map:
    case Form::Set: return map(shape, base);
    case Form::Tuple: return tuple(shape, base);
    case Form::Struct: return fields(shape.parts, base);
    case Form::Enum: return variant(shape, base);
    case Form::Tree: return tree(shape, base);
    case Form::Option:
      if (!is_none(shape, base)) return value(*shape.element, base);
      break;
    case Form::Box: {
      const auto* object = reinterpret_cast<const std::byte*>(*words(shape, base));
      if (++depth_ > kMostWritten) return false;
      const bool done = value(*shape.element, object + value::kBoxContent);
      --depth_;
      return done;
    }
    case Form::Opaque: break;
  }
  out_ += "null";
  return true;
}

}  // namespace

bool write_json(const Shape& shape, const std::byte* value, const WriteOptions& options, std::string& out) {
  return JsonWriter(options, out).value(shape, value);
}

}  // namespace noodle::data
