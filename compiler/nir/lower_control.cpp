// Branches, loops, jumps, `return`, `?` and `??`.

#include "compiler/nir/lower_function.h"

namespace noodle::nir {

using sema::ExprKind;

ValueId Lowering::result_of(Var var, TypeId type) {
  if (dead() || kind(type) == TypeKind::Never || is_unit(type)) return {};
  return read(var);
}

/// Goes to one of two blocks without making a Bool where the condition's form allows it.
void Lowering::condition(Expr* e, BlockId yes, BlockId no) {
  if (dead()) return;
  if (e->kind == ExprKind::And || e->kind == ExprKind::Or) {
    auto* logic = static_cast<sema::LogicExpr*>(e);
    const bool is_and = e->kind == ExprKind::And;
    const BlockId second = block(), end = is_and ? no : yes;
    const BlockId decided = coverage != nullptr ? block() : end;
    const Fork way = fork();
    if (is_and)
      condition(logic->left, second, decided);
    else
      condition(logic->left, decided, second);
    if (decided != end) {
      meet(decided, way);
      count(*e, "decided");
      jump(end);
    }
    meet(second, way);
    count(*e, "right side");
    return condition(logic->right, yes, no);
  }
  if (e->kind == ExprKind::Unary && static_cast<sema::UnaryExpr*>(e)->op == sema::UnaryOp::Not)
    return condition(static_cast<sema::UnaryExpr*>(e)->operand, no, yes);
  const ValueId value = expr(e);
  branch(value, yes, no);
}

ValueId Lowering::if_expr(sema::IfExpr& e) {
  const bool has_value = !is_unit(e.type) && kind(e.type) != TypeKind::Never;
  const Var result = has_value ? new_var(e.type) : 0;
  const BlockId yes = block(), no = block(), done = block();
  const Fork way = fork();
  condition(e.condition, yes, no);
  const auto arm = [&](Expr* body, BlockId at, std::string_view name) {
    meet(at, way);
    count(e, name);
    if (body != nullptr) {
      if (!has_value) {
        statement(body);
      } else if (const ValueId value = expr(body); !dead()) {
        write(result, value);
      }
    }
    jump(done);
  };
  arm(e.then, yes, "then");
  arm(e.otherwise, no, "else");
  meet(done, way);
  return has_value ? result_of(result, e.type) : ValueId();
}

/// The right side's value is the result itself, so that a call there may be the function's last deed.
ValueId Lowering::logic(sema::LogicExpr& e, bool is_and) {
  const Var result = new_var(boolean());
  const BlockId right = block(), decided = block(), done = block();
  const Fork way = fork();
  if (is_and)
    condition(e.left, right, decided);
  else
    condition(e.left, decided, right);
  meet(right, way);
  count(e, "right side");
  if (const ValueId value = expr(e.right); !dead()) write(result, value);
  jump(done);
  meet(decided, way);
  count(e, "decided");
  write(result, boolean_value(!is_and));
  jump(done);
  meet(done, way);
  return dead() ? ValueId() : read(result);
}

void Lowering::loop(sema::LoopExpr& e) {
  const BlockId head = block(), out_block = block();
  const Fork before = fork();
  jump(head);
  enter(head);
  const Fork inside{head, clock_};
  loops[e.loop.index] = {head, out_block, scopes.size()};
  if (e.condition != nullptr) {
    const BlockId inner = block();
    condition(e.condition, inner, out_block);
    meet(inner, inside);
  }
  count(e, "body");
  statement(e.body);
  jump(head);
  blocks[head.index].dominator = before.from;
  blocks[head.index].since = before.since;
  blocks[head.index].until = clock_;
  seal(head);
  meet(out_block, inside);
  count(e, "end");
}

void Lowering::jump_out(sema::JumpExpr& e, bool is_break) {
  if (dead()) return;
  const LoopTargets targets = loops.at(e.loop.index);
  leave_scopes(targets.scopes);
  jump(is_break ? targets.out : targets.next);
}

void Lowering::return_value(ValueId value) {
  if (dead()) return;
  leave_scopes(0);
  if (dead()) return;
  std::vector<ValueId> values{value};
  for (std::uint32_t k = 0; k < body.param_count; ++k) {
    const auto local_kind = body.locals[k].kind;
    if (local_kind == sema::LocalKind::MutParam || local_kind == sema::LocalKind::BlockParam) values.push_back(read(k));
  }
  for (std::size_t k = 0; k < b.f.slots.size(); ++k) effect(Op::SlotDrop, {}, k);
  b.ret(values);
  b.at = {};
}

ValueId Lowering::try_expr(sema::TryExpr& e) {
  const ValueId operand = expr(e.operand);
  if (dead()) return {};
  const TypeId type = e.operand->type;
  const TypeId flat = types.flat(type);
  const ValueId content = emit(Op::BoxPeek, {operand}, flat, type);
  const BlockId good = block(), bad = block();
  const BlockId targets[] = {good, bad};
  switch_on(content, targets);
  enter_sealed(bad);
  count(e, "passed on");
  if (types.is_option(type)) {
    return_value(none(e.target));
  } else {
    ValueId error = payload(content, type, 1)[0];
    if (e.convert.function.valid()) {
      const ValueId args[] = {error};
      error = call_function(e.convert, args, types[e.target].arguments[1]);
    }
    return_value(variant(e.target, 1, std::span(&error, 1)));
  }
  enter_sealed(good);
  count(e, "value");
  return payload(content, type, 0)[0];
}

ValueId Lowering::map_get(sema::MapIndexExpr& e) {
  const ValueId map = expr(e.base);
  const ValueId key = expr(e.key);
  const TypeId value_type = types[e.base->type].arguments[1];
  const ValueId entry = emit(Op::MapFind, {map, key}, i64());
  const Var result = new_var(e.type);
  const BlockId found = block(), missing = block(), done = block();
  const Fork way = fork();
  branch(emit(Op::Ge, {entry, integer(0)}, boolean()), found, missing);
  enter_sealed(found);
  write(result, some(e.type, emit(Op::MapValue, {map, entry}, value_type)));
  jump(done);
  enter_sealed(missing);
  write(result, none(e.type));
  jump(done);
  meet(done, way);
  return result_of(result, e.type);
}

ValueId Lowering::coalesce(sema::CoalesceExpr& e) {
  const Var result = new_var(e.type);
  const BlockId good = block(), bad = block(), done = block();
  Fork way;
  if (e.left->kind == ExprKind::MapGet) {
    // `map[key] ?? other` needs no Option in between.
    auto* get = static_cast<sema::MapIndexExpr*>(e.left);
    const ValueId map = expr(get->base);
    const ValueId key = expr(get->key);
    const ValueId entry = emit(Op::MapFind, {map, key}, i64());
    way = fork();
    branch(emit(Op::Ge, {entry, integer(0)}, boolean()), good, bad);
    meet(good, way);
    count(e, "value");
    write(result, emit(Op::MapValue, {map, entry}, e.type));
  } else {
    const ValueId left = expr(e.left);
    const TypeId type = e.left->type;
    const ValueId content = emit(Op::BoxPeek, {left}, types.flat(type), type);
    way = fork();
    const BlockId targets[] = {good, bad};
    switch_on(content, targets);
    meet(good, way);
    count(e, "value");
    if (!dead()) write(result, payload(content, type, 0)[0]);
  }
  jump(done);
  meet(bad, way);
  count(e, "right side");
  const ValueId other = expr(e.right);
  write(result, other);
  jump(done);
  meet(done, way);
  return result_of(result, e.type);
}

}  // namespace noodle::nir
