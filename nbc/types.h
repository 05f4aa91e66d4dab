#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"

namespace noodle::nbc {

using TypeId = Id<struct TypeTag>;
using StringId = Id<struct StringTag>;
using TraitId = Id<struct TraitTag>;
using FunctionId = Id<struct FunctionTag>;
using ConstantId = Id<struct ConstantTag>;
using NativeId = Id<struct NativeTag>;
using VTableId = Id<struct VTableTag>;

/// What a type is. The first fifteen are the same entry (id == kind) of every type table and are
/// never written to a file. The last two are no types: a tensor's elements are of these kinds where its
/// type has a struct of two floats.
enum class Kind : std::uint8_t {
  Bool,
  I8,
  I16,
  I32,
  I64,
  U8,
  U16,
  U32,
  U64,
  F16,
  BF16,
  F32,
  F64,
  String,
  Bytes,
  List,
  Map,
  Struct,
  Enum,
  Box,
  Fn,
  Any,
  Tensor,
  Handle,
  Complex64,
  Complex128,
};
inline constexpr std::uint32_t kKinds = 24;  // of types
inline constexpr std::uint32_t kBuiltinTypes = 15;

inline constexpr TypeId kBool{0}, kI8{1}, kI16{2}, kI32{3}, kI64{4}, kU8{5}, kU16{6}, kU32{7}, kU64{8}, kF16{9},
    kBF16{10}, kF32{11}, kF64{12}, kString{13}, kBytes{14};

constexpr bool is_signed(Kind k) { return k >= Kind::I8 && k <= Kind::I64; }
constexpr bool is_unsigned(Kind k) { return k >= Kind::U8 && k <= Kind::U64; }
constexpr bool is_integer(Kind k) { return k >= Kind::I8 && k <= Kind::U64; }
constexpr bool is_float(Kind k) { return k >= Kind::F16 && k <= Kind::F64; }
constexpr bool is_scalar(Kind k) { return k <= Kind::F64; }
constexpr bool is_complex(Kind k) { return k == Kind::Complex64 || k == Kind::Complex128; }
/// Kinds held as one pointer to a counted object; only these may refer to later types.
constexpr bool is_indirect(Kind k) {
  return k == Kind::List || k == Kind::Map || k == Kind::Box || k == Kind::Fn || k == Kind::Tensor || k == Kind::Handle;
}

/// A named component of a struct, tuple ("0", "1", …) or variant.
struct Field {
  StringId name;
  TypeId type;
  bool operator==(const Field&) const = default;
};

struct Variant {
  StringId name;
  std::vector<Field> fields;
  bool operator==(const Variant&) const = default;
};

/// One parameter: `borrowed` says that the caller keeps what counted leaves it has.
struct Param {
  TypeId type;
  bool borrowed = false;
  bool operator==(const Param&) const = default;
};

/// One entry of the type table. Which members count depends on the kind.
struct Type {
  Kind kind = Kind::Bool;
  StringId name;                  // Struct (none for a tuple), Enum
  TypeId element;                 // List, Box, Tensor, Handle; Map: the key
  TypeId value;                   // Map: the value
  TraitId trait;                  // Any
  std::vector<Field> fields;      // Struct
  std::vector<Variant> variants;  // Enum, at least one
  std::vector<Param> params;      // Fn
  std::vector<TypeId> results;    // Fn
  bool operator==(const Type&) const = default;
};

/// A value that registers can hold, at its place inside a flattened type.
struct Leaf {
  TypeId type;
  std::uint32_t slot = 0;    // in slots from the start of the flattened sequence
  std::uint32_t offset = 0;  // in bytes from the start of the value in memory
};

/// Limits on types; a type beyond them is refused.
inline constexpr std::uint32_t kMaxTypeSlots = 4096;
inline constexpr std::uint32_t kMaxTypeDepth = 64;
inline constexpr std::uint32_t kMaxTypes = 1u << 20;
inline constexpr std::uint32_t kMaxTotalLeaves = 1u << 22;

/// Why a type was refused.
enum class TypeError : std::uint8_t { ForwardByValue, TooDeep, TooWide, TooMany, NoVariants };

/// The types of a module with their flattening, slots and memory layout, computed as they are added.
/// By-value references go to earlier entries only, so each type is laid out once, in order.
class TypeTable {
 public:
  TypeTable();

  std::size_t size() const { return types_.size(); }
  bool contains(TypeId id) const { return id.index < types_.size(); }
  const Type& operator[](TypeId id) const { return types_[id.index]; }
  Kind kind(TypeId id) const { return types_[id.index].kind; }

  /// Appends a type as it is, or says why it can't be (the reader's way in).
  std::expected<TypeId, TypeError> try_add(Type type);
  /// The entry equal to `type`, appended on first sight. For types known to be well-formed.
  TypeId intern(Type type);
  /// Reserves a List, Map, Box, Fn, Tensor or Handle whose parts come later (recursive types).
  TypeId declare(Kind kind);
  /// Gives a declared entry its parts; the kind stays.
  void define(TypeId id, Type type);
  /// Overwrites an entry without any check or new layout: for tests that build hostile modules.
  void replace_unchecked(TypeId id, Type type) { types_[id.index] = std::move(type); }

  TypeId unit();
  TypeId list(TypeId element);
  TypeId map(TypeId key, TypeId value);
  TypeId box(TypeId content);
  TypeId handle(TypeId element);
  TypeId fn(std::vector<Param> params, std::vector<TypeId> results);
  TypeId any(TraitId trait);

  /// The leaves of a type in order; a leaf type is its own only leaf, unit has none.
  std::span<const Leaf> flatten(TypeId id) const {
    const Info& i = info_[id.index];
    return {leaves_.data() + i.leaf_begin, i.leaf_count};
  }
  /// The leaves of a variant's payload. Slot 0 is the register's slot after the tag; offsets are
  /// from the start of the whole enum in memory.
  std::span<const Leaf> payload(TypeId enum_type, std::uint32_t variant) const {
    const Info& i = variant_info_[info_[enum_type.index].variant_begin + variant];
    return {leaves_.data() + i.leaf_begin, i.leaf_count};
  }
  /// Slots of a variant's payload, the tag not counted.
  std::uint32_t payload_slots(TypeId enum_type, std::uint32_t variant) const {
    return variant_info_[info_[enum_type.index].variant_begin + variant].slots;
  }
  /// Register slots of a leaf type, or of all leaves of a struct together.
  std::uint32_t slots(TypeId id) const { return info_[id.index].slots; }
  /// Whether some leaf of the type holds a counted reference.
  bool counted(TypeId id) const { return info_[id.index].counted; }
  /// Whether a tensor can hold it: scalars, and structs of two f32 or two f64, which are complex numbers.
  bool is_element(TypeId id) const;
  /// Whether a register can hold it: everything but structs and tuples.
  bool is_leaf(TypeId id) const { return kind(id) != Kind::Struct; }
  /// Bytes that one value takes inside a heap object, tail padding included (a list's stride).
  std::uint32_t memory_size(TypeId id) const { return info_[id.index].size; }
  std::uint32_t memory_align(TypeId id) const { return info_[id.index].align; }
  /// How deep values nest by value below this type; 1 for scalars.
  std::uint32_t depth(TypeId id) const { return info_[id.index].depth; }
  /// Whether an enum has a payload at all (then it is stored as 8-byte slots).
  bool has_payload(TypeId id) const { return info_[id.index].slots > 1; }

 private:
  struct Info {
    std::uint32_t leaf_begin = 0;
    std::uint32_t leaf_count = 0;
    std::uint32_t variant_begin = 0;
    std::uint32_t slots = 0;
    std::uint32_t size = 0;
    std::uint8_t align = 1;
    std::uint8_t depth = 1;
    bool counted = false;
  };
  std::expected<Info, TypeError> lay_out(const Type& type);
  std::expected<Info, TypeError> lay_out_struct(std::span<const Field> fields);
  std::expected<Info, TypeError> lay_out_enum(const Type& type);
  static std::uint64_t hash_of(const Type& type);

  std::vector<Type> types_;
  std::vector<Info> info_;
  std::vector<Info> variant_info_;
  std::vector<Leaf> leaves_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> interned_;
};

}  // namespace noodle::nbc
