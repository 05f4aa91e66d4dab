// Calls. All value arguments, indices and keys are evaluated first, in the order as written; then the
// places are opened, the environments of blocks gathered, the call made, and everything given back.

#include <algorithm>

#include "compiler/nir/lower_function.h"

namespace noodle::nir {

/// One argument on its way.
struct Lowering::Passed {
  const sema::Arg* arg = nullptr;
  ValueId value;
  Place place;  // of a mut argument
  Opened opened;
  bool hole = false;  // the place shares its root with another of this call
  TypeId block;       // of a block written here
};

std::uint64_t Lowering::callee(FunctionId function, std::span<const TypeId> arguments) {
  Callee c;
  c.function = function;
  // A tuple type keeps the list in the table's arena.
  if (!arguments.empty()) c.arguments = types[types.tuple(arguments)].arguments;
  const sema::FunctionInfo& info = program.function(function);
  c.name = info.qualified_name.empty() ? info.name : symbol(info.qualified_name);
  b.f.callees.push_back(c);
  return b.f.callees.size() - 1;
}

TypeId Lowering::block_type(sema::BlockArgExpr& e) {
  // The body's type arguments are ours, and then the blocks among its captures.
  std::vector<TypeId> arguments;
  for (std::uint32_t k = 0; k < b.f.type_param_count; ++k)
    arguments.push_back(types.param(k, info_.type_params[k].name));
  for (LocalId capture : e.captures)
    if (body.locals[capture.index].kind == sema::LocalKind::BlockParam) arguments.push_back(block_type_of(capture));
  out.blocks.push_back({e.body, static_cast<std::uint32_t>(e.captures.size())});
  return types.block(e.body, arguments);
}

ValueId Lowering::environment(sema::BlockArgExpr& e, TypeId type) {
  std::vector<ValueId> captures;
  for (LocalId capture : e.captures) captures.push_back(read(capture));
  return emit(Op::StructMake, captures, type, type);
}

void Lowering::write_back(sema::BlockArgExpr& e, TypeId, ValueId environment) {
  const sema::FunctionInfo& info = program.function(e.body);
  for (std::uint32_t k = 0; k < e.captures.size(); ++k) {
    if (info.params[k].kind == syntax::ParamKind::Plain) continue;
    const LocalId capture = e.captures[k];
    write(capture, emit(Op::StructGet, {environment}, var_types[capture.index], {}, k));
  }
}

void Lowering::evaluate(std::span<const sema::Arg> args, std::vector<Passed>& passed) {
  passed.resize(args.size());
  for (std::size_t k = 0; k < args.size(); ++k) {
    Passed& p = passed[k];
    p.arg = &args[k];
    Expr* value = args[k].value;
    if (args[k].is_mut) {
      p.place = place(value);
    } else if (value->kind == sema::ExprKind::BlockArg) {
      p.block = block_type(static_cast<sema::BlockArgExpr&>(*value));
    } else {
      p.value = expr(value);
    }
  }
}

/// Whether another argument changes a part of the same variable: a place, or a block that captures it.
bool Lowering::uses_root(const Passed& p, Var root) const {
  if (p.arg->is_mut) return p.place.root == root;
  if (!p.block.valid()) return false;
  const auto captures = static_cast<const sema::BlockArgExpr&>(*p.arg->value).captures;
  return std::ranges::any_of(captures, [&](LocalId capture) { return capture.index == root; });
}

void Lowering::open_places(std::vector<Passed>& passed) {
  for (std::size_t k = 0; k < passed.size(); ++k) {
    Passed& p = passed[k];
    if (!p.arg->is_mut) continue;
    for (std::size_t j = 0; j < passed.size(); ++j) p.hole |= j != k && uses_root(passed[j], p.place.root);
    p.opened = open(p.place, p.hole);
    p.value = p.opened.value;
  }
  for (Passed& p : passed)
    if (p.block.valid()) p.value = environment(static_cast<sema::BlockArgExpr&>(*p.arg->value), p.block);
}

/// Puts the changed values back, `results` in the order of the mut and block parameters.
void Lowering::give_back(std::vector<Passed>& passed, std::span<const ValueId> results) {
  std::vector<std::size_t> order;
  for (std::size_t k = 0; k < passed.size(); ++k) {
    const Expr* value = passed[k].arg->value;
    const bool forwarded =
        value->kind == sema::ExprKind::Local &&
        body.locals[static_cast<const sema::LocalExpr*>(value)->local.index].kind == sema::LocalKind::BlockParam;
    if (passed[k].arg->is_mut || passed[k].block.valid() || forwarded) order.push_back(k);
  }
  // Results come in the order of parameters, arguments stand in the order of evaluation.
  for (std::size_t i = 1; i < order.size(); ++i)
    for (std::size_t j = i; j > 0 && passed[order[j]].arg->param < passed[order[j - 1]].arg->param; --j)
      std::swap(order[j], order[j - 1]);
  // Blocks first: a variable that one changed has a hole where a place of the call belongs.
  const std::size_t count = std::min(order.size(), results.size());
  for (std::size_t i = 0; i < count; ++i) {
    Passed& p = passed[order[i]];
    if (p.block.valid()) {
      write_back(static_cast<sema::BlockArgExpr&>(*p.arg->value), p.block, results[i]);
    } else if (!p.arg->is_mut) {
      write(static_cast<sema::LocalExpr*>(p.arg->value)->local, results[i]);
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    Passed& p = passed[order[i]];
    if (!p.arg->is_mut) continue;
    if (p.hole)
      close_hole(p.place, results[i]);
    else
      close(p.place, p.opened, results[i]);
  }
}

ValueId Lowering::call(sema::CallExpr& e) {
  std::vector<Passed> passed;
  evaluate(e.args, passed);
  if (dead()) return {};
  open_places(passed);
  const sema::FunctionInfo& info = program.function(e.callee.function);
  std::vector<ValueId> args(info.params.size());
  for (const Passed& p : passed) args[p.arg->param] = p.value;

  std::vector<TypeId> arguments(e.callee.arguments.begin(), e.callee.arguments.end());
  std::vector<TypeId> results{e.type};
  for (std::size_t k = 0; k < info.params.size(); ++k) {
    if (info.params[k].kind == syntax::ParamKind::Plain) continue;
    const TypeId type = args[k].valid() ? b.f.type(args[k]) : types.unit();
    results.push_back(type);
    if (info.params[k].kind == syntax::ParamKind::Block) arguments.push_back(type);
  }
  // What a call of type Never gives is nothing; what it would give is in its signature.
  results[0] = types.substitute(info.result, e.callee.arguments);
  std::vector<ValueId> values;
  if (info.intrinsic == "panic") {
    effect(Op::Panic, {args[0]});
    b.at = {};
    return {};
  }
  values = emit_many(Op::Call, args, results, {}, callee(e.callee.function, arguments));
  if (kind(e.type) == TypeKind::Never) {
    end_unreachable();
    return {};
  }
  give_back(passed, std::span(values).subspan(1));
  return values[0];
}

ValueId Lowering::call_function(const sema::FunctionRef& ref, std::span<const ValueId> args, TypeId result) {
  if (dead()) return {};
  return emit(Op::Call, args, result, {}, callee(ref.function, ref.arguments));
}

ValueId Lowering::call_value(sema::CallValueExpr& e) {
  const ValueId function = expr(e.callee);
  std::vector<Passed> passed;
  evaluate(e.args, passed);
  if (dead()) return {};
  open_places(passed);
  const TypeId type = e.callee->type;
  std::vector<ValueId> args(passed.size() + 1);
  args[0] = function;
  for (const Passed& p : passed) args[p.arg->param + 1] = p.value;
  std::vector<TypeId> results{types[type].arguments.back()};
  for (std::size_t k = 0; k + 1 < types[type].arguments.size(); ++k)
    if (types[type].mut_mask >> k & 1) results.push_back(types[type].arguments[k]);
  const auto values = emit_many(Op::CallValue, args, results, type);
  if (kind(e.type) == TypeKind::Never) {
    end_unreachable();
    return {};
  }
  give_back(passed, std::span(values).subspan(1));
  return values[0];
}

ValueId Lowering::call_block(sema::CallBlockExpr& e) {
  std::vector<Passed> passed;
  evaluate(e.args, passed);
  if (dead()) return {};
  open_places(passed);
  const TypeId type = body.locals[e.block.index].type;
  std::vector<ValueId> args(passed.size() + 1);
  args[0] = read(e.block);
  for (const Passed& p : passed) args[p.arg->param + 1] = p.value;
  std::vector<TypeId> results{types[type].arguments.back()};
  for (std::size_t k = 0; k + 1 < types[type].arguments.size(); ++k)
    if (types[type].mut_mask >> k & 1) results.push_back(types[type].arguments[k]);
  results.push_back(block_type_of(e.block));
  const auto values = emit_many(Op::CallBlock, args, results, type);
  if (kind(e.type) == TypeKind::Never) {
    end_unreachable();
    return {};
  }
  write(e.block, values.back());
  give_back(passed, std::span(values).subspan(1, values.size() - 2));
  return values[0];
}

ValueId Lowering::lambda(sema::LambdaExpr& e) {
  std::vector<ValueId> captures;
  for (LocalId capture : e.captures) captures.push_back(read(capture));
  if (dead()) return {};
  std::vector<TypeId> arguments;
  for (std::uint32_t k = 0; k < b.f.type_param_count; ++k)
    arguments.push_back(types.param(k, info_.type_params[k].name));
  return emit(Op::ClosureMake, captures, e.type, e.type, callee(e.body, arguments));
}

ValueId Lowering::function_value(sema::FunctionExpr& e) {
  if (dead()) return {};
  return emit(Op::ClosureMake, {}, e.type, e.type, callee(e.function.function, e.function.arguments));
}

}  // namespace noodle::nir
