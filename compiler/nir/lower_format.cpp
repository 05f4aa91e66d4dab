// Interpolated strings and `expect`.

#include "compiler/nir/lower_function.h"

namespace noodle::nir {

using sema::ExprKind;

ValueId Lowering::format(sema::FormatExpr& e) {
  std::vector<ValueId> parts;
  for (const sema::FormatPart& part : e.parts) {
    if (part.value == nullptr) {
      if (!part.text.empty()) parts.push_back(string_value(part.text));
      continue;
    }
    const ValueId value = expr(part.value);
    const TypeId type = part.value->type;
    if (part.format.empty()) {
      parts.push_back(emit(Op::ToString, {value}, text_type(), type));
    } else {
      parts.push_back(emit(Op::FormatValue, {value}, text_type(), type, symbol(part.format).index));
    }
  }
  if (parts.empty()) return string_value("");
  if (parts.size() == 1) return parts[0];
  return emit(Op::StringConcat, parts, text_type());
}

void Lowering::expect(sema::ExpectExpr& e) {
  Expr* c = e.condition;
  ValueId left, right, holds;
  TypeId type;
  bool is_equal = false;
  if (c->kind == ExprKind::Compare) {
    auto* x = static_cast<sema::CompareExpr*>(c);
    type = x->left->type;
    left = expr(x->left);
    right = expr(x->right);
    holds = compare(x->op, left, right);
  } else if (c->kind == ExprKind::Equal) {
    auto* x = static_cast<sema::EqualExpr*>(c);
    type = x->left->type;
    left = expr(x->left);
    right = expr(x->right);
    holds = equal(left, right, type, x->negated);
    is_equal = !x->negated;
  } else {
    holds = expr(c);
  }
  if (dead()) return;
  const BlockId good = block(), bad = block();
  branch(holds, good, bad);
  enter_sealed(bad);
  ValueId message = string_value("expected " + std::string(e.text));
  if (left.valid()) {
    const ValueId left_text = emit(Op::Show, {left}, text_type(), type);
    const ValueId right_text = emit(Op::Show, {right}, text_type(), type);
    message =
        emit(Op::StringConcat,
             {message, string_value("\n  left:  "), left_text, string_value("\n  right: "), right_text}, text_type());
    const bool is_text = kind(type) == TypeKind::String, is_list = kind(type) == TypeKind::List;
    if (is_equal && (is_text || is_list)) {
      const ValueId difference = is_text ? native("test.text_difference", {left, right}, text_type())
                                         : native("test.list_difference", {left_text, right_text}, text_type());
      message = emit(Op::StringConcat, {message, difference}, text_type());
    }
  }
  effect(Op::Panic, {message});
  b.at = {};
  enter_sealed(good);
}

}  // namespace noodle::nir
