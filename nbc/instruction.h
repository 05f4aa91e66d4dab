#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace noodle::nbc {

/// Every instruction; the meanings are in opcodes.def.
enum class Op : std::uint16_t {
#define OPCODE(name, ...) name,
#include "nbc/opcodes.def"
#undef OPCODE
};
#define OPCODE(...) +1
inline constexpr std::uint32_t kOpCount = 0
#include "nbc/opcodes.def"
    ;
#undef OPCODE

/// Where an operand stands in the encoding.
enum class Place : std::uint8_t { A, B, C, Imm, X, Y, Z, List, Targets };

/// What an instruction does with an operand; see the top of opcodes.def.
enum class Role : std::uint8_t { In, Take, Mut, Out, View, Args, Imm };

/// What an operand has to be.
enum class What : std::uint8_t {
  // one fixed type
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
  // one leaf of a family
  Leaf,
  Same,
  SameB,
  TypeOperand,
  Head,
  ConstantType,
  IntOrBool,
  Signed,
  Unsigned,
  PairFrom,
  PairTo,
  Enum,
  List,
  SortableList,
  Map,
  Box,
  BoxOfEnum,
  Fn,
  Any,
  Handle,
  TaskOf,
  ElementLeaf,
  // sequences of leaves
  Results,
  CallArgs,
  CallResults,
  Payload,
  Content,
  Element,
  Elements,
  Key,
  Value,
  Concrete,
  OfType,
  Captures,
  Strings,
  Handles,
  // immediates
  Number,
  Signed16,
  NonZero16,
  Type,
  EquatableType,
  Constant,
  NumberPair,
  IntegerPair,
  IntegerTargetPair,
  Target,
  Offset,
  TargetCount,
  StringIndex,
  Function,
  Native,
  VTable,
  Method,
  Variant,
  LeafIndex,
  Targets,
};

struct Operand {
  Role role = Role::In;
  Place place = Place::A;
  What what = What::Leaf;
};

/// Flags of an instruction; see the top of opcodes.def.
enum OpFlag : std::uint8_t { Panics = 1, Call = 2, End = 4, Branch = 8, Reserved = 16 };

inline constexpr std::size_t kMaxOperands = 5;

/// One line of opcodes.def as data.
struct OpInfo {
  std::string_view mnemonic;
  std::string_view meaning;
  std::uint8_t flags = 0;
  std::uint8_t operand_count = 0;
  std::uint8_t fixed_words = 1;  // 2 when some operand stands in x, y or z
  bool has_list = false;
  bool has_targets = false;
  std::uint64_t used_first = 0xFFFF;  // the bits of the first and second word that mean something
  std::uint64_t used_second = 0;
  Operand operands[kMaxOperands];

  std::span<const Operand> all() const { return {operands, operand_count}; }
};

/// The description of an opcode.
const OpInfo& info(Op op);
/// The opcode with this mnemonic, or kOpCount as an Op when there is none.
Op find_op(std::string_view mnemonic);

// --- words ---------------------------------------------------------------------------------------

using Word = std::uint64_t;

constexpr Word word_abc(Op op, std::uint16_t a = 0, std::uint16_t b = 0, std::uint16_t c = 0) {
  return Word(op) | Word(a) << 16 | Word(b) << 32 | Word(c) << 48;
}
constexpr Word word_imm(Op op, std::uint16_t a, std::uint32_t imm) {
  return Word(op) | Word(a) << 16 | Word(imm) << 32;
}
/// The second fixed word: x in the low half, then y and z.
constexpr Word word_xyz(std::uint32_t x, std::uint16_t y = 0, std::uint16_t z = 0) {
  return Word(x) | Word(y) << 32 | Word(z) << 48;
}
constexpr std::uint16_t raw_op(Word w) { return std::uint16_t(w); }
constexpr Op op_of(Word w) { return Op(std::uint16_t(w)); }
constexpr std::uint16_t a_of(Word w) { return std::uint16_t(w >> 16); }
constexpr std::uint16_t b_of(Word w) { return std::uint16_t(w >> 32); }
constexpr std::uint16_t c_of(Word w) { return std::uint16_t(w >> 48); }
constexpr std::int32_t imm_of(Word w) { return std::int32_t(w >> 32); }
constexpr std::uint32_t uimm_of(Word w) { return std::uint32_t(w >> 32); }
constexpr std::uint32_t x_of(Word second) { return std::uint32_t(second); }
constexpr std::uint16_t y_of(Word second) { return std::uint16_t(second >> 32); }
constexpr std::uint16_t z_of(Word second) { return std::uint16_t(second >> 48); }

/// A pair operand of conv, fits and wrap (two values of Kind).
constexpr std::uint16_t pair_of(std::uint8_t from, std::uint8_t to) { return std::uint16_t(from << 8 | to); }

/// A decoded instruction: where it stands and how to read its parts. Holds no memory of its own.
struct Inst {
  const Word* at = nullptr;
  std::uint32_t pc = 0;
  const OpInfo* op_info = nullptr;

  Op op() const { return op_of(at[0]); }
  std::uint16_t a() const { return a_of(at[0]); }
  std::uint16_t b() const { return b_of(at[0]); }
  std::uint16_t c() const { return c_of(at[0]); }
  std::int32_t imm() const { return imm_of(at[0]); }
  std::uint32_t uimm() const { return uimm_of(at[0]); }
  std::uint32_t x() const { return x_of(at[1]); }
  std::uint16_t y() const { return y_of(at[1]); }
  std::uint16_t z() const { return z_of(at[1]); }
  /// The raw number in a place, zero-extended (Imm and X are 32 bits, the rest 16).
  std::uint32_t raw(Place place) const;
  /// Number of list entries, 0 when the instruction has no list.
  std::uint32_t list_size() const { return op_info->has_list ? a() : 0; }
  /// The i-th list entry: a slot.
  std::uint16_t list(std::uint32_t i) const {
    return std::uint16_t(at[op_info->fixed_words + i / 4] >> (16 * (i % 4)));
  }
  std::uint32_t target_count() const { return op_info->has_targets ? uimm() : 0; }
  /// The i-th target of a switch.
  std::uint32_t target(std::uint32_t i) const {
    return std::uint32_t(at[op_info->fixed_words + i / 2] >> (32 * (i % 2)));
  }
  /// Where a jump or conditional branch goes (not for switches); may be outside the code.
  std::int64_t branch_target() const;
  /// Words of the whole instruction.
  std::uint32_t words() const;
};

/// The instruction at `pc`, or one without `op_info` when the words there are none: an unknown
/// opcode or one that reaches past the end of the code.
Inst decode(std::span<const Word> code, std::uint32_t pc);

/// Whether all places that a decoded instruction doesn't use are zero, as they have to be.
bool unused_places_are_zero(const Inst& inst);

}  // namespace noodle::nbc
