#include "nbc/types.h"

#include <algorithm>
#include <cassert>

#include "base/hash.h"

namespace noodle::nbc {
namespace {

// Size and alignment in memory of the built-in kinds, in the order of Kind.
struct Cell {
  std::uint8_t size;
  std::uint8_t align;
};
constexpr Cell kCells[kBuiltinTypes] = {{1, 1}, {1, 1}, {2, 2}, {4, 4}, {8, 8}, {1, 1},  {2, 2}, {4, 4},
                                        {8, 8}, {2, 2}, {2, 2}, {4, 4}, {8, 8}, {16, 8}, {8, 8}};

std::uint32_t align_up(std::uint32_t at, std::uint32_t align) { return (at + align - 1) & ~(align - 1); }

}  // namespace

TypeTable::TypeTable() {
  for (std::uint32_t k = 0; k < kBuiltinTypes; ++k) {
    Type type;
    type.kind = Kind(k);
    auto added = try_add(std::move(type));
    assert(added && added->index == k);
    (void)added;
  }
}

std::expected<TypeId, TypeError> TypeTable::try_add(Type type) {
  if (types_.size() >= kMaxTypes) return std::unexpected(TypeError::TooMany);
  auto info = lay_out(type);
  if (!info) return std::unexpected(info.error());
  TypeId id(types_.size());
  if (info->leaf_count == 0 && type.kind != Kind::Struct) {
    // A leaf type is its own only leaf; only now is its id known.
    if (leaves_.size() >= kMaxTotalLeaves) return std::unexpected(TypeError::TooMany);
    info->leaf_begin = static_cast<std::uint32_t>(leaves_.size());
    info->leaf_count = 1;
    leaves_.push_back({id, 0, 0});
  }
  types_.push_back(std::move(type));
  info_.push_back(*info);
  return id;
}

std::expected<TypeTable::Info, TypeError> TypeTable::lay_out(const Type& type) {
  if (type.kind == Kind::Struct) return lay_out_struct(type.fields);
  if (type.kind == Kind::Enum) return lay_out_enum(type);
  Info info;
  info.slots = type.kind == Kind::String ? 2 : 1;
  info.counted = !is_scalar(type.kind);
  if (static_cast<std::uint32_t>(type.kind) < kBuiltinTypes) {
    info.size = kCells[static_cast<int>(type.kind)].size;
    info.align = kCells[static_cast<int>(type.kind)].align;
  } else {
    info.size = info.align = 8;
  }
  return info;
}

std::expected<TypeTable::Info, TypeError> TypeTable::lay_out_struct(std::span<const Field> fields) {
  Info info;
  info.leaf_begin = static_cast<std::uint32_t>(leaves_.size());
  auto fail = [&](TypeError error) {
    leaves_.resize(info.leaf_begin);
    return std::unexpected(error);
  };
  std::uint32_t depth = 0;
  for (const Field& field : fields) {
    if (!contains(field.type)) return fail(TypeError::ForwardByValue);
    const Info part = info_[field.type.index];
    depth = std::max<std::uint32_t>(depth, part.depth);
    if (info.slots + part.slots > kMaxTypeSlots) return fail(TypeError::TooWide);
    if (leaves_.size() + part.leaf_count > kMaxTotalLeaves) return fail(TypeError::TooMany);
    for (std::uint32_t i = 0; i < part.leaf_count; ++i) {
      Leaf leaf = leaves_[part.leaf_begin + i];
      const Info& cell = info_[leaf.type.index];
      leaf.slot += info.slots;
      leaf.offset = align_up(info.size, cell.align);
      info.size = leaf.offset + cell.size;
      info.align = std::max(info.align, cell.align);
      info.counted |= cell.counted;
      leaves_.push_back(leaf);
    }
    info.slots += part.slots;
  }
  if (depth + 1 > kMaxTypeDepth) return fail(TypeError::TooDeep);
  info.leaf_count = static_cast<std::uint32_t>(leaves_.size()) - info.leaf_begin;
  info.size = align_up(info.size, info.align);
  info.depth = static_cast<std::uint8_t>(depth + 1);
  return info;
}

std::expected<TypeTable::Info, TypeError> TypeTable::lay_out_enum(const Type& type) {
  if (type.variants.empty()) return std::unexpected(TypeError::NoVariants);
  if (type.variants.size() > 65535) return std::unexpected(TypeError::TooWide);
  Info info;
  info.variant_begin = static_cast<std::uint32_t>(variant_info_.size());
  auto leaves_before = leaves_.size();
  std::uint32_t widest = 0;
  std::uint32_t depth = 0;
  for (const Variant& variant : type.variants) {
    // A payload is laid out like a struct in registers; in memory each slot takes eight bytes.
    auto payload = lay_out_struct(variant.fields);
    if (payload && payload->slots + 1 > kMaxTypeSlots) payload = std::unexpected(TypeError::TooWide);
    if (!payload) {
      variant_info_.resize(info.variant_begin);
      leaves_.resize(leaves_before);
      return payload;
    }
    for (std::uint32_t i = 0; i < payload->leaf_count; ++i) {
      Leaf& leaf = leaves_[payload->leaf_begin + i];
      leaf.offset = 8 + 8 * leaf.slot;
    }
    widest = std::max(widest, payload->slots);
    depth = std::max<std::uint32_t>(depth, payload->depth);
    info.counted |= payload->counted;
    variant_info_.push_back(*payload);
  }
  info.slots = 1 + widest;
  info.depth = static_cast<std::uint8_t>(depth);
  if (widest > 0) {
    info.size = 8 * info.slots;
    info.align = 8;
  } else {
    info.size = type.variants.size() <= 256 ? 1 : 2;
    info.align = static_cast<std::uint8_t>(info.size);
  }
  return info;
}

std::uint64_t TypeTable::hash_of(const Type& type) {
  std::uint64_t h = hash_combine(static_cast<std::uint64_t>(type.kind), type.name.index);
  h = hash_combine(h, type.element.index);
  h = hash_combine(h, type.value.index);
  h = hash_combine(h, type.trait.index);
  auto fields = [&](const std::vector<Field>& list) {
    h = hash_combine(h, list.size());
    for (const Field& f : list) h = hash_combine(hash_combine(h, f.name.index), f.type.index);
  };
  fields(type.fields);
  for (const Variant& v : type.variants) {
    h = hash_combine(h, v.name.index);
    fields(v.fields);
  }
  for (const Param& p : type.params) h = hash_combine(h, p.type.index * 2ull + p.borrowed);
  for (TypeId r : type.results) h = hash_combine(h, r.index);
  return h;
}

TypeId TypeTable::intern(Type type) {
  if (static_cast<std::uint32_t>(type.kind) < kBuiltinTypes) return TypeId(static_cast<std::size_t>(type.kind));
  std::uint64_t hash = hash_of(type);
  for (auto [at, end] = interned_.equal_range(hash); at != end; ++at) {
    if (types_[at->second] == type) return TypeId(at->second);
  }
  auto id = try_add(std::move(type));
  assert(id && "the caller promised a well-formed type");
  interned_.emplace(hash, id->index);
  return *id;
}

TypeId TypeTable::declare(Kind kind) {
  assert(is_indirect(kind));
  Type type;
  type.kind = kind;
  auto id = try_add(std::move(type));
  assert(id);
  return *id;
}

void TypeTable::define(TypeId id, Type type) {
  type.kind = types_[id.index].kind;
  interned_.emplace(hash_of(type), id.index);
  types_[id.index] = std::move(type);
}

bool TypeTable::is_element(TypeId id) const {
  if (kind(id) != Kind::Struct) return is_scalar(kind(id));
  const auto leaves = flatten(id);
  if (leaves.size() != 2 || leaves[0].type != leaves[1].type) return false;
  return leaves[0].type == kF32 || leaves[0].type == kF64;
}

TypeId TypeTable::unit() {
  Type type;
  type.kind = Kind::Struct;
  return intern(std::move(type));
}

TypeId TypeTable::list(TypeId element) {
  Type type;
  type.kind = Kind::List;
  type.element = element;
  return intern(std::move(type));
}

TypeId TypeTable::map(TypeId key, TypeId value) {
  Type type;
  type.kind = Kind::Map;
  type.element = key;
  type.value = value;
  return intern(std::move(type));
}

TypeId TypeTable::box(TypeId content) {
  Type type;
  type.kind = Kind::Box;
  type.element = content;
  return intern(std::move(type));
}

TypeId TypeTable::handle(TypeId element) {
  Type type;
  type.kind = Kind::Handle;
  type.element = element;
  return intern(std::move(type));
}

TypeId TypeTable::fn(std::vector<Param> params, std::vector<TypeId> results) {
  Type type;
  type.kind = Kind::Fn;
  type.params = std::move(params);
  type.results = std::move(results);
  return intern(std::move(type));
}

TypeId TypeTable::any(TraitId trait) {
  Type type;
  type.kind = Kind::Any;
  type.trait = trait;
  return intern(std::move(type));
}

}  // namespace noodle::nbc
