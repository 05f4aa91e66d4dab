#include "embed/convert.h"

#include <cstring>
#include <limits>

#include "base/text.h"
#include "embed/kinds.h"
#include "embed/tensor.h"
#include "runtime/value/value.h"

namespace noodle::embed {

namespace {

using Done = std::expected<void, std::string>;
using memory::ArrayObject;

std::unexpected<std::string> wrong(std::string text) { return std::unexpected(std::move(text)); }
std::unexpected<std::string> no_room() { return wrong("there is no memory for it; raise `memory_limit`"); }

std::unexpected<std::string> other_kind(const TypeInfo& type, const noodle_value& value) {
  return wrong("it is of kind " + kind_name(value.kind) + ", not " + kind_name(kind_of(type.kind)));
}

// ------------------------------------------------------------------------------------------------ to slots

Done whole_to_slot(const TypeInfo& type, const noodle_value& value, std::uint64_t* slot) {
  const std::uint32_t bits = type.size * 8;
  const bool is_from_signed = value.kind <= NOODLE_I64;
  const bool is_negative = is_from_signed && value.as.integer < 0;
  bool fits;
  if (nbc::is_signed(type.kind)) {
    const std::int64_t most = std::numeric_limits<std::int64_t>::max() >> (64 - bits);
    fits = is_negative ? value.as.integer >= -most - 1 : value.as.natural <= static_cast<std::uint64_t>(most);
  } else {
    fits = !is_negative && value.as.natural <= std::numeric_limits<std::uint64_t>::max() >> (64 - bits);
  }
  const std::string text = is_from_signed ? std::to_string(value.as.integer) : std::to_string(value.as.natural);
  if (!fits) return wrong(text + " does not fit into " + kind_name(kind_of(type.kind)));
  *slot = value.as.natural;
  return {};
}

Done scalar_to_slot(const TypeInfo& type, const noodle_value& value, std::uint64_t* slot) {
  const bool is_whole = value.kind >= NOODLE_I8 && value.kind <= NOODLE_U64;
  if (nbc::is_integer(type.kind) && is_whole) return whole_to_slot(type, value, slot);
  if (type.kind == Kind::Bool && value.kind == NOODLE_BOOL) {
    if (value.as.natural > 1) return wrong("a bool is 0 or 1, not " + std::to_string(value.as.natural));
    *slot = value.as.natural;
    return {};
  }
  if (!nbc::is_float(type.kind) || value.kind < NOODLE_F16 || value.kind > NOODLE_F64) return other_kind(type, value);
  switch (type.kind) {
    case Kind::F16: *slot = value::f64_to_f16(value.as.number); break;
    case Kind::BF16: *slot = value::f64_to_bf16(value.as.number); break;
    case Kind::F32: *slot = value::from_f32(static_cast<float>(value.as.number)); break;
    default: *slot = value::from_f64(value.as.number);
  }
  return {};
}

Done text_to_slots(Core& core, std::string_view text, std::uint64_t* slots) {
  const std::size_t bad = find_invalid_utf8(text);
  if (bad != std::string_view::npos) return wrong("it is no UTF-8 at byte " + std::to_string(bad));
  if (!value::make_string(core.account(), text, slots)) return no_room();
  return {};
}

Done bytes_to_slot(Core& core, std::string_view bytes, std::uint64_t* slot) {
  if (bytes.empty()) return {};
  if (bytes.size() > Account::kLargest) return no_room();
  auto* array = reinterpret_cast<ArrayObject*>(
      memory::allocate(core.account(), ArrayObject::bytes(bytes.size(), 1), memory::TypeTable::kBytes));
  if (array == nullptr) return no_room();
  array->length = array->capacity = bytes.size();
  std::memcpy(array->data(), bytes.data(), bytes.size());
  *slot = reinterpret_cast<std::uint64_t>(array);
  return {};
}

Done scalars_to_list(Core& core, const TypeInfo& type, const noodle_value& value, std::uint64_t* slot) {
  const std::size_t count = value.as.span.count;
  const auto* from = static_cast<const std::uint8_t*>(value.as.span.data);
  for (std::size_t i = 0; type.element->kind == Kind::Bool && i < count; ++i) {
    if (from[i] > 1) return wrong("element " + std::to_string(i) + " is no bool, but " + std::to_string(from[i]));
  }
  if (count > Account::kLargest / type.object.stride || !value::list_make(core.account(), type, count, slot)) {
    return no_room();
  }
  if (count == 0) return {};
  std::memcpy(value::list_at(*slot)->data(), from, count * type.object.stride);
  value::list_at(*slot)->length = count;
  return {};
}

Done values_to_list(Core& core, const TypeInfo& type, const noodle_value& value, std::uint64_t* slot) {
  const TypeInfo& element = *only_leaf(*type.element);
  const auto* values = static_cast<const noodle_value*>(value.as.span.data);
  std::vector<std::uint64_t> words(element.slots);
  for (std::size_t i = 0; i < value.as.span.count; ++i) {
    words.assign(element.slots, 0);
    Done done = to_slots(core, element, values[i], words.data());
    if (done && !value::list_push(core.account(), type, slot, words.data())) done = no_room();
    if (done) continue;
    value::release_fields(core.account(), element.slot_fields, words.data());
    return wrong("element " + std::to_string(i) + ": " + done.error());
  }
  return {};
}

Done list_to_slot(Core& core, const TypeInfo& type, const noodle_value& value, std::uint64_t* slot) {
  const TypeInfo* element = only_leaf(*type.element);
  if (element == nullptr)
    return wrong("lists of structs and tuples can't be handed over; hand over a list for each field");
  if (value.as.span.count == 0) return {};
  if (value.as.span.data == nullptr) return wrong("it has elements, but its `data` is NULL");
  if (value.element != kind_of(element->kind)) {
    return wrong("its elements are of kind " + kind_name(value.element) + ", not " + kind_name(kind_of(element->kind)));
  }
  return is_scalar(value.element) ? scalars_to_list(core, type, value, slot) : values_to_list(core, type, value, slot);
}

Done tensor_to_slot(Core& core, const TypeInfo& type, const noodle_value& value, std::uint64_t* slot) {
  const noodle_tensor* tensor = value.as.tensor;
  if (tensor == nullptr) return wrong("the tensor is NULL");
  if (&tensor->core != &core) return wrong("the tensor is of another runtime; make it anew over the same memory");
  if (tensor->kind != kind_of(value::element_kind(*type.element))) {
    return wrong("its elements are " + kind_name(tensor->kind) + ", not " +
                 kind_name(kind_of(value::element_kind(*type.element))));
  }
  if (tensor->object != nullptr) memory::retain(&tensor->object->header);
  *slot = reinterpret_cast<std::uint64_t>(tensor->object);
  return {};
}

Done variant_to_slots(Core& core, const TypeInfo& type, const noodle_value& value, std::uint64_t* slots) {
  std::size_t number = value.variant;
  if (value.name != nullptr) {
    number = 0;
    while (number < type.variants.size() && type.variants[number].name != value.name) ++number;
    if (number == type.variants.size()) return wrong("there is no variant `" + std::string(value.name) + "`");
  }
  if (number >= type.variants.size()) {
    return wrong("there is no variant " + std::to_string(number) + ", only " + std::to_string(type.variants.size()));
  }
  const value::VariantInfo& variant = type.variants[number];
  if (value.as.span.count != variant.leaves.size()) {
    return wrong("`" + std::string(variant.name) + "` takes " + count_of(variant.leaves.size(), "value") + ", not " +
                 std::to_string(value.as.span.count));
  }
  slots[0] = number;
  const auto* values = static_cast<const noodle_value*>(value.as.span.data);
  for (std::size_t i = 0; i < variant.leaves.size(); ++i) {
    const Done done = to_slots(core, *variant.leaves[i].type, values[i], slots + variant.leaves[i].slot);
    if (!done) return wrong("`" + std::string(variant.name) + "`: " + done.error());
  }
  return {};
}

// ---------------------------------------------------------------------------------------------- from slots

/// What a result's owner is: a reference, or the values that it is made of.
struct Owner {
  Core& core;
  Object* object = nullptr;
  std::string text = {};
  std::vector<noodle_value> parts = {};
};

noodle_value take(Core& core, const TypeInfo& type, const std::uint64_t* slots, int depth);

noodle_value span_value(noodle_kind kind, Owner* owner, const void* data, std::size_t count) {
  noodle_value value{};
  value.kind = kind;
  value.element = -1;
  value.as.span = {.data = data, .count = count};
  value.owner = owner;
  if (owner != nullptr) owner->core.hold();
  return value;
}

noodle_value parts_value(noodle_kind kind, Core& core, std::vector<noodle_value> parts) {
  if (parts.empty()) return span_value(kind, nullptr, nullptr, 0);
  auto* owner = new Owner{.core = core, .parts = std::move(parts)};
  return span_value(kind, owner, owner->parts.data(), owner->parts.size());
}

noodle_value scalar_value(Kind kind, std::uint64_t slot) {
  noodle_value value{};
  value.kind = kind_of(kind);
  value.element = -1;
  switch (kind) {
    case Kind::F16: value.as.number = value::as_f16(slot); break;
    case Kind::BF16: value.as.number = value::as_bf16(slot); break;
    case Kind::F32: value.as.number = value::as_f32(slot); break;
    default: value.as.natural = slot;
  }
  return value;
}

noodle_value text_value(Core& core, const std::uint64_t* slots) {
  auto* owner = new Owner{.core = core, .object = memory::text_object(slots)};
  if (owner->object == nullptr) owner->text = value::string_view(slots);
  const std::string_view text = owner->object == nullptr ? std::string_view(owner->text) : value::string_view(slots);
  return span_value(NOODLE_STRING, owner, text.data(), text.size());
}

noodle_value array_value(noodle_kind kind, Core& core, std::uint64_t slot) {
  if (slot == 0) return span_value(kind, nullptr, nullptr, 0);
  ArrayObject* array = value::list_at(slot);
  return span_value(kind, new Owner{.core = core, .object = &array->header}, array->data(), array->length);
}

noodle_value list_value(Core& core, const TypeInfo& type, std::uint64_t slot, int depth) {
  const TypeInfo* element = only_leaf(*type.element);
  const std::int32_t kind = element == nullptr ? NOODLE_OTHER : kind_of(element->kind);
  noodle_value value{};
  if (is_scalar(kind)) {
    value = array_value(NOODLE_LIST, core, slot);
  } else {
    std::vector<noodle_value> parts;
    for (std::uint64_t i = 0; element != nullptr && i < value::list_length(slot); ++i) {
      std::vector<std::uint64_t> words(element->slots);
      value::load_value(*type.element, value::list_element(type, slot, i), words.data());
      value::retain_fields(element->slot_fields, words.data());
      parts.push_back(take(core, *element, words.data(), depth + 1));
    }
    if (slot != 0) memory::release(core.account(), &value::list_at(slot)->header);
    value = parts_value(NOODLE_LIST, core, std::move(parts));
  }
  value.element = kind;
  return value;
}

// Types that hold themselves nest as deep as they like.
constexpr int kDeepest = 64;

/// Adds a part of a variant. What the compiler put into a box, as it does in types that hold themselves, counts as what
/// is in it.
void add_part(Core& core, const TypeInfo& type, const std::uint64_t* slots, int depth,
              std::vector<noodle_value>& parts) {
  if (type.kind != Kind::Box || slots[0] == 0 || depth == kDeepest) {
    parts.push_back(take(core, type, slots, depth + 1));
    return;
  }
  auto* box = reinterpret_cast<Object*>(slots[0]);
  std::vector<std::uint64_t> words(type.element->slots);
  value::load_value(*type.element, reinterpret_cast<const std::byte*>(box) + value::kBoxContent, words.data());
  value::retain_fields(type.element->slot_fields, words.data());
  for (const value::Leaf& leaf : type.element->leaves) {
    parts.push_back(take(core, *leaf.type, words.data() + leaf.slot, depth + 1));
  }
  memory::release(core.account(), box);
}

noodle_value variant_value(Core& core, const TypeInfo& type, const std::uint64_t* slots, int depth) {
  const value::VariantInfo& variant = type.variants[slots[0]];
  std::vector<noodle_value> parts;
  for (const value::Leaf& leaf : variant.leaves) add_part(core, *leaf.type, slots + leaf.slot, depth, parts);
  noodle_value value = parts_value(NOODLE_VARIANT, core, std::move(parts));
  value.variant = static_cast<std::uint32_t>(slots[0]);
  value.name = variant.name.data();  // a text of the module, which ends in zero
  return value;
}

/// A value that so many others are around.
noodle_value take(Core& core, const TypeInfo& type, const std::uint64_t* slots, int depth) {
  if (nbc::is_scalar(type.kind)) return scalar_value(type.kind, slots[0]);
  noodle_value value{};
  switch (kind_of(type.kind)) {
    case NOODLE_STRING: return text_value(core, slots);
    case NOODLE_BYTES: return array_value(NOODLE_BYTES, core, slots[0]);
    case NOODLE_LIST: return list_value(core, type, slots[0], depth);
    case NOODLE_VARIANT: return variant_value(core, type, slots, depth);
    case NOODLE_TENSOR:
      value.kind = NOODLE_TENSOR;
      value.element = kind_of(value::element_kind(*type.element));
      value.as.tensor =
          wrap(core, reinterpret_cast<memory::TensorObject*>(slots[0]), value::element_kind(*type.element));
      return value;
    default:
      value::release_fields(core.account(), type.slot_fields, slots);
      value.kind = NOODLE_OTHER;
      value.element = -1;
      return value;
  }
}

}  // namespace

Done to_slots(Core& core, const TypeInfo& type, const noodle_value& value, std::uint64_t* slots) {
  if (nbc::is_scalar(type.kind)) return scalar_to_slot(type, value, slots);
  const noodle_kind wanted = kind_of(type.kind);
  if (wanted == NOODLE_OTHER) {
    return wrong("values of its type can't be handed over; write a function that takes what it is made from");
  }
  if (value.kind != wanted) return other_kind(type, value);
  if (wanted == NOODLE_LIST) return list_to_slot(core, type, value, slots);
  if (wanted == NOODLE_TENSOR) return tensor_to_slot(core, type, value, slots);
  if (value.as.span.count != 0 && value.as.span.data == nullptr) return wrong("it has parts, but its `data` is NULL");
  if (wanted == NOODLE_VARIANT) return variant_to_slots(core, type, value, slots);
  const std::string_view bytes(static_cast<const char*>(value.as.span.data), value.as.span.count);
  return wanted == NOODLE_STRING ? text_to_slots(core, bytes, slots) : bytes_to_slot(core, bytes, slots);
}

noodle_value from_slots(Core& core, const TypeInfo& type, const std::uint64_t* slots) {
  return take(core, type, slots, 0);
}

}  // namespace noodle::embed

extern "C" void noodle_release(noodle_value* value) {
  using noodle::embed::Owner;
  if (value == nullptr) return;
  if (value->kind == NOODLE_TENSOR) noodle_tensor_release(value->as.tensor);
  if (auto* owner = static_cast<Owner*>(value->owner)) {
    for (noodle_value& part : owner->parts) noodle_release(&part);
    if (owner->object != nullptr) owner->core.drop(owner->object);
    owner->core.let_go();
    delete owner;
  }
  *value = {};
}
