#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "runtime/data/build.h"
#include "runtime/data/toml.h"

namespace noodle::data {

namespace {

using NodeKind = TomlNode::Kind;

/// Puts the tree of a document into values.
class TomlReader {
 public:
  TomlReader(memory::Account& account, const ReadOptions& options) : build_(account), options_(options) {}

  bool value(const Shape& shape, std::byte* base, const TomlNode& node);
  const Builder& build() const { return build_; }
  std::size_t wrong_at() const { return wrong_at_; }

 private:
  bool wrong(std::string problem, const TomlNode& node) {
    wrong_at_ = node.at;
    return build_.fail(std::move(problem));
  }
  // Of what the builder has refused.
  bool done(bool yes, const TomlNode& node) {
    if (!yes) wrong_at_ = node.at;
    return yes;
  }
  bool misfit(const Shape& shape, const TomlNode& node);
  bool number(const Shape& shape, std::byte* base, const TomlNode& node);
  bool elements(const Shape& shape, std::byte* base, const TomlNode& node);
  bool members(const Shape& shape, std::byte* base, const TomlNode& node);
  bool tuple(const Shape& shape, std::byte* base, const TomlNode& node);
  bool entries(const Shape& shape, std::byte* base, const TomlNode& node);
  bool fields(const Parts& parts, std::byte* base, const TomlNode& node, const Shape& owner);
  bool variant(const Shape& shape, std::byte* base, const TomlNode& node);
  bool tree(const Shape& shape, std::byte* base, const TomlNode& node);

  Builder build_;
  const ReadOptions& options_;
  std::size_t wrong_at_ = 0;
};

std::string found(const TomlNode& node) {
  switch (node.kind) {
    case NodeKind::Bool: return node.integer != 0 ? "true" : "false";
    case NodeKind::Int:
    case NodeKind::Float: return "number " + node.text.substr(0, 40);
    case NodeKind::Text: return "string " + shown(node.text);
    case NodeKind::Time: return "the time " + node.text;
    case NodeKind::List: return "a list";
    case NodeKind::Table: break;
  }
  return "a table";
}

bool TomlReader::misfit(const Shape& shape, const TomlNode& node) {
  return wrong("expected " + expected(shape) + ", found " + found(node), node);
}

bool TomlReader::number(const Shape& shape, std::byte* base, const TomlNode& node) {
  if (node.kind == NodeKind::Int && shape.form != Form::Float) {
    return done(build_.put_int(shape, base, node.integer, node.text), node);
  }
  if (shape.form != Form::Float || (node.kind != NodeKind::Int && node.kind != NodeKind::Float))
    return misfit(shape, node);
  const double number = node.kind == NodeKind::Int ? static_cast<double>(node.integer) : node.real;
  if (!std::isfinite(number)) {
    build_.put_not_finite(shape, base, number);
    return true;
  }
  const std::string text = node.kind == NodeKind::Int ? value::print_int(node.integer) : node.text;
  return done(build_.put_float(shape, base, number, text), node);
}

bool TomlReader::elements(const Shape& shape, std::byte* base, const TomlNode& node) {
  if (node.kind != NodeKind::List) return misfit(shape, node);
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    std::byte* place = build_.add_element(shape, base);
    if (place == nullptr) return false;
    if (!value(*shape.element, place, node.items[i])) return build_.in_element(i);
  }
  return true;
}

bool TomlReader::members(const Shape& shape, std::byte* base, const TomlNode& node) {
  if (node.kind != NodeKind::List) return misfit(shape, node);
  const TypeInfo& member = *shape.type->element;
  std::vector<std::uint64_t> room(member.size / 8 + 1);
  auto* place = reinterpret_cast<std::byte*>(room.data());
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    std::ranges::fill(room, 0);
    if (value(*shape.key, place, node.items[i]) && build_.add_member(shape, base, place)) continue;
    value::release_fields(build_.account(), member.memory_fields, place);
    return build_.in_element(i);
  }
  return true;
}

bool TomlReader::tuple(const Shape& shape, std::byte* base, const TomlNode& node) {
  if (node.kind != NodeKind::List) return misfit(shape, node);
  if (shape.parts.size() != node.items.size()) {
    return wrong("expected " + expected(shape) + ", found one of " + std::to_string(node.items.size()), node);
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    if (!value(*shape.parts[i].shape, base, node.items[i])) return build_.in_element(i);
  }
  return true;
}

bool TomlReader::entries(const Shape& shape, std::byte* base, const TomlNode& node) {
  if (node.kind != NodeKind::Table) return wrong("expected a table, found " + found(node), node);
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    std::byte* place = build_.add_entry(shape, base, node.keys[i]);
    if (place == nullptr) return done(false, node.items[i]);
    if (!value(*shape.element, place, node.items[i])) return build_.in_field(node.keys[i]);
  }
  return true;
}

bool TomlReader::fields(const Parts& parts, std::byte* base, const TomlNode& node, const Shape& owner) {
  if (node.kind != NodeKind::Table)
    return wrong("expected a table, found " + found(node) + " for " + expected(owner), node);
  std::vector<bool> seen(parts.size());
  std::uint32_t guess = 0;
  for (std::size_t k = 0; k < node.items.size(); ++k) {
    const std::uint32_t i = parts.find(node.keys[k], guess);
    if (i == Parts::kNone) {
      if (options_.strict) return wrong("there is no field " + shown(node.keys[k]), node.items[k]);
      continue;
    }
    seen[i] = true;
    guess = i + 1;
    if (!value(*parts[i].shape, base, node.items[k])) return build_.in_field(parts[i].name);
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!seen[i] && !build_.fill_missing(parts[i], base)) return done(false, node);
  }
  return true;
}

bool TomlReader::variant(const Shape& shape, std::byte* base, const TomlNode& node) {
  const bool is_name = node.kind == NodeKind::Text;
  if (!is_name && (node.kind != NodeKind::Table || node.items.size() != 1)) return misfit(shape, node);
  const Choice* choice = build_.choose(shape, base, is_name ? node.text : node.keys[0]);
  if (choice == nullptr) return done(false, node);
  if (!is_name) return fields(choice->parts, base, node.items[0], shape) || build_.in_field(choice->name);
  return choice->parts.size() == 0 || wrong(std::string(choice->name) + " has fields, so it is a table", node);
}

bool TomlReader::tree(const Shape& shape, std::byte* base, const TomlNode& node) {
  const auto to = [&](TreeKind kind) {
    const auto k = static_cast<std::size_t>(kind);
    build_.put_tag(shape, base, shape.tags[k]);
    return value(*shape.choices[k].parts[0].shape, base, node);
  };
  switch (node.kind) {
    case NodeKind::Bool: return to(TreeKind::Bool);
    case NodeKind::Int: return to(TreeKind::Int);
    case NodeKind::Float: return to(TreeKind::Float);
    case NodeKind::Text:
    case NodeKind::Time: return to(TreeKind::String);
    case NodeKind::List: return to(TreeKind::List);
    case NodeKind::Table: break;
  }
  return to(TreeKind::Object);
}

bool TomlReader::value(const Shape& shape, std::byte* base, const TomlNode& node) {
  switch (shape.form) {
    case Form::Bool:
      if (node.kind != NodeKind::Bool) return misfit(shape, node);
      build_.put_bool(shape, base, node.integer != 0);
      return true;
    case Form::Int:
    case Form::Uint:
    case Form::Float: return number(shape, base, node);
    case Form::Text:
      if (node.kind != NodeKind::Text && node.kind != NodeKind::Time) return misfit(shape, node);
      return build_.put_text(shape, base, node.text);
    case Form::Bytes:
      return node.kind == NodeKind::Text ? done(build_.put_bytes(shape, base, node.text), node) : misfit(shape, node);
    case Form::List: return elements(shape, base, node);
    case Form::Set: return members(shape, base, node);
    case Form::Map: return entries(shape, base, node);
    case Form::Tuple: return tuple(shape, base, node);
    case Form::Struct: return fields(shape.parts, base, node, shape);
    case Form::Enum: return variant(shape, base, node);
    case Form::Option: build_.put_tag(shape, base, shape.some); return value(*shape.element, base, node);
    case Form::Tree: return tree(shape, base, node);
    case Form::Box: {
      std::byte* content = build_.add_box(shape, base);
      return content != nullptr && value(*shape.element, content, node);
    }
    case Form::Opaque: break;
  }
  return misfit(shape, node);
}

}  // namespace

Outcome read_toml(memory::Account& account, const Shape& shape, std::string_view text, const ReadOptions& options,
                  std::byte* value, std::string& problem) {
  if (options.check_utf8) {
    if (const std::size_t bad = find_invalid_utf8(text); bad != std::string_view::npos) {
      problem = "the bytes are not UTF-8 at " + position(text, bad);
      return Outcome::Wrong;
    }
  }
  const auto root = parse_toml(text);
  if (!root) {
    problem = root.error().text + " at " + position(text, root.error().at);
    return Outcome::Wrong;
  }
  TomlReader reader(account, options);
  if (reader.value(shape, value, *root)) return Outcome::Done;
  if (reader.build().out_of_memory()) return Outcome::NoMemory;
  problem = reader.build().problem() + " at " + position(text, reader.wrong_at());
  return Outcome::Wrong;
}

}  // namespace noodle::data
