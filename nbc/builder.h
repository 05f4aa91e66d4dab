#pragma once

// How code is put together: a ModuleBuilder interns strings, types and constants, a FunctionBuilder
// appends instructions. Used by the code generator, by tests and by the generator of random modules.

#include <initializer_list>
#include <unordered_map>

#include "base/flat_map.h"
#include "nbc/module.h"

namespace noodle::nbc {

/// A place in code that jumps go to, before or after it is bound.
using Label = Id<struct LabelTag>;

/// Fills a Module. Tables are shared by all functions.
class ModuleBuilder {
 public:
  Module module;

  /// The index of a text, added on first sight.
  StringId string(std::string_view text);
  TypeTable& types() { return module.types; }
  /// A nominal type, always new.
  TypeId struct_type(std::string_view name, std::vector<Field> fields);
  TypeId enum_type(std::string_view name, std::vector<Variant> variants);
  TypeId tuple_type(std::span<const TypeId> parts);
  Field field(std::string_view name, TypeId type) { return {string(name), type}; }

  /// Constants, each added on first sight. `scalar` takes canonical register bits.
  ConstantId scalar(TypeId type, std::uint64_t bits);
  ConstantId f64(double value);
  ConstantId f32(float value);
  ConstantId text(std::string_view value);
  ConstantId bytes(std::string_view value);
  ConstantId function_value(TypeId fn, FunctionId function);
  /// The payload-less variant of a box of an enum.
  ConstantId boxed_variant(TypeId box, std::uint32_t variant);

  /// An import, added on first sight of the name.
  NativeId native(std::string_view name, Signature signature, bool leaf);
  /// Reserves a function id, so that calls to it can be made before its body is built.
  FunctionId declare(std::string_view name, Signature signature);
  TraitId trait(std::string_view name, std::vector<Method> methods);
  VTableId vtable(TraitId trait, TypeId concrete, std::vector<FunctionId> functions);
  void export_function(ExportKind kind, std::string_view name, FunctionId function);

  /// Leaves of source-level types, with modes normalised: for signatures of functions and natives.
  Signature signature(std::span<const Param> params, std::span<const TypeId> results);

 private:
  IdTable strings_;
  std::unordered_map<std::uint64_t, std::vector<ConstantId>> constants_;
  ConstantId constant(Constant value);
};

/// A run of slots in an operand list: all slots of a register, or of a payload leaf.
using Slots = std::span<const std::uint16_t>;

/// Appends the code of one function, resolves labels, widens far branches.
class FunctionBuilder {
 public:
  /// Starts with one register for each parameter of the declared signature.
  FunctionBuilder(ModuleBuilder& module, FunctionId id);

  /// A new register of a leaf type; returns its first slot.
  std::uint16_t reg(TypeId leaf);
  /// The slot of the i-th parameter.
  std::uint16_t param(std::size_t i) const { return param_slots_[i]; }
  /// Number of slots so far; a function with more than kMaxSlots does not verify.
  std::uint32_t slots() const { return next_slot_; }
  /// The declared type of the register whose first slot this is (invalid inside a register).
  TypeId type_at(std::uint16_t slot) const { return type_at_[slot]; }

  Label label();
  /// The label stands for the next instruction.
  void bind(Label label);
  /// The word that the next instruction will have unless far branches before it get widened; labels
  /// are what survives widening.
  std::uint32_t here() const { return static_cast<std::uint32_t>(code_.size()); }

  /// Appends any instruction without list, labels or second word, by its places.
  void abc(Op op, std::uint16_t a = 0, std::uint16_t b = 0, std::uint16_t c = 0);
  void imm(Op op, std::uint16_t a, std::uint32_t imm);
  /// Appends an instruction with a second word.
  void abc_xyz(Op op, std::uint16_t a, std::uint16_t b, std::uint16_t c, std::uint32_t x, std::uint16_t y = 0,
               std::uint16_t z = 0);
  /// Appends an instruction with a list: `slots` names every slot (see expand).
  void list(Op op, std::uint16_t b, std::uint16_t c, Slots slots);
  void list_imm(Op op, std::uint32_t imm, Slots slots);
  void list_xyz(Op op, std::uint16_t b, std::uint16_t c, std::uint32_t x, std::uint16_t y, Slots slots);
  /// Register heads to list entries: each replaced by all slots of its register.
  std::vector<std::uint16_t> expand(std::span<const std::uint16_t> heads) const;
  std::vector<std::uint16_t> expand(std::initializer_list<std::uint16_t> heads) const {
    return expand(std::span<const std::uint16_t>(heads.begin(), heads.size()));
  }

  // Shorthands for what is most common; `heads` are register heads and expanded here.
  void move(std::uint16_t dst, std::uint16_t src) { abc(Op::Move, dst, src); }
  void copy(std::uint16_t dst, std::uint16_t src) { abc(Op::Copy, dst, src); }
  void borrow(std::uint16_t dst, std::uint16_t src) { abc(Op::Borrow, dst, src); }
  void reborrow(std::uint16_t dst, std::uint16_t src) { abc(Op::Reborrow, dst, src); }
  void drop(std::uint16_t src) { imm(Op::Drop, src, type_at(src).index); }
  void constant(std::uint16_t dst, ConstantId k) { imm(Op::Const, dst, k.index); }
  /// dst = value for an integer or bool register, as `int` where it fits, else as a constant.
  void integer(std::uint16_t dst, std::int64_t value);
  void jump(Label to);
  void br_true(std::uint16_t a, Label to);
  void br_false(std::uint16_t a, Label to);
  /// A fused comparison and branch: jlt.i64 a, b and its relatives; for the immediate forms b is the
  /// immediate.
  void compare_jump(Op op, std::uint16_t a, std::uint16_t b, Label to);
  void switch_enum(std::uint16_t a, std::span<const Label> targets);
  /// Targets for 0, 1, …; the last one is for everything else.
  void switch_int(std::uint16_t a, std::span<const Label> targets);
  void ret(std::span<const std::uint16_t> heads);
  void ret(std::initializer_list<std::uint16_t> heads) { ret({heads.begin(), heads.size()}); }
  void panic_text(std::string_view text);
  void call(FunctionId f, std::span<const std::uint16_t> args, std::span<const std::uint16_t> results);
  void call_native(NativeId n, std::span<const std::uint16_t> args, std::span<const std::uint16_t> results);
  void call_fn(std::uint16_t f, std::span<const std::uint16_t> args, std::span<const std::uint16_t> results);
  void call_any(std::uint16_t any, std::uint16_t method, std::span<const std::uint16_t> args,
                std::span<const std::uint16_t> results);
  void enum_make(std::uint16_t dst, std::uint16_t variant, std::span<const std::uint16_t> payload);

  /// Unwinding from [first, end) goes to handler with these registers kept.
  void cleanup(Label first, Label end, Label handler, std::vector<std::uint16_t> kept);
  /// Code from here on comes from this place in the source (see LineEntry).
  void line(std::uint32_t file, std::uint32_t line, std::uint32_t column, std::uint32_t inlined = 0);
  /// Records an inlined call; the result is what `line` takes as `inlined`.
  std::uint32_t inlined_call(StringId function, std::uint32_t file, std::uint32_t line, std::uint32_t column,
                             std::uint32_t parent = 0);
  /// Names a variable that lives at `slot` between two labels.
  void local(StringId name, TypeId type, std::uint16_t slot, Label first, Label end);

  /// Resolves labels and stores the function and its debug information in the module. All labels
  /// that were used must be bound.
  void finish();

 private:
  enum class FixKind : std::uint8_t { Imm, Offset, Target };
  struct Fix {
    std::uint32_t word;  // the word to patch
    std::uint32_t base;  // the word where the instruction begins
    Label label;
    FixKind kind;
    bool high;  // Target: upper half of the word
  };
  struct PendingCleanup {
    Label first, end, handler;
    std::vector<std::uint16_t> kept;
  };
  struct PendingLocal {
    StringId name;
    TypeId type;
    std::uint16_t slot;
    Label first, end;
  };
  void append_list(Slots slots);
  void call_list(std::span<const std::uint16_t> args, std::span<const std::uint16_t> results);
  void switch_targets(Op op, std::uint16_t a, std::span<const Label> targets);
  void widen();

  ModuleBuilder& builder_;
  FunctionId id_;
  std::vector<TypeId> registers_;
  std::vector<std::uint16_t> param_slots_;
  std::vector<TypeId> type_at_;
  std::uint32_t next_slot_ = 0;
  std::vector<Word> code_;
  std::vector<std::uint32_t> labels_;
  std::vector<Fix> fixes_;
  std::vector<PendingCleanup> cleanups_;
  std::vector<PendingLocal> locals_;
  FunctionDebug debug_;
  std::vector<std::uint16_t> scratch_;
};

}  // namespace noodle::nbc
