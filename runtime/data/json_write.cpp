#include "runtime/data/json.h"
#include "runtime/data/write.h"

namespace noodle::data {

namespace {

// Values nest as deep as memory allows; beyond this the stack might end.
constexpr int kMostWritten = 10'000;

class JsonWriter {
 public:
  JsonWriter(const WriteOptions& options, std::string& out) : options_(options), out_(out) {}

  bool value(const Shape& shape, const std::byte* base);

 private:
  void string(std::string_view text);
  bool list(const Shape& shape, const std::byte* base);
  bool map(const Shape& shape, const std::byte* base);
  void key(const Shape& shape, const std::byte* base);
  bool tuple(const Shape& shape, const std::byte* base);
  bool fields(const Parts& parts, const std::byte* base);
  bool variant(const Shape& shape, const std::byte* base);

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

void JsonWriter::string(std::string_view text) {
  out_ += '"';
  append_escaped(text, out_);
  out_ += '"';
}

bool JsonWriter::list(const Shape& shape, const std::byte* base) {
  if (!open('[')) return false;
  const bool done = for_each_element(shape, base, [&](const std::byte* at) {
    next();
    return value(*shape.element, at);
  });
  return done && close(']');
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
  const bool done = for_each_entry(shape, base, [&](const std::byte* its_key, const std::byte* its_value) {
    next();
    if (is_set) return value(*shape.key, its_key);
    key(*shape.key, its_key);
    colon();
    return value(*shape.element, its_value);
  });
  return done && close(is_set ? ']' : '}');
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
  const Choice& choice = read_choice(shape, base);
  if (choice.parts.size() == 0) {
    string(choice.name);
    return true;
  }
  if (!open('{')) return false;
  next();
  name(choice.name);
  return fields(choice.parts, base) && close('}');
}

bool JsonWriter::value(const Shape& shape, const std::byte* base) {
  switch (shape.form) {
    case Form::Bool: out_ += read_bool(shape, base) ? "true" : "false"; return true;
    case Form::Int:
    case Form::Uint: append_number(shape, base, out_); return true;
    case Form::Float: {
      const std::size_t start = out_.size();
      if (append_number(shape, base, out_)) return true;
      // JSON has no such numbers.
      out_.resize(start);
      break;
    }
    case Form::Text: string(read_text(shape, base)); return true;
    case Form::Bytes:
      out_ += '"';
      append_bytes(shape, base, out_);
      out_ += '"';
      return true;
    case Form::List: return list(shape, base);
    case Form::Map:
    case Form::Set: return map(shape, base);
    case Form::Tuple: return tuple(shape, base);
    case Form::Struct: return fields(shape.parts, base);
    case Form::Enum: return variant(shape, base);
    case Form::Tree:
      if (const Shape* content = read_tree(shape, base)) return value(*content, base);
      break;
    case Form::Option:
      if (!is_none(shape, base)) return value(*shape.element, base);
      break;
    case Form::Box: return value(*shape.element, read_box(shape, base));
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
