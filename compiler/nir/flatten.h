#pragma once

// One generic function being turned into one flat instance.

#include "compiler/nir/instantiator.h"

namespace noodle::nir {

class Flattener {
 public:
  Flattener(Instantiator& in, const Function& generic, std::span<const TypeId> arguments, Function& f)
      : in_(in), g_(generic), arguments_(arguments), b(f) {}

  void run();

 private:
  struct Range {
    std::uint32_t first = 0, count = 0;
  };

  // flatten.cpp
  void block(BlockId id);
  void instruction(const Inst& inst);
  void constants(const Inst& inst);
  void structs(const Inst& inst);
  void enums(const Inst& inst);
  void boxes(const Inst& inst);
  void numbers(const Inst& inst);
  void strings(const Inst& inst);
  void slots(const Inst& inst);
  void list_literal(const Inst& inst);
  void terminator(const Inst& inst);
  void plain(const Inst& inst);
  void check_equality(TypeId type, source::Span where);

  // flatten_call.cpp
  void call(const Inst& inst);
  void call_target(const Inst& inst, const Instantiator::Target& target);
  void call_value(const Inst& inst);
  void call_block(const Inst& inst);
  void closure(const Inst& inst);
  void to_any(const Inst& inst);
  void ret(const Inst& inst);
  void give_results(const Inst& inst, std::span<const ValueId> flat, std::span<const std::uint32_t> passed);

  // intrinsics.cpp
  void intrinsic(const Inst& inst, std::string_view name, const Types& arguments);

  TypeId concrete(TypeId type) { return in_.concrete(type, arguments_); }
  TypeId type_of(ValueId generic) { return concrete(g_.type(generic)); }
  TypeId type_of_operand(const Inst& inst, std::size_t k) { return type_of(g_.operands_of(inst)[k]); }
  TypeKind kind_of(TypeId type) const { return in_.types.kind(type); }

  std::span<const ValueId> get(ValueId generic) const {
    const Range r = ranges_[generic.index];
    return {pool_.data() + r.first, r.count};
  }
  Values operand(const Inst& inst, std::size_t k) const {
    const auto v = get(g_.operands_of(inst)[k]);
    return Values(v.begin(), v.end());
  }
  Values all_operands(const Inst& inst) const {
    Values out;
    for (ValueId v : g_.operands_of(inst)) {
      const auto leaves = get(v);
      out.insert(out.end(), leaves.begin(), leaves.end());
    }
    return out;
  }
  void set(ValueId generic, std::span<const ValueId> leaves);
  void set_result(const Inst& inst, std::uint32_t k, std::span<const ValueId> leaves) {
    set(g_.result(inst, k), leaves);
  }
  void set_result(const Inst& inst, std::uint32_t k, ValueId leaf) { set_result(inst, k, std::span(&leaf, 1)); }
  /// Emits an operation whose flat results, in order, are the leaves of the generic results.
  void emit_for(const Inst& inst, Op op, const Values& operands, TypeId type, std::uint64_t imm);
  Values emit(Op op, const Values& operands, const Types& results, TypeId type = {}, std::uint64_t imm = 0);
  Types result_leaves(const Inst& inst, std::uint32_t k) { return in_.leaves(type_of(g_.result(inst, k))); }

  Instantiator& in_;
  const Function& g_;
  std::span<const TypeId> arguments_;
  Builder b;
  Values pool_;
  Types result_types_;     // while emitting
  Values plain_operands_;  // in plain
  std::vector<Range> ranges_;
  std::vector<Range> slots_;
};

}  // namespace noodle::nir
