// Shapes of tensors: whether one goes where another is needed, what their names mean, and the check of a shape that is
// known only when the program runs. What the library's functions make of shapes is in check_shape_rules.cpp.
//
// A tensor's type may have a shape behind its element's type. Two types that differ by a shape alone are equal for
// inference, and only where a value meets the type that its place has (`agree`) is it asked whether one fits the
// other: a shape that is known goes where none is asked for, and not the other way round. So type variables are solved
// without shapes, except by types that are written or that a receiver has. Bodies leave sema without shapes.

#include <algorithm>
#include <utility>

#include "compiler/sema/check_body.h"

namespace noodle::sema {

using source::Code;

namespace {

/// Positions of Params that stand for lengths which no signature names: beyond those of all type parameters.
constexpr std::uint32_t kFirstUnknown = 1U << 20;

/// How many lengths stand before `..` and how many behind it; without one all stand before.
std::pair<std::size_t, std::size_t> around_rest(const TypeTable& types, std::span<const TypeId> lengths) {
  const auto is_rest = [&](TypeId length) { return types.kind(length) == TypeKind::AnyLengths; };
  const auto before = static_cast<std::size_t>(std::ranges::find_if(lengths, is_rest) - lengths.begin());
  return {before, before == lengths.size() ? 0 : lengths.size() - before - 1};
}

}  // namespace

bool BodyChecker::has_shape(TypeId type) { return types_.known.tensor.valid() && types_.has_shape(infer_.zonk(type)); }

/// A length that is equal to itself alone.
TypeId BodyChecker::unknown_length(Symbol name) { return types_.param(kFirstUnknown + unknown_lengths_++, name); }

// ---- what goes where

bool BodyChecker::fits(TypeId have, TypeId want) {
  have = infer_.head(have);
  want = infer_.head(want);
  if (have == want) return true;
  if (infer_.is_variable(want)) return infer_.unify(want, types_.without_shapes(infer_.zonk(have)));
  const TypeData from = types_[have];
  const TypeData to = types_[want];
  if (types_.is_tensor(have) && types_.is_tensor(want)) {
    if (!infer_.unify(from.arguments[0], to.arguments[0])) return false;
    const TypeId shape = types_.shape_of(want);
    return !shape.valid() || (types_.shape_of(have).valid() && shape_fits(types_.shape_of(have), shape));
  }
  const bool alike = from.kind == to.kind && from.index == to.index && from.mut_mask == to.mut_mask &&
                     from.arguments.size() == to.arguments.size() && !from.arguments.empty();
  if (!alike) return infer_.unify(have, want);
  for (std::size_t i = 0; i < from.arguments.size(); ++i) {
    const bool is_parameter = from.kind == TypeKind::Function && i + 1 < from.arguments.size();
    const bool is_mut = is_parameter && i < 64 && (from.mut_mask >> i & 1) != 0;
    if ((!is_parameter || is_mut) && !fits(from.arguments[i], to.arguments[i])) return false;
    if (is_parameter && !fits(to.arguments[i], from.arguments[i])) return false;
  }
  return true;
}

bool BodyChecker::shape_fits(TypeId have, TypeId want) {
  if (infer_.is_variable(have) || infer_.is_variable(want)) return infer_.unify(have, want);
  const TypeData from = types_[infer_.head(have)];
  const TypeData to = types_[infer_.head(want)];
  const auto [have_before, have_behind] = around_rest(types_, from.arguments);
  const auto [want_before, want_behind] = around_rest(types_, to.arguments);
  const bool has_rest = have_before < from.arguments.size();
  if (want_before == to.arguments.size() ? from.arguments.size() != to.arguments.size() || has_rest
      : has_rest                         ? have_before < want_before || have_behind < want_behind
                                         : from.arguments.size() < want_before + want_behind)
    return false;
  for (std::size_t i = 0; i < want_before; ++i) {
    if (!length_fits(from.arguments[i], to.arguments[i])) return false;
  }
  for (std::size_t i = want_behind; i > 0; --i) {
    if (!length_fits(from.arguments[from.arguments.size() - i], to.arguments[to.arguments.size() - i])) return false;
  }
  return true;
}

bool BodyChecker::length_fits(TypeId have, TypeId want) {
  have = infer_.zonk(have);
  want = infer_.zonk(want);
  if (have == want || types_.kind(want) == TypeKind::AnyLength) return true;
  const TypeKind kind = types_.kind(want);
  if (kind == TypeKind::LengthSum || kind == TypeKind::LengthTerm) {
    // `n + 1` says what `n` is where nothing did so far.
    TypeId variable;
    const TypeId is = types_.variable_of_sum(want, have, variable);
    return is.valid() && infer_.unify(variable, is);
  }
  if (types_.kind(have) == TypeKind::AnyLength) {
    // It is some length, and equal to no other.
    return infer_.is_variable(want) && infer_.unify(want, unknown_length(context_.name("_")));
  }
  return (infer_.is_variable(have) || infer_.is_variable(want)) && infer_.unify(have, want);
}

Expr* BodyChecker::agree_shaped(Expr* expr, TypeId want, const Because* because) {
  const std::size_t mark = infer_.mark();
  if (fits(expr->type, want)) return expr;
  infer_.rollback(mark);
  if (infer_.could_unify(types_.without_shapes(infer_.zonk(expr->type)), types_.without_shapes(infer_.zonk(want)))) {
    shape_mismatch(expr, want, because);
  } else {
    mismatch(expr, want, because);
  }
  return error_expr(expr->span);
}

Expr* BodyChecker::join(const syntax::Expr* expr, TypeId& type, const Because* because) {
  if (expr->kind == syntax::ExprKind::Block && static_cast<const syntax::BlockExpr*>(expr)->tail == nullptr) {
    // It gives no shape, and is told that a value is needed.
    const TypeId plain = types_.without_shapes(infer_.zonk(type));
    return agree(check_block(static_cast<const syntax::BlockExpr*>(expr), {.type = plain}, because), type, because);
  }
  Expr* value = check(expr);
  const std::size_t mark = infer_.mark();
  if (is_never(value->type) || fits(value->type, type)) return value;
  infer_.rollback(mark);
  type = types_.without_shapes(infer_.zonk(type));
  return agree(value, type, because);
}

bool BodyChecker::keeps_shape(Expr* place, TypeId given_back, const Because& because) {
  if (fits(given_back, place->type)) return true;
  report(Code::ShapeMismatch, place->span, "the call may give this another shape")
      .label("this is " + a_type(place->type))
      .note(because.where, because.text)
      .help("a `var` without a type may change its shape: copy the tensor into one");
  return false;
}

// ---- what is said of it

/// Adds where a value's shape was declared, when that is elsewhere.
void BodyChecker::note_origin(source::Diagnostic& problem, const Expr* value) {
  if (value->kind == ExprKind::Local) {
    const Local& local = frame_->body->locals[static_cast<const LocalExpr*>(value)->local.index];
    problem.note(local.span, "`" + std::string(text(local.name)) + "` is a `" + text(value->type) + "`");
  } else if (value->kind == ExprKind::Field) {
    const auto* field = static_cast<const FieldExpr*>(value);
    const NominalId decl = types_.nominal_of(infer_.head(field->base->type));
    if (decl.valid()) {
      const FieldInfo& info = context_.nominal(decl).variants[0].fields[field->field];
      problem.note(info.span, "`" + std::string(text(info.name)) + "` is a `" + text(value->type) + "`");
    }
  } else {
    problem.note(value->span, "this is " + a_type(value->type));
  }
}

void BodyChecker::shape_mismatch(Expr* expr, TypeId want, const Because* because) {
  const TypeId have = infer_.zonk(expr->type);
  want = infer_.zonk(want);
  const TypeId from = types_.shape_of(have);
  const TypeId to = types_.shape_of(want);
  const bool tensors = types_.is_tensor(have) && types_.is_tensor(want);
  if (tensors && !from.valid()) {
    source::Diagnostic& problem =
        report(Code::UnknownShape, expr->span, "the shape `" + text(to) + "` is needed, and this one is not known");
    problem.label("this is " + a_type(have));
    if (because != nullptr && because->where.valid()) problem.note(because->where, because->text);
    const source::Span after{expr->span.file, expr->span.end, expr->span.end};
    const bool may_fail = types_.is_result(infer_.head(frame_->result));
    problem.suggest("look at it when the program runs, which gives a `Result`", after,
                    may_fail ? ".shaped()?" : ".shaped().or_panic(\"another shape\")");
    return;
  }
  source::Diagnostic& problem = report(Code::ShapeMismatch, expr->span,
                                       tensors ? "expected the shape `" + text(to) + "`, found `" + text(from) + "`"
                                               : "expected `" + text(want) + "`, found `" + text(have) + "`");
  problem.label(tensors ? difference(from, to) : "this is " + a_type(have));
  if (because != nullptr && because->where.valid()) problem.note(because->where, because->text);
  if (expr->kind == ExprKind::Local || expr->kind == ExprKind::Field) note_origin(problem, expr);
  if (tensors) help_with_lengths(problem, from, to);
}

std::string BodyChecker::difference(TypeId from, TypeId to) {
  const std::span<const TypeId> have = types_[from].arguments;
  const std::span<const TypeId> want = types_[to].arguments;
  const auto [have_before, have_behind] = around_rest(types_, have);
  const auto [before, behind] = around_rest(types_, want);
  const auto axes = [](std::size_t count) { return std::to_string(count) + (count == 1 ? " axis" : " axes"); };
  if (have_before < have.size() && (before == want.size() || have_before < before || have_behind < behind)) {
    return "it may have any number of axes where `..` stands";
  }
  const bool has_rest = before < want.size();
  if (has_rest ? have_before + have_behind < before + behind : have.size() != want.size()) {
    return "it has " + axes(have.size()) + ", not " + std::to_string(before + behind) + (has_rest ? " or more" : "");
  }
  for (std::size_t k = 0; k < before + behind; ++k) {
    const std::size_t i = k < before ? k : have.size() - (before + behind - k);
    const TypeId wants = want[k < before ? k : k + 1];
    if (length_fits(have[i], wants)) continue;
    const std::string axis = "axis " + std::to_string(i);
    if (infer_.head_kind(have[i]) == TypeKind::AnyLength) {
      const std::string wanted = text(wants);
      return axis + " may have any length, and nothing says that it is " +
             (wanted == "_" ? "as long as another" : wanted);
    }
    return axis + " is " + text(have[i]) + " long, not " + text(wants);
  }
  return "lengths that nothing says are equal";
}

/// Names and lengths that are not known may be equal when the program runs, which can be looked at.
void BodyChecker::help_with_lengths(source::Diagnostic& problem, TypeId from, TypeId to) {
  const TypeData have = types_[from];
  const TypeData want = types_[to];
  const auto has_rest = [&](const TypeData& shape) {
    return around_rest(types_, shape.arguments).first < shape.arguments.size();
  };
  const bool alike = have.arguments.size() == want.arguments.size();
  if (!alike && !has_rest(have)) return;
  for (std::size_t i = 0; alike && i < have.arguments.size(); ++i) {
    if (types_.has_infer(want.arguments[i])) return;
    const TypeId both[] = {have.arguments[i], types_.product(-1, {&want.arguments[i], 1})};
    const TypeId apart = types_.sum(both);
    if (types_.kind(apart) == TypeKind::Length && !types_.is_number(apart, 0)) return;
  }
  problem.help("where they are equal when the program runs, `.shaped()?` finds it out");
}

// ---- names

TypeId BodyChecker::length_named(Symbol name, source::Span where, bool computed) {
  for (const NamedLength& length : new_lengths_) {
    if (length.name == name) return length.type;
  }
  for (std::size_t i = lengths_.size(); i-- > 0;) {
    if (lengths_[i].name == name && is_seen(lengths_[i].value)) return lengths_[i].type;
  }
  if (names_lengths_ && !computed) {
    new_lengths_.push_back({name, infer_.fresh()});
    return new_lengths_.back().type;
  }
  report(Code::BadShape, where, "there is no length `" + std::string(text(name)) + "` here")
      .help("a parameter's shape names lengths, and so does the type of a `let`");
  return types_.any_length();
}

/// The lengths that the shapes of parameters name have values where a parameter has them as an axis.
void BodyChecker::name_lengths_of_params() {
  const FunctionInfo& info = context_.function(function_);
  const std::vector<Symbol> names = info.lengths;
  const auto first = static_cast<std::uint32_t>(info.type_params.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    lengths_.push_back({names[i], types_.param(first + static_cast<std::uint32_t>(i), names[i])});
    for (const LocalId param : frame_->params) {
      if (bind_length(lengths_.back(), param)) break;
    }
  }
}

bool BodyChecker::bind_length(NamedLength& length, LocalId tensor) {
  const TypeId shape = types_.shape_of(infer_.zonk(local(tensor).type));
  if (!shape.valid() || types_.kind(shape) != TypeKind::Shape) return false;
  const auto all = types_[shape].arguments;
  const auto at = std::ranges::find(all, infer_.head(length.type));
  if (at == all.end()) return false;
  const auto [before, behind] = around_rest(types_, all);
  const auto axis = static_cast<std::int32_t>(at - all.begin());
  const bool from_last = static_cast<std::size_t>(axis) > before;
  length.value = {frame_, tensor, sequence_++, from_last ? axis - static_cast<std::int32_t>(all.size()) : axis};
  bindings_[length.name].push_back(length.value);
  visible_.push_back(length.name);
  return true;
}

/// What the type of a `let` named: the lengths that its value has.
void BodyChecker::name_new_lengths(std::vector<NamedLength> named, const Pattern* pattern) {
  for (NamedLength& length : named) {
    if (infer_.is_variable(length.type)) infer_.unify(length.type, unknown_length(length.name));
    length.value.sequence = sequence_;
    if (pattern != nullptr && pattern->kind == PatternKind::Bind)
      bind_length(length, static_cast<const BindPattern*>(pattern)->local);
    lengths_.push_back(length);
  }
}

/// `batch` as a value: the length of an axis of the tensor that has it.
Expr* BodyChecker::length_value(const Binding& binding, source::Span where) {
  Expr* tensor = use_local({binding.frame, binding.local, binding.sequence}, where);
  if (is_error(tensor->type)) return tensor;
  const TypeId integer = primitive(TypeKind::I64);
  auto* node = make<IndexExpr>(ExprKind::Index, integer, where);
  node->base = ask_tensor("shape", types_.list(integer), tensor, where);
  node->index = int_expr(binding.axis, where);
  if (binding.axis < 0) {
    Expr* again = use_local({binding.frame, binding.local, binding.sequence}, where);
    node->index = computed(syntax::BinaryOp::Add, ask_tensor("rank", integer, again, where), node->index);
  }
  return node;
}

/// A call of a method of tensors that takes nothing.
Expr* BodyChecker::ask_tensor(std::string_view method, TypeId result, Expr* tensor, source::Span where) {
  const TypeId type = types_.without_shapes(infer_.zonk(tensor->type));
  const std::vector<MethodMatch> matches = context_.methods(type, context_.name(method), scope_);
  if (matches.empty()) return error_expr(where);
  return call_expr(make_ref(matches[0].function, types_[type].arguments), result, {{0, false, tensor}}, where);
}

Expr* BodyChecker::computed(syntax::BinaryOp op, Expr* left, Expr* right) {
  auto* node = make<BinaryExpr>(ExprKind::Binary, left->type, left->span);
  node->op = op;
  node->op_span = left->span;
  node->left = left;
  node->right = right;
  return node;
}

// ---- shapes that are looked at when the program runs

/// Gives the result of `shaped` a shape that is settled by its use, and the call room for its lengths.
TypeId BodyChecker::checked_shape(TypeId result, std::vector<Arg>& args, source::Span where) {
  const TypeData data = types_[infer_.zonk(result)];
  const TypeId shape = infer_.fresh();
  auto* lengths = make<SequenceExpr>(ExprKind::List, types_.list(primitive(TypeKind::I64)), where);
  shape_checks_.push_back({.lengths = lengths, .shape = shape, .frame = frame_, .sequence = sequence_, .known = {}});
  args.back().value = lengths;
  return types_.result(types_.with_shape(data.arguments[0], shape), data.arguments[1]);
}

/// Whether a length stands in a shape or in one of its sums.
static bool mentions(const TypeTable& types, TypeId shape, TypeId length) {
  return std::ranges::any_of(types[shape].arguments, [&](TypeId part) {
    const TypeKind kind = types.kind(part);
    const bool is_sum = kind == TypeKind::LengthSum || kind == TypeKind::LengthTerm;
    return part == length || (is_sum && mentions(types, part, length));
  });
}

/// At the end of a scope the tensors are still there whose lengths its checks need, and most shapes are known; one that
/// isn't yet may need all lengths that it sees.
void BodyChecker::use_lengths(std::size_t first) {
  for (std::size_t i = first; i < shape_checks_.size(); ++i) {
    ShapeCheck& check = shape_checks_[i];
    if (std::exchange(check.has_known, true)) continue;
    const TypeId shape = infer_.zonk(check.shape);
    for (const NamedLength& length : lengths_) {
      const TypeId type = infer_.head(length.type);
      const Binding& value = length.value;
      const bool has_value = value.frame != nullptr && value.sequence < check.sequence && is_seen(value);
      const bool is_needed = types_.has_infer(shape) || mentions(types_, shape, type);
      const bool is_known = std::ranges::count(check.known, type, &std::pair<TypeId, Expr*>::first) != 0;
      if (has_value && is_needed && !is_known) {
        check.known.emplace_back(type, length_value(value, check.lengths->span));
      }
    }
  }
}

void BodyChecker::settle_shape_checks() {
  for (const ShapeCheck& check : shape_checks_) {
    const TypeData shape = types_[infer_.zonk(check.shape)];
    if (shape.kind != TypeKind::Shape) {
      if (failed_) continue;
      report(Code::UnknownShape, check.lengths->span, "nothing says which shape this is to have")
          .help("state it, as in `let x: Tensor<f32, [n, 784]> = data.shaped()?`");
      continue;
    }
    frame_ = check.frame;
    std::vector<Expr*> lengths;
    for (const TypeId length : shape.arguments) {
      lengths.push_back(int_to_check(check, length, shape.arguments));
    }
    check.lengths->elements = keep(lengths);
  }
  frame_ = frames_.front().get();
}

/// A length as `shaped` takes it: what it must be, -1 for any, less for what must be the same on several axes: the
/// first of them, counted from -2 down; and the least `Int` for any number of axes.
Expr* BodyChecker::int_to_check(const ShapeCheck& check, TypeId length, std::span<const TypeId> shape) {
  const source::Span where = check.lengths->span;
  length = infer_.zonk(length);
  if (types_.kind(length) == TypeKind::AnyLengths) return int_expr(INT64_MIN, where);
  if (Expr* value = known_length(check, length)) return value;
  const TypeKind kind = types_.kind(length);
  if (kind == TypeKind::LengthSum || kind == TypeKind::LengthTerm) {
    report(Code::UnknownShape, where, "`" + text(length) + "` has no value yet with which this shape could be compared")
        .help("look first at a shape that has its names as axes: they are values behind that `let`");
    return int_expr(-1, where);
  }
  const auto is_same = [&](TypeId other) { return infer_.head(other) == length; };
  if (kind == TypeKind::AnyLength || std::ranges::count_if(shape, is_same) == 1) return int_expr(-1, where);
  return int_expr(-2 - (std::ranges::find_if(shape, is_same) - shape.begin()), where);
}

/// A length as a value; null where it has none.
Expr* BodyChecker::known_length(const ShapeCheck& check, TypeId length) {
  const source::Span where = check.lengths->span;
  const TypeData data = types_[length];
  if (data.kind == TypeKind::Length) return int_expr(static_cast<std::int64_t>(data.mut_mask), where);
  for (const auto& [known, value] : check.known) {
    if (infer_.zonk(known) == length) return value;
  }
  if (data.kind != TypeKind::LengthSum && data.kind != TypeKind::LengthTerm) return nullptr;
  const bool is_sum = data.kind == TypeKind::LengthSum;
  Expr* all = is_sum ? nullptr : int_expr(static_cast<std::int64_t>(data.mut_mask), where);
  for (const TypeId part : data.arguments) {
    Expr* value = known_length(check, part);
    if (value == nullptr) return nullptr;
    all = all == nullptr ? value : computed(is_sum ? syntax::BinaryOp::Add : syntax::BinaryOp::Multiply, all, value);
  }
  return all;
}

}  // namespace noodle::sema
