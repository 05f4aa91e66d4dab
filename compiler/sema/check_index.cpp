// Indices and slices, and what takes values out of Option and Result: `?` and `??`.

#include "compiler/sema/check_body.h"

namespace noodle::sema {

using source::Code;

// ---- indices

Expr* BodyChecker::check_index(const syntax::IndexExpr* expr, bool target) {
  bool chain = in_chain_;
  Expr* base = check_base(expr->base);
  in_chain_ = false;
  check_held(base);
  Expr* node = index_on(expr, base, target);
  in_chain_ = chain;
  return node;
}

Expr* BodyChecker::index_on(const syntax::IndexExpr* expr, Expr* base, bool target) {
  source::Span where = span(expr);
  if (!known(base, "index it")) {
    if (expr->index != nullptr) check_key(expr->index);
    return error_expr(where);
  }
  TypeData data = types_[infer_.head(base->type)];
  if (data.kind == TypeKind::Never) return base;
  bool slice = expr->index != nullptr && expr->index->kind == syntax::ExprKind::Range;
  if (slice && (data.kind == TypeKind::List || data.kind == TypeKind::String || data.kind == TypeKind::Bytes)) {
    return check_slice(expr, base);
  }
  Because because{base->span, "this is " + a_type(base->type)};
  switch (data.kind) {
    case TypeKind::List:
    case TypeKind::String:
    case TypeKind::Bytes: {
      TypeId element = data.kind == TypeKind::List     ? data.arguments[0]
                       : data.kind == TypeKind::String ? base->type
                                                       : primitive(TypeKind::U8);
      bool many = expr->index != nullptr && expr->index->kind == syntax::ExprKind::Tuple;
      Expr* index = many ? check_key(expr->index) : check(expr->index, {.type = primitive(TypeKind::I64)});
      if (types_.nominal_of(structure(index->type)) == types_.known.range) {
        report(Code::TypeMismatch, index->span, "an index is an `Int`, and a slice is written with its bounds")
            .label("this is a `Range`")
            .help("write `[from..to]`");
        return error_expr(where);
      }
      if (types_.kind(infer_.head(index->type)) == TypeKind::Tuple) {
        report(Code::TypeMismatch, index->span, "an index is one `Int` here").help("write `[i][j]`");
        return error_expr(where);
      }
      index = agree(index, primitive(TypeKind::I64), &because);
      auto* node = make<IndexExpr>(ExprKind::Index, element, where);
      node->base = base;
      node->index = index;
      return node;
    }
    case TypeKind::Map: {
      Expr* key = check_as(expr->index, data.arguments[0], &because);
      TypeId type = target ? data.arguments[1] : types_.option(data.arguments[1]);
      auto* node = make<MapIndexExpr>(target ? ExprKind::MapSet : ExprKind::MapGet, type, where);
      node->base = base;
      node->key = key;
      return node;
    }
    default: break;
  }
  Expr* key = check_key(expr->index);
  if (is_error(key->type)) return error_expr(where);
  FunctionRef ref;
  TypeId result;
  if (index_impl(base->type, key->type, ref, result)) {
    const source::Span brackets{where.file, base->span.end, where.end};
    const ShapeArgument operands[] = {{"self", base}, {"key", key, expr->index}};
    result = shaped_result(shape_rule(ref), result, operands, brackets, "this index");
    if (is_error(result)) return error_expr(where);
    return call_expr(ref, result, {{0, false, base}, {1, false, key}}, where);
  }
  source::Diagnostic& problem =
      report(Code::NotIndexable, where, a_type(base->type) + " can't be indexed by `" + text(key->type) + "`");
  if (data.kind == TypeKind::Tuple) {
    problem.help("parts of a tuple are written `.0`, `.1`");
  } else if (types_.is_option(base->type) || types_.is_result(base->type)) {
    problem.help("take the value out first, with `?`, `??` or `match`");
  } else if (types_.nominal_of(infer_.head(base->type)) == types_.known.set) {
    problem.help("a set has no indices: ask with `.contains(value)`");
  } else if (types_.nominal_of(infer_.head(base->type)).valid()) {
    problem.help("implement `Index<" + text(key->type) + ", …>` for `" + text(base->type) + "`");
  }
  return error_expr(where);
}

Expr* BodyChecker::check_key(const syntax::Expr* expr) {
  if (expr != nullptr && expr->kind == syntax::ExprKind::Range) {
    return check_range(static_cast<const syntax::RangeExpr*>(expr), true);
  }
  if (expr == nullptr || expr->kind != syntax::ExprKind::Tuple) return check(expr);
  std::vector<Expr*> subscripts;
  std::vector<TypeId> types;
  for (const syntax::Expr* subscript : static_cast<const syntax::TupleExpr*>(expr)->elements) {
    subscripts.push_back(check_key(subscript));
    types.push_back(subscripts.back()->type);
  }
  auto* node = make<SequenceExpr>(ExprKind::Tuple, types_.tuple(types), span(expr));
  node->elements = keep(subscripts);
  return node;
}

bool BodyChecker::takes_key(TraitId trait, TypeId type, TypeId key, TypeId value) {
  TypeData data = types_[infer_.settle(key)];
  if (data.kind == TypeKind::Tuple) {
    for (TypeId part : data.arguments) infer_.settle(part);
  }
  std::vector<TypeId> arguments{infer_.zonk(key), infer_.zonk(value)};
  return context_.satisfies(infer_.zonk(type), {trait, arguments}, scope_) != Fits::No;
}

bool BodyChecker::index_impl(TypeId type, TypeId key, FunctionRef& out, TypeId& value) {
  const TraitId trait = types_.known.index;
  return operator_impl(trait, type, key, out, value) && takes_key(trait, type, key, value);
}

Expr* BodyChecker::check_slice(const syntax::IndexExpr* expr, Expr* base) {
  const auto* range = static_cast<const syntax::RangeExpr*>(expr->index);
  TypeId integer = primitive(TypeKind::I64);
  Expr* low = range->low != nullptr ? check_as(range->low, integer) : nullptr;
  Expr* high = range->high != nullptr ? check_as(range->high, integer) : nullptr;
  auto* node = make<SliceExpr>(ExprKind::Slice, base->type, span(expr));
  node->base = base;
  node->low = low;
  node->high = high;
  node->inclusive = range->inclusive;
  return node;
}

// ---- ??

Expr* BodyChecker::check_coalesce(const syntax::BinaryExpr* expr, TypeId want) {
  source::Span where = span(expr);
  Expr* left = check(expr->left);
  if (is_never(left->type)) return left;
  if (!known(left, "take its value out")) {
    check(expr->right, {.type = want});
    return error_expr(where);
  }
  TypeId type = infer_.head(left->type);
  if (!types_.is_option(type) && !types_.is_result(type)) {
    report(Code::CoalesceOnPlainValue, span(expr->op_range), "`??` needs an `Option` or a `Result` on its left")
        .note(left->span, "this is " + a_type(type) + ", which always has a value");
    check(expr->right);
    return error_expr(where);
  }
  TypeId value = types_[type].arguments[0];
  if (want.valid() && infer_.is_variable(value)) infer_.unify(value, want);
  Because because{left->span, "the value on the left is " + a_type(value)};
  Expr* right = check_as(expr->right, value, &because);
  if (is_error(right->type)) return error_expr(where);
  auto* node = make<CoalesceExpr>(ExprKind::Coalesce, value, where);
  node->left = left;
  node->right = right;
  return node;
}

// ---- ?

Expr* BodyChecker::check_try(const syntax::TryExpr* expr) {
  source::Span where = span(expr);
  source::Span mark{where.file, where.end - 1, where.end};
  Expr* operand = check(expr->operand);
  if (is_never(operand->type)) return operand;
  if (!known(operand, "take its value out")) return error_expr(where);
  TypeId type = infer_.head(operand->type);
  bool option = types_.is_option(type);
  if (!option && !types_.is_result(type)) {
    report(Code::TryOnPlainValue, mark, "`?` needs an `Option` or a `Result`")
        .note(operand->span, "this is " + a_type(type) + ", which always has a value")
        .help("remove the `?`");
    return error_expr(where);
  }
  if (!may_leave(mark, "`?`")) return error_expr(where);
  TypeId value = types_[type].arguments[0];
  TypeId target = infer_.head(frame_->result);
  if (types_.kind(target) == TypeKind::Infer) {
    TypeId ok = infer_.fresh();
    infer_.unify(target, option ? types_.option(ok) : types_.result(ok, types_[type].arguments[1]));
    target = infer_.head(target);
  }
  if (types_.kind(target) == TypeKind::Error) return error_expr(where);
  if (option ? !types_.is_option(target) : !types_.is_result(target)) {
    const char* what = frame_->kind == FrameKind::Function ? "function"
                       : frame_->kind == FrameKind::Lambda ? "lambda"
                                                           : "block";
    source::Diagnostic& problem =
        report(Code::TryCannotReturn, mark,
               std::string("`?` on ") + (option ? "an `Option`" : "a `Result`") + " can't leave this " + what);
    problem.label("the " + std::string(what) + " returns `" + text(target) + "`");
    if (frame_->result_span.valid()) problem.note(frame_->result_span, "declared here");
    if (option && types_.is_result(target)) {
      problem.suggest("say which error it is", {mark.file, mark.begin, mark.begin}, ".ok_or(…)");
    } else if (!option && types_.is_option(target)) {
      problem.suggest("drop the error's reason", {mark.file, mark.begin, mark.begin}, ".ok()");
    } else if (frame_->kind == FrameKind::Block) {
      problem.help("`return` and `?` in a block leave the block only");
    } else {
      problem.help(option ? "handle `None` with `??` or `match`"
                          : "handle the error with `match` or `??`, or return a `Result`");
    }
    return error_expr(where);
  }
  FunctionRef convert;
  if (!option && !convert_error(types_[type].arguments[1], types_[target].arguments[1], mark, convert)) {
    return error_expr(where);
  }
  auto* node = make<TryExpr>(ExprKind::Try, value, where);
  node->operand = operand;
  node->convert = convert;
  node->target = target;
  note_type(&node->target);
  return node;
}

bool BodyChecker::convert_error(TypeId from, TypeId to, source::Span where, FunctionRef& out) {
  if (infer_.unify(from, to)) return true;
  from = infer_.zonk(infer_.settle(from));
  to = infer_.zonk(to);
  TraitId trait = types_.known.from;
  if (trait.valid() && !context_.trait(trait).methods.empty()) {
    for (const std::vector<TypeId>& arguments : arguments_of(trait, to)) {
      if (arguments.empty() || is_error(arguments[0]) || !infer_.unify(arguments[0], from)) continue;
      std::vector<TypeId> all{to, from};
      out = make_ref(context_.trait(trait).methods[0], all);
      return true;
    }
  }
  if (types_.nominal_of(to) == types_.known.error && types_.known.error.valid()) {
    out = error_from(from, where);
    return true;
  }
  source::Diagnostic& problem =
      report(Code::TryNoConversion, where, "an error of type `" + text(from) + "` does not become " + a_type(to));
  problem.label("the function's error type is `" + text(to) + "`");
  if (types_.nominal_of(to).valid() || types_.nominal_of(infer_.head(from)).valid()) {
    problem.help("implement `From<" + text(from) + "> for " + text(to) + "`, or use `.map_err(…)`");
  } else {
    problem.help("convert it first with `.map_err(…)`");
  }
  return false;
}

/// `Error(message)`: what else it has is a variant without values, the first or, of an `Option`, `None`.
Expr* BodyChecker::core_error(Expr* message, source::Span where) {
  const auto& fields = context_.nominal(types_.known.error).variants[0].fields;
  std::vector<Expr*> values{message};
  for (std::size_t i = 1; i < fields.size(); ++i) {
    values.push_back(variant_expr(fields[i].type, types_.is_option(fields[i].type) ? 1 : 0, {}, where));
  }
  return variant_expr(types_.nominal(types_.known.error, {}), 0, std::move(values), where);
}

FunctionRef BodyChecker::error_from(TypeId from, source::Span where) {
  std::vector<TypeId> own;
  for (std::size_t i = 0; i < scope_.type_params.size(); ++i) {
    own.push_back(types_.param(static_cast<std::uint32_t>(i), scope_.type_params[i].name));
  }
  for (const auto& [type, made] : error_conversions_) {
    if (type == from) return make_ref(made.function, own);
  }
  // `Error("{error}")`, as a function of its own.
  Frame* outer = frame_;
  FunctionInfo info;
  info.kind = FunctionKind::Lambda;
  info.name = context_.name("error");
  info.has_body = true;
  info.span = where;
  FunctionId id = context_.add_hidden(function_, std::move(info));
  Frame* frame = push_frame(FrameKind::Lambda);
  frame->hidden = id;
  frame->result = types_.nominal(types_.known.error, {});
  LocalId error = add_local(LocalKind::Param, context_.name("error"), from, where, Origin::Hidden);
  frame->params.push_back(error);
  auto* format = make<FormatExpr>(ExprKind::Format, primitive(TypeKind::String), where);
  std::vector<FormatPart> parts{{{}, local_expr(error, where), {}}};
  format->parts = keep(parts);
  frame->body->root = core_error(format, where);
  frame_ = outer;
  if (!types_.has_infer(from)) error_conversions_.emplace_back(from, FunctionRef{id, {}});
  return make_ref(id, own);
}

}  // namespace noodle::sema
