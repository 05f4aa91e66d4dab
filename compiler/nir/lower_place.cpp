// Places. Changing a part of something is a functional update of the whole: the parts on the way are
// taken out, the innermost is changed, and they are put back from the inside out. Once flattened and
// counted this happens in place wherever the whole is unique.

#include "compiler/nir/lower_function.h"

namespace noodle::nir {

using sema::ExprKind;

Place Lowering::place(Expr* e) {
  switch (e->kind) {
    case ExprKind::Local: {
      const LocalId local = static_cast<sema::LocalExpr*>(e)->local;
      return {local.index, e->type, {}};
    }
    case ExprKind::Field: {
      auto* f = static_cast<sema::FieldExpr*>(e);
      Place p = place(f->base);
      p.steps.push_back({Place::StepKind::Field, f->field, {}, {}, f->base->type, e->type});
      return p;
    }
    case ExprKind::Index: {
      auto* i = static_cast<sema::IndexExpr*>(e);
      Place p = place(i->base);
      p.steps.push_back({Place::StepKind::Index, 0, expr(i->index), {}, i->base->type, e->type});
      return p;
    }
    case ExprKind::MapAt: {
      auto* m = static_cast<sema::MapAtExpr*>(e);
      Place p = place(m->base);
      const ValueId key = expr(m->key);
      p.steps.push_back({Place::StepKind::MapAt, 0, key, expr(m->otherwise), m->base->type, e->type});
      return p;
    }
    case ExprKind::MapSet: {
      auto* m = static_cast<sema::MapIndexExpr*>(e);
      Place p = place(m->base);
      p.steps.push_back(
          {Place::StepKind::MapSet, 0, expr(m->key), {}, m->base->type, types[m->base->type].arguments[1]});
      return p;
    }
    default: {
      // Not a place (a call's result): its value becomes a variable that nobody sees.
      Place p{new_var(e->type), e->type, {}};
      write(p.root, expr(e));
      return p;
    }
  }
}

/// A map's entry for a step's key, made with the default when it is missing.
ValueId Lowering::entry_of(const Place::Step& step, ValueId& map) {
  const auto slot = emit_many(Op::MapSlot, {map, step.key}, {step.container, i64(), boolean()});
  if (dead()) return {};
  const Var changed = new_var(step.container);
  write(changed, slot[0]);
  const BlockId fresh = block(), done = block();
  const Fork way = fork();
  branch(slot[2], fresh, done);
  enter_sealed(fresh);
  write(changed, emit(Op::MapPut, {slot[0], slot[1], step.otherwise}, step.container));
  jump(done);
  meet(done, way);
  map = read(changed);
  return slot[1];
}

Opened::Frame Lowering::open_step(const Place::Step& step, ValueId container, ValueId& part) {
  Opened::Frame frame;
  switch (step.kind) {
    case Place::StepKind::Field: {
      frame.inner = frame.outer = container;
      if (nominal(step.container) != nullptr) {
        const TypeId flat = types.flat(step.container);
        const auto taken = emit_many(Op::BoxTake, {container}, {step.container, flat}, step.container);
        frame.outer = taken[0];
        frame.inner = taken[1];
      }
      part = field(frame.inner, step.field, step.part);
      return frame;
    }
    case Place::StepKind::Index: {
      frame.key = step.key;
      if (kind(step.container) == TypeKind::Bytes) {
        frame.outer = container;
        part = native("bytes.at", {container, step.key}, step.part);
        return frame;
      }
      const auto taken = emit_many(Op::ListTake, {container, step.key}, {step.container, step.part});
      frame.outer = taken[0];
      part = taken[1];
      return frame;
    }
    case Place::StepKind::MapAt: {
      frame.key = entry_of(step, container);
      const auto taken = emit_many(Op::MapTake, {container, frame.key}, {step.container, step.part});
      frame.outer = taken[0];
      part = taken[1];
      return frame;
    }
    case Place::StepKind::MapSet: break;
  }
  return frame;
}

ValueId Lowering::close_step(const Place::Step& step, const Opened::Frame& frame, ValueId part) {
  switch (step.kind) {
    case Place::StepKind::Field: {
      const ValueId whole =
          emit(Op::StructWith, {frame.inner, part}, dead() ? TypeId() : b.f.type(frame.inner), {}, step.field);
      if (nominal(step.container) == nullptr) return whole;
      return emit(Op::BoxPut, {frame.outer, whole}, step.container, step.container);
    }
    case Place::StepKind::Index:
      if (kind(step.container) == TypeKind::Bytes)
        return native("bytes.set", {frame.outer, frame.key, part}, step.container);
      return emit(Op::ListPut, {frame.outer, frame.key, part}, step.container);
    case Place::StepKind::MapAt: return emit(Op::MapPut, {frame.outer, frame.key, part}, step.container);
    case Place::StepKind::MapSet: return emit(Op::MapInsert, {frame.outer, step.key, part}, step.container);
  }
  return {};
}

Opened Lowering::open(const Place& place, bool leave_hole) {
  Opened opened;
  opened.value = read(place.root);
  for (const Place::Step& step : place.steps) {
    ValueId part;
    opened.frames.push_back(open_step(step, opened.value, part));
    opened.value = part;
  }
  // When another place of the same variable is opened too, the variable goes on without this part.
  if (leave_hole && !dead()) close(place, opened, emit(Op::Zero, {}, place.type(), place.type()));
  return opened;
}

void Lowering::close(const Place& place, const Opened& opened, ValueId value) {
  for (std::size_t k = place.steps.size(); k-- > 0;) value = close_step(place.steps[k], opened.frames[k], value);
  write(place.root, value);
}

void Lowering::close_hole(const Place& place, ValueId value) {
  const Opened again = open(place, false);
  close(place, again, value);
}

ValueId Lowering::read_place(const Place& place) {
  bool inserts = false;
  for (const Place::Step& step : place.steps) inserts |= step.kind == Place::StepKind::MapAt;
  if (inserts) {
    const Opened opened = open(place, false);
    close(place, opened, opened.value);
    return opened.value;
  }
  ValueId value = read(place.root);
  for (const Place::Step& step : place.steps) {
    if (step.kind == Place::StepKind::Field)
      value = field(value, step.field, step.part);
    else
      value = index(value, step.key, step.container, step.part);
  }
  return value;
}

/// Writes a place without reading it.
void Lowering::store(const Place& place, ValueId value) {
  if (place.steps.empty()) return write(place.root, value);
  Opened opened;
  opened.value = read(place.root);
  for (std::size_t k = 0; k + 1 < place.steps.size(); ++k) {
    ValueId part;
    opened.frames.push_back(open_step(place.steps[k], opened.value, part));
    opened.value = part;
  }
  const Place::Step& last = place.steps.back();
  ValueId whole = opened.value;
  switch (last.kind) {
    case Place::StepKind::Field: whole = emit(Op::StructWith, {whole, value}, last.container, {}, last.field); break;
    case Place::StepKind::Index:
      if (kind(last.container) == TypeKind::Bytes)
        whole = native("bytes.set", {whole, last.key, value}, last.container);
      else
        whole = emit(Op::ListSet, {whole, last.key, value}, last.container);
      break;
    case Place::StepKind::MapAt: {
      const ValueId entry = entry_of(last, whole);
      whole = emit(Op::MapPut, {whole, entry, value}, last.container);
      break;
    }
    case Place::StepKind::MapSet: whole = emit(Op::MapInsert, {whole, last.key, value}, last.container); break;
  }
  for (std::size_t k = place.steps.size() - 1; k-- > 0;) whole = close_step(place.steps[k], opened.frames[k], whole);
  write(place.root, whole);
}

void Lowering::assign(sema::AssignExpr& e) {
  const Place target = place(e.place);
  const ValueId value = expr(e.value);
  if (dead()) return;
  if (!e.has_op) return store(target, value);
  const Opened opened = open(target, false);
  ValueId changed;
  if (e.op_call.function.valid()) {
    const ValueId args[] = {opened.value, value};
    changed = call_function(e.op_call, args, target.type());
  } else {
    changed = binary(e.op, opened.value, value, target.type());
  }
  close(target, opened, changed);
}

}  // namespace noodle::nir
