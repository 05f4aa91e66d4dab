// Constants, operators, constructors, reads of parts, blocks and let.

#include <bit>

#include "compiler/nir/lower_function.h"

namespace noodle::nir {

using sema::ExprKind;
using syntax::BinaryOp;

namespace {

template <typename T>
T& as(Expr* e) {
  return static_cast<T&>(*e);
}

/// A list literal of up to this many elements is one instruction.
constexpr std::size_t kLongestLiteral = 16;

Op op_of(BinaryOp op) {
  switch (op) {
    case BinaryOp::BitOr: return Op::Or;
    case BinaryOp::BitXor: return Op::Xor;
    case BinaryOp::BitAnd: return Op::And;
    case BinaryOp::ShiftLeft: return Op::Shl;
    case BinaryOp::ShiftRight: return Op::Shr;
    case BinaryOp::Add: return Op::Add;
    case BinaryOp::Subtract: return Op::Sub;
    case BinaryOp::AddWrap: return Op::AddWrap;
    case BinaryOp::SubtractWrap: return Op::SubWrap;
    case BinaryOp::Multiply: return Op::Mul;
    case BinaryOp::Divide: return Op::Div;
    case BinaryOp::Remainder: return Op::Rem;
    case BinaryOp::MultiplyWrap: return Op::MulWrap;
    case BinaryOp::Power: return Op::Pow;
    case BinaryOp::Less: return Op::Lt;
    case BinaryOp::LessEqual: return Op::Le;
    case BinaryOp::Greater: return Op::Gt;
    case BinaryOp::GreaterEqual: return Op::Ge;
    default: return Op::Unreachable;
  }
}

}  // namespace

ValueId Lowering::expr(Expr* e) {
  if (dead()) return {};
  const source::Span outer = b.span;
  b.span = e->span;
  ValueId value = expr_inner(e);
  if (!dead() && !value.valid() && is_unit(e->type)) value = unit();
  // What has type Never ends where it stands; its "value" is read by nobody.
  if (!dead() && kind(e->type) == TypeKind::Never) end_unreachable();
  b.span = outer;
  return dead() ? ValueId() : value;
}

void Lowering::statement(Expr* e) {
  if (dead()) return;
  const source::Span outer = b.span;
  b.span = e->span;
  expr_inner(e);
  if (!dead() && kind(e->type) == TypeKind::Never) end_unreachable();
  b.span = outer;
}

ValueId Lowering::expr_inner(Expr* e) {
  switch (e->kind) {
    case ExprKind::Int: return emit(Op::ConstInt, {}, e->type, e->type, as<sema::IntExpr>(e).bits);
    case ExprKind::Float:
      return emit(Op::ConstFloat, {}, e->type, e->type, std::bit_cast<std::uint64_t>(as<sema::FloatExpr>(e).value));
    case ExprKind::Bool: return boolean_value(as<sema::BoolExpr>(e).value);
    case ExprKind::String: return string_value(as<sema::StringExpr>(e).text);
    case ExprKind::Unit: return unit();
    case ExprKind::Local: return read(as<sema::LocalExpr>(e).local);
    case ExprKind::Const: return constant(as<sema::ConstExpr>(e));
    case ExprKind::Function: return function_value(as<sema::FunctionExpr>(e));
    case ExprKind::Tuple: {
      std::vector<ValueId> parts;
      for (Expr* part : as<sema::SequenceExpr>(e).elements) parts.push_back(expr(part));
      return emit(Op::StructMake, parts, e->type, e->type);
    }
    case ExprKind::List: return list_expr(as<sema::SequenceExpr>(e));
    case ExprKind::Map: return map_expr(as<sema::MapExpr>(e));
    case ExprKind::Variant: return variant_expr(as<sema::VariantExpr>(e));
    case ExprKind::Field: {
      auto& f = as<sema::FieldExpr>(e);
      return field(expr(f.base), f.field, e->type);
    }
    case ExprKind::Index: {
      auto& i = as<sema::IndexExpr>(e);
      const ValueId base = expr(i.base);
      const ValueId at = expr(i.index);
      return index(base, at, i.base->type, e->type);
    }
    case ExprKind::MapGet: return map_get(as<sema::MapIndexExpr>(e));
    case ExprKind::MapAt: return read_place(place(e));
    case ExprKind::MapSet: return {};
    case ExprKind::Slice: return slice(as<sema::SliceExpr>(e));
    case ExprKind::Unary: {
      auto& u = as<sema::UnaryExpr>(e);
      const ValueId operand = expr(u.operand);
      return emit(u.op == sema::UnaryOp::Negate ? Op::Neg : Op::Not, {operand}, e->type);
    }
    case ExprKind::Binary: {
      auto& x = as<sema::BinaryExpr>(e);
      const ValueId left = expr(x.left);
      const ValueId right = expr(x.right);
      if (x.op_span.valid()) b.span = x.op_span;
      return binary(x.op, left, right, e->type);
    }
    case ExprKind::Compare: {
      auto& x = as<sema::CompareExpr>(e);
      const ValueId left = expr(x.left);
      return compare(x.op, left, expr(x.right));
    }
    case ExprKind::Equal: {
      auto& x = as<sema::EqualExpr>(e);
      const ValueId left = expr(x.left);
      return equal(left, expr(x.right), x.left->type, x.negated);
    }
    case ExprKind::And: return logic(as<sema::LogicExpr>(e), true);
    case ExprKind::Or: return logic(as<sema::LogicExpr>(e), false);
    case ExprKind::Convert: return convert(as<sema::ConvertExpr>(e));
    case ExprKind::ToAny: return emit(Op::ToAny, {expr(as<sema::ToAnyExpr>(e).operand)}, e->type, e->type);
    case ExprKind::Format: return format(as<sema::FormatExpr>(e));
    case ExprKind::Call: return call(as<sema::CallExpr>(e));
    case ExprKind::CallValue: return call_value(as<sema::CallValueExpr>(e));
    case ExprKind::CallBlock: return call_block(as<sema::CallBlockExpr>(e));
    case ExprKind::Try: return try_expr(as<sema::TryExpr>(e));
    case ExprKind::Coalesce: return coalesce(as<sema::CoalesceExpr>(e));
    case ExprKind::If: return if_expr(as<sema::IfExpr>(e));
    case ExprKind::Match: return match(as<sema::MatchExpr>(e));
    case ExprKind::Block: return block_expr(as<sema::BlockExpr>(e));
    case ExprKind::Let: let(as<sema::LetExpr>(e)); return {};
    case ExprKind::Assign: assign(as<sema::AssignExpr>(e)); return {};
    case ExprKind::Defer: defer(as<sema::DeferExpr>(e)); return {};
    case ExprKind::Expect: expect(as<sema::ExpectExpr>(e)); return {};
    case ExprKind::Lambda: return lambda(as<sema::LambdaExpr>(e));
    case ExprKind::BlockArg: return {};  // lowered with the call that it is an argument of
    case ExprKind::Scope: return scope_expr(as<sema::ScopeExpr>(e));
    case ExprKind::Loop:
    case ExprKind::While: loop(as<sema::LoopExpr>(e)); return {};
    case ExprKind::For: for_loop(as<sema::ForExpr>(e)); return {};
    case ExprKind::Break: jump_out(as<sema::JumpExpr>(e), true); return {};
    case ExprKind::Continue: jump_out(as<sema::JumpExpr>(e), false); return {};
    case ExprKind::Return: {
      auto& r = as<sema::ReturnExpr>(e);
      ValueId value;
      if (r.value != nullptr && !is_unit(info_.result))
        value = expr(r.value);
      else if (r.value != nullptr)
        statement(r.value);
      if (!dead()) return_value(value.valid() ? value : unit());
      return {};
    }
  }
  return {};
}

// ------------------------------------------------------------------------------------- constants

ValueId Lowering::constant(sema::ConstExpr& e) {
  const sema::ConstValue* value = program.constant(e.constant);
  if (value == nullptr) {
    problem("this constant has no value", e.span);
    return emit(Op::Zero, {}, e.type, e.type);
  }
  return constant_value(*value);
}

ValueId Lowering::constant_value(const sema::ConstValue& value) {
  using Kind = sema::ConstValue::Kind;
  switch (value.kind) {
    case Kind::Int:
    case Kind::Bool: return emit(Op::ConstInt, {}, value.type, value.type, value.bits);
    case Kind::Float:
      return emit(Op::ConstFloat, {}, value.type, value.type, std::bit_cast<std::uint64_t>(value.number));
    case Kind::String: return string_value(value.text);
    case Kind::Unit: return unit();
    default: break;
  }
  if (dead()) return {};
  b.f.constants.push_back({value.type, &value});
  return emit(Op::ConstValue, {}, value.type, value.type, b.f.constants.size() - 1);
}

// ------------------------------------------------------------------------------------- operators

ValueId Lowering::binary(BinaryOp op, ValueId left, ValueId right, TypeId type) {
  return emit(op_of(op), {left, right}, type);
}

ValueId Lowering::compare(BinaryOp op, ValueId left, ValueId right) {
  return emit(op_of(op), {left, right}, boolean());
}

ValueId Lowering::equal(ValueId left, ValueId right, TypeId type, bool negated) {
  const ValueId same = emit(Op::Equal, {left, right}, boolean(), type);
  return negated ? emit(Op::Not, {same}, boolean()) : same;
}

ValueId Lowering::convert(sema::ConvertExpr& e) {
  const ValueId from = expr(e.operand);
  if (e.mode == sema::Conversion::Checked) return emit(Op::Convert, {from}, e.type, e.type);
  if (e.mode == sema::Conversion::Wrap) return emit(Op::ConvertWrap, {from}, e.type, e.type);
  if (dead()) return {};
  const TypeId target = types[e.type].arguments[0];
  if (sema::is_float(kind(target))) return some(e.type, emit(Op::Convert, {from}, target, target));
  const Var result = new_var(e.type);
  const BlockId fits = block(), not_fits = block(), done = block();
  const Fork way = fork();
  branch(emit(Op::Fits, {from}, boolean(), target), fits, not_fits);
  enter_sealed(fits);
  write(result, some(e.type, emit(Op::Convert, {from}, target, target)));
  jump(done);
  enter_sealed(not_fits);
  write(result, none(e.type));
  jump(done);
  meet(done, way);
  return read(result);
}

// ------------------------------------------------------------------------- structs, enums, lists

const sema::NominalDecl* Lowering::nominal(TypeId type) const {
  if (types.kind(type) == TypeKind::Flat) type = types[type].arguments[0];
  const sema::NominalId id = types.nominal_of(type);
  return id.valid() ? &std::as_const(types).nominal(id) : nullptr;
}

TypeId Lowering::field_type(TypeId type, std::uint32_t variant, std::uint32_t field) {
  if (types.kind(type) == TypeKind::Flat) type = types[type].arguments[0];
  if (const sema::NominalDecl* decl = nominal(type))
    return types.substitute(decl->variants[variant].fields[field].type, types[type].arguments);
  return types[type].arguments[field];
}

std::size_t Lowering::field_count(TypeId type, std::uint32_t variant) const {
  if (const sema::NominalDecl* decl = nominal(type)) return decl->variants[variant].fields.size();
  return types[type].arguments.size();
}

std::size_t Lowering::variant_count(TypeId type) const {
  const sema::NominalDecl* decl = nominal(type);
  return decl != nullptr ? decl->variants.size() : 1;
}

ValueId Lowering::variant(TypeId type, std::uint32_t index, std::span<const ValueId> fields) {
  const sema::NominalDecl* decl = nominal(type);
  const Op op = decl != nullptr && decl->is_enum ? Op::EnumMake : Op::StructMake;
  return emit(op, fields, type, type, index);
}

ValueId Lowering::variant_expr(sema::VariantExpr& e) {
  std::vector<ValueId> fields(e.values.size());
  for (std::size_t k = 0; k < e.values.size(); ++k) fields[e.fields[k]] = expr(e.values[k]);
  return variant(e.type, e.variant, fields);
}

ValueId Lowering::list_expr(sema::SequenceExpr& e) {
  if (e.elements.size() <= kLongestLiteral) {
    std::vector<ValueId> elements;
    for (Expr* element : e.elements) elements.push_back(expr(element));
    return emit(Op::ListLit, elements, e.type, e.type);
  }
  // Not all elements of a long literal could be in registers at once.
  ValueId list = emit(Op::ListNew, {integer(static_cast<std::int64_t>(e.elements.size()))}, e.type, e.type);
  const Var building = new_var(e.type);
  write(building, list);
  for (Expr* element : e.elements) {
    const ValueId value = expr(element);
    list = read(building);
    write(building, emit(Op::ListPush, {list, value}, e.type));
  }
  return read(building);
}

ValueId Lowering::map_expr(sema::MapExpr& e) {
  const auto count = static_cast<std::int64_t>(e.entries.size() / 2);
  const Var building = new_var(e.type);
  write(building, emit(Op::MapNew, {integer(count)}, e.type, e.type));
  for (std::size_t k = 0; k + 1 < e.entries.size(); k += 2) {
    const ValueId key = expr(e.entries[k]);
    const ValueId value = expr(e.entries[k + 1]);
    const ValueId map = read(building);
    write(building, emit(Op::MapInsert, {map, key, value}, e.type));
  }
  return read(building);
}

// ----------------------------------------------------------------------------------------- parts

ValueId Lowering::field(ValueId base, std::uint32_t index, TypeId type) {
  return emit(Op::StructGet, {base}, type, {}, index);
}

ValueId Lowering::index(ValueId base, ValueId at, TypeId base_type, TypeId type) {
  switch (kind(base_type)) {
    case TypeKind::String: return native("string.at", {base, at}, type);
    case TypeKind::Bytes: return native("bytes.at", {base, at}, type);
    default: return emit(Op::ListGet, {base, at}, type);
  }
}

ValueId Lowering::slice(sema::SliceExpr& e) {
  const ValueId base = expr(e.base);
  ValueId low = e.low != nullptr ? expr(e.low) : integer(0);
  ValueId high;
  const TypeKind k = kind(e.base->type);
  if (e.high != nullptr) {
    high = expr(e.high);
    if (e.inclusive) high = emit(Op::Add, {high, integer(1)}, i64());
  } else if (k == TypeKind::String) {
    high = emit(Op::StringLen, {base}, i64());
  } else if (k == TypeKind::Bytes) {
    high = native("bytes.len", {base}, i64());
  } else {
    high = emit(Op::ListLen, {base}, i64());
  }
  if (k == TypeKind::String) return native("string.slice", {base, low, high}, e.type);
  if (k == TypeKind::Bytes) return native("bytes.slice", {base, low, high}, e.type);
  return emit(Op::ListSlice, {base, low, high}, e.type);
}

// ---------------------------------------------------------------------------------------- blocks

ValueId Lowering::block_expr(sema::BlockExpr& e) {
  const std::size_t outside = scopes.size();
  for (Expr* s : e.statements) {
    count(*s);
    statement(s);
  }
  ValueId value;
  if (e.tail != nullptr) {
    count(*e.tail);
    if (is_unit(e.type))
      statement(e.tail);
    else
      value = expr(e.tail);
  }
  // The scope's tasks are joined before the defers of its block run.
  if (scopes.size() > outside && outside != 0 && scopes[outside - 1].kind == Scope::Kind::Tasks &&
      scopes[outside - 1].body == &e && !dead()) {
    effect(Op::ScopeJoin, {read(scopes[outside - 1].value)});
  }
  pop_scopes(outside);
  return value;
}

void Lowering::let(sema::LetExpr& e) {
  const ValueId value = expr(e.value);
  bind(e.pattern, value);
  if (!dead()) keep_handles(e.pattern);
}

}  // namespace noodle::nir
