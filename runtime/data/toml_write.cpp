// TOML from values: what is simple first, then tables below headers of their own, and lists of tables below as many.
// What is inside other lists stands in one line.

#include <algorithm>

#include "runtime/data/build.h"
#include "runtime/data/toml.h"
#include "runtime/data/write.h"

namespace noodle::data {

namespace {

/// A value, without the options, boxes and trees around it.
struct Found {
  const Shape* shape = nullptr;  // none: there is nothing that TOML could hold
  const std::byte* base = nullptr;
  const Parts* fields = nullptr;  // of a struct, or of a variant behind its name

  explicit operator bool() const { return shape != nullptr; }
};

Found look(const Shape* shape, const std::byte* base) {
  while (shape != nullptr) {
    switch (shape->form) {
      case Form::Option: shape = is_none(*shape, base) ? nullptr : shape->element; break;
      case Form::Tree: shape = read_tree(*shape, base); break;
      case Form::Box:
        base = read_box(*shape, base);
        shape = shape->element;
        break;
      case Form::Opaque: return {};
      case Form::Tuple: return shape->parts.size() == 0 ? Found{} : Found{shape, base};
      case Form::Struct: return {shape, base, &shape->parts};
      default: return {shape, base};
    }
  }
  return {};
}

bool is_table(const Found& value) {
  if (!value) return false;
  if (value.fields != nullptr || value.shape->form == Form::Map) return true;
  return value.shape->form == Form::Enum && read_choice(*value.shape, value.base).parts.size() != 0;
}

// Whether it is written below headers: a table, or a list of nothing else.
bool is_section(const Found& value) {
  if (!value || value.shape->form != Form::List) return is_table(value);
  return value::list_length(*words(*value.shape, value.base)) != 0 &&
         for_each_element(*value.shape, value.base,
                          [&](const std::byte* at) { return is_table(look(value.shape->element, at)); });
}

// The compiler sees to it that keys are one of these.
std::string key_text(const Shape& shape, const std::byte* base) {
  if (shape.form == Form::Text) return std::string(read_text(shape, base));
  if (shape.form == Form::Enum) return std::string(read_choice(shape, base).name);
  std::string out;
  if (shape.form == Form::Int || shape.form == Form::Uint) append_number(shape, base, out);
  return out;
}

// Calls `each` with the keys and values of a table, while it gives true. What is none is left out.
template <typename Each>
bool for_each_pair(const Found& table, Each each) {
  const Shape& shape = *table.shape;
  if (table.fields != nullptr) {
    for (const Part& part : *table.fields) {
      const Found value = look(part.shape, table.base);
      if (value && !each(part.name, value)) return false;
    }
    return true;
  }
  if (shape.form == Form::Map) {
    return for_each_entry(shape, table.base, [&](const std::byte* key, const std::byte* at) {
      const Found value = look(shape.element, at);
      return !value || each(key_text(*shape.key, key), value);
    });
  }
  const Choice& choice = read_choice(shape, table.base);
  return each(choice.name, Found{&shape, table.base, &choice.parts});
}

void append_string(std::string_view text, std::string& out) {
  out += '"';
  for (;;) {
    const std::size_t end = std::min(text.find('\x7F'), text.size());
    append_escaped(text.substr(0, end), out);
    if (end == text.size()) break;
    out += "\\u007F";
    text.remove_prefix(end + 1);
  }
  out += '"';
}

void append_key(std::string_view key, std::string& out) {
  const auto is_bare = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  if (!key.empty() && std::ranges::all_of(key, is_bare)) {
    out += key;
  } else {
    append_string(key, out);
  }
}

class TomlWriter {
 public:
  explicit TomlWriter(std::string& out) : out_(out) {}

  bool document(const Shape& shape, const std::byte* base) {
    const Found root = look(&shape, base);
    if (!is_table(root)) return fail("a TOML document is a struct, a map or such, not " + expected(shape));
    return table(root, "");
  }
  std::string take_problem() { return std::move(problem_); }

 private:
  bool fail(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }
  bool enter() { return ++depth_ <= kMostNesting || fail("the value is nested too deep for TOML"); }
  bool leave() {
    --depth_;
    return true;
  }

  bool table(const Found& table, const std::string& path);
  bool section(const Found& value, const std::string& path);
  bool header(const Found& table, std::string_view open, const std::string& path, std::string_view close);
  bool value(const Found& found);
  bool inline_table(const Found& table);
  bool list(const Found& list);
  bool element(const Found& value, bool& is_first);

  std::string& out_;
  int depth_ = 0;
  std::string problem_;
};

// The pairs of a table, and what is below it.
bool TomlWriter::table(const Found& table, const std::string& path) {
  if (!enter()) return false;
  const bool pairs = for_each_pair(table, [&](std::string_view key, const Found& found) {
    if (is_section(found)) return true;
    append_key(key, out_);
    out_ += " = ";
    const bool done = value(found);
    out_ += '\n';
    return done;
  });
  const bool sections = pairs && for_each_pair(table, [&](std::string_view key, const Found& found) {
                          if (!is_section(found)) return true;
                          std::string below = path + (path.empty() ? "" : ".");
                          append_key(key, below);
                          return section(found, below);
                        });
  return sections && leave();
}

bool TomlWriter::section(const Found& value, const std::string& path) {
  if (value.shape->form != Form::List || value.fields != nullptr) {
    // A header says nothing when there are but others below it.
    bool is_empty = true, has_pairs = false;
    for_each_pair(value, [&](std::string_view, const Found& found) {
      is_empty = false;
      has_pairs = !is_section(found);
      return !has_pairs;
    });
    return is_empty || has_pairs ? header(value, "[", path, "]\n") : table(value, path);
  }
  if (!enter()) return false;
  const bool done = for_each_element(*value.shape, value.base, [&](const std::byte* at) {
    return header(look(value.shape->element, at), "[[", path, "]]\n");
  });
  return done && leave();
}

bool TomlWriter::header(const Found& below, std::string_view open, const std::string& path, std::string_view close) {
  if (!out_.empty()) out_ += '\n';
  out_ += open;
  out_ += path;
  out_ += close;
  return table(below, path);
}

bool TomlWriter::inline_table(const Found& table) {
  if (!enter()) return false;
  bool is_first = true;
  out_ += '{';
  const bool done = for_each_pair(table, [&](std::string_view key, const Found& found) {
    out_ += is_first ? " " : ", ";
    is_first = false;
    append_key(key, out_);
    out_ += " = ";
    return value(found);
  });
  out_ += is_first ? "}" : " }";
  return done && leave();
}

bool TomlWriter::element(const Found& found, bool& is_first) {
  if (!is_first) out_ += ", ";
  is_first = false;
  return found ? value(found) : fail("TOML has no null, so nothing in a list can be none");
}

// A list, a set or a tuple.
bool TomlWriter::list(const Found& found) {
  if (!enter()) return false;
  const Shape& shape = *found.shape;
  bool is_first = true, done = true;
  out_ += '[';
  if (shape.form == Form::List) {
    done = for_each_element(shape, found.base,
                            [&](const std::byte* at) { return element(look(shape.element, at), is_first); });
  } else if (shape.form == Form::Set) {
    done = for_each_entry(shape, found.base, [&](const std::byte* key, const std::byte*) {
      return element(look(shape.key, key), is_first);
    });
  } else {
    for (const Part& part : shape.parts) done = done && element(look(part.shape, found.base), is_first);
  }
  out_ += ']';
  return done && leave();
}

bool TomlWriter::value(const Found& found) {
  if (is_table(found)) return inline_table(found);
  const Shape& shape = *found.shape;
  switch (shape.form) {
    case Form::Bool: out_ += read_bool(shape, found.base) ? "true" : "false"; return true;
    case Form::Uint:
      if (shape.width == 8 && *words(shape, found.base) > INT64_MAX) {
        return fail("TOML has no integers above " + std::to_string(INT64_MAX));
      }
      [[fallthrough]];
    case Form::Int:
    case Form::Float: append_number(shape, found.base, out_); return true;
    case Form::Text: append_string(read_text(shape, found.base), out_); return true;
    case Form::Bytes:
      out_ += '"';
      append_bytes(shape, found.base, out_);
      out_ += '"';
      return true;
    case Form::Enum: append_string(read_choice(shape, found.base).name, out_); return true;
    default: return list(found);
  }
}

}  // namespace

std::string write_toml(const Shape& shape, const std::byte* value, std::string& out) {
  TomlWriter writer(out);
  return writer.document(shape, value) ? std::string() : writer.take_problem();
}

}  // namespace noodle::data
