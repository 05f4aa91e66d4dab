#pragma once

// A walk over typed trees: the parts of a node, in the order in which they are evaluated.

#include "compiler/sema/typed_tree.h"

namespace noodle::sema {

/// Calls `each(Expr&)` for each expression that a node is made of. The bodies of lambdas and blocks are
/// functions of their own and no parts; patterns are left out.
template <typename F>
void for_each_part(const Expr& at, F each) {
  const auto give = [&each](Expr* part) {
    if (part != nullptr) each(*part);
  };
  const auto all = [&give](const auto& parts) {
    for (Expr* part : parts) give(part);
  };
  const auto arguments = [&give](std::span<const Arg> args) {
    for (const Arg& arg : args) give(arg.value);
  };
  const auto two = [&give](const auto& node) {
    give(node.left);
    give(node.right);
  };
  switch (at.kind) {
    case ExprKind::Int:
    case ExprKind::Float:
    case ExprKind::Bool:
    case ExprKind::String:
    case ExprKind::Unit:
    case ExprKind::Local:
    case ExprKind::Const:
    case ExprKind::Function:
    case ExprKind::Lambda:
    case ExprKind::BlockArg:
    case ExprKind::Break:
    case ExprKind::Continue: return;
    case ExprKind::Tuple:
    case ExprKind::List: return all(static_cast<const SequenceExpr&>(at).elements);
    case ExprKind::Map: return all(static_cast<const MapExpr&>(at).entries);
    case ExprKind::Variant: return all(static_cast<const VariantExpr&>(at).values);
    case ExprKind::Field: return give(static_cast<const FieldExpr&>(at).base);
    case ExprKind::Index:
      give(static_cast<const IndexExpr&>(at).base);
      return give(static_cast<const IndexExpr&>(at).index);
    case ExprKind::MapGet:
    case ExprKind::MapSet:
      give(static_cast<const MapIndexExpr&>(at).base);
      return give(static_cast<const MapIndexExpr&>(at).key);
    case ExprKind::MapAt:
      give(static_cast<const MapAtExpr&>(at).base);
      give(static_cast<const MapAtExpr&>(at).key);
      return give(static_cast<const MapAtExpr&>(at).otherwise);
    case ExprKind::Slice:
      give(static_cast<const SliceExpr&>(at).base);
      give(static_cast<const SliceExpr&>(at).low);
      return give(static_cast<const SliceExpr&>(at).high);
    case ExprKind::Unary: return give(static_cast<const UnaryExpr&>(at).operand);
    case ExprKind::Binary: return two(static_cast<const BinaryExpr&>(at));
    case ExprKind::Compare: return two(static_cast<const CompareExpr&>(at));
    case ExprKind::Equal: return two(static_cast<const EqualExpr&>(at));
    case ExprKind::And:
    case ExprKind::Or: return two(static_cast<const LogicExpr&>(at));
    case ExprKind::Convert: return give(static_cast<const ConvertExpr&>(at).operand);
    case ExprKind::ToAny: return give(static_cast<const ToAnyExpr&>(at).operand);
    case ExprKind::Format:
      for (const FormatPart& part : static_cast<const FormatExpr&>(at).parts) give(part.value);
      return;
    case ExprKind::Call: return arguments(static_cast<const CallExpr&>(at).args);
    case ExprKind::CallValue:
      give(static_cast<const CallValueExpr&>(at).callee);
      return arguments(static_cast<const CallValueExpr&>(at).args);
    case ExprKind::CallBlock: return arguments(static_cast<const CallBlockExpr&>(at).args);
    case ExprKind::Try: return give(static_cast<const TryExpr&>(at).operand);
    case ExprKind::Coalesce: return two(static_cast<const CoalesceExpr&>(at));
    case ExprKind::If:
      give(static_cast<const IfExpr&>(at).condition);
      give(static_cast<const IfExpr&>(at).then);
      return give(static_cast<const IfExpr&>(at).otherwise);
    case ExprKind::Match:
      give(static_cast<const MatchExpr&>(at).subject);
      for (const MatchArm& arm : static_cast<const MatchExpr&>(at).arms) {
        give(arm.guard);
        give(arm.body);
      }
      return;
    case ExprKind::Block:
      all(static_cast<const BlockExpr&>(at).statements);
      return give(static_cast<const BlockExpr&>(at).tail);
    case ExprKind::Let: return give(static_cast<const LetExpr&>(at).value);
    case ExprKind::Assign:
      give(static_cast<const AssignExpr&>(at).place);
      return give(static_cast<const AssignExpr&>(at).value);
    case ExprKind::Defer: return give(static_cast<const DeferExpr&>(at).body);
    case ExprKind::Expect: return give(static_cast<const ExpectExpr&>(at).condition);
    case ExprKind::Scope: return give(static_cast<const ScopeExpr&>(at).body);
    case ExprKind::Loop:
    case ExprKind::While:
      give(static_cast<const LoopExpr&>(at).condition);
      return give(static_cast<const LoopExpr&>(at).body);
    case ExprKind::For:
      give(static_cast<const ForExpr&>(at).iterable);
      return give(static_cast<const ForExpr&>(at).body);
    case ExprKind::Return: return give(static_cast<const ReturnExpr&>(at).value);
  }
}

}  // namespace noodle::sema
