#pragma once

// Which slots an instruction reads and writes, and which are wanted at each place of a function.

#include <cstdint>
#include <optional>
#include <vector>

#include "nbc/instruction.h"
#include "runtime/vm/loaded.h"

namespace noodle::jit {

/// A run of slots.
struct Slots {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

/// What one instruction reads and writes. All is read before anything is written.
struct Accesses {
  std::vector<Slots> reads;
  std::vector<Slots> writes;
};

/// A function as the compiler looks at it: where its instructions are, its types, its table of what it owns.
class FunctionView {
 public:
  FunctionView(const vm::LoadedModule& module, std::uint32_t id)
      : module(module),
        id(id),
        loaded(module.functions[id]),
        function(module.module().functions[id]),
        facts(module.verified.facts(nbc::FunctionId(id))) {}

  nbc::Inst at(std::uint32_t pc) const { return nbc::decode(function.code, pc); }
  /// The type of the register whose first slot this is; null inside of registers.
  const value::TypeInfo* type(std::uint32_t slot) const { return loaded.slot_types[slot]; }
  /// Slots that a call's results take.
  std::uint32_t result_slots(const nbc::Inst& call) const;
  /// The signature behind a closure or the method of a trait that an instruction calls.
  nbc::Signature signature(const nbc::Inst& call) const;
  /// Fills `out`; false for an instruction that can't be told, which no compiler makes.
  bool accesses(const nbc::Inst& inst, Accesses& out) const;
  /// Calls visit(target) for each place where control may go on, but for the next instruction.
  template <typename Visit>
  void for_each_target(const nbc::Inst& inst, Visit visit) const {
    if ((inst.op_info->flags & nbc::Branch) == 0) return;
    if (inst.op_info->has_targets) {
      for (std::uint32_t i = 0; i < inst.target_count(); ++i) visit(inst.target(i));
    } else {
      visit(static_cast<std::uint32_t>(inst.branch_target()));
    }
  }
  static bool falls_through(const nbc::Inst& inst) { return (inst.op_info->flags & nbc::End) == 0; }

  const vm::LoadedModule& module;
  const std::uint32_t id;
  const vm::LoadedFunction& loaded;
  const nbc::Function& function;
  const nbc::FunctionFacts& facts;

 private:
  std::uint32_t width(const nbc::Inst& inst, const nbc::Operand& operand, std::uint32_t slot) const;
};

/// A set of slots.
class SlotSet {
 public:
  explicit SlotSet(std::uint32_t slots = 0) : words_((slots + 63) / 64) {}
  void add(Slots run) {
    for (std::uint32_t i = run.first; i < run.first + run.count; ++i) words_[i / 64] |= std::uint64_t{1} << (i % 64);
  }
  void remove(Slots run) {
    for (std::uint32_t i = run.first; i < run.first + run.count; ++i) words_[i / 64] &= ~(std::uint64_t{1} << (i % 64));
  }
  bool has(std::uint32_t slot) const { return (words_[slot / 64] >> (slot % 64) & 1) != 0; }
  /// Adds all of another set; whether that changed anything.
  bool add(const SlotSet& other) {
    bool changed = false;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      changed |= (other.words_[i] & ~words_[i]) != 0;
      words_[i] |= other.words_[i];
    }
    return changed;
  }
  template <typename Visit>
  void for_each(Visit visit) const {
    for (std::size_t w = 0; w < words_.size(); ++w) {
      for (std::uint64_t bits = words_[w]; bits != 0; bits &= bits - 1) {
        visit(static_cast<std::uint32_t>(w * 64 + static_cast<unsigned>(__builtin_ctzll(bits))));
      }
    }
  }

 private:
  std::vector<std::uint64_t> words_;
};

/// Which slots are wanted when control stands before an instruction: read later on some path, or released should
/// it unwind. What is not wanted need not be in the frame when the interpreter goes on there.
class Liveness {
 public:
  /// Null when some instruction can't be told.
  static std::optional<Liveness> find(const FunctionView& view);
  const SlotSet& before(std::uint32_t pc) const { return before_[index_[pc]]; }

 private:
  std::vector<std::uint32_t> index_;  // by pc: the instruction's number
  std::vector<SlotSet> before_;       // by instruction
};

}  // namespace noodle::jit
