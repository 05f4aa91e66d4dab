#include "runtime/data/shape.h"

#include <algorithm>
#include <numeric>

namespace noodle::data {

namespace {

constexpr std::size_t kFewParts = 8;

Form form_of(Kind kind) {
  if (kind == Kind::Bool) return Form::Bool;
  if (nbc::is_signed(kind)) return Form::Int;
  if (nbc::is_unsigned(kind)) return Form::Uint;
  if (nbc::is_float(kind)) return Form::Float;
  switch (kind) {
    case Kind::String: return Form::Text;
    case Kind::Bytes: return Form::Bytes;
    case Kind::List: return Form::List;
    case Kind::Map: return Form::Map;
    case Kind::Enum: return Form::Enum;
    case Kind::Box: return Form::Box;
    default: return Form::Opaque;
  }
}

// The compiler names what a box holds after the box.
bool is_called(std::string_view name, std::string_view wanted) {
  if (name.starts_with("flat ")) name.remove_prefix(5);
  return name.starts_with(wanted);
}

bool is_option(const nbc::Type& type, std::span<const std::string_view> strings) {
  return type.name.valid() && strings[type.name.index].ends_with('?') && type.variants.size() == 2 &&
         strings[type.variants[0].name.index] == "Some" && type.variants[0].fields.size() == 1 &&
         strings[type.variants[1].name.index] == "None" && type.variants[1].fields.empty();
}

// Whether this is what a variant of the library's Json holds.
bool is_tree_content(const Shape& tree, const Shape& content, Form form) {
  if (content.form != form) return false;
  switch (form) {
    case Form::Int: return content.kind == Kind::I64;
    case Form::Float: return content.kind == Kind::F64;
    case Form::List: return content.type->element == tree.type;
    case Form::Map: return content.type->element->kind == Kind::String && content.type->value == tree.type;
    default: return true;
  }
}

}  // namespace

std::uint32_t Parts::search(std::string_view name) const {
  if (sorted_.empty()) {
    for (std::uint32_t i = 0; i < list_.size(); ++i) {
      if (list_[i].name == name) return i;
    }
    return kNone;
  }
  const auto at = std::ranges::lower_bound(sorted_, name, {}, [this](std::uint32_t i) { return list_[i].name; });
  return at != sorted_.end() && list_[*at].name == name ? *at : kNone;
}

const Shape* Shapes::of(nbc::TypeId type) {
  Shape* shape = root(type);
  while (!waiting_.empty() && !full_) {
    const auto [next, id] = waiting_.back();
    waiting_.pop_back();
    Place place{.leaves = table_.flatten(id)};
    fill(*next, id, place);
  }
  if (!full_ && !all_end()) full_ = true;
  return full_ ? nullptr : shape;
}

// Boxes and options are written as what they hold. The compiler boxes structs and enums, which take a bracket or a
// name; boxes in boxes could go on for ever.
bool Shapes::all_end() {
  for (; seen_ < shapes_.size(); ++seen_) {
    if (shapes_[seen_].form != Form::Box) continue;
    const Shape* inside = shapes_[seen_].element;
    while (inside->form == Form::Option) inside = inside->element;
    if (inside->form == Form::Box) return false;
  }
  return true;
}

// What refers to a type by reference may refer to itself, and in long chains: each waits for its turn.
Shape* Shapes::root(nbc::TypeId type) {
  const auto [at, fresh] = roots_.try_emplace(type.index, nullptr);
  if (fresh) {
    at->second = &shapes_.emplace_back();
    waiting_.emplace_back(at->second, type);
  }
  return at->second;
}

const Shape* Shapes::make(nbc::TypeId type, Place& place) {
  Shape& shape = shapes_.emplace_back();
  if (shapes_.size() > kMost) full_ = true;
  if (!full_) fill(shape, type, place);
  return &shape;
}

void Shapes::fill(Shape& shape, nbc::TypeId id, Place& place) {
  const nbc::Type& type = table_[id];
  shape.type = &types_[id];
  shape.kind = type.kind;
  if (type.kind == Kind::Struct) return fill_struct(shape, type, place);
  shape.form = form_of(type.kind);
  const nbc::Leaf& leaf = place.leaves[place.next++];
  shape.offset = place.base + leaf.offset;
  const bool is_narrow = nbc::is_scalar(type.kind) || (type.kind == Kind::Enum && !table_.has_payload(id));
  if (is_narrow && !place.in_slots) shape.width = static_cast<std::uint8_t>(table_.memory_size(id));
  switch (shape.form) {
    case Form::List:
    case Form::Box: shape.element = root(type.element); break;
    case Form::Map:
      shape.key = root(type.element);
      shape.element = root(type.value);
      break;
    case Form::Enum: fill_enum(shape, id); break;
    default: break;
  }
}

void Shapes::fill_struct(Shape& shape, const nbc::Type& type, Place& place) {
  const std::string_view name = text(type.name);
  shape.parts = parts_of(type.fields, place);
  shape.form = type.name.valid() ? Form::Struct : Form::Tuple;
  if (full_ || shape.parts.size() != 1 || !is_called(name, "Set<")) return;
  // A Set is a map to nothing.
  const Shape& items = *shape.parts[0].shape;
  if (items.form != Form::Map || table_.slots(table_[type.fields[0].type].value) != 0) return;
  shape = items;
  shape.form = Form::Set;
}

void Shapes::fill_enum(Shape& shape, nbc::TypeId id) {
  const nbc::Type& type = table_[id];
  std::vector<Choice> choices;
  for (std::uint32_t v = 0; v < type.variants.size() && !full_; ++v) {
    Place payload{.leaves = table_.payload(id, v), .base = shape.offset, .in_slots = true};
    choices.push_back({text(type.variants[v].name), parts_of(type.variants[v].fields, payload)});
  }
  shape.choices = arena_.copy(choices);
  if (full_) return;
  if (is_option(type, strings_)) {
    shape.form = Form::Option;
    shape.some = 0;
    shape.none = 1;
    shape.element = shape.choices[0].parts[0].shape;
  } else if (is_called(text(type.name), "Json") && is_tree(shape)) {
    shape.form = Form::Tree;
  }
}

Parts Shapes::parts_of(std::span<const nbc::Field> fields, Place& place) {
  std::vector<Part> list;
  for (const nbc::Field& field : fields) {
    if (full_) break;
    list.push_back({text(field.name), make(field.type, place)});
  }
  std::vector<std::uint32_t> sorted;
  if (list.size() > kFewParts) {
    sorted.resize(list.size());
    std::iota(sorted.begin(), sorted.end(), 0u);
    std::ranges::stable_sort(sorted, {}, [&](std::uint32_t i) { return list[i].name; });
  }
  return {arena_.copy(list), arena_.copy(sorted)};
}

// Whether it is the library's enum; a module may call anything `Json`.
bool Shapes::is_tree(Shape& shape) {
  constexpr std::string_view kNames[kTreeKinds] = {"Null", "Bool", "Int", "Float", "String", "List", "Object"};
  constexpr Form kForms[kTreeKinds] = {Form::Tuple, Form::Bool, Form::Int, Form::Float,
                                       Form::Text,  Form::List, Form::Map};
  if (shape.choices.size() != kTreeKinds) return false;
  std::vector<Choice> ordered(kTreeKinds);
  for (std::size_t k = 0; k < kTreeKinds; ++k) {
    const auto found = std::ranges::find(shape.choices, kNames[k], &Choice::name);
    if (found == shape.choices.end() || found->parts.size() != (k == 0 ? 0u : 1u)) return false;
    if (k != 0 && !is_tree_content(shape, *found->parts[0].shape, kForms[k])) return false;
    ordered[k] = *found;
    shape.tags[k] = static_cast<std::uint16_t>(found - shape.choices.begin());
  }
  shape.choices = arena_.copy(ordered);
  return true;
}

}  // namespace noodle::data
