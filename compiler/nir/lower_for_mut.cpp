// `for mut`: the list or map is held for the whole loop; each element is taken out, is a variable in
// the body, and is put back on every way out of it.

#include "compiler/nir/lower_function.h"

namespace noodle::nir {

using sema::ForKind;
using sema::PatternKind;

void Lowering::for_mut(sema::ForExpr& e) {
  const Place held_place = place(e.iterable);
  if (dead()) return;
  const std::size_t outside = scopes.size();
  const Opened opened = open(held_place, false);
  const TypeId type = held_place.type();
  const Var whole = new_var(type);
  write(whole, opened.value);
  Scope held;
  held.kind = Scope::Kind::HeldPlace;
  held.place = &held_place;
  held.opened = &opened;
  held.value = whole;
  scopes.push_back(held);

  const bool is_map = e.for_kind == ForKind::Map;
  const Var at = new_var(i64());
  write(at, is_map ? emit(Op::MapNext, {read(whole), integer(0)}, i64()) : integer(0));
  const ValueId length = is_map ? ValueId() : emit(Op::ListLen, {read(whole)}, i64());
  const Head h = open_head();
  const BlockId inner = block();
  if (is_map)
    branch(emit(Op::Ge, {read(at), integer(0)}, boolean()), inner, h.out);
  else
    branch(emit(Op::Lt, {read(at), length}, boolean()), inner, h.out);
  enter_sealed(inner);

  const ValueId position = read(at);
  const Pattern* pattern = e.pattern;
  TypeId element_type = types[type].arguments[0];
  if (is_map) {
    element_type = types[type].arguments[1];
    if (pattern->kind == PatternKind::Tuple) {
      const auto& parts = static_cast<const sema::TuplePattern*>(pattern)->elements;
      if (parts[0]->kind != PatternKind::Wildcard)
        bind(parts[0], emit(Op::MapKey, {read(whole), position}, types[type].arguments[0]));
      pattern = parts[1];
    }
  }
  const auto taken = emit_many(is_map ? Op::MapTake : Op::ListTake, {read(whole), position}, {type, element_type});
  write(whole, taken[0]);
  Pieces pieces;
  take_apart(pattern, taken[1], pieces);
  Scope element;
  element.kind = Scope::Kind::HeldElement;
  element.pattern = pattern;
  element.pieces = &pieces;
  element.value = whole;
  element.index = position;
  element.is_map = is_map;
  scopes.push_back(element);

  // `continue` and `break` leave the element's scope, too.
  loops[e.loop.index] = {h.next, h.out, scopes.size() - 1};
  count(e, "body");
  statement(e.body);
  pop_scopes(scopes.size() - 1);
  jump(h.next);
  meet(h.next, h.inside);
  if (!dead()) {
    const ValueId following = emit(Op::Add, {read(at), integer(1)}, i64());
    write(at, is_map ? emit(Op::MapNext, {read(whole), following}, i64()) : following);
  }
  close_head(h);
  pop_scopes(outside);
}

}  // namespace noodle::nir
