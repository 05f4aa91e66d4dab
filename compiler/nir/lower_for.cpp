// `for` over everything. A collection is walked as it was when the loop began: the loop holds its own
// reference, and a change of the variable inside changes a copy.

#include "compiler/nir/lower_function.h"

namespace noodle::nir {

using sema::ExprKind;
using sema::ForKind;
using sema::PatternKind;

void Lowering::for_loop(sema::ForExpr& e) {
  walk(e);
  count(e, "end");
}

void Lowering::walk(sema::ForExpr& e) {
  if (e.is_mut) return for_mut(e);
  switch (e.for_kind) {
    case ForKind::Range: return for_range(e);
    case ForKind::List: return for_list(e);
    case ForKind::Map:
    case ForKind::Set: return for_map(e);
    case ForKind::String: return for_string(e);
    case ForKind::Iterator:
    case ForKind::Iterable: return for_iterator(e);
  }
}

/// Begins a loop at a head that can still get ways in; `close_head` ends it.
Lowering::Head Lowering::open_head() {
  Head h{block(), block(), block(), fork(), {}};
  jump(h.head);
  enter(h.head);
  h.inside = {h.head, clock_};
  return h;
}

void Lowering::close_head(const Head& h) {
  jump(h.head);
  BlockState& state = blocks[h.head.index];
  state.dominator = h.before.from;
  state.since = h.before.since;
  state.until = clock_;
  seal(h.head);
  meet(h.out, h.inside);
}

/// The body, entered with the pattern's variables bound; afterwards control is at `next`.
void Lowering::loop_body(sema::ForExpr& e, const Head& h) {
  const std::size_t outside = scopes.size();
  loops[e.loop.index] = {h.next, h.out, outside};
  count(e, "body");
  statement(e.body);
  jump(h.next);
  meet(h.next, h.inside);
}

void Lowering::for_range(sema::ForExpr& e) {
  ValueId start, end, inclusive;
  int known_inclusive = -1;
  if (e.iterable->kind == ExprKind::Variant) {
    auto* range = static_cast<sema::VariantExpr*>(e.iterable);
    for (std::size_t k = 0; k < range->values.size(); ++k) {
      Expr* value = range->values[k];
      if (range->fields[k] == 2 && value->kind == ExprKind::Bool) {
        known_inclusive = static_cast<sema::BoolExpr*>(value)->value;
        continue;
      }
      const ValueId v = expr(value);
      (range->fields[k] == 0 ? start : range->fields[k] == 1 ? end : inclusive) = v;
    }
  } else {
    const ValueId range = expr(e.iterable);
    start = field(range, 0, i64());
    end = field(range, 1, i64());
    inclusive = field(range, 2, boolean());
  }
  if (dead()) return;
  const Var at = new_var(i64());
  write(at, start);
  if (known_inclusive == 0) {
    const Head h = open_head();
    const BlockId inner = block();
    branch(emit(Op::Lt, {read(at), end}, boolean()), inner, h.out);
    enter_sealed(inner);
    bind(e.pattern, read(at));
    loop_body(e, h);
    write(at, dead() ? ValueId() : emit(Op::Add, {read(at), integer(1)}, i64()));
    return close_head(h);
  }
  // The last number may be the greatest Int, so the step comes behind the test.
  const BlockId some_left = block(), after = block();
  const Fork whole = fork();
  const Var last = new_var(i64());
  if (known_inclusive == 1) {
    write(last, end);
    branch(emit(Op::Le, {start, end}, boolean()), some_left, after);
    meet(some_left, whole);
  } else {
    const BlockId closed = block(), open_end = block(), shorter = block();
    branch(inclusive, closed, open_end);
    enter_sealed(closed);
    write(last, end);
    branch(emit(Op::Le, {start, end}, boolean()), some_left, after);
    enter_sealed(open_end);
    branch(emit(Op::Lt, {start, end}, boolean()), shorter, after);
    enter_sealed(shorter);
    write(last, emit(Op::Sub, {end, integer(1)}, i64()));
    jump(some_left);
    meet(some_left, whole);
  }
  const Head h = open_head();
  bind(e.pattern, read(at));
  loop_body(e, h);
  const BlockId step = block();
  if (!dead()) branch(emit(Op::Lt, {read(at), read(last)}, boolean()), step, h.out);
  meet(step, h.inside);
  write(at, dead() ? ValueId() : emit(Op::Add, {read(at), integer(1)}, i64()));
  close_head(h);
  jump(after);
  meet(after, whole);
}

void Lowering::for_list(sema::ForExpr& e) {
  const ValueId list = expr(e.iterable);
  if (dead()) return;
  const ValueId length = emit(Op::ListLen, {list}, i64());
  const Var at = new_var(i64());
  write(at, integer(0));
  const Head h = open_head();
  const BlockId inner = block();
  branch(emit(Op::Lt, {read(at), length}, boolean()), inner, h.out);
  enter_sealed(inner);
  bind(e.pattern, emit(Op::ListGet, {list, read(at)}, e.pattern->type));
  loop_body(e, h);
  write(at, dead() ? ValueId() : emit(Op::Add, {read(at), integer(1)}, i64()));
  close_head(h);
}

void Lowering::for_map(sema::ForExpr& e) {
  ValueId map = expr(e.iterable);
  if (dead()) return;
  if (e.for_kind == ForKind::Set) {
    // A set is a struct around the map whose keys are its values.
    const TypeId element = types[e.iterable->type].arguments[0];
    map = field(map, 0, types.map(element, types.unit()));
  }
  const Var at = new_var(i64());
  write(at, emit(Op::MapNext, {map, integer(0)}, i64()));
  const Head h = open_head();
  const BlockId inner = block();
  branch(emit(Op::Ge, {read(at), integer(0)}, boolean()), inner, h.out);
  enter_sealed(inner);
  const ValueId entry = read(at);
  const TypeId key_type = types[b.f.type(map)].arguments[0];
  const TypeId value_type = types[b.f.type(map)].arguments[1];
  const auto bind_part = [&](const Pattern* p, Op op, TypeId type) {
    if (p->kind != PatternKind::Wildcard) bind(p, emit(op, {map, entry}, type));
  };
  if (e.for_kind == ForKind::Set) {
    bind_part(e.pattern, Op::MapKey, key_type);
  } else if (e.pattern->kind == PatternKind::Tuple) {
    const auto& parts = static_cast<sema::TuplePattern*>(e.pattern)->elements;
    bind_part(parts[0], Op::MapKey, key_type);
    bind_part(parts[1], Op::MapValue, value_type);
  } else if (e.pattern->kind != PatternKind::Wildcard) {
    const ValueId key = emit(Op::MapKey, {map, entry}, key_type);
    const ValueId value = emit(Op::MapValue, {map, entry}, value_type);
    bind(e.pattern, emit(Op::StructMake, {key, value}, e.pattern->type, e.pattern->type));
  }
  loop_body(e, h);
  if (!dead()) {
    const ValueId following = emit(Op::Add, {read(at), integer(1)}, i64());
    write(at, emit(Op::MapNext, {map, following}, i64()));
  }
  close_head(h);
}

void Lowering::for_string(sema::ForExpr& e) {
  const ValueId text = expr(e.iterable);
  if (dead()) return;
  const Var at = new_var(i64());
  write(at, integer(0));
  const Head h = open_head();
  const auto next = emit_many(Op::CallNative, {text, read(at)}, {i64(), text_type()}, {}, symbol("string.next").index);
  const BlockId inner = block();
  branch(emit(Op::Ge, {next[0], integer(0)}, boolean()), inner, h.out);
  enter_sealed(inner);
  write(at, next[0]);
  bind(e.pattern, next[1]);
  loop_body(e, h);
  close_head(h);
}

void Lowering::for_iterator(sema::ForExpr& e) {
  ValueId iterator = expr(e.iterable);
  if (dead()) return;
  if (e.for_kind == ForKind::Iterable) {
    const sema::FunctionInfo& info = program.function(e.iterator.function);
    iterator = call_function(e.iterator, std::span(&iterator, 1), types.substitute(info.result, e.iterator.arguments));
  }
  const TypeId type = b.f.type(iterator);
  const Var walking = new_var(type);
  write(walking, iterator);
  const Head h = open_head();
  const TypeId option = types.option(e.pattern->type);
  const auto results =
      emit_many(Op::Call, {read(walking)}, {option, type}, {}, callee(e.next.function, e.next.arguments));
  write(walking, results[1]);
  const ValueId content = emit(Op::BoxPeek, {results[0]}, types.flat(option), option);
  const BlockId inner = block();
  const BlockId targets[] = {inner, h.out};
  switch_on(content, targets);
  enter_sealed(inner);
  bind(e.pattern, payload(content, option, 0)[0]);
  loop_body(e, h);
  close_head(h);
}

}  // namespace noodle::nir
