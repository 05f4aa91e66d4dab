// What must happen when control leaves: defers run, and places held by `match mut` and `for mut` get
// their values back. `scopes` is the stack of these; every way out walks it. A panic needs only the
// defers: they have handlers, where variables are read from their slots.

#include "compiler/nir/lower_function.h"

namespace noodle::nir {

namespace {

/// Every level of defers inside defers is lowered twice, for the way out and for unwinding.
constexpr int kDeepestDefers = 8;

}  // namespace

/// Goes on in a new cleanup handler, out of the way of what goes on here.
BlockId Lowering::enter_handler() {
  const BlockId handler = block();
  enter_sealed(handler);
  return handler;
}

void Lowering::defer(sema::DeferExpr& e) {
  if (defer_depth >= kDeepestDefers) return problem("defers are nested too deep here", e.span);
  Scope scope;
  scope.kind = Scope::Kind::Defer;
  scope.body = e.body;
  scope.outside = b.region;

  const BlockId here = b.at;
  const BlockId handler = enter_handler();
  std::vector<Scope> held = std::move(scopes);
  scopes.clear();
  for (std::size_t i = held.size(); i-- > 0;) {
    if (held[i].kind != Scope::Kind::Tasks) continue;
    cancel_tasks(held[i]);  // what the defer sees, no task touches any more
    break;
  }
  ++defer_depth;
  statement(e.body);
  --defer_depth;
  scopes = std::move(held);
  if (!dead()) effect(Op::Resume, {});

  const RegionId region(b.f.regions.size());
  b.f.regions.push_back({handler, scope.outside});
  b.region = region;
  b.at = here;
  scopes.push_back(std::move(scope));
}

/// Opens a scope for tasks. However control leaves it, its tasks have ended by then.
void Lowering::open_tasks(LocalId local, LocalId own, LocalId outer, Expr* body) {
  if (outer.valid()) {
    const auto entered = emit_many(Op::ScopeEnter, {read(outer)}, {i64(), i64()});
    write(local, entered[0]);
    write(own, entered[1]);
  } else {
    write(local, emit(Op::ScopeOpen, {}, i64()));
  }
  Scope scope;
  scope.kind = Scope::Kind::Tasks;
  scope.body = body;
  scope.value = own.index;
  scope.outside = b.region;
  const BlockId here = b.at;
  const BlockId handler = enter_handler();
  cancel_tasks(scope);
  effect(Op::Resume, {});
  const RegionId region(b.f.regions.size());
  b.f.regions.push_back({handler, scope.outside});
  b.region = region;
  b.at = here;
  scopes.push_back(std::move(scope));
}

/// Comes to the end of the innermost scope for tasks. Closing one twice does nothing.
void Lowering::close_tasks() {
  const Scope scope = scopes.back();
  if (!dead()) effect(Op::ScopeJoin, {read(scope.value)});
  scopes.pop_back();
  b.region = scope.outside;
}

/// Whether values of a type hold an open file, socket or process, whose end can be seen from outside.
bool Lowering::holds_resource(TypeId type) {
  if (const auto it = resources_.find(type); it != resources_.end()) return it->second;
  resources_[type] = false;
  bool holds = false;
  const sema::TypeData data = types[type];
  switch (data.kind) {
    case TypeKind::Handle: holds = kind(data.arguments[0]) == TypeKind::Never; break;
    case TypeKind::Tuple:
    case TypeKind::List:
    case TypeKind::Map:
      for (TypeId part : data.arguments) holds = holds || holds_resource(part);
      break;
    case TypeKind::Nominal:
      for (std::uint32_t v = 0; v < variant_count(type); ++v) {
        for (std::uint32_t k = 0; k < field_count(type, v); ++k)
          holds = holds || holds_resource(field_type(type, v, k));
      }
      break;
    default: break;
  }
  return resources_[type] = holds;
}

/// Variables that hold handles live to the end of their block, however it is left.
void Lowering::keep_handles(const Pattern* pattern) {
  switch (pattern->kind) {
    case sema::PatternKind::Bind: {
      if (!holds_resource(pattern->type)) return;
      Scope scope;
      scope.kind = Scope::Kind::Handle;
      scope.value = static_cast<const sema::BindPattern*>(pattern)->local.index;
      scopes.push_back(scope);
      return;
    }
    case sema::PatternKind::Tuple:
      for (const Pattern* element : static_cast<const sema::TuplePattern*>(pattern)->elements) keep_handles(element);
      return;
    case sema::PatternKind::Variant:
      for (const Pattern* field : static_cast<const sema::VariantPattern*>(pattern)->fields) keep_handles(field);
      return;
    default: return;
  }
}

void Lowering::cancel_tasks(const Scope& scope) { effect(Op::ScopeCancel, {read(scope.value)}); }

ValueId Lowering::scope_expr(sema::ScopeExpr& e) {
  open_tasks(e.scope, e.scope, {}, e.body);
  ValueId value;
  if (is_unit(e.type)) {
    statement(e.body);
  } else {
    value = expr(e.body);
  }
  close_tasks();
  return value;
}

/// The innermost scope for tasks around a scope; `scopes.size()` when there is none.
std::size_t Lowering::tasks_around(std::size_t depth) const {
  for (std::size_t i = depth + 1; i-- > 0;) {
    if (scopes[i].kind == Scope::Kind::Tasks) return i;
  }
  return scopes.size();
}

void Lowering::leave_scope(const Scope& scope) {
  switch (scope.kind) {
    case Scope::Kind::Defer: {
      b.region = scope.outside;
      ++defer_depth;
      statement(scope.body);
      --defer_depth;
      return;
    }
    case Scope::Kind::Tasks: b.region = scope.outside; return cancel_tasks(scope);
    case Scope::Kind::Handle: return effect(Op::Keep, {read(scope.value)});
    case Scope::Kind::HeldPlace: return close(*scope.place, *scope.opened, read(scope.value));
    case Scope::Kind::HeldParts: return write(scope.value, put_together(scope.pattern, *scope.pieces));
    case Scope::Kind::HeldElement: {
      const ValueId element = put_together(scope.pattern, *scope.pieces);
      const ValueId whole = read(scope.value);
      return write(scope.value, emit(scope.is_map ? Op::MapPut : Op::ListPut, {whole, scope.index, element},
                                     var_types[scope.value]));
    }
  }
}

void Lowering::leave_scopes(std::size_t down_to) {
  // While an outer scope is left, the inner ones are gone: a way out of a defer's own loop must not
  // meet them again.
  const RegionId region = b.region;
  std::vector<Scope> held(scopes.begin() + static_cast<std::ptrdiff_t>(down_to), scopes.end());
  std::size_t closed = scopes.size();  // the scope for tasks that was closed last
  while (scopes.size() > down_to) {
    const std::size_t around = tasks_around(scopes.size() - 1);
    const Scope scope = scopes.back();
    if (around >= down_to && around < scopes.size() && around != closed) {
      closed = around;
      if (scope.kind != Scope::Kind::Tasks) cancel_tasks(scopes[around]);
    }
    scopes.pop_back();
    leave_scope(scope);
  }
  scopes.insert(scopes.end(), held.begin(), held.end());
  b.region = region;
}

void Lowering::pop_scopes(std::size_t down_to) {
  while (scopes.size() > down_to) {
    const Scope scope = scopes.back();
    scopes.pop_back();
    leave_scope(scope);
    if (scope.kind == Scope::Kind::Defer) b.region = scope.outside;
  }
}

}  // namespace noodle::nir
