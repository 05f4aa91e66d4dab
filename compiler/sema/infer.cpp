#include "compiler/sema/infer.h"

#include <algorithm>

namespace noodle::sema {

TypeId Inference::fresh(VariableKind kind) {
  variables_.push_back({kind, TypeId()});
  return types_.infer(static_cast<std::uint32_t>(variables_.size() - 1));
}

void Inference::allow_number(TypeId param, bool floats_only) { number_params_.emplace_back(param, floats_only); }

bool Inference::is_number(TypeId type, bool& floating) const {
  type = head(type);
  TypeKind kind = types_.kind(type);
  floating = is_float(kind) || variable_kind(type) == VariableKind::Float;
  if (sema::is_number(kind) || is_literal(type)) return true;
  for (const auto& [param, floats_only] : number_params_) {
    if (param == type) {
      floating = floats_only;
      return true;
    }
  }
  return false;
}

TypeId Inference::head(TypeId type) const {
  while (types_.kind(type) == TypeKind::Infer) {
    TypeId next = variables_[types_[type].index].solution;
    if (!next.valid()) return type;
    type = next;
  }
  return type;
}

TypeId Inference::replaced(TypeId type, bool literals) {
  if (!types_.has_infer(type)) return type;
  type = head(type);
  TypeData data = types_[type];
  if (literals && data.kind == TypeKind::Infer && variable_kind(type) != VariableKind::General)
    return types_.primitive(variable_kind(type) == VariableKind::Integer ? TypeKind::I64 : TypeKind::F64);
  if (data.kind == TypeKind::Infer || data.arguments.empty()) return type;
  std::vector<TypeId> arguments;
  arguments.reserve(data.arguments.size());
  bool same = true;
  for (TypeId argument : data.arguments) {
    arguments.push_back(replaced(argument, literals));
    same = same && arguments.back() == argument;
  }
  return same ? type : types_.with_arguments(type, arguments);
}

bool Inference::is_literal(TypeId type) const {
  type = head(type);
  return types_.kind(type) == TypeKind::Infer && variables_[types_[type].index].kind != VariableKind::General;
}

VariableKind Inference::variable_kind(TypeId type) const {
  type = head(type);
  return types_.kind(type) == TypeKind::Infer ? variables_[types_[type].index].kind : VariableKind::General;
}

bool Inference::unify(TypeId a, TypeId b) {
  std::size_t before = mark();
  if (unify_inner(a, b)) return true;
  rollback(before);
  return false;
}

bool Inference::could_unify(TypeId a, TypeId b) {
  std::size_t before = mark();
  bool yes = unify_inner(a, b);
  rollback(before);
  return yes;
}

bool Inference::unify_inner(TypeId a, TypeId b) {
  a = head(a);
  b = head(b);
  if (a == b) return true;
  const TypeData& left = types_[a];
  const TypeData& right = types_[b];
  if (left.kind == TypeKind::Error || right.kind == TypeKind::Error) return true;
  if (left.kind == TypeKind::Infer) return bind(left.index, b);
  if (right.kind == TypeKind::Infer) return bind(right.index, a);
  if (left.kind == TypeKind::AnyLength || right.kind == TypeKind::AnyLength) return true;
  const auto is_computed = [](TypeKind kind) { return kind == TypeKind::LengthSum || kind == TypeKind::LengthTerm; };
  if (is_computed(left.kind) || is_computed(right.kind)) return zonk(a) == zonk(b);
  const bool one_shaped = left.kind == TypeKind::Nominal && left.arguments.size() != right.arguments.size();
  if (left.kind != right.kind || left.index != right.index || left.mut_mask != right.mut_mask ||
      (left.arguments.size() != right.arguments.size() && !one_shaped)) {
    return false;
  }
  std::span<const TypeId> xs = left.arguments;
  std::span<const TypeId> ys = right.arguments;
  if (xs.empty()) return false;  // two different leaves
  for (std::size_t i = 0; i < std::min(xs.size(), ys.size()); ++i) {
    if (!unify_inner(xs[i], ys[i])) return false;
  }
  return true;
}

bool Inference::bind(std::uint32_t variable, TypeId to) {
  VariableKind kind = variables_[variable].kind;
  const TypeData& data = types_[to];
  if (data.kind == TypeKind::Infer) {
    // Two variables: the stricter kind survives.
    VariableKind other = variables_[data.index].kind;
    if (static_cast<int>(kind) > static_cast<int>(other)) {
      trail_.push_back({data.index, other});
      variables_[data.index].solution = types_.infer(variable);
      return true;
    }
    trail_.push_back({variable, kind});
    variables_[variable].solution = to;
    return true;
  }
  if (kind != VariableKind::General && !literal_may_be(kind, to)) return false;
  if (occurs(variable, to)) return false;
  trail_.push_back({variable, kind});
  variables_[variable].solution = to;
  return true;
}

bool Inference::literal_may_be(VariableKind kind, TypeId type) const {
  TypeKind k = types_.kind(type);
  if (is_float(k)) return true;
  if (is_integer(k)) return kind == VariableKind::Integer;
  if (k == TypeKind::Param) {
    for (const auto& [param, floats_only] : number_params_) {
      if (param == type) return kind == VariableKind::Integer || floats_only;
    }
  }
  return false;
}

bool Inference::occurs(std::uint32_t variable, TypeId type) const {
  if (!types_.has_infer(type)) return false;
  type = head(type);
  const TypeData& data = types_[type];
  if (data.kind == TypeKind::Infer) return data.index == variable;
  for (TypeId argument : data.arguments) {
    if (occurs(variable, argument)) return true;
  }
  return false;
}

void Inference::default_literals(std::size_t first) {
  for (std::size_t i = first; i < variables_.size(); ++i) {
    if (!variables_[i].solution.valid() && variables_[i].kind != VariableKind::General) {
      settle(types_.infer(static_cast<std::uint32_t>(i)));
    }
  }
}

TypeId Inference::settle(TypeId type) {
  type = head(type);
  if (!is_literal(type)) return type;
  bool integer = variable_kind(type) == VariableKind::Integer;
  TypeId to = types_.primitive(integer ? TypeKind::I64 : TypeKind::F64);
  bind(types_[type].index, to);
  return to;
}

void Inference::rollback(std::size_t mark) {
  while (trail_.size() > mark) {
    Step step = trail_.back();
    trail_.pop_back();
    variables_[step.variable].solution = TypeId();
    variables_[step.variable].kind = step.kind_before;
  }
}

}  // namespace noodle::sema
