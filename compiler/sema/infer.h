#pragma once

// Local inference: type variables, and unification that solves them.
//
// A variable is a type of kind Infer whose number indexes this object's table. Literals have
// variables of their own kinds: an Integer variable becomes any number type (an integer literal may
// become a float), a Float variable any float type, and both fall back to `Int` and `Float` when
// nothing says otherwise. Everything that unification does can be taken back to a mark, so that
// alternatives can be tried.

#include <cstdint>
#include <vector>

#include "compiler/sema/types.h"

namespace noodle::sema {

enum class VariableKind : std::uint8_t { General, Integer, Float };

/// The variables of one body and what is known of them.
class Inference {
 public:
  explicit Inference(TypeTable& types) : types_(types) {}
  Inference(const Inference&) = delete;
  Inference& operator=(const Inference&) = delete;

  /// A new variable.
  TypeId fresh(VariableKind kind = VariableKind::General);
  /// Lets literals take the type of a type parameter that is bounded by Number (or Real).
  void allow_number(TypeId param, bool floats_only);

  /// Whether arithmetic works on the head: a number, a literal, or a parameter that stands for
  /// numbers.
  bool is_number(TypeId type, bool& floating) const;

  /// The type behind a solved variable; inner parts may still be variables.
  TypeId head(TypeId type) const;
  /// The kind of the head.
  TypeKind head_kind(TypeId type) const { return types_.kind(head(type)); }
  /// The type with every solved variable replaced.
  TypeId zonk(TypeId type) { return replaced(type, false); }
  /// The same for people: a literal's type is shown as what it becomes when nothing else decides.
  TypeId shown(TypeId type) { return replaced(type, true); }
  /// Whether the head is an unsolved variable (of any kind).
  bool is_variable(TypeId type) const { return head_kind(type) == TypeKind::Infer; }
  /// Whether the head is the unsolved variable of a literal.
  bool is_literal(TypeId type) const;
  /// The kind of the unsolved variable at the head.
  VariableKind variable_kind(TypeId type) const;
  /// Whether an unsolved variable is left anywhere inside.
  bool is_open(TypeId type) { return types_.has_infer(type) && types_.has_infer(zonk(type)); }

  /// Makes two types equal. An Error agrees with everything, and a tensor's shape with none. On failure nothing has
  /// changed.
  bool unify(TypeId a, TypeId b);
  /// Whether they could be made equal; changes nothing.
  bool could_unify(TypeId a, TypeId b);

  /// Gives the literal variables made since `first` that are still open their default type.
  void default_literals(std::size_t first);
  /// Gives the literal variable at the head its default type, if it is one; returns the head.
  TypeId settle(TypeId type);
  /// How many variables there are.
  std::size_t variable_count() const { return variables_.size(); }

  /// A point that can be returned to.
  std::size_t mark() const { return trail_.size(); }
  void rollback(std::size_t mark);

 private:
  TypeId replaced(TypeId type, bool literals);
  struct Variable {
    VariableKind kind;
    TypeId solution;  // invalid while open
  };
  struct Step {
    std::uint32_t variable;
    VariableKind kind_before;
  };

  bool unify_inner(TypeId a, TypeId b);
  bool bind(std::uint32_t variable, TypeId to);
  bool literal_may_be(VariableKind kind, TypeId type) const;
  bool occurs(std::uint32_t variable, TypeId type) const;

  TypeTable& types_;
  std::vector<Variable> variables_;
  std::vector<Step> trail_;
  std::vector<std::pair<TypeId, bool>> number_params_;  // the parameter, and whether floats only
};

}  // namespace noodle::sema
