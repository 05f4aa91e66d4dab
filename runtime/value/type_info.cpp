#include "runtime/value/type_info.h"

#include <algorithm>
#include <cstring>

namespace noodle::value {

namespace {

using memory::FieldMap;

// How a leaf moves between its slots and memory.
std::uint8_t leaf_width(const TypeInfo& type) {
  if (nbc::is_scalar(type.kind)) return static_cast<std::uint8_t>(type.size);
  if (type.kind == Kind::Enum && type.slots == 1) return static_cast<std::uint8_t>(type.size);
  return 8;
}

bool same_in_both_forms(std::span<const Leaf> leaves) {
  return std::ranges::all_of(leaves, [](const Leaf& leaf) { return leaf.width == 8 && leaf.offset == leaf.slot * 8; });
}

}  // namespace

std::span<const Leaf> Types::convert(std::span<const nbc::Leaf> leaves, std::uint32_t first_slot) {
  std::vector<Leaf> out;
  out.reserve(leaves.size());
  for (const nbc::Leaf& leaf : leaves) {
    const TypeInfo& type = infos_[leaf.type.index];
    // In a payload (first_slot is 1 there) every leaf takes whole slots.
    out.push_back({.kind = type.kind,
                   .width = first_slot == 0 ? leaf_width(type) : std::uint8_t{8},
                   .slot = leaf.slot + first_slot,
                   .offset = first_slot == 0 ? leaf.offset : (leaf.slot + first_slot) * 8,
                   .type = &type});
  }
  return arena_.copy(out);
}

namespace {

using FieldKind = memory::Field::Kind;

// What the words of an enum hold in every variant that uses them; the others have zeros there, which count nothing.
class Words {
 public:
  explicit Words(std::uint32_t count) : uses_(count, Use::None) {}

  // False when some word is counted in one variant and something else in another.
  bool add(const VariantInfo& variant) {
    std::vector<Use> own(uses_.size(), Use::None);
    for (const Leaf& leaf : variant.leaves) std::fill_n(own.begin() + leaf.slot, leaf.type->slots, Use::Plain);
    for (const memory::Field& field : variant.fields) {
      if (field.kind == FieldKind::Enum) return false;
      own[field.offset / 8] = field.kind == FieldKind::String ? Use::String : Use::Object;
      if (field.kind == FieldKind::String) own[field.offset / 8 + 1] = Use::StringEnd;
    }
    for (std::size_t i = 0; i < own.size(); ++i) {
      if (own[i] != Use::None && uses_[i] != Use::None && own[i] != uses_[i]) return false;
      if (own[i] != Use::None) uses_[i] = own[i];
    }
    return true;
  }

  void list(std::uint32_t offset, std::vector<memory::Field>& out) const {
    for (std::uint32_t i = 0; i < uses_.size(); ++i) {
      if (uses_[i] != Use::String && uses_[i] != Use::Object) continue;
      out.push_back(
          {.kind = uses_[i] == Use::String ? FieldKind::String : FieldKind::Object, .offset = offset + i * 8});
    }
  }

 private:
  enum class Use : std::uint8_t { None, Plain, Object, String, StringEnd };
  std::vector<Use> uses_;
};

// Lists an enum's counted places where they are the same whatever variant it holds.
bool list_alike(const TypeInfo& type, std::uint32_t offset, std::vector<memory::Field>& out) {
  if (type.variants.empty()) return false;  // its turn comes later
  Words words(type.slots);
  if (!std::ranges::all_of(type.variants, [&](const VariantInfo& variant) { return words.add(variant); })) return false;
  words.list(offset, out);
  return true;
}

}  // namespace

FieldMap Types::fields_of(std::span<const Leaf> leaves, bool in_slots) {
  std::vector<memory::Field> out;
  for (const Leaf& leaf : leaves) {
    if (!leaf.type->counted) continue;
    const std::uint32_t offset = in_slots ? leaf.slot * 8 : leaf.offset;
    if (leaf.kind == Kind::String) {
      out.push_back({.kind = FieldKind::String, .offset = offset});
    } else if (leaf.kind == Kind::Enum) {
      if (list_alike(*leaf.type, offset, out)) continue;
      out.push_back({.kind = FieldKind::Enum, .offset = offset, .variants = &leaf.type->enum_fields});
    } else {
      out.push_back({.kind = FieldKind::Object, .offset = offset});
    }
  }
  return arena_.copy(out);
}

void Types::build_one(const nbc::TypeTable& table, nbc::TypeId id) {
  TypeInfo& info = infos_[id.index];
  const nbc::Type& type = table[id];
  info.kind = type.kind;
  if (type.name.valid()) info.name = strings_[type.name.index];
  info.slots = table.slots(id);
  info.size = table.memory_size(id);
  info.counted = table.counted(id);
  if (type.kind == Kind::Enum) {
    std::vector<VariantInfo> variants;
    std::vector<FieldMap> maps;
    for (std::uint32_t v = 0; v < type.variants.size(); ++v) {
      VariantInfo variant;
      variant.name = strings_[type.variants[v].name.index];
      variant.leaves = convert(table.payload(id, v), 1);
      variant.fields = fields_of(variant.leaves, true);
      variant.slots = table.payload_slots(id, v);
      maps.push_back(variant.fields);
      variants.push_back(variant);
    }
    // VariantInfo is trivially destructible, so it may live in the arena.
    info.variants = arena_.copy(variants);
    info.enum_fields.variants = arena_.copy(maps);
  }
  if (type.kind == Kind::Struct) {
    info.leaves = convert(table.flatten(id), 0);
  } else {
    const Leaf self{.kind = info.kind, .width = leaf_width(info), .type = &info};
    info.leaves = arena_.copy(std::span<const Leaf>(&self, 1));
  }
  info.slot_fields = fields_of(info.leaves, true);
  info.memory_fields = fields_of(info.leaves, false);
  if (same_in_both_forms(info.leaves)) {
    info.movement = Movement::Words;
  } else if (info.leaves.size() == 1 && info.leaves[0].offset == 0) {
    info.movement = Movement::One;
  } else {
    info.movement = Movement::General;
  }
  std::uint32_t covered = 0;
  info.bitwise = true;
  for (const Leaf& leaf : info.leaves) {
    covered += leaf.width;
    const bool plain =
        nbc::is_integer(leaf.kind) || leaf.kind == Kind::Bool || (leaf.kind == Kind::Enum && leaf.type->slots == 1);
    info.bitwise = info.bitwise && plain;
  }
  info.bitwise = info.bitwise && covered == info.size;
}

// A type may contain floats through references to later types, so this runs to a fixed point.
void Types::find_floats() {
  for (TypeInfo& info : infos_) info.has_float = nbc::is_float(info.kind);
  for (bool changed = true; changed;) {
    changed = false;
    for (TypeInfo& info : infos_) {
      if (info.has_float) continue;
      auto any_float = [&](std::span<const Leaf> leaves) {
        return std::ranges::any_of(leaves, [&](const Leaf& l) { return l.type->has_float; });
      };
      bool found = any_float(info.leaves);
      for (const VariantInfo& variant : info.variants) found = found || any_float(variant.leaves);
      found = found || (info.element != nullptr && info.element->has_float) ||
              (info.value != nullptr && info.value->has_float);
      if (found) info.has_float = changed = true;
    }
  }
}

bool Types::build(const nbc::TypeTable& table, std::span<const std::string_view> strings, memory::TypeTable& objects) {
  strings_ = strings;
  auto* at = static_cast<TypeInfo*>(arena_.allocate(table.size() * sizeof(TypeInfo), alignof(TypeInfo)));
  infos_ = {at, table.size()};
  for (TypeInfo& info : infos_) new (&info) TypeInfo;
  for (std::size_t i = 0; i < table.size(); ++i) build_one(table, nbc::TypeId(i));
  // What refers to other types by pointer may refer to later ones, so it comes last.
  for (std::size_t i = 0; i < table.size(); ++i) {
    TypeInfo& info = infos_[i];
    const nbc::Type& type = table[nbc::TypeId(i)];
    switch (info.kind) {
      case Kind::List:
        info.element = &infos_[type.element.index];
        info.object = {
            .shape = memory::Shape::Array, .stride = info.element->size, .fields = info.element->memory_fields};
        break;
      case Kind::Box: {
        info.element = &infos_[type.element.index];
        std::vector<memory::Field> fields(info.element->memory_fields.begin(), info.element->memory_fields.end());
        for (memory::Field& field : fields) field.offset += kBoxContent;
        info.object = {
            .shape = memory::Shape::Record, .size = kBoxContent + info.element->size, .fields = arena_.copy(fields)};
        break;
      }
      case Kind::Map: {
        info.element = &infos_[type.element.index];
        info.value = &infos_[type.value.index];
        auto align8 = [](std::uint32_t n) { return (n + 7) & ~7u; };
        info.key_offset = 8;
        info.value_offset = 8 + align8(info.element->size);
        std::vector<memory::Field> fields(info.element->memory_fields.begin(), info.element->memory_fields.end());
        for (memory::Field& field : fields) field.offset += info.key_offset;
        for (memory::Field field : info.value->memory_fields) {
          field.offset += info.value_offset;
          fields.push_back(field);
        }
        info.object = {.shape = memory::Shape::Table,
                       .stride = info.value_offset + align8(info.value->size),
                       .fields = arena_.copy(fields)};
        break;
      }
      case Kind::Tensor:
        info.element = &infos_[type.element.index];
        info.object = {.shape = memory::Shape::Tensor, .fields = {&memory::kTensorOwner, 1}};
        break;
      case Kind::Handle:
        info.element = &infos_[type.element.index];
        info.object_number = memory::TypeTable::kHandle;
        continue;
      default: continue;
    }
    info.object_number = objects.add(&info.object);
    if (info.object_number == memory::TypeTable::kMost) return false;
  }
  TypeInfo& bytes = infos_[nbc::kBytes.index];
  bytes.object = {.shape = memory::Shape::Array, .stride = 1, .fields = {}};
  bytes.object_number = memory::TypeTable::kBytes;
  find_floats();
  return true;
}

const RecordInfo* Types::add_record(std::span<const nbc::TypeId> leaves, memory::TypeTable& objects) {
  std::vector<Leaf> flat;
  std::uint32_t slots = 0;
  for (nbc::TypeId id : leaves) {
    for (Leaf leaf : infos_[id.index].leaves) {
      leaf.slot += slots;
      flat.push_back(leaf);
    }
    slots += infos_[id.index].slots;
  }
  RecordInfo& record = records_.emplace_back();
  record.slots = slots;
  record.fields = fields_of(flat, true);
  std::vector<memory::Field> fields(record.fields.begin(), record.fields.end());
  for (memory::Field& field : fields) field.offset += kRecordContent;
  record.object = {.shape = memory::Shape::Record, .size = kRecordContent + slots * 8, .fields = arena_.copy(fields)};
  record.object_number = objects.add(&record.object);
  return record.object_number == memory::TypeTable::kMost ? nullptr : &record;
}

const RecordInfo* Types::add_local(nbc::TypeId id, memory::TypeTable& objects) {
  const TypeInfo& type = infos_[id.index];
  RecordInfo& record = records_.emplace_back();
  record.slots = type.slots;
  record.fields = type.slot_fields;
  std::vector<memory::Field> fields{
      {.kind = memory::Field::Kind::Object, .offset = offsetof(LocalObject, outer), .variants = nullptr}};
  for (memory::Field field : record.fields) {
    field.offset += kLocalContent;
    fields.push_back(field);
  }
  record.object = {
      .shape = memory::Shape::Record, .size = kLocalContent + type.slots * 8, .fields = arena_.copy(fields)};
  record.object_number = objects.add(&record.object);
  return record.object_number == memory::TypeTable::kMost ? nullptr : &record;
}

void load_leaf(const Leaf& leaf, const std::byte* value, std::uint64_t* slots) {
  const std::byte* at = value + leaf.offset;
  if (leaf.width == 8) {
    std::memcpy(slots, at, leaf.type->slots * 8);
  } else if (leaf.kind == Kind::Enum) {
    slots[0] = leaf.width == 1   ? load_scalar(Kind::U8, at)
               : leaf.width == 2 ? load_scalar(Kind::U16, at)
                                 : load_scalar(Kind::U32, at);
  } else {
    slots[0] = load_scalar(leaf.kind, at);
  }
}

void store_leaf(const Leaf& leaf, std::byte* value, const std::uint64_t* slots) {
  std::byte* at = value + leaf.offset;
  if (leaf.width == 8) {
    std::memcpy(at, slots, leaf.type->slots * 8);
  } else {
    store_scalar(leaf.width, at, slots[0]);
  }
}

void load_value(const TypeInfo& type, const std::byte* value, std::uint64_t* slots) {
  switch (type.movement) {
    case Movement::Words:
      // What has no slots may lie nowhere, and memcpy wants no null even then.
      if (type.slots != 0) std::memcpy(slots, value, type.slots * 8);
      break;
    case Movement::One: load_leaf(type.leaves[0], value, slots); break;
    case Movement::General:
      for (const Leaf& leaf : type.leaves) load_leaf(leaf, value, slots + leaf.slot);
      break;
  }
}

void store_value(const TypeInfo& type, std::byte* value, const std::uint64_t* slots) {
  switch (type.movement) {
    case Movement::Words:
      if (type.slots != 0) std::memcpy(value, slots, type.slots * 8);
      break;
    case Movement::One: store_leaf(type.leaves[0], value, slots); break;
    case Movement::General:
      for (const Leaf& leaf : type.leaves) store_leaf(leaf, value, slots + leaf.slot);
      break;
  }
}

}  // namespace noodle::value
