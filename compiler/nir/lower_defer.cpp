// What must happen when control leaves: defers run, and places held by `match mut` and `for mut` get
// their values back. `scopes` is the stack of these; every way out walks it. A panic needs only the
// defers: they have handlers, where variables are read from their slots.

#include "compiler/nir/lower_function.h"

namespace noodle::nir {

namespace {

/// Every level of defers inside defers is lowered twice, for the way out and for unwinding.
constexpr int kDeepestDefers = 8;

}  // namespace

void Lowering::defer(sema::DeferExpr& e) {
  if (defer_depth >= kDeepestDefers) return problem("defers are nested too deep here", e.span);
  Scope scope;
  scope.kind = Scope::Kind::Defer;
  scope.body = e.body;
  scope.outside = b.region;

  // The handler, out of the way of what goes on here.
  const BlockId here = b.at;
  const BlockId handler = block();
  enter_sealed(handler);
  std::vector<Scope> held = std::move(scopes);
  scopes.clear();
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

void Lowering::leave_scope(const Scope& scope) {
  switch (scope.kind) {
    case Scope::Kind::Defer: {
      b.region = scope.outside;
      ++defer_depth;
      statement(scope.body);
      --defer_depth;
      return;
    }
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
  while (scopes.size() > down_to) {
    const Scope scope = scopes.back();
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
