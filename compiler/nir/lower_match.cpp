// Patterns and match. Arms are tried in order, but runs of arms that look for variants share one
// `switch`: each variant's edge leads to the chain of the run's arms for that variant, and behind the
// last of them to what follows the run. So tests are never copied but for alternatives, and the code
// of a guard or body exists once: what patterns bind are variables, and SSA makes the parameters.

#include <algorithm>

#include "compiler/nir/lower_function.h"

namespace noodle::nir {

using sema::PatternKind;

namespace {

template <typename T>
const T& as(const Pattern* p) {
  return static_cast<const T&>(*p);
}

}  // namespace

std::vector<ValueId> Lowering::payload(ValueId content, TypeId type, std::uint32_t variant) {
  std::vector<TypeId> fields;
  for (std::uint32_t k = 0; k < field_count(type, variant); ++k) fields.push_back(field_type(type, variant, k));
  return emit_many(Op::Payload, std::span(&content, 1), fields, {}, variant);
}

bool Lowering::is_irrefutable(const Pattern* p) const {
  return p->kind == PatternKind::Wildcard || p->kind == PatternKind::Bind;
}

void Lowering::bind(const Pattern* pattern, ValueId value) {
  if (dead()) return;
  // An irrefutable pattern's tests can't fail; should sema be wrong, the program stops.
  const BlockId fail = block();
  test(pattern, value, fail);
  const BlockId here = b.at;
  seal(fail);
  enter(fail);
  end_unreachable();
  b.at = here;
}

/// Goes on where the pattern matches, with its variables bound; else to `fail`.
void Lowering::test(const Pattern* pattern, ValueId value, BlockId fail) {
  if (dead()) return;
  switch (pattern->kind) {
    case PatternKind::Wildcard: return;
    case PatternKind::Bind: return write(as<sema::BindPattern>(pattern).local, value);
    case PatternKind::Constant: {
      const ValueId wanted = expr(as<sema::ConstantPattern>(pattern).value);
      const BlockId good = block();
      branch(equal(value, wanted, pattern->type, false), good, fail);
      return enter_sealed(good);
    }
    case PatternKind::Range: return test_range(as<sema::RangePattern>(pattern), value, fail);
    case PatternKind::Tuple: {
      const auto& tuple = as<sema::TuplePattern>(pattern);
      for (std::uint32_t k = 0; k < tuple.elements.size(); ++k) {
        if (tuple.elements[k]->kind == PatternKind::Wildcard) continue;
        test(tuple.elements[k], field(value, k, tuple.elements[k]->type), fail);
      }
      return;
    }
    case PatternKind::Variant: {
      const auto& v = as<sema::VariantPattern>(pattern);
      const sema::NominalDecl* decl = nominal(pattern->type);
      if (decl == nullptr || !decl->is_enum) {
        for (std::uint32_t k = 0; k < v.fields.size(); ++k) {
          if (v.fields[k]->kind == PatternKind::Wildcard) continue;
          test(v.fields[k], field(value, k, v.fields[k]->type), fail);
        }
        return;
      }
      const ValueId content = emit(Op::BoxPeek, {value}, types.flat(pattern->type), pattern->type);
      const BlockId good = block();
      std::vector<BlockId> targets(decl->variants.size(), fail);
      targets[v.variant] = good;
      switch_on(content, targets);
      enter_sealed(good);
      if (std::ranges::all_of(v.fields, [](Pattern* p) { return p->kind == PatternKind::Wildcard; })) return;
      return test_fields(v.fields, payload(content, pattern->type, v.variant), fail);
    }
    case PatternKind::List: return test_list(as<sema::ListPattern>(pattern), value, fail);
    case PatternKind::Or: {
      const auto& alternatives = as<sema::OrPattern>(pattern).alternatives;
      const BlockId good = block();
      const Fork way = fork();
      for (std::size_t k = 0; k < alternatives.size() && !dead(); ++k) {
        const bool last = k + 1 == alternatives.size();
        const BlockId next = last ? fail : block();
        test(alternatives[k], value, next);
        jump(good);
        if (!last) meet(next, way);
      }
      return meet(good, way);
    }
  }
}

void Lowering::test_fields(std::span<Pattern* const> fields, std::span<const ValueId> values, BlockId fail) {
  for (std::size_t k = 0; k < fields.size(); ++k) test(fields[k], values[k], fail);
}

void Lowering::test_range(const sema::RangePattern& pattern, ValueId value, BlockId fail) {
  const auto check = [&](Expr* bound, syntax::BinaryOp op) {
    if (bound == nullptr || dead()) return;
    const ValueId limit = expr(bound);
    const BlockId good = block();
    branch(compare(op, value, limit), good, fail);
    enter_sealed(good);
  };
  check(pattern.low, syntax::BinaryOp::GreaterEqual);
  check(pattern.high, pattern.inclusive ? syntax::BinaryOp::LessEqual : syntax::BinaryOp::Less);
}

void Lowering::test_list(const sema::ListPattern& pattern, ValueId value, BlockId fail) {
  const auto least = static_cast<std::int64_t>(pattern.before.size() + pattern.after.size());
  const ValueId length = emit(Op::ListLen, {value}, i64());
  if (!pattern.has_rest || least > 0) {
    const BlockId good = block();
    branch(emit(pattern.has_rest ? Op::Ge : Op::Eq, {length, integer(least)}, boolean()), good, fail);
    enter_sealed(good);
  }
  for (std::size_t k = 0; k < pattern.before.size(); ++k) {
    const Pattern* p = pattern.before[k];
    if (p->kind == PatternKind::Wildcard) continue;
    test(p, emit(Op::ListGet, {value, integer(static_cast<std::int64_t>(k))}, p->type), fail);
  }
  for (std::size_t k = 0; k < pattern.after.size(); ++k) {
    const Pattern* p = pattern.after[k];
    if (p->kind == PatternKind::Wildcard) continue;
    const auto back = static_cast<std::int64_t>(pattern.after.size() - k);
    const ValueId at = emit(Op::Sub, {length, integer(back)}, i64());
    test(p, emit(Op::ListGet, {value, at}, p->type), fail);
  }
  if (pattern.rest != nullptr && pattern.rest->kind != PatternKind::Wildcard) {
    const ValueId end = emit(Op::Sub, {length, integer(static_cast<std::int64_t>(pattern.after.size()))}, i64());
    const ValueId begin = integer(static_cast<std::int64_t>(pattern.before.size()));
    test(pattern.rest, emit(Op::ListSlice, {value, begin, end}, pattern.rest->type), fail);
  }
}

// ----------------------------------------------------------------------------------------- match

ValueId Lowering::match(sema::MatchExpr& e) {
  const bool has_value = !is_unit(e.type) && kind(e.type) != TypeKind::Never;
  const Var result = has_value ? new_var(e.type) : UINT32_MAX;
  Place subject_place;
  ValueId subject;
  if (e.is_mut) {
    subject_place = place(e.subject);
    subject = read_place(subject_place);
  } else {
    subject = expr(e.subject);
  }
  if (dead()) return {};
  const BlockId done = block();
  const Fork way = fork();
  match_arms(e, subject, e.is_mut ? &subject_place : nullptr, done, result);
  meet(done, way);
  return has_value ? result_of(result, e.type) : ValueId();
}

namespace {

/// One alternative of an arm as it is tried.
struct Row {
  const sema::MatchArm* arm;
  const Pattern* pattern;
};

}  // namespace

void Lowering::match_arms(sema::MatchExpr& e, ValueId subject, const Place* place, BlockId done, Var result) {
  std::vector<Row> rows;
  for (const sema::MatchArm& arm : e.arms) {
    if (place != nullptr && binds_alias(arm.pattern)) {
      // What `mut` names stand for depends on the alternative, so each has a body of its own.
      for (const Pattern* p : expand_alternatives(arm.pattern)) rows.push_back({&arm, p});
    } else {
      rows.push_back({&arm, arm.pattern});
    }
  }
  const Fork start = fork();
  const sema::NominalDecl* decl = nominal(e.subject->type);
  const bool is_enum = decl != nullptr && decl->is_enum;
  std::size_t k = 0;
  while (k < rows.size() && !dead()) {
    // The run of arms from here that look for one variant each.
    std::size_t end = k;
    while (is_enum && end < rows.size() && rows[end].pattern->kind == PatternKind::Variant) ++end;
    const BlockId next = block();
    if (end - k < 2) {
      test(rows[k].pattern, subject, next);
      arm_body(e, *rows[k].arm, rows[k].pattern, place, next, done, result);
      meet(next, start);
      ++k;
      continue;
    }
    const ValueId content = emit(Op::BoxPeek, {subject}, types.flat(e.subject->type), e.subject->type);
    std::vector<std::vector<std::size_t>> chains(decl->variants.size());
    for (std::size_t r = k; r < end; ++r) chains[as<sema::VariantPattern>(rows[r].pattern).variant].push_back(r);
    std::vector<BlockId> targets(chains.size(), next);
    for (std::size_t v = 0; v < chains.size(); ++v)
      if (!chains[v].empty()) targets[v] = block();
    switch_on(content, targets);
    for (std::size_t v = 0; v < chains.size(); ++v) {
      if (chains[v].empty()) continue;
      enter_sealed(targets[v]);
      const auto wants = [&](std::size_t r) {
        return std::ranges::any_of(as<sema::VariantPattern>(rows[r].pattern).fields,
                                   [](Pattern* p) { return p->kind != PatternKind::Wildcard; });
      };
      std::vector<ValueId> fields;
      if (std::ranges::any_of(chains[v], wants))
        fields = payload(content, e.subject->type, static_cast<std::uint32_t>(v));
      for (std::size_t c = 0; c < chains[v].size() && !dead(); ++c) {
        const Row& row = rows[chains[v][c]];
        const bool last = c + 1 == chains[v].size();
        const BlockId fail = last ? next : block();
        if (!fields.empty()) test_fields(as<sema::VariantPattern>(row.pattern).fields, fields, fail);
        arm_body(e, *row.arm, row.pattern, place, fail, done, result);
        if (!last)
          meet(fail, start);
        else
          b.at = {};
      }
    }
    meet(next, start);
    k = end;
  }
  if (!dead()) end_unreachable();
}

/// The guard and body of an arm whose pattern matched.
void Lowering::arm_body(sema::MatchExpr& e, const sema::MatchArm& arm, const Pattern* pattern, const Place* place,
                        BlockId fail, BlockId done, Var result) {
  if (dead()) return;
  if (arm.guard != nullptr) {
    const BlockId good = block();
    const Fork way = fork();
    condition(arm.guard, good, fail);
    meet(good, way);
  }
  count(e, "arm", static_cast<std::size_t>(&arm - e.arms.data()) + 1);
  if (arm.body->kind != sema::ExprKind::Block) count(*arm.body);
  if (dead()) return;
  const std::size_t outside = scopes.size();
  Opened opened;
  Pieces pieces;
  if (place != nullptr && binds_alias(pattern)) {
    opened = open(*place, false);
    Scope held;
    held.kind = Scope::Kind::HeldPlace;
    held.place = place;
    held.opened = &opened;
    held.value = new_var(place->type());
    scopes.push_back(held);
    take_apart(pattern, opened.value, pieces);
    Scope parts;
    parts.kind = Scope::Kind::HeldParts;
    parts.pattern = pattern;
    parts.pieces = &pieces;
    parts.value = held.value;
    scopes.push_back(parts);
  }
  if (result == UINT32_MAX) {
    statement(arm.body);
    pop_scopes(outside);
  } else {
    const ValueId value = expr(arm.body);
    pop_scopes(outside);
    write(result, value);
  }
  jump(done);
}

}  // namespace noodle::nir
