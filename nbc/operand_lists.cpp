// The operand lists of instructions: which leaves they must name.

#include "nbc/operands.h"

namespace noodle::nbc {

// The next leaf of the list must have this type and name all its slots in order.
bool Operands::leaf(const Inst& inst, TypeId type, Role role) {
  std::uint32_t n = types_.slots(type);
  if (cursor_ + n > inst.list_size()) {
    return fail(Rule::ListLength, std::to_string(inst.list_size()) + " slots listed, more demanded");
  }
  std::uint16_t first = inst.list(cursor_);
  if (first + n > state_->slots()) return fail(Rule::SlotRange, "slot " + std::to_string(first));
  TypeId have = state_->type(first);
  if (!have.valid()) return fail(Rule::SlotHead, "slot " + std::to_string(first));
  if (have != type) return fail(Rule::OperandType, expected(first, type_name(m_, type)));
  for (std::uint32_t i = 1; i < n; ++i) {
    if (inst.list(cursor_ + i) != first + i) return fail(Rule::ListSlots, state_->name(first));
  }
  cursor_ += n;
  accesses_.push_back({first, role});
  return true;
}

bool Operands::leaves(const Inst& inst, std::span<const Leaf> list, Role role) {
  for (const Leaf& l : list) {
    if (!leaf(inst, l.type, role)) return false;
  }
  return true;
}

bool Operands::repeated(const Inst& inst, std::span<const Leaf> list, Role role) {
  // An element without leaves can't be counted in slots: such lists are made with list.filled.
  if (list.empty()) return true;
  while (cursor_ < inst.list_size()) {
    if (!leaves(inst, list, role)) return false;
  }
  return true;
}

const Signature& Operands::fn_signature(TypeId fn) {
  if (fn_signatures_.size() < types_.size()) fn_signatures_.resize(types_.size());
  auto& known = fn_signatures_[fn.index];
  if (!known) known = std::make_unique<Signature>(flatten_signature(types_, fn));
  return *known;
}

const Signature* Operands::signature_of_call(const Inst& inst) {
  switch (inst.op()) {
    case Op::Call: return &m_.functions[inst.uimm()].signature;
    case Op::CallNative: return &m_.natives[inst.uimm()].signature;
    case Op::CallFn: return &fn_signature(state_->type(inst.b()));
    default: {
      TraitId trait = types_[state_->type(inst.b())].trait;
      return &m_.traits[trait.index].methods[inst.c()].signature;
    }
  }
}

bool Operands::arguments(const Inst& inst, const Signature& signature, bool skip_first, Role role) {
  if (role == Role::Out) {
    for (TypeId r : signature.results) {
      if (!leaf(inst, r, Role::Out)) return false;
    }
    return true;
  }
  for (std::size_t i = skip_first ? 1 : 0; i < signature.params.size(); ++i) {
    const Param& p = signature.params[i];
    if (!leaf(inst, p.type, p.borrowed ? Role::In : Role::Take)) return false;
  }
  return true;
}

// fn.new: the function takes the captures, borrowed, and then what the closure's type says.
bool Operands::captures(const Inst& inst, Role role) {
  const Signature& whole = m_.functions[inst.x()].signature;
  const Signature& rest = fn_signature(state_->type(inst.b()));
  auto wrong = [&] { return fail(Rule::FunctionShape, signature_text(m_, whole)); };
  if (whole.params.size() < rest.params.size() || whole.results != rest.results) return wrong();
  std::size_t n = whole.params.size() - rest.params.size();
  for (std::size_t i = 0; i < rest.params.size(); ++i) {
    if (whole.params[n + i] != rest.params[i]) return wrong();
  }
  for (std::size_t i = 0; i < n; ++i) {
    const Param& p = whole.params[i];
    if (types_.counted(p.type) && !p.borrowed) return wrong();
    if (!leaf(inst, p.type, role)) return false;
  }
  return true;
}

// Any number of handles of any types.
bool Operands::handles(const Inst& inst, Role role) {
  while (cursor_ < inst.list_size()) {
    const std::uint16_t slot = inst.list(cursor_);
    if (slot >= state_->slots()) return fail(Rule::SlotRange, "slot " + std::to_string(slot));
    const TypeId have = state_->type(slot);
    if (!have.valid()) return fail(Rule::SlotHead, "slot " + std::to_string(slot));
    if (types_.kind(have) != Kind::Handle) return fail(Rule::OperandType, expected(slot, "a handle"));
    if (!leaf(inst, have, role)) return false;
  }
  return true;
}

// task.new: the closure takes nothing and returns what the task's handle says.
bool Operands::gives(TypeId fn, TypeId task) {
  auto wrong = [&] { return fail(Rule::FunctionShape, type_name(m_, fn) + " for " + type_name(m_, task)); };
  if (types_.kind(fn) != Kind::Fn) return wrong();
  const Signature& signature = fn_signature(fn);
  const auto leaves = types_.flatten(types_[task].element);
  if (!signature.params.empty() || signature.results.size() != leaves.size()) return wrong();
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (signature.results[i] != leaves[i].type) return wrong();
  }
  return true;
}

bool Operands::sequence(const Inst& inst, const Operand& operand) {
  // Only asked for by instructions that have a handle.
  auto handle = [&]() -> const Type& { return types_[state_->type(handle_)]; };
  switch (operand.what) {
    case What::Results:
      for (TypeId r : function_->signature.results) {
        if (!leaf(inst, r, operand.role)) return false;
      }
      return true;
    case What::CallArgs: return arguments(inst, *signature_of_call(inst), inst.op() == Op::CallAny, Role::In);
    case What::CallResults: return arguments(inst, *signature_of_call(inst), false, Role::Out);
    case What::Payload: return leaves(inst, types_.payload(state_->type(handle_), inst.c()), operand.role);
    case What::Content:
    case What::Element:
    case What::Key: return leaves(inst, types_.flatten(handle().element), operand.role);
    case What::Elements: return repeated(inst, types_.flatten(handle().element), operand.role);
    case What::Value: return leaves(inst, types_.flatten(handle().value), operand.role);
    case What::Concrete: return leaves(inst, types_.flatten(m_.vtables[inst.x()].concrete), operand.role);
    case What::OfType: return leaves(inst, types_.flatten(TypeId(inst.x())), operand.role);
    case What::Captures: return captures(inst, operand.role);
    case What::Handles: return handles(inst, operand.role);
    default: {
      const Leaf text{kString, 0, 0};
      return repeated(inst, {&text, 1}, operand.role);
    }
  }
}

}  // namespace noodle::nbc
