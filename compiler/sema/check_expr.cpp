// Expressions: which check an expression goes to, agreement of types, literals and constructors.

#include <algorithm>
#include <new>

#include "compiler/sema/check_body.h"

namespace noodle::sema {

using source::Code;

Expr* BodyChecker::check(const syntax::Expr* expr, Want want) {
  using syntax::ExprKind;
  if (expr == nullptr) return error_expr({});
  switch (expr->kind) {
    case ExprKind::Error: return error_expr(span(expr));
    case ExprKind::Int: return check_integer(static_cast<const syntax::IntExpr*>(expr), want.type);
    case ExprKind::Float: return check_float(static_cast<const syntax::FloatExpr*>(expr), want.type);
    case ExprKind::String: return check_string(static_cast<const syntax::StringExpr*>(expr));
    case ExprKind::Bool: return bool_expr(static_cast<const syntax::BoolExpr*>(expr)->value, span(expr));
    case ExprKind::Duration:
      return check_quantity(static_cast<const syntax::QuantityExpr*>(expr), types_.known.duration);
    case ExprKind::Size: return check_quantity(static_cast<const syntax::QuantityExpr*>(expr), types_.known.size);
    case ExprKind::Unit: return unit_expr(span(expr));
    case ExprKind::Name: return check_name(static_cast<const syntax::NameExpr*>(expr), want.type);
    case ExprKind::Self: return check_self(expr);
    case ExprKind::SelfType:
    case ExprKind::TypeApply: {
      Path path;
      if (resolve_path(expr, path)) {
        take(path);
        return entity_value(path, {}, want.type);
      }
      if (expr->kind == ExprKind::TypeApply) {
        const auto* apply = static_cast<const syntax::TypeApplyExpr*>(expr);
        check(apply->base);
      }
      report(Code::NotAValue, span(expr), "a type stands where a value is needed");
      return error_expr(span(expr));
    }
    case ExprKind::List: return check_list(static_cast<const syntax::ListExpr*>(expr), want.type);
    case ExprKind::Map: return check_map(static_cast<const syntax::MapExpr*>(expr), want.type);
    case ExprKind::Tuple: return check_tuple(static_cast<const syntax::TupleExpr*>(expr), want.type);
    case ExprKind::Struct: return check_struct(static_cast<const syntax::StructExpr*>(expr), want.type);
    case ExprKind::Paren: return check(static_cast<const syntax::ParenExpr*>(expr)->inner, want);
    case ExprKind::Unary: return check_unary(static_cast<const syntax::UnaryExpr*>(expr), want.type);
    case ExprKind::Binary: return check_binary(static_cast<const syntax::BinaryExpr*>(expr), want.type);
    case ExprKind::Range: return check_range(static_cast<const syntax::RangeExpr*>(expr));
    case ExprKind::Try: return check_try(static_cast<const syntax::TryExpr*>(expr));
    case ExprKind::Field: return check_field(static_cast<const syntax::FieldExpr*>(expr), want.type);
    case ExprKind::TupleField: return check_tuple_field(static_cast<const syntax::TupleFieldExpr*>(expr));
    case ExprKind::Index: return check_index(static_cast<const syntax::IndexExpr*>(expr), false);
    case ExprKind::Call: return check_call(static_cast<const syntax::CallExpr*>(expr), want);
    case ExprKind::If: return check_if(static_cast<const syntax::IfExpr*>(expr), want);
    case ExprKind::Match: return check_match(static_cast<const syntax::MatchExpr*>(expr), want);
    case ExprKind::Block: return check_block(static_cast<const syntax::BlockExpr*>(expr), want);
    case ExprKind::Lambda: return check_lambda(static_cast<const syntax::LambdaExpr*>(expr), want.type, false);
    case ExprKind::Loop:
    case ExprKind::While: return check_loop(expr);
    case ExprKind::For: return check_for(static_cast<const syntax::ForExpr*>(expr));
    case ExprKind::Break:
    case ExprKind::Continue: return check_jump(static_cast<const syntax::JumpExpr*>(expr));
    case ExprKind::Return: return check_return(static_cast<const syntax::ReturnExpr*>(expr));
    case ExprKind::Async: return check_async(static_cast<const syntax::TaskExpr*>(expr), want);
    case ExprKind::Scope: return check_scope(static_cast<const syntax::TaskExpr*>(expr), want);
    case ExprKind::Select: return check_select(static_cast<const syntax::SelectExpr*>(expr), want);
    case ExprKind::Within: return check_within(static_cast<const syntax::TaskExpr*>(expr), want);
    case ExprKind::Region: not_in_build(span(expr), "region"); break;
    case ExprKind::Sql: not_in_build(span(expr), "sql"); break;
  }
  return error_expr(span(expr));
}

Expr* BodyChecker::check_as(const syntax::Expr* expr, TypeId type, const Because* because) {
  return agree(check(expr, {.type = type}), type, because);
}

Expr* BodyChecker::agree(Expr* expr, TypeId type, const Because* because) {
  TypeId have = infer_.head(expr->type);
  TypeId want = infer_.head(type);
  if (have == want) return expr;
  TypeKind have_kind = types_.kind(have);
  TypeKind want_kind = types_.kind(want);
  if (have_kind == TypeKind::Error || want_kind == TypeKind::Error) {
    failed_ = true;
    return expr;
  }
  if (have_kind == TypeKind::Never) return expr;
  bool open = have_kind == TypeKind::Infer && !infer_.is_literal(have);
  if (want_kind == TypeKind::Any && have_kind != TypeKind::Any && !open) {
    have = infer_.zonk(infer_.settle(have));
    TypeData any = types_[infer_.zonk(want)];
    TraitRef trait{TraitId(any.index), any.arguments};
    for (const ImplMatch& match : context_.impls(have, trait.trait, scope_)) {
      // The trait's arguments may still be open.
      for (std::size_t i = 0; i < match.trait_arguments.size() && i < any.arguments.size(); ++i) {
        if (types_.has_infer(any.arguments[i])) infer_.unify(any.arguments[i], match.trait_arguments[i]);
      }
      break;
    }
    if (context_.satisfies(have, trait, scope_) == Fits::No) {
      failed_ = true;
      context_.report_unsatisfied(have, trait, scope_, expr->span);
      return error_expr(expr->span);
    }
    auto* node = make<ToAnyExpr>(ExprKind::ToAny, want, expr->span);
    node->operand = expr;
    return node;
  }
  if (has_shape(have) || has_shape(want)) return agree_shaped(expr, want, because);
  if (infer_.unify(have, want)) return expr;
  mismatch(expr, want, because);
  return error_expr(expr->span);
}

void BodyChecker::mismatch(Expr* expr, TypeId wanted, const Because* because) {
  TypeId have = infer_.zonk(expr->type);
  wanted = infer_.zonk(wanted);
  std::string have_text = "`" + text(have) + "`";
  bool lists = types_.kind(wanted) == TypeKind::List && types_.kind(have) == TypeKind::Nominal;
  if (lists) {
    const std::vector<std::string_view> methods = context_.method_names(have, scope_, true);
    lists = std::ranges::find(methods, "to_list") != methods.end();
  }
  source::Diagnostic& problem =
      report(Code::TypeMismatch, expr->span, "expected `" + text(wanted) + "`, found " + have_text);
  problem.label("this is " + a_type(have));
  if (because != nullptr && because->where.valid()) problem.note(because->where, because->text);
  TypeKind have_kind = types_.kind(have);
  TypeKind want_kind = types_.kind(wanted);
  source::Span before{expr->span.file, expr->span.begin, expr->span.begin};
  source::Span after{expr->span.file, expr->span.end, expr->span.end};
  bool literal = expr->kind == ExprKind::Int || expr->kind == ExprKind::Float;
  if (is_number(have_kind) && is_number(want_kind) && !literal) {
    problem.suggest("convert it", before, text(wanted) + "(").also(after, ")");
  } else if (types_.is_option(wanted) && infer_.could_unify(types_[wanted].arguments[0], have)) {
    problem.suggest("a value does not become an `Option` by itself", before, "Some(").also(after, ")");
  } else if (lists) {
    const bool range = expr->kind == ExprKind::Variant && types_.nominal_of(have) == types_.known.range;
    problem.suggest("make a list of it", before, range ? "(" : "").also(after, range ? ").to_list()" : ".to_list()");
  } else if (types_.is_result(wanted) && types_.is_result(have) &&
             infer_.could_unify(types_[wanted].arguments[0], types_[have].arguments[0])) {
    const bool core = types_.nominal_of(types_[wanted].arguments[1]) == types_.known.error;
    problem.help(core ? "make its error an `Error` with `.context(\"…\")`, or another with `.map_err(…)`"
                      : "make its error another with `.map_err(…)`");
  } else if (types_.is_result(wanted) && infer_.could_unify(types_[wanted].arguments[0], have)) {
    problem.suggest("a value does not become a `Result` by itself", before, "Ok(").also(after, ")");
  } else if (types_.is_result(wanted) && infer_.could_unify(types_[wanted].arguments[1], have)) {
    problem.suggest("an error does not become a `Result` by itself", before, "Err(").also(after, ")");
  } else if (want_kind == TypeKind::Bool && types_.is_option(have) &&
             !infer_.could_unify(types_[have].arguments[0], wanted)) {
    problem.suggest("ask whether there is a value", after, ".is_some()");
  } else if (want_kind == TypeKind::Bool && is_number(have_kind) && !literal) {
    problem.suggest("compare it", after, have_kind >= TypeKind::F16 ? " != 0.0" : " != 0");
  } else if (want_kind == TypeKind::Bool &&
             (have_kind == TypeKind::List || have_kind == TypeKind::Map || have_kind == TypeKind::String)) {
    problem.suggest("ask whether there is anything in it", before, "!").also(after, ".is_empty()");
  } else if ((types_.is_option(have) || types_.is_result(have)) &&
             infer_.could_unify(types_[have].arguments[0], wanted)) {
    problem.help("take the value out with `?`, `??`, or `match`");
  } else if (have == unit() && expr->kind == ExprKind::Call) {
    const source::Span declared = context_.function(static_cast<CallExpr*>(expr)->callee.function).span;
    if (declared.file == expr->span.file) problem.note(declared, "gives nothing: a result's type stands behind `->`");
  } else if (have_kind == TypeKind::List && types_.nominal_of(wanted) == types_.known.set) {
    problem.suggest("make a set of it", before, "Set.from(").also(after, ")");
  } else if (want_kind == TypeKind::String && frame_->kind != FrameKind::Constant) {
    problem.suggest("make a text of it", after, ".to_string()");
  } else if (have_kind == TypeKind::String && types_.nominal_of(wanted) == types_.known.error &&
             types_.known.error.valid()) {
    problem.suggest("make an error of it", before, "Error(").also(after, ")");
  } else if (want_kind == TypeKind::List && have_kind == TypeKind::List &&
             infer_.head_kind(types_[wanted].arguments[0]) == TypeKind::Any) {
    problem.help("the elements of a list literal convert; a whole list does not: use `.map`");
  }
}

TypeId BodyChecker::structure(TypeId type) {
  type = infer_.head(type);
  if (types_.kind(type) != TypeKind::Infer) return type;
  if (infer_.is_literal(type)) return infer_.settle(type);
  if (!waiting_.empty()) run_waiting(0, false);
  return infer_.head(type);
}

bool BodyChecker::known(Expr* expr, const char* purpose) {
  TypeId type = structure(expr->type);
  if (types_.kind(type) == TypeKind::Error) {
    failed_ = true;
    return false;
  }
  if (types_.kind(type) != TypeKind::Infer) return true;
  report(Code::CannotInfer, expr->span, "the type of this must be known to " + std::string(purpose))
      .label("its type can't be told yet")
      .help("state the type where the value is made");
  infer_.unify(type, error_type());
  return false;
}

// ---- literals

Expr* BodyChecker::check_integer(const syntax::IntExpr* expr, TypeId want) {
  TypeId type;
  if (want.valid()) {
    TypeId head = infer_.head(want);
    if (is_number(types_.kind(head)) || infer_.is_literal(head)) type = head;
  }
  if (!type.valid()) {
    type = infer_.fresh(VariableKind::Integer);
    if (want.valid() && types_.kind(infer_.head(want)) == TypeKind::Param) infer_.unify(type, want);
  }
  auto* node = make<LiteralNode>(ExprKind::Int, type, span(expr));
  literals_.push_back({node, expr->magnitude, 0, expr->negative, expr->overflow, false});
  return node;
}

Expr* BodyChecker::check_float(const syntax::FloatExpr* expr, TypeId want) {
  TypeId type;
  if (want.valid() && is_float(infer_.head_kind(want))) type = infer_.head(want);
  if (!type.valid()) {
    type = infer_.fresh(VariableKind::Float);
    if (want.valid() && types_.kind(infer_.head(want)) == TypeKind::Param) infer_.unify(type, want);
  }
  auto* node = make<LiteralNode>(ExprKind::Float, type, span(expr));
  literals_.push_back({node, 0, expr->value, false, false, true});
  return node;
}

Expr* BodyChecker::check_quantity(const syntax::QuantityExpr* expr, NominalId decl) {
  if (!decl.valid()) return error_expr(span(expr));
  return variant_expr(types_.nominal(decl, {}), 0, {int_expr(expr->value, span(expr))}, span(expr));
}

// ---- constructors

Expr* BodyChecker::check_tuple(const syntax::TupleExpr* expr, TypeId want) {
  std::span<const TypeId> wanted;
  if (want.valid()) {
    TypeData data = types_[infer_.head(want)];
    if (data.kind == TypeKind::Tuple && data.arguments.size() == expr->elements.size()) wanted = data.arguments;
  }
  std::vector<Expr*> elements;
  std::vector<TypeId> element_types;
  for (std::size_t i = 0; i < expr->elements.size(); ++i) {
    Expr* element = wanted.empty() ? check(expr->elements[i]) : check_as(expr->elements[i], wanted[i]);
    elements.push_back(element);
    element_types.push_back(wanted.empty() || is_error(element->type) ? element->type : wanted[i]);
  }
  auto* node = make<SequenceExpr>(ExprKind::Tuple, types_.tuple(element_types), span(expr));
  node->elements = keep(elements);
  return node;
}

Expr* BodyChecker::check_list(const syntax::ListExpr* expr, TypeId want) {
  TypeId element;
  if (want.valid()) {
    TypeData data = types_[infer_.head(want)];
    if (data.kind == TypeKind::List) element = data.arguments[0];
  }
  if (!element.valid()) element = variable(span(expr), expr->elements.empty() ? "this empty list" : "this list");
  std::vector<Expr*> elements;
  elements.reserve(expr->elements.size());
  Because because;
  for (const syntax::Expr* item : expr->elements) {
    elements.push_back(check_as(item, element, because.where.valid() ? &because : nullptr));
    if (!because.where.valid()) because = {span(item), "the first element has type `" + text(element) + "`"};
  }
  auto* node = make<SequenceExpr>(ExprKind::List, types_.list(element), span(expr));
  node->elements = keep(elements);
  return node;
}

Expr* BodyChecker::check_map(const syntax::MapExpr* expr, TypeId want) {
  TypeId key;
  TypeId value;
  if (want.valid()) {
    TypeData data = types_[infer_.head(want)];
    if (data.kind == TypeKind::Map) {
      key = data.arguments[0];
      value = data.arguments[1];
    }
  }
  const char* what = expr->entries.empty() ? "this empty map" : "this map";
  if (!key.valid()) {
    key = variable(span(expr), what);
    value = variable(span(expr), what);
  }
  std::vector<Expr*> entries;
  for (const syntax::MapEntry& entry : expr->entries) {
    entries.push_back(check_as(entry.key, key));
    entries.push_back(check_as(entry.value, value));
  }
  equalities_.push_back({key, span(expr), "a key"});
  auto* node = make<MapExpr>(ExprKind::Map, types_.map(key, value), span(expr));
  node->entries = keep(entries);
  return node;
}

Expr* BodyChecker::check_struct(const syntax::StructExpr* expr, TypeId want) {
  Path path;
  bool found = resolve_path(expr->type, path);
  TypeId type = error_type();
  if (!found && path.entity) {
    source::Diagnostic& problem =
        report(Code::NotAStruct, path.span, "`" + std::string(context_.source_text(path.span)) + "` is not a struct");
    if (path.entity.kind == Entity::Kind::Variant)
      problem.help("a variant takes its values in parentheses: `" + std::string(context_.source_text(path.span)) +
                   "(…)`");
  } else if (!found) {
    if (expr->type->kind == syntax::ExprKind::Name) {
      const auto* name = static_cast<const syntax::NameExpr*>(expr->type);
      if (find_local(name->name.symbol) == nullptr) {
        unknown_name(name->name);
      } else {
        report(Code::NotAStruct, span(expr->type),
               "`" + std::string(text(name->name.symbol)) + "` is a variable, not a struct");
      }
    } else {
      check(expr->type);
    }
  } else if (path.entity.kind == Entity::Kind::Variant) {
    report(Code::NotAStruct, path.span, "a variant takes its values in parentheses")
        .help("write `" + std::string(context_.source_text(path.span)) + "(…)`");
  } else if (path.entity.kind == Entity::Kind::Unusable) {
    failed_ = true;
  } else if (path.entity.kind == Entity::Kind::NotYet) {
    not_in_build(path.span, context_.source_text(path.span));
  } else if (is_type(path)) {
    take(path);
    type = path_type(path, path.span);
    NominalId id = types_.nominal_of(infer_.head(type));
    if (!is_error(type) && (!id.valid() || context_.nominal(id).is_enum)) {
      report(Code::NotAStruct, path.span, "`" + text(type) + "` is not a struct");
      type = error_type();
    }
  } else {
    report(Code::NotAStruct, path.span, "`" + std::string(context_.source_text(path.span)) + "` is not a struct");
  }
  if (is_error(type)) {
    failed_ = true;
    for (const syntax::FieldInit& init : expr->fields) check(init.value);
    return error_expr(span(expr));
  }
  if (want.valid()) infer_.unify(type, want);
  NominalId id = types_.nominal_of(infer_.head(type));
  const std::vector<FieldInfo>& infos = context_.nominal(id).variants[0].fields;
  std::vector<FieldInfo> fields(infos.begin(), infos.end());
  std::vector<source::Span> given(fields.size());
  std::vector<Expr*> values;
  std::vector<std::uint32_t> indices;
  for (const syntax::FieldInit& init : expr->fields) {
    auto at =
        std::find_if(fields.begin(), fields.end(), [&](const FieldInfo& f) { return f.name == init.name.symbol; });
    source::Span where = span(init.name.range);
    if (at == fields.end()) {
      std::vector<std::string_view> names;
      for (const FieldInfo& field : fields) names.push_back(text(field.name));
      source::Diagnostic& problem = report(
          Code::UnknownField, where, "`" + text(type) + "` has no field `" + std::string(text(init.name.symbol)) + "`");
      context_.suggest_near(problem, where, text(init.name.symbol), names);
      check(init.value);
      continue;
    }
    auto index = static_cast<std::uint32_t>(at - fields.begin());
    TypeId wanted = context_.field_type(infer_.zonk(type), 0, index);
    context_.note_use(where, {Entity::Kind::Field, id.index, 0, index}, wanted);
    if (!context_.field_visible(scope_.module, id, 0, index)) {
      report(Code::PrivateMember, where, "the field `" + std::string(text(at->name)) + "` is private to its module")
          .note(at->span, "declared here")
          .help("use one of the functions that make " + a_type(type));
    }
    if (given[index].valid()) {
      report(Code::DuplicateField, where, "`" + std::string(text(at->name)) + "` is given twice")
          .note(given[index], "first here");
      check(init.value);
      continue;
    }
    given[index] = where;
    Because because{at->span, "the field has type `" + text(wanted) + "`"};
    values.push_back(check_as(init.value, wanted, &because));
    indices.push_back(index);
  }
  std::string missing;
  std::string edit;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (given[i].valid()) continue;
    missing += (missing.empty() ? "`" : ", `") + std::string(text(fields[i].name)) + "`";
    edit += (expr->fields.empty() && edit.empty() ? "" : ", ") + std::string(text(fields[i].name)) + ": …";
  }
  if (!missing.empty()) {
    report(Code::MissingField, path.span, "this `" + text(type) + "` lacks " + missing)
        .label("every field needs a value")
        .note(context_.nominal(id).span, "the struct is declared here");
  }
  auto* node = make<VariantExpr>(ExprKind::Variant, type, span(expr));
  node->values = keep(values);
  node->fields = keep(indices);
  return node;
}

Expr* BodyChecker::check_range(const syntax::RangeExpr* expr, bool may_be_open) {
  source::Span where = span(expr);
  bool open = expr->low == nullptr || expr->high == nullptr;
  if ((open && !may_be_open) || !types_.known.range.valid()) {
    if (expr->low != nullptr) check(expr->low);
    if (expr->high != nullptr) check(expr->high);
    // Outside an index the parser has said so, and put something in its place.
    const char* missing = expr->low == nullptr ? "start" : "end";
    if (types_.known.range.valid())
      report(Code::OpenRange, where, std::string("this range has no ") + missing)
          .help("only what stands alone in an index may leave one out; put `()` around what belongs to the other end");
    return error_expr(where);
  }
  TypeId integer = primitive(TypeKind::I64);
  Expr* low = expr->low != nullptr ? check_as(expr->low, integer) : int_expr(0, where);
  Expr* high = expr->high != nullptr ? check_as(expr->high, integer) : int_expr(INT64_MAX, where);
  return variant_expr(types_.nominal(types_.known.range, {}), 0, {low, high, bool_expr(expr->inclusive, where)}, where);
}

// ---- fields

Expr* BodyChecker::check_base(const syntax::Expr* expr) {
  bool before = in_chain_;
  in_chain_ = expr->kind == syntax::ExprKind::Name || expr->kind == syntax::ExprKind::Self ||
              expr->kind == syntax::ExprKind::Field || expr->kind == syntax::ExprKind::TupleField;
  Expr* base = check(expr);
  in_chain_ = before;
  return base;
}

Expr* BodyChecker::check_field(const syntax::FieldExpr* expr, TypeId want) {
  Path path;
  if (resolve_path(expr->base, path)) return member_value(path, expr, want);
  Expr* base = check_base(expr->base);
  Expr* node = field_of(base, expr->name, span(expr), true);
  if (!in_chain_ && node != nullptr) check_held(node);
  return node != nullptr ? node : error_expr(span(expr));
}

Expr* BodyChecker::field_of(Expr* base, const syntax::Name& name, source::Span where, bool report_missing) {
  if (!known(base, "know its fields")) return report_missing ? error_expr(where) : nullptr;
  TypeId type = infer_.zonk(base->type);
  if (is_never(type)) return base;
  NominalId id = types_.nominal_of(type);
  source::Span name_span = span(name.range);
  if (!name.symbol.valid()) return report_missing ? error_expr(where) : nullptr;  // the parser has spoken
  if (id.valid() && !context_.nominal(id).is_enum) {
    const std::vector<FieldInfo>& fields = context_.nominal(id).variants[0].fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].name != name.symbol) continue;
      auto index = static_cast<std::uint32_t>(i);
      if (!context_.field_visible(scope_.module, id, 0, index)) {
        report(Code::PrivateMember, name_span,
               "the field `" + std::string(text(name.symbol)) + "` is private to its module")
            .note(context_.nominal(id).variants[0].fields[i].span, "declared here");
        return error_expr(where);
      }
      TypeId field = context_.field_type(type, 0, index);
      context_.note_use(name_span, {Entity::Kind::Field, id.index, 0, index}, field);
      auto* node = make<FieldExpr>(ExprKind::Field, field, where);
      node->base = base;
      node->field = index;
      return node;
    }
  }
  if (!report_missing) return nullptr;
  std::string word(text(name.symbol));
  if (!context_.methods(type, name.symbol, scope_).empty()) {
    report(Code::UnknownField, name_span, "`" + word + "` is a method, not a field")
        .suggest("call it", {where.file, where.end, where.end}, "()");
    return error_expr(where);
  }
  unknown_member(type, name, Code::UnknownField);
  return error_expr(where);
}

Expr* BodyChecker::check_tuple_field(const syntax::TupleFieldExpr* expr) {
  Expr* base = check_base(expr->base);
  source::Span where = span(expr);
  if (!known(base, "take a part of it")) return error_expr(where);
  TypeData data = types_[infer_.head(base->type)];
  if (data.kind == TypeKind::Never) return base;
  if (data.kind != TypeKind::Tuple || expr->index >= data.arguments.size()) {
    source::Diagnostic& problem =
        report(Code::UnknownField, span(expr->index_range),
               "`" + text(base->type) + "` has no part `." + std::to_string(expr->index) + "`");
    if (data.kind == TypeKind::Tuple && !data.arguments.empty()) {
      problem.label("its parts are `.0` to `." + std::to_string(data.arguments.size() - 1) + "`");
    } else if (data.kind == TypeKind::List) {
      problem.help("elements of a list are written `[" + std::to_string(expr->index) + "]`");
    }
    return error_expr(where);
  }
  auto* node = make<FieldExpr>(ExprKind::Field, data.arguments[expr->index], where);
  node->base = base;
  node->field = expr->index;
  if (!in_chain_) check_held(node);
  return node;
}

}  // namespace noodle::sema
