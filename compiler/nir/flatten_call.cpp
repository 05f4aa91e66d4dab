// Calls once their arguments are concrete. A generic call's results are the callee's result, then one
// for each mut or block parameter; a flat call's are the leaves of these, without a block's plain
// captures, which the callee only borrows.

#include "compiler/nir/flatten.h"

namespace noodle::nir {

/// Distributes flat results: result 0, then for each of `passed` (operands of the generic call) what
/// came back of it.
void Flattener::give_results(const Inst& inst, std::span<const ValueId> flat, std::span<const std::uint32_t> passed) {
  std::size_t at = result_leaves(inst, 0).size();
  if (at > flat.size()) at = flat.size();
  set_result(inst, 0, flat.subspan(0, at));
  for (std::uint32_t k = 0; k < passed.size(); ++k) {
    Values leaves = operand(inst, passed[k]);
    std::vector<bool> back;
    in_.returned(type_of_operand(inst, passed[k]), back);
    for (std::size_t i = 0; i < leaves.size() && i < back.size(); ++i)
      if (back[i] && at < flat.size()) leaves[i] = flat[at++];
    if (k + 1 < inst.result_count) set_result(inst, k + 1, leaves);
  }
}

void Flattener::call(const Inst& inst) {
  const Callee& callee = g_.callees[inst.imm];
  Types arguments;
  for (TypeId a : callee.arguments) arguments.push_back(concrete(a));
  call_target(inst, in_.resolve(callee.function, arguments));
}

void Flattener::call_target(const Inst& inst, const Instantiator::Target& target) {
  using Kind = Instantiator::Target::Kind;
  const sema::FunctionInfo& info = in_.program.function(target.function);
  if (target.kind == Kind::Intrinsic) {
    const std::string_view name = info.intrinsic;
    return intrinsic(inst, name, target.arguments);
  }
  std::vector<std::uint32_t> passed;
  std::vector<Param> params;
  Types results = result_leaves(inst, 0);
  for (std::uint32_t k = 0; k < info.params.size(); ++k) {
    const TypeId type = type_of_operand(inst, k);
    const bool plain = info.params[k].kind == ParamKind::Plain;
    in_.add_param(params, type, plain ? Ownership::Borrowed : Ownership::Owned);
    if (plain) continue;
    passed.push_back(k);
    in_.add_returned(results, type);
  }
  const Values args = all_operands(inst);
  Values flat;
  switch (target.kind) {
    case Kind::Native: {
      const std::uint64_t native = in_.native(info.native, std::move(params), results);
      flat = emit(Op::CallNative, args, results, {}, native);
      break;
    }
    case Kind::Dynamic: {
      const TypeId any = target.arguments[0];
      const sema::TraitId trait(in_.types[any].index);
      const std::uint64_t method = in_.any_method(any, in_.method_index(trait, target.function));
      flat = emit(Op::CallAny, args, results, {}, method);
      break;
    }
    default: {
      const InstanceId callee = in_.instance(target.function, target.arguments, inst.span);
      flat = emit(Op::Call, args, results, {}, callee.index);
      break;
    }
  }
  give_results(inst, flat, passed);
}

void Flattener::call_value(const Inst& inst) {
  const TypeId type = concrete(inst.type);
  const auto signature = in_.layout.signature(type);
  const Values flat =
      emit(Op::CallValue, all_operands(inst), Types(signature.results.begin(), signature.results.end()), type);
  std::vector<std::uint32_t> passed;
  const sema::TypeData data = in_.types[type];
  for (std::uint32_t k = 0; k + 1 < data.arguments.size(); ++k)
    if (data.mut_mask >> k & 1) passed.push_back(k + 1);
  give_results(inst, flat, passed);
}

void Flattener::call_block(const Inst& inst) {
  // Generic results: the block's result, its own mut parameters, its changed environment; the body
  // gives back its result, then the environment, since captures are its first parameters.
  const TypeId environment = type_of_operand(inst, 0);
  const sema::TypeData data = in_.types[environment];
  const InstanceId body = in_.instance(FunctionId(data.index), data.arguments, inst.span);
  Types results = result_leaves(inst, 0);
  const std::size_t own = results.size();
  in_.add_returned(results, environment);
  const std::size_t captured = results.size() - own;
  const TypeId type = concrete(inst.type);
  const sema::TypeData signature = in_.types[type];
  std::vector<std::uint32_t> muts;
  for (std::uint32_t k = 0; k + 1 < signature.arguments.size(); ++k) {
    if (!(signature.mut_mask >> k & 1)) continue;
    muts.push_back(k + 1);
    in_.add_returned(results, signature.arguments[k]);
  }
  const Values flat = emit(Op::Call, all_operands(inst), results, {}, body.index);
  set_result(inst, 0, std::span(flat).subspan(0, own));
  std::size_t at = own;
  Values leaves = operand(inst, 0);
  std::vector<bool> back;
  in_.returned(environment, back);
  for (std::size_t i = 0; i < leaves.size(); ++i)
    if (back[i]) leaves[i] = flat[at++];
  set_result(inst, inst.result_count - 1, leaves);
  at = own + captured;
  for (std::uint32_t k = 0; k < muts.size(); ++k) {
    const std::size_t count = in_.leaves(signature.arguments[muts[k] - 1]).size();
    set_result(inst, k + 1, std::span(flat).subspan(at, count));
    at += count;
  }
}

void Flattener::closure(const Inst& inst) {
  const Callee& callee = g_.callees[inst.imm];
  Types arguments;
  for (TypeId a : callee.arguments) arguments.push_back(concrete(a));
  const InstanceId function = in_.callee(in_.resolve(callee.function, arguments), inst.span);
  emit_for(inst, Op::ClosureMake, all_operands(inst), concrete(inst.type), function.index);
}

void Flattener::to_any(const Inst& inst) {
  const TypeId any = concrete(inst.type);
  const TypeId type = type_of_operand(inst, 0);
  if (type == any) return set_result(inst, 0, operand(inst, 0));
  emit_for(inst, Op::ToAny, all_operands(inst), any, in_.vtable(any, type, inst.span));
}

void Flattener::ret(const Inst& inst) {
  Values values = g_.operands_of(inst).empty() ? Values() : operand(inst, 0);
  for (std::size_t k = 1; k < g_.operands_of(inst).size(); ++k) {
    const Values leaves = operand(inst, k);
    std::vector<bool> back;
    in_.returned(type_of_operand(inst, k), back);
    for (std::size_t i = 0; i < leaves.size(); ++i)
      if (back[i]) values.push_back(leaves[i]);
  }
  b.ret(values);
}

}  // namespace noodle::nir
