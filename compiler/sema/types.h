#pragma once

// Types as sema and all later steps of the compiler know them: dense ids into one table in which
// every distinct type stands once, so that equality is equality of ids.
//
// The table also holds the declarations that types refer to (structs, enums, traits) in a form
// that needs no syntax tree, so that NIR can be read from text and the library precompiled.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/flat_map.h"
#include "base/ids.h"
#include "base/interner.h"
#include "compiler/source/source.h"

namespace noodle::sema {

using TypeId = Id<struct TypeTag>;
using NominalId = Id<struct NominalTag>;  // a struct or enum declaration
using TraitId = Id<struct TraitTag>;
using FunctionId = Id<struct FunctionTag>;  // a function, method, trait method, test, or default argument
using ConstId = Id<struct ConstTag>;
using ModuleId = Id<struct ModuleTag>;

enum class TypeKind : std::uint8_t {
  Error,  // stands for what could not be typed; agrees with everything, so that nothing cascades
  Never,
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
  Tuple,     // arguments: the elements; the empty one is `()`
  List,      // arguments: [element]
  Map,       // arguments: [key, value]
  Handle,    // arguments: [what a task returns or a channel carries]; the library's Task, Channel… hold one
  Tensor,    // arguments: [element]; the library's Tensor holds one
  Nominal,   // a struct or enum; arguments: its type arguments. Option, Result, Set, Range, Duration, Error… are such
  Function,  // arguments: the parameters, then the result; mut_mask says which parameters are `mut`
  Any,       // `any Trait`; arguments: the trait's
  Param,     // a type parameter by position; Self in a trait is position 0
  Infer,     // a variable of inference; never leaves sema
  Block,  // NIR only: a block argument, one type per written block; arguments: the type arguments it was written under
  Flat,   // NIR only: the content of a boxed Nominal; arguments: [that type]
  // Of shapes, which never leave sema. A length is one of these, a Param behind those of types, or an Infer.
  Shape,       // the second argument of the library's Tensor, when it has one; arguments: the lengths
  Length,      // mut_mask: the number
  AnyLength,   // `_`
  AnyLengths,  // `..`: any number of axes of any length; once in a shape
  LengthTerm,  // mut_mask: a signed number, times the arguments, which are Params or Infers
  LengthSum,   // arguments: LengthTerms and what is simpler, in one order (lengths.cpp)
};

/// One entry of the table. Which fields mean something depends on the kind.
struct TypeData {
  TypeKind kind = TypeKind::Error;
  std::uint32_t index = 0;  // NominalId, TraitId, position of a Param, number of an Infer, FunctionId of a Block's body
  Symbol name;              // a Param's name
  std::uint64_t mut_mask = 0;  // of a Function; the number of a Length or LengthTerm
  std::span<const TypeId> arguments;
};

struct TraitRef {
  TraitId trait;
  std::span<const TypeId> arguments;  // without Self
};

struct TypeParamDecl {
  Symbol name;
  std::vector<TraitRef> bounds;
  bool is_vague = false;  // a bound could not be understood, which was reported: nobody knows what it can do
};

struct FieldInfo {
  Symbol name;
  TypeId type;    // in terms of the declaration's Params
  TypeId shaped;  // the same with the shapes that are written in it
  bool is_private = false;
  source::Span span;
};
struct VariantInfo {
  Symbol name;  // a struct's only variant bears the struct's name
  std::vector<FieldInfo> fields;
  source::Span span;
};
/// A struct or enum. A struct has exactly one variant.
struct NominalDecl {
  Symbol name;
  ModuleId module;
  bool is_enum = false;
  bool is_pub = false;
  std::vector<TypeParamDecl> params;
  std::vector<VariantInfo> variants;
  source::Span span;  // of the name
};
struct TraitDecl {
  Symbol name;
  ModuleId module;
  bool is_pub = false;
  std::vector<TypeParamDecl> params;  // without Self
  std::vector<FunctionId> methods;    // in declaration order; an `any`'s vtable has the same order
  bool any_allowed = true;            // false when Self is used elsewhere or a method is generic
  source::Span span;
};

/// The table of types. Not thread-safe; ids are meaningful only to the table that gave them.
class TypeTable {
 public:
  explicit TypeTable(Interner& names);
  TypeTable(const TypeTable&) = delete;
  TypeTable& operator=(const TypeTable&) = delete;

  const TypeData& operator[](TypeId id) const { return types_[id.index]; }
  TypeKind kind(TypeId id) const { return types_[id.index].kind; }
  std::size_t size() const { return types_.size(); }
  Interner& names() const { return names_; }

  /// A kind that needs no arguments: Error, Never, Bool … Bytes.
  TypeId primitive(TypeKind kind) const { return TypeId(static_cast<std::size_t>(kind)); }
  TypeId unit() const { return unit_; }
  TypeId tuple(std::span<const TypeId> elements);
  TypeId list(TypeId element);
  TypeId map(TypeId key, TypeId value);
  TypeId handle(TypeId content);
  TypeId tensor(TypeId element);
  TypeId nominal(NominalId decl, std::span<const TypeId> arguments);
  TypeId function(std::span<const TypeId> params, std::uint64_t mut_mask, TypeId result);
  TypeId any(TraitId trait, std::span<const TypeId> arguments);
  TypeId param(std::uint32_t position, Symbol name);
  TypeId infer(std::uint32_t number);
  TypeId block(FunctionId body, std::span<const TypeId> arguments);
  TypeId flat(TypeId nominal);
  TypeId shape(std::span<const TypeId> lengths);
  TypeId length(std::uint64_t number);
  TypeId any_length();
  TypeId any_lengths();
  bool is_number(TypeId length, std::uint64_t number) const {
    return kind(length) == TypeKind::Length && types_[length.index].mut_mask == number;
  }
  /// Lengths computed (lengths.cpp); `any_length` when one is, and where the result has too many terms or is too great.
  TypeId sum(std::span<const TypeId> lengths);
  TypeId product(std::int64_t number, std::span<const TypeId> lengths);
  /// Invalid where the one is no multiple of the other, a product.
  TypeId quotient(TypeId length, TypeId divisor);
  /// What the only variable in `sum` must be for it to be `total`; invalid where nothing fits.
  TypeId variable_of_sum(TypeId sum, TypeId total, TypeId& variable);
  /// A tensor's type with this shape, or a variable for one, in place of what it had.
  TypeId with_shape(TypeId tensor, TypeId shape);

  /// The type that has these arguments in place of its own.
  TypeId with_arguments(TypeId type, std::span<const TypeId> arguments);
  /// `type` with each Param replaced by the argument at its position; Params beyond `arguments` stay.
  TypeId substitute(TypeId type, std::span<const TypeId> arguments);
  /// Whether a variable of inference occurs in another type.
  bool is_part(TypeId variable, TypeId type) const;
  /// Whether a Param, an Infer or an Error occurs anywhere in it.
  bool has_params(TypeId type) const;
  bool has_infer(TypeId type) const;
  bool has_error(TypeId type) const;
  /// Whether a tensor's shape, known or open, occurs in it; and the type without any.
  bool has_shape(TypeId type) const { return facts_[type.index].has_shape; }
  TypeId without_shapes(TypeId type);
  /// Whether it is the library's complex number.
  bool is_complex(TypeId type) const { return nominal_of(type) == known.complex && known.complex.valid(); }
  /// Whether a tensor can hold it: a number, a Bool, or a complex number of f32 or f64. What isn't known yet may be
  /// one.
  bool is_element(TypeId type) const;
  /// What to do instead of a tensor of something else.
  std::string_view help_with_element(TypeId type) const;
  /// Whether it is a tensor's; the shape that it has, invalid when it has none.
  bool is_tensor(TypeId type) const { return nominal_of(type) == known.tensor && known.tensor.valid(); }
  TypeId shape_of(TypeId type) const {
    return is_tensor(type) && types_[type.index].arguments.size() == 2 ? types_[type.index].arguments[1] : TypeId();
  }
  /// How deeply arguments nest (a type without any has depth 1). Types deeper than kDeepest are not
  /// made: the Error type comes back instead and `overflowed` says so until it is cleared.
  std::uint32_t depth(TypeId type) const { return facts_[type.index].depth; }
  /// How many parts the type has when it is written out (a type without arguments has 1); beyond a
  /// million nobody counts.
  std::uint32_t weight(TypeId type) const { return facts_[type.index].weight; }
  static constexpr std::uint32_t kDeepest = 200;
  bool overflowed() const { return overflowed_; }
  void clear_overflow() { overflowed_ = false; }

  /// As a programmer writes it: `Map<String, List<Int>>`, `Int?`, `(Int, mut T) -> ()`.
  std::string text(TypeId type) const;

  NominalId add_nominal(NominalDecl decl);
  TraitId add_trait(TraitDecl decl);
  NominalDecl& nominal(NominalId id) { return nominals_[id.index]; }
  const NominalDecl& nominal(NominalId id) const { return nominals_[id.index]; }
  TraitDecl& trait(TraitId id) { return traits_[id.index]; }
  const TraitDecl& trait(TraitId id) const { return traits_[id.index]; }
  std::size_t nominal_count() const { return nominals_.size(); }
  std::size_t trait_count() const { return traits_.size(); }

  /// The declaration of a Nominal type (invalid id for other kinds).
  NominalId nominal_of(TypeId type) const {
    return kind(type) == TypeKind::Nominal ? NominalId(types_[type.index].index) : NominalId();
  }

  /// Declarations of the core library that the language itself refers to; set when it is loaded.
  struct Known {
    NominalId option, result, range, set, error, duration, size, task, channel, timed_out;
    NominalId tensor;   // once a module speaks of it
    NominalId complex;  // with it, or once it is imported
    TraitId ordered, iterator, iterable, from, add, negate, subtract, multiply, divide, matmul, index, index_set,
        hashable, show;
    TraitId number, real;
  } known;
  TypeId option(TypeId element);
  TypeId result(TypeId ok, TypeId error);
  bool is_option(TypeId type) const { return nominal_of(type) == known.option && known.option.valid(); }
  bool is_result(TypeId type) const { return nominal_of(type) == known.result && known.result.valid(); }

 private:
  struct Facts {
    std::uint16_t depth = 1;
    bool has_params = false;
    bool has_infer = false;
    bool has_error = false;
    bool has_shape = false;
    std::uint32_t weight = 1;
  };
  struct Term;
  using Terms = std::vector<Term>;
  bool add_terms(TypeId length, std::int64_t factor, Terms& to) const;
  TypeId length_of(Terms terms);
  TypeId intern(const TypeData& data);
  bool append_text(std::string& out, TypeId type) const;
  bool append_list(std::string& out, std::span<const TypeId> types) const;
  bool append_length(std::string& out, TypeId length) const;

  Interner& names_;
  Arena arena_;
  std::vector<TypeData> types_;
  std::vector<Facts> facts_;  // beside types_
  bool overflowed_ = false;
  std::vector<std::uint64_t> hashes_;  // beside types_
  IdTable table_;
  std::vector<NominalDecl> nominals_;
  std::vector<TraitDecl> traits_;
  TypeId unit_;
};

inline bool is_signed_integer(TypeKind k) { return k >= TypeKind::I8 && k <= TypeKind::I64; }
inline bool is_integer(TypeKind k) { return k >= TypeKind::I8 && k <= TypeKind::U64; }
inline bool is_float(TypeKind k) { return k >= TypeKind::F16 && k <= TypeKind::F64; }
inline bool is_number(TypeKind k) { return is_integer(k) || is_float(k); }
/// Bits of an integer type.
inline unsigned width_of(TypeKind kind) {
  switch (kind) {
    case TypeKind::I8:
    case TypeKind::U8: return 8;
    case TypeKind::I16:
    case TypeKind::U16: return 16;
    case TypeKind::I32:
    case TypeKind::U32: return 32;
    default: return 64;
  }
}

/// A 128-bit value brought into an integer type; false when it does not fit.
inline bool fits_integer(__int128 value, TypeKind kind) {
  const unsigned width = width_of(kind);
  const __int128 one = 1;
  if (is_signed_integer(kind)) return value >= -(one << (width - 1)) && value < (one << (width - 1));
  return value >= 0 && value < (one << width);
}

}  // namespace noodle::sema
