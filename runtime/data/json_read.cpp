#include <cmath>

#include "base/text.h"
#include "runtime/data/build.h"
#include "runtime/data/elements.h"
#include "runtime/data/json.h"
#include "runtime/data/json_scan.h"

namespace noodle::data {

namespace {

class JsonReader {
 public:
  JsonReader(memory::Account& account, std::string_view text, const ReadOptions& options)
      : build_(account), options_(options), text_(text), at_(text.data()), end_(text.data() + text.size()) {}

  Outcome run(const Shape& shape, std::byte* base, std::string& problem) {
    if (options_.check_utf8) {
      if (const std::size_t bad = find_invalid_utf8(text_); bad != std::string_view::npos) {
        problem = "the bytes are not UTF-8 at " + position(text_, bad);
        return Outcome::Wrong;
      }
    }
    if (text_.starts_with("\xEF\xBB\xBF")) at_ += 3;
    skip_space();
    bool done = value(shape, base);
    if (done) skip_space();
    if (done && at_ != end_) done = wrong("expected the end, found " + found());
    if (done) return Outcome::Done;
    if (build_.out_of_memory()) return Outcome::NoMemory;
    problem = build_.problem() + " at " + position(text_, static_cast<std::size_t>(at_ - text_.data()));
    return Outcome::Wrong;
  }

 private:
  // ---- characters
  char peek() const { return at_ != end_ ? *at_ : '\0'; }
  void skip_space() {
    while (at_ != end_ && static_cast<unsigned char>(*at_) <= ' ' &&
           (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t'))
      ++at_;
  }
  bool accept(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  // ---- what is wrong; `at_` stays where it is
  bool wrong(std::string problem) { return build_.fail(std::move(problem)); }
  bool wrong(std::string_view problem) { return build_.fail(std::string(problem)); }
  bool misfit(const Shape& shape) { return wrong("expected " + expected(shape) + ", found " + found()); }
  std::string found();

  // ---- values; `at_` is at their first character
  bool value(const Shape& shape, std::byte* base);
  bool literal(std::string_view word);
  bool boolean(const Shape& shape, std::byte* base);
  bool number(const Shape& shape, std::byte* base);
  bool text(const Shape& shape, std::byte* base);
  bool list(const Shape& shape, std::byte* base);
  bool set(const Shape& shape, std::byte* base);
  bool tuple(const Shape& shape, std::byte* base);
  bool map(const Shape& shape, std::byte* base);
  bool fields(const Parts& parts, std::byte* base, const Shape& owner);
  bool variant(const Shape& shape, std::byte* base);
  bool tree(const Shape& shape, std::byte* base);
  bool tree_number(const Shape& shape, std::byte* base);
  bool skip();

  // ---- parts
  bool open(char bracket, const Shape& shape);
  bool enter(char bracket, char closing, const Shape& shape);
  bool more(char bracket, std::string_view after);
  bool key(std::string_view& out);
  bool string(std::string_view& out);

  Builder build_;
  ElementRoom room_;
  Patterns patterns_;
  const ReadOptions& options_;
  std::string_view text_;
  const char* at_;
  const char* end_;
  int depth_ = 0;
  std::string scratch_;
};

std::string JsonReader::found() {
  if (at_ == end_) return "the end";
  switch (*at_) {
    case '"': {
      const char* at = at_ + 1;
      std::string_view content;
      std::string scratch;
      return read_string(at, end_, scratch, content).empty() ? "string " + shown(content) : "a string";
    }
    case '[': return "a list";
    case '{': return "an object";
    default: break;
  }
  const char* at = at_;
  if (const Number n = read_number(at, end_); n.is_number) return "number " + std::string(n.text.substr(0, 40));
  for (const std::string_view word : {"true", "false", "null"}) {
    if (std::string_view(at_, end_).starts_with(word)) return std::string(word);
  }
  const std::size_t bytes = value::scalar_bytes(*at_);
  return "`" + std::string(at_, std::min(bytes, static_cast<std::size_t>(end_ - at_))) + "`";
}

bool JsonReader::literal(std::string_view word) {
  if (!std::string_view(at_, end_).starts_with(word)) return false;
  at_ += word.size();
  return true;
}

bool JsonReader::boolean(const Shape& shape, std::byte* base) {
  const bool yes = literal("true");
  if (!yes && !literal("false")) return misfit(shape);
  build_.put_bool(shape, base, yes);
  return true;
}

bool JsonReader::number(const Shape& shape, std::byte* base) {
  const char* start = at_;
  const Number number = read_number(at_, end_);
  if (!number.is_number) return misfit(shape);
  bool done = false;
  if (shape.form == Form::Float) {
    done = build_.put_float(shape, base, number.as_float(), number.text);
  } else if (number.fits_signed()) {
    done = build_.put_int(shape, base, number.as_signed(), number.text);
  } else if (number.fits_unsigned()) {
    done = build_.put_uint(shape, base, number.digits, number.text);
  } else if (number.is_integer) {
    done = wrong("expected " + expected(shape) + ", which " + std::string(number.text.substr(0, 40)) + " does not fit");
  } else {
    at_ = start;
    return misfit(shape);
  }
  if (!done) at_ = start;
  return done;
}

bool JsonReader::string(std::string_view& out) {
  ++at_;
  const std::string_view problem = read_string(at_, end_, scratch_, out);
  return problem.empty() || wrong(problem);
}

bool JsonReader::text(const Shape& shape, std::byte* base) {
  if (peek() != '"') return misfit(shape);
  const char* start = at_;
  std::string_view content;
  if (!string(content)) return false;
  if (shape.form == Form::Text) return build_.put_text(shape, base, content);
  if (build_.put_bytes(shape, base, content)) return true;
  at_ = start;
  return false;
}

bool JsonReader::open(char bracket, const Shape& shape) {
  if (peek() != bracket) return misfit(shape);
  if (depth_ == kMostNesting) return wrong("more than " + std::to_string(kMostNesting) + " levels deep");
  ++depth_;
  ++at_;
  skip_space();
  return true;
}

// At a bracket: whether an element follows. False when there is none and when something is wrong.
bool JsonReader::enter(char bracket, char closing, const Shape& shape) {
  if (!open(bracket, shape)) return false;
  if (!accept(closing)) return true;
  --depth_;
  return false;
}

// Behind an element: whether another follows. False at the end and when something is wrong.
bool JsonReader::more(char bracket, std::string_view after) {
  skip_space();
  if (accept(',')) {
    skip_space();
    return true;
  }
  if (!accept(bracket))
    return wrong("expected `,` or `" + std::string(1, bracket) + "` after " + std::string(after) + ", found " +
                 found());
  --depth_;
  return false;
}

bool JsonReader::list(const Shape& shape, std::byte* base) {
  if (!enter('[', ']', shape)) return !build_.failed();
  Elements elements(build_, room_, shape, base);
  std::uint64_t index = 0;
  do {
    std::byte* place = elements.add();
    if (place == nullptr) return false;
    if (!value(*shape.element, place)) return build_.in_element(index);
    ++index;
  } while (more(']', "an element"));
  return !build_.failed() && elements.finish();
}

bool JsonReader::set(const Shape& shape, std::byte* base) {
  if (!enter('[', ']', shape)) return !build_.failed();
  const TypeInfo& member = *shape.type->element;
  std::vector<std::uint64_t> room(member.size / 8 + 1);
  auto* place = reinterpret_cast<std::byte*>(room.data());
  std::uint64_t index = 0;
  do {
    std::ranges::fill(room, 0);
    if (!value(*shape.key, place) || !build_.add_member(shape, base, place)) {
      value::release_fields(build_.account(), member.memory_fields, place);
      return build_.in_element(index);
    }
    ++index;
  } while (more(']', "an element"));
  return !build_.failed();
}

bool JsonReader::tuple(const Shape& shape, std::byte* base) {
  if (shape.parts.size() == 0) return literal("null") || misfit(shape);
  if (!open('[', shape)) return false;
  for (std::size_t i = 0; i < shape.parts.size(); ++i) {
    if (peek() == ']') return misfit(shape);
    if (!value(*shape.parts[i].shape, base)) return build_.in_element(i);
    const bool goes_on = more(']', "an element");
    if (build_.failed()) return false;
    if (goes_on != (i + 1 < shape.parts.size())) {
      return wrong("expected " + expected(shape) + ", found " + (goes_on ? "more" : "one of " + std::to_string(i + 1)));
    }
  }
  return true;
}

bool JsonReader::key(std::string_view& out) {
  if (peek() != '"') return wrong("expected a key in quotes, found " + found());
  if (!string(out)) return false;
  skip_space();
  if (!accept(':')) return wrong("expected `:` after the key " + shown(out) + ", found " + found());
  skip_space();
  return true;
}

bool JsonReader::map(const Shape& shape, std::byte* base) {
  if (!enter('{', '}', shape)) return !build_.failed();
  Entries entries(build_, patterns_, static_cast<std::size_t>(depth_), shape, base);
  do {
    const char* start = at_;
    std::string_view name;
    if (!key(name)) return false;
    std::byte* place = entries.add(name);
    if (place == nullptr) {
      at_ = start;
      return false;
    }
    if (!value(*shape.element, place)) {
      // The key may have been in `scratch_`, so it is read again.
      std::string scratch;
      read_string(++start, end_, scratch, name);
      return build_.in_field(name);
    }
  } while (more('}', "a value"));
  if (build_.failed()) return false;
  entries.finish();
  return true;
}

/// Which fields have come.
class Seen {
 public:
  explicit Seen(std::size_t count) : more_(count > 64 ? count - 64 : 0) {}
  /// Notes one; whether it had come before.
  bool note(std::size_t i) {
    if (i >= 64) return std::exchange(more_[i - 64], std::uint8_t{1}) != 0;
    const std::uint64_t bit = std::uint64_t{1} << i;
    const bool had = (first_ & bit) != 0;
    first_ |= bit;
    return had;
  }
  bool has(std::size_t i) const { return i < 64 ? (first_ >> i & 1) != 0 : more_[i - 64] != 0; }

 private:
  std::uint64_t first_ = 0;
  std::vector<std::uint8_t> more_;
};

bool JsonReader::fields(const Parts& parts, std::byte* base, const Shape& owner) {
  const char* start = at_;
  bool goes_on = enter('{', '}', owner);
  Seen seen(parts.size());
  std::uint32_t guess = 0;
  std::size_t count = 0;
  while (goes_on) {
    const char* at_key = at_;
    std::string_view name;
    if (!key(name)) return false;
    const std::uint32_t i = parts.find(name, guess);
    if (i != Parts::kNone) {
      const Part& part = parts[i];
      if (seen.note(i)) {
        build_.clear(*part.shape, base);
        --count;
      }
      ++count;
      guess = i + 1;
      if (!value(*part.shape, base)) return build_.in_field(part.name);
    } else if (options_.strict) {
      at_ = at_key;
      return wrong("there is no field " + shown(name));
    } else if (!skip()) {
      return false;
    }
    goes_on = more('}', "a value");
  }
  if (build_.failed()) return false;
  if (count == parts.size()) return true;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (seen.has(i) || build_.fill_missing(parts[i], base)) continue;
    at_ = start;
    return false;
  }
  return true;
}

bool JsonReader::variant(const Shape& shape, std::byte* base) {
  const char* start = at_;
  std::string_view name;
  if (peek() == '"') {
    if (!string(name)) return false;
    const Choice* choice = build_.choose(shape, base, name);
    if (choice != nullptr && choice->parts.size() == 0) return true;
    at_ = start;
    if (choice == nullptr) return false;
    return wrong("expected {" + shown(choice->name) + ": {…}}, since " + std::string(choice->name) + " has fields");
  }
  if (!open('{', shape)) return false;
  const char* at_key = at_;
  if (!key(name)) return false;
  const Choice* choice = build_.choose(shape, base, name);
  if (choice == nullptr) {
    at_ = at_key;
    return false;
  }
  if (!fields(choice->parts, base, shape)) return build_.in_field(choice->name);
  const bool goes_on = more('}', "a variant");
  return !build_.failed() && (!goes_on || wrong("expected `}` after a variant, found " + found()));
}

bool JsonReader::tree_number(const Shape& shape, std::byte* base) {
  const char* start = at_;
  const Number number = read_number(at_, end_);
  if (!number.is_number) return misfit(shape);
  const bool is_int = number.fits_signed();
  const auto kind = static_cast<std::size_t>(is_int ? TreeKind::Int : TreeKind::Float);
  build_.put_tag(shape, base, shape.tags[kind]);
  const Shape& content = *shape.choices[kind].parts[0].shape;
  if (is_int) {
    build_.put_word(content, base, static_cast<std::uint64_t>(number.as_signed()));
    return true;
  }
  const double nearest = number.as_float();
  if (!std::isfinite(nearest)) {
    at_ = start;
    return wrong("the number " + std::string(number.text.substr(0, 40)) + " is too large");
  }
  build_.put_word(content, base, value::from_f64(nearest));
  return true;
}

bool JsonReader::tree(const Shape& shape, std::byte* base) {
  const auto choose = [&](TreeKind kind) -> const Shape& {
    const auto k = static_cast<std::size_t>(kind);
    build_.put_tag(shape, base, shape.tags[k]);
    return kind == TreeKind::Null ? shape : *shape.choices[k].parts[0].shape;
  };
  switch (peek()) {
    case '"': return text(choose(TreeKind::String), base);
    case '[': return list(choose(TreeKind::List), base);
    case '{': return map(choose(TreeKind::Object), base);
    case 't':
    case 'f':
      if (std::string_view(at_, end_).starts_with(*at_ == 't' ? "true" : "false")) {
        return boolean(choose(TreeKind::Bool), base);
      }
      return misfit(shape);
    case 'n':
      if (!literal("null")) return misfit(shape);
      choose(TreeKind::Null);
      return true;
    default: return tree_number(shape, base);
  }
}

bool JsonReader::value(const Shape& shape, std::byte* base) {
  switch (shape.form) {
    case Form::Bool: return boolean(shape, base);
    case Form::Int:
    case Form::Uint:
    case Form::Float: return number(shape, base);
    case Form::Text:
    case Form::Bytes: return text(shape, base);
    case Form::List: return list(shape, base);
    case Form::Map: return map(shape, base);
    case Form::Set: return set(shape, base);
    case Form::Tuple: return tuple(shape, base);
    case Form::Struct: return fields(shape.parts, base, shape);
    case Form::Enum: return variant(shape, base);
    case Form::Option: {
      if (peek() == 'n' && literal("null")) {
        build_.put_tag(shape, base, shape.none);
        return true;
      }
      build_.put_tag(shape, base, shape.some);
      return value(*shape.element, base);
    }
    case Form::Tree: return tree(shape, base);
    case Form::Box: {
      std::byte* content = build_.add_box(shape, base);
      return content != nullptr && value(*shape.element, content);
    }
    case Form::Opaque: break;
  }
  return misfit(shape);
}

// Past a value that nobody asked for, which must be JSON all the same.
bool JsonReader::skip() {
  static const Shape kAnything = [] {
    Shape shape;
    shape.form = Form::Tree;
    return shape;
  }();
  switch (peek()) {
    case '"': {
      std::string_view content;
      return string(content);
    }
    case '[':
      if (!enter('[', ']', kAnything)) return !build_.failed();
      do {
        if (!skip()) return false;
      } while (more(']', "an element"));
      return !build_.failed();
    case '{':
      if (!enter('{', '}', kAnything)) return !build_.failed();
      do {
        std::string_view name;
        if (!key(name) || !skip()) return false;
      } while (more('}', "a value"));
      return !build_.failed();
    default: break;
  }
  if (literal("true") || literal("false") || literal("null")) return true;
  return read_number(at_, end_).is_number || misfit(kAnything);
}

}  // namespace

Outcome read_json(memory::Account& account, const Shape& shape, std::string_view text, const ReadOptions& options,
                  std::byte* value, std::string& problem) {
  return JsonReader(account, text, options).run(shape, value, problem);
}

}  // namespace noodle::data
