#pragma once

// What an instruction's operands are, checked against the types. Shared by the verifier's own files.

#include <memory>

#include "nbc/flow_state.h"

namespace noodle::nbc {

/// One value that an instruction uses: the first slot of a leaf, and how.
struct Access {
  std::uint16_t slot = 0;
  Role role = Role::In;
};

/// Checks the operands of one instruction after another in one function, and lists their accesses.
class Operands {
 public:
  Operands(const Module& module, const TableFacts& facts, Report& report)
      : m_(module), types_(module.types), facts_(facts), report_(report) {}

  void begin_function(const Function& function, const FlowState& state);
  /// Checks everything about an instruction but ownership; fills `accesses`.
  bool resolve(const Inst& inst);
  std::span<const Access> accesses() const { return accesses_; }

 private:
  bool fail(Rule rule, std::string what = {}) { return report_.fail(rule, std::move(what)); }
  bool single(const Inst& inst, const Operand& operand);
  bool immediate(const Inst& inst, const Operand& operand);
  bool integer_fits(const Inst& inst);
  bool pair(const Inst& inst, const Operand& operand);
  bool sequence(const Inst& inst, const Operand& operand);
  bool leaf_is(std::uint16_t slot, What what, const Inst& inst);
  bool leaf(const Inst& inst, TypeId type, Role role);
  bool leaves(const Inst& inst, std::span<const Leaf> list, Role role);
  bool repeated(const Inst& inst, std::span<const Leaf> list, Role role);
  bool arguments(const Inst& inst, const Signature& signature, bool skip_first, Role role);
  bool captures(const Inst& inst, Role role);
  bool handles(const Inst& inst, Role role);
  bool gives(TypeId fn, TypeId task);
  bool overlaps(const Inst& inst);
  const Signature* signature_of_call(const Inst& inst);
  const Signature& fn_signature(TypeId fn);
  std::string expected(std::uint16_t slot, std::string_view what) const;

  const Module& m_;
  const TypeTable& types_;
  const TableFacts& facts_;
  Report& report_;
  const Function* function_ = nullptr;
  const FlowState* state_ = nullptr;
  std::vector<Access> accesses_;
  std::uint32_t cursor_ = 0;                               // in the operand list
  std::uint16_t handle_ = 0;                               // the list, map, box, any, closure or enum that gives types
  std::vector<std::unique_ptr<Signature>> fn_signatures_;  // by type, made when first asked for
  std::vector<std::uint32_t> stamps_;                      // by slot: the instruction that listed it as an input
  std::uint32_t stamp_ = 0;
};

}  // namespace noodle::nbc
