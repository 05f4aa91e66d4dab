#pragma once

// The door of runtime/data: values of any type from documents and back, straight, with no tree between. What a
// type looks like in a document is its shape, made from the module's type table when the module is loaded; readers
// and writers walk it. It knows values, and nothing of frames, functions or the world.

#include <cstdint>
#include <deque>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "nbc/types.h"
#include "runtime/value/type_info.h"

namespace noodle::data {

using value::Kind;
using value::TypeInfo;

struct Shape;

/// A named field of a struct or variant, or a numbered one of a tuple.
struct Part {
  std::string_view name;
  const Shape* shape = nullptr;
};

/// Fields in their order, and how one is found by name.
class Parts {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  Parts() = default;
  Parts(std::span<const Part> list, std::span<const std::uint32_t> sorted) : list_(list), sorted_(sorted) {}

  std::size_t size() const { return list_.size(); }
  const Part& operator[](std::size_t i) const { return list_[i]; }
  auto begin() const { return list_.begin(); }
  auto end() const { return list_.end(); }
  /// The field with this name, or kNone. `guess` is looked at first; any number will do.
  std::uint32_t find(std::string_view name, std::uint32_t guess) const {
    if (guess < list_.size() && list_[guess].name == name) return guess;
    return search(name);
  }

 private:
  std::uint32_t search(std::string_view name) const;

  std::span<const Part> list_;
  std::span<const std::uint32_t> sorted_;  // by name; empty when there are few
};

/// A variant of an enum.
struct Choice {
  std::string_view name;
  Parts parts;
};

/// What a value is in a document.
enum class Form : std::uint8_t {
  Bool,
  Int,    // signed
  Uint,   // unsigned
  Float,  // of any width
  Text,
  Bytes,  // as text in base64
  List,
  Map,
  Set,
  Tuple,  // also the unit
  Struct,
  Enum,
  Option,
  Tree,  // the library's enum Json: whatever there is
  Box,
  Opaque,  // a function, a handle…: nothing that a document could hold
};

/// The variants of a Tree by what they hold.
enum class TreeKind : std::uint8_t { Null, Bool, Int, Float, String, List, Object };
inline constexpr std::size_t kTreeKinds = 7;

/// A value's type at its place inside a list's element, a map's value or a box: `offset` counts from there, since
/// structs lie flat in what holds them. An enum's payload lies in whole slots behind the tag.
struct Shape {
  Form form = Form::Opaque;
  Kind kind = Kind::Bool;
  std::uint8_t width = 8;  // bytes of a scalar or a tag
  std::uint16_t some = 0;  // Option: the tags
  std::uint16_t none = 0;
  std::uint32_t offset = 0;
  const TypeInfo* type = nullptr;
  const Shape* element = nullptr;    // List; Map: the value; Option: the content, here; Box: the content, there
  const Shape* key = nullptr;        // Map, Set
  Parts parts;                       // Struct, Tuple
  std::span<const Choice> choices;   // Enum; Tree: in the order of TreeKind
  std::uint16_t tags[kTreeKinds]{};  // Tree
};

/// The shapes of one module.
class Shapes {
 public:
  Shapes(const nbc::TypeTable& table, const value::Types& types, std::span<const std::string_view> strings)
      : table_(table), types_(types), strings_(strings) {}
  Shapes(const Shapes&) = delete;
  Shapes& operator=(const Shapes&) = delete;

  /// The shape of the type as the element of a list; null when all shapes together would be too large, or no document
  /// ends for one of them.
  const Shape* of(nbc::TypeId type);

 private:
  // Structs of structs of nothing can be more than there is room for.
  static constexpr std::size_t kMost = 1u << 18;

  /// Leaves in order with offsets from `base`.
  struct Place {
    std::span<const nbc::Leaf> leaves;
    std::uint32_t base = 0;
    bool in_slots = false;
    std::size_t next = 0;
  };

  Shape* root(nbc::TypeId type);
  const Shape* make(nbc::TypeId type, Place& place);
  void fill(Shape& shape, nbc::TypeId type, Place& place);
  void fill_struct(Shape& shape, const nbc::Type& type, Place& place);
  void fill_enum(Shape& shape, nbc::TypeId id);
  Parts parts_of(std::span<const nbc::Field> fields, Place& place);
  bool is_tree(Shape& shape);
  bool all_end();
  std::string_view text(nbc::StringId id) const { return id.valid() ? strings_[id.index] : std::string_view(); }

  const nbc::TypeTable& table_;
  const value::Types& types_;
  std::span<const std::string_view> strings_;
  Arena arena_;
  std::deque<Shape> shapes_;
  std::unordered_map<std::uint32_t, Shape*> roots_;
  std::vector<std::pair<Shape*, nbc::TypeId>> waiting_;
  std::size_t seen_ = 0;  // of the shapes, by `all_end`
  bool full_ = false;
};

}  // namespace noodle::data
