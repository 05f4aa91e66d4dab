#pragma once

// How concrete types become values that registers hold. Structs and tuples exist only in the
// source: they are flattened into their *leaves*, and an enum is one leaf with a tag and payload
// slots. A type that contains itself by value can't be flattened, so one type of each such circle
// is *boxed*: its values are one pointer to a counted object that holds the flattened content, and
// `Flat` of it names that content.
//
// Which type of a circle is boxed is decided on the circle as a whole, so the answer doesn't depend
// on where one starts: types declared by users before Option and Result, then the order of declaration.

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/arena.h"
#include "compiler/sema/types.h"

namespace noodle::nir {

using sema::TypeId;

/// The leaves [first, first + count) of an aggregate that belong to one of its fields.
struct LeafRange {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

/// Answers for concrete types (no Param, no Infer), each computed once.
class Layout {
 public:
  explicit Layout(sema::TypeTable& types) : types_(types) {}
  Layout(const Layout&) = delete;
  Layout& operator=(const Layout&) = delete;

  /// The leaves of a type in order. A scalar, string, pointer, enum or boxed type is its own only
  /// leaf; unit and Never have none; Flat of a boxed struct has the leaves of its fields.
  std::span<const TypeId> leaves(TypeId type);
  /// Whether values of this nominal type are pointers to a box.
  bool is_boxed(TypeId type);
  /// The unboxed content of a boxed type.
  TypeId flat(TypeId boxed) { return types_.flat(boxed); }
  /// The type whose fields or variants describe `type`: the type itself, or what a Flat is flat of.
  TypeId described(TypeId type) const;
  /// Whether a leaf is an enum held as tag and payload slots (boxed enums are not; their Flat is).
  bool is_enum(TypeId leaf);
  /// Whether the type is a struct, tuple, or Flat of a struct: something that flattening removes.
  bool is_aggregate(TypeId type);

  /// The types of a struct's, tuple's, or enum variant's fields in declaration order, with the type
  /// arguments put in. Also for boxed types and their Flat.
  std::span<const TypeId> fields(TypeId type, std::uint32_t variant = 0);
  /// How many variants an enum has (1 for structs and tuples).
  std::uint32_t variant_count(TypeId type) const;
  /// Which leaves of a struct or tuple (or of a variant's payload) belong to a field.
  LeafRange field_leaves(TypeId type, std::uint32_t variant, std::uint32_t field);
  /// The leaves of a variant's payload in order.
  std::span<const TypeId> payload(TypeId enum_type, std::uint32_t variant);

  /// 64-bit register slots of all leaves of a type.
  std::uint32_t slots(TypeId type);
  /// Whether some leaf holds a counted reference.
  bool counted(TypeId type);

  /// The parameters of a function type as leaves; `owned` says which come owned. `mut` parameters
  /// are owned and come back after the result.
  struct Signature {
    std::span<const TypeId> params;
    std::span<const bool> owned;
    std::span<const TypeId> results;
  };
  Signature signature(TypeId function_type);

  sema::TypeTable& types() const { return types_; }
  /// A type in it that a tensor would have as its elements and can't, if there is one.
  TypeId bad_element(TypeId type);
  /// The first such in what was laid out; invalid when all is well.
  TypeId bad_element() const { return bad_element_; }
  /// Why some type could not be laid out (it nests without end); empty when all is well.
  const std::string& error() const { return error_; }

 private:
  struct Facts {
    std::span<const TypeId> leaves;
    std::uint32_t slots = 0;
    bool counted = false;
    bool known = false;
  };

  Facts facts(TypeId type);
  Facts keep(TypeId type, Facts facts);
  Facts too_wide(TypeId type);
  Facts compute(TypeId type);
  void decide_boxes(TypeId root);
  std::span<const std::span<const TypeId>> variants(TypeId type);
  bool too_deep(TypeId type);
  TypeId find_bad_element(TypeId type, std::unordered_set<TypeId>& seen);

  sema::TypeTable& types_;
  Arena arena_;
  std::vector<Facts> facts_;                // by type
  std::unordered_map<TypeId, bool> boxed_;  // nominals whose circle is decided
  std::unordered_map<TypeId, std::span<const std::span<const TypeId>>> variants_;
  std::unordered_map<std::uint64_t, std::span<const TypeId>> payloads_;
  std::unordered_map<TypeId, Signature> signatures_;
  std::unordered_map<TypeId, std::uint32_t> depths_;
  std::unordered_set<TypeId> looked_at_;  // for elements of tensors
  TypeId bad_element_;
  std::uint32_t nesting_ = 0;
  std::string error_;
};

}  // namespace noodle::nir
