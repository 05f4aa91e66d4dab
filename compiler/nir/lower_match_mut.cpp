// `match mut`: once an arm is chosen its subject is taken apart along the pattern, the names bound by
// `mut` are variables that hold the parts, and on every way out the subject is put together again
// from them and from the parts that nobody named.

#include <algorithm>

#include "compiler/nir/lower_function.h"

namespace noodle::nir {

using sema::PatternKind;

namespace {

template <typename T>
const T& as(const Pattern* p) {
  return static_cast<const T&>(*p);
}

constexpr std::size_t kMostAlternatives = 64;

}  // namespace

bool Lowering::binds_alias(const Pattern* p) const {
  const auto any = [&](std::span<Pattern* const> parts) {
    return std::ranges::any_of(parts, [&](const Pattern* q) { return binds_alias(q); });
  };
  switch (p->kind) {
    case PatternKind::Bind: return body.locals[as<sema::BindPattern>(p).local.index].kind == sema::LocalKind::MutAlias;
    case PatternKind::Tuple: return any(as<sema::TuplePattern>(p).elements);
    case PatternKind::Variant: return any(as<sema::VariantPattern>(p).fields);
    case PatternKind::Or: return any(as<sema::OrPattern>(p).alternatives);
    case PatternKind::List: {
      const auto& list = as<sema::ListPattern>(p);
      return any(list.before) || any(list.after) || (list.rest != nullptr && binds_alias(list.rest));
    }
    default: return false;
  }
}

/// All ways to read a pattern without an `Or` around a `mut` name.
std::vector<const Pattern*> Lowering::expand_alternatives(const Pattern* pattern) {
  if (!binds_alias(pattern) || pattern->kind == PatternKind::Bind) return {pattern};
  std::vector<const Pattern*> result;
  if (pattern->kind == PatternKind::Or) {
    for (const Pattern* p : as<sema::OrPattern>(pattern).alternatives)
      for (const Pattern* q : expand_alternatives(p)) result.push_back(q);
  } else {
    std::vector<Pattern*> parts;
    if (pattern->kind == PatternKind::Tuple) {
      const auto from = as<sema::TuplePattern>(pattern).elements;
      parts.assign(from.begin(), from.end());
    } else if (pattern->kind == PatternKind::Variant) {
      const auto from = as<sema::VariantPattern>(pattern).fields;
      parts.assign(from.begin(), from.end());
    } else {
      const auto& list = as<sema::ListPattern>(pattern);
      parts.assign(list.before.begin(), list.before.end());
      parts.insert(parts.end(), list.after.begin(), list.after.end());
    }
    // Every combination of what the parts expand to.
    std::vector<std::vector<Pattern*>> rows{{}};
    for (const Pattern* part : parts) {
      const auto choices = expand_alternatives(part);
      std::vector<std::vector<Pattern*>> longer;
      for (const auto& row : rows)
        for (const Pattern* choice : choices) {
          longer.push_back(row);
          longer.back().push_back(const_cast<Pattern*>(choice));
        }
      rows = std::move(longer);
      if (rows.size() > kMostAlternatives) break;
    }
    if (rows.size() == 1) return {pattern};
    for (const auto& row : rows) {
      if (row.size() != parts.size()) break;
      result.push_back(with_parts(pattern, row));
    }
  }
  if (result.size() > kMostAlternatives || result.empty()) {
    problem("this pattern with `mut` has too many alternatives", pattern->span);
    result.assign(1, pattern);
  }
  return result;
}

/// A copy of a pattern with other parts.
const Pattern* Lowering::with_parts(const Pattern* pattern, const std::vector<Pattern*>& parts) {
  const auto kept = std::span<Pattern* const>(scratch.copy(parts));
  if (pattern->kind == PatternKind::Tuple) {
    auto* p = scratch.make<sema::TuplePattern>(as<sema::TuplePattern>(pattern));
    p->elements = kept;
    return p;
  }
  if (pattern->kind == PatternKind::Variant) {
    auto* p = scratch.make<sema::VariantPattern>(as<sema::VariantPattern>(pattern));
    p->fields = kept;
    return p;
  }
  auto* p = scratch.make<sema::ListPattern>(as<sema::ListPattern>(pattern));
  p->before = kept.subspan(0, p->before.size());
  p->after = kept.subspan(p->before.size());
  return p;
}

void Lowering::take_apart(const Pattern* pattern, ValueId value, Pieces& pieces) {
  pieces.original = value;
  if (dead()) return;
  if (pattern->kind == PatternKind::Bind) return write(as<sema::BindPattern>(pattern).local, value);
  if (!binds_alias(pattern)) {
    // Names without `mut` were bound by the test, to parts of what is now being taken apart.
    const bool is_simple = pattern->kind == PatternKind::Wildcard || pattern->kind == PatternKind::Constant ||
                           pattern->kind == PatternKind::Range;
    return is_simple ? void() : bind(pattern, value);
  }
  switch (pattern->kind) {
    case PatternKind::Tuple: {
      const auto& elements = as<sema::TuplePattern>(pattern).elements;
      pieces.parts.resize(elements.size());
      for (std::uint32_t k = 0; k < elements.size(); ++k)
        take_apart(elements[k], field(value, k, elements[k]->type), pieces.parts[k]);
      return;
    }
    case PatternKind::Variant: {
      const auto& v = as<sema::VariantPattern>(pattern);
      const sema::NominalDecl* decl = nominal(pattern->type);
      pieces.parts.resize(v.fields.size());
      const TypeId flat = types.flat(pattern->type);
      std::vector<ValueId> fields;
      if (decl != nullptr && decl->is_enum) {
        const ValueId content = emit(Op::BoxOpen, {value}, flat, pattern->type);
        const BlockId good = block(), other = block();
        std::vector<BlockId> targets(decl->variants.size(), other);
        targets[v.variant] = good;
        switch_on(content, targets);
        enter_sealed(other);
        end_unreachable();
        enter_sealed(good);
        std::vector<TypeId> field_types;
        for (const Pattern* p : v.fields) field_types.push_back(p->type);
        fields = emit_many(Op::EnumOpen, std::span(&content, 1), field_types, {}, v.variant);
      } else {
        const auto taken = emit_many(Op::BoxTake, {value}, {pattern->type, flat}, pattern->type);
        pieces.shell = taken[0];
        pieces.original = taken[1];
        for (std::uint32_t k = 0; k < v.fields.size(); ++k) fields.push_back(field(taken[1], k, v.fields[k]->type));
      }
      for (std::size_t k = 0; k < v.fields.size(); ++k) take_apart(v.fields[k], fields[k], pieces.parts[k]);
      return;
    }
    case PatternKind::List: {
      const auto& list = as<sema::ListPattern>(pattern);
      const std::size_t count = list.before.size() + list.after.size();
      pieces.parts.resize(count);
      const ValueId length = emit(Op::ListLen, {value}, i64());
      for (std::size_t k = 0; k < count; ++k) {
        const bool early = k < list.before.size();
        const Pattern* p = early ? list.before[k] : list.after[k - list.before.size()];
        if (!binds_alias(p)) continue;
        Pieces& part = pieces.parts[k];
        part.rest = early ? integer(static_cast<std::int64_t>(k))
                          : emit(Op::Sub, {length, integer(static_cast<std::int64_t>(count - k))}, i64());
        const auto taken = emit_many(Op::ListTake, {value, part.rest}, {pattern->type, p->type});
        value = taken[0];
        take_apart(p, taken[1], part);
      }
      pieces.original = value;
      return;
    }
    default: return;
  }
}

ValueId Lowering::put_together(const Pattern* pattern, const Pieces& pieces) {
  if (dead() || !binds_alias(pattern)) return pieces.original;
  switch (pattern->kind) {
    case PatternKind::Bind: return read(as<sema::BindPattern>(pattern).local);
    case PatternKind::Tuple:
    case PatternKind::Variant: {
      const bool is_tuple = pattern->kind == PatternKind::Tuple;
      const auto parts = is_tuple ? as<sema::TuplePattern>(pattern).elements : as<sema::VariantPattern>(pattern).fields;
      std::vector<ValueId> fields;
      for (std::size_t k = 0; k < parts.size(); ++k) fields.push_back(put_together(parts[k], pieces.parts[k]));
      if (is_tuple) return emit(Op::StructMake, fields, pattern->type, pattern->type);
      const sema::NominalDecl* decl = nominal(pattern->type);
      const std::uint32_t index = as<sema::VariantPattern>(pattern).variant;
      if (decl == nullptr || decl->is_enum) return variant(pattern->type, index, fields);
      ValueId whole = pieces.original;
      for (std::uint32_t k = 0; k < parts.size(); ++k)
        if (binds_alias(parts[k])) whole = emit(Op::StructWith, {whole, fields[k]}, types.flat(pattern->type), {}, k);
      return emit(Op::BoxPut, {pieces.shell, whole}, pattern->type, pattern->type);
    }
    case PatternKind::List: {
      const auto& list = as<sema::ListPattern>(pattern);
      ValueId whole = pieces.original;
      for (std::size_t k = 0; k < pieces.parts.size(); ++k) {
        const Pattern* p = k < list.before.size() ? list.before[k] : list.after[k - list.before.size()];
        if (!binds_alias(p)) continue;
        const ValueId part = put_together(p, pieces.parts[k]);
        whole = emit(Op::ListPut, {whole, pieces.parts[k].rest, part}, pattern->type);
      }
      return whole;
    }
    default: return pieces.original;
  }
}

}  // namespace noodle::nir
