// Calls: of functions, methods, associated functions, variants, function values, block parameters,
// and the conversions `u8(x)`.

#include <algorithm>

#include "base/text.h"
#include "compiler/sema/check_body.h"

namespace noodle::sema {

using source::Code;

namespace {

/// The callee of a call without parentheses and type arguments.
const syntax::Expr* strip(const syntax::Expr* callee, std::span<syntax::Type* const>& type_arguments) {
  if (callee->kind == syntax::ExprKind::TypeApply) {
    const auto* apply = static_cast<const syntax::TypeApplyExpr*>(callee);
    type_arguments = apply->arguments;
    return apply->base;
  }
  return callee;
}

}  // namespace

Expr* BodyChecker::check_call(const syntax::CallExpr* call, Want want) {
  bool chain = in_chain_;
  in_chain_ = false;
  std::span<syntax::Type* const> type_arguments;
  const syntax::Expr* callee = strip(call->callee, type_arguments);
  Expr* result = nullptr;
  if (callee->kind == syntax::ExprKind::Name) {
    const auto* name = static_cast<const syntax::NameExpr*>(callee);
    if (Binding* binding = find_local(name->name.symbol)) {
      Binding at = *binding;
      if (at.frame->body->locals[at.local.index].kind == LocalKind::BlockParam) {
        result = call_block(call, at);
      } else {
        result = call_value(call, use_local(at, span(callee)));
      }
    } else {
      Path path;
      path.entity = resolve_name(name->name, want.type);
      path.span = span(callee);
      path.uses.emplace_back(path.span, path.entity);
      take(path);
      if (!path.entity) {
        unknown_name(name->name);
        check_arguments_anyway(call);
        result = error_expr(span(call));
      } else {
        result = call_entity(call, path, want.type, type_arguments);
      }
    }
  } else if (callee->kind == syntax::ExprKind::Field) {
    const auto* field = static_cast<const syntax::FieldExpr*>(callee);
    Path base;
    if (!field->name.symbol.valid()) {
      check(field->base);
      check_arguments_anyway(call);
      result = error_expr(span(call));
    } else if (resolve_path(field->base, base)) {
      result = call_associated(call, base, field->name, type_arguments, want.type);
    } else {
      result = call_method(call, field, type_arguments, want.type);
    }
  } else if (callee->kind == syntax::ExprKind::SelfType) {
    Path path;
    resolve_path(callee, path);
    result = call_entity(call, path, want.type, type_arguments);
  } else {
    result = call_value(call, check(call->callee));
  }
  in_chain_ = chain;
  if (!failed_ && !types_.has_infer(result->type)) check_size(result->type, result->span);
  return result;
}

void BodyChecker::check_arguments_anyway(const syntax::CallExpr* call) {
  failed_ = true;
  for (const syntax::Argument& argument : call->arguments) {
    if (argument.value->kind != syntax::ExprKind::Lambda) check(argument.value);
  }
}

Expr* BodyChecker::call_entity(const syntax::CallExpr* call, Path& path, TypeId want,
                               std::span<syntax::Type* const> type_arguments) {
  source::Span where = span(call);
  if (path.type.valid()) {
    TypeId type = path.type;
    report(Code::NotCallable, path.span, "`Self` can't be called")
        .help("make " + a_type(type) + " with braces: `Self { … }`");
    check_arguments_anyway(call);
    return error_expr(where);
  }
  switch (path.entity.kind) {
    case Entity::Kind::Function: {
      Callee callee = instantiate(path.entity.function(), {}, path.span, type_arguments, 0);
      return call_function(call, std::move(callee), nullptr, want);
    }
    case Entity::Kind::Variant: {
      if (!type_arguments.empty() && !path.has_arguments) {
        path.has_arguments = true;
        for (const syntax::Type* argument : type_arguments)
          path.arguments.push_back(context_.resolve(*argument, scope_));
      }
      return call_variant(call, path.entity, variant_type(path, want), want, path.span);
    }
    case Entity::Kind::Builtin: {
      auto kind = static_cast<TypeKind>(path.entity.index);
      if (is_number(kind)) return call_conversion(call, primitive(kind), Conversion::Checked, path.span);
      source::Diagnostic& problem =
          report(Code::NotCallable, path.span,
                 "`" + std::string(context_.source_text(path.span)) + "` is a type and can't be called");
      if (kind == TypeKind::String) problem.help("every value has `.to_string()`");
      break;
    }
    case Entity::Kind::Nominal: {
      NominalId id = path.entity.nominal();
      if (id == types_.known.error) {
        const FieldInfo& field = context_.nominal(id).variants[0].fields[0];
        const std::vector<CallParam> params{{field.name, field.type, syntax::ParamKind::Plain, {}, field.span}};
        std::vector<Arg> args;
        if (!check_arguments(call, params, 0, "`Error`", nullptr, nullptr, args)) return error_expr(where);
        return core_error(args[0].value, where);
      }
      std::string name(text(context_.nominal(id).name));
      if (context_.nominal(id).is_enum) {
        report(Code::NotCallable, path.span, "`" + name + "` is an enum and can't be called")
            .help("call one of its variants");
        break;
      }
      std::string form = name + " { ";
      bool first = true;
      for (const FieldInfo& field : context_.nominal(id).variants[0].fields) {
        form += (first ? "" : ", ") + std::string(text(field.name)) + ": …";
        first = false;
      }
      report(Code::NotCallable, path.span, "`" + name + "` is a struct and can't be called")
          .help("make one with braces: `" + form + " }`");
      break;
    }
    case Entity::Kind::Const: return call_value(call, entity_value(path, {}, {}));
    case Entity::Kind::NotYet: not_in_build(path.span, context_.source_text(path.span)); break;
    case Entity::Kind::Unusable: failed_ = true; break;
    default: no_value(path.entity, {}, path.span); break;
  }
  check_arguments_anyway(call);
  return error_expr(where);
}

// ---- functions

Callee BodyChecker::instantiate(FunctionId function, std::span<const TypeId> first, source::Span where,
                                std::span<syntax::Type* const> type_arguments, std::size_t own_from) {
  Callee callee;
  callee.function = function;
  callee.span = where;
  const FunctionInfo& info = context_.function(function);
  std::size_t count = info.type_params.size();
  std::string name(text(info.name));
  for (TypeId given : first) {
    callee.arguments.push_back(given.valid() ? given : variable(where, "a type argument of `" + name + "`"));
  }
  own_from = std::max(own_from, first.size());
  std::size_t own = count > own_from ? count - own_from : 0;
  if (!type_arguments.empty() && type_arguments.size() != own) {
    report(Code::WrongTypeArguments, where,
           "`" + name + "` takes " + count_of(own, "type argument") + ", not " + std::to_string(type_arguments.size()));
    type_arguments = {};
  }
  while (callee.arguments.size() < count) {
    std::size_t at = callee.arguments.size();
    if (!type_arguments.empty() && at >= own_from) {
      TypeId type = context_.resolve(*type_arguments[at - own_from], scope_);
      if (is_error(type)) failed_ = true;
      callee.arguments.push_back(type);
    } else {
      std::string param(text(context_.function(function).type_params[at].name));
      callee.arguments.push_back(variable(where, "`" + param + "` of `" + name + "`"));
    }
  }
  if (count != 0) obligations_.push_back({callee, scope_});
  for (std::size_t i = 0; i < context_.function(function).lengths.size(); ++i) callee.lengths.push_back(infer_.fresh());
  return callee;
}

std::vector<CallParam> BodyChecker::params_of(const Callee& callee) {
  std::vector<ParamInfo> infos = context_.function(callee.function).params;
  std::vector<CallParam> params;
  params.reserve(infos.size());
  for (const ParamInfo& info : infos) {
    if (is_error(info.type)) failed_ = true;
    const TypeId type = substitute(info.shaped, callee);
    params.push_back({info.name, type, info.kind, info.default_value, info.span});
  }
  return params;
}

TypeId BodyChecker::substitute(TypeId type, const Callee& callee) {
  if (callee.lengths.empty()) return types_.substitute(type, callee.arguments);
  std::vector<TypeId> all = callee.arguments;
  all.insert(all.end(), callee.lengths.begin(), callee.lengths.end());
  return types_.substitute(type, all);
}

void BodyChecker::improve(const Callee& callee) {
  if (callee.arguments.empty()) return;
  std::vector<TypeParamDecl> params = context_.function(callee.function).type_params;
  for (std::size_t i = 0; i < params.size() && i < callee.arguments.size(); ++i) {
    for (const TraitRef& bound : params[i].bounds) {
      if (bound.arguments.empty()) continue;
      TypeId self = infer_.head(callee.arguments[i]);
      // A literal has what all numbers have.
      if (types_.kind(self) == TypeKind::Infer && !infer_.is_literal(self)) continue;
      bool open = false;
      std::vector<TypeId> wanted;
      for (TypeId argument : bound.arguments) {
        wanted.push_back(infer_.zonk(types_.substitute(argument, callee.arguments)));
        open = open || types_.has_infer(wanted.back());
      }
      if (!open) continue;
      auto fits = [&](std::span<const TypeId> has) {
        std::size_t mark = infer_.mark();
        for (std::size_t k = 0; k < wanted.size() && k < has.size(); ++k) {
          if (is_error(has[k])) continue;
          if (!infer_.unify(wanted[k], has[k])) {
            infer_.rollback(mark);
            return false;
          }
        }
        return true;
      };
      self = infer_.zonk(self);
      bool done = false;
      for (const TraitRef& has : context_.bounds_of(self, bound.trait, scope_)) {
        if ((done = fits(has.arguments))) break;
      }
      TypeData data = types_[self];
      if (!done && data.kind == TypeKind::Any && TraitId(data.index) == bound.trait) done = fits(data.arguments);
      if (done) continue;
      // Of several impls the one that says just what the literals become by themselves, if there is one.
      std::vector<ImplMatch> matches = context_.impls(self, bound.trait, scope_);
      std::vector<const ImplMatch*> possible;
      const ImplMatch* usual = nullptr;
      for (const ImplMatch& match : matches) {
        std::size_t mark = infer_.mark();
        if (!fits(match.trait_arguments)) continue;
        infer_.rollback(mark);
        possible.push_back(&match);
        bool same = true;
        for (std::size_t k = 0; k < wanted.size() && k < match.trait_arguments.size(); ++k) {
          bool literal = infer_.is_literal(wanted[k]);
          same = same && (!literal || infer_.shown(wanted[k]) == match.trait_arguments[k]);
        }
        if (same && usual == nullptr && std::ranges::any_of(wanted, [&](TypeId t) { return infer_.is_literal(t); }))
          usual = &match;
      }
      if (possible.size() == 1) usual = possible[0];
      if (usual != nullptr) {
        fits(usual->trait_arguments);
      } else if (!possible.empty() && !settling_) {
        undecided_.push_back(callee);
      }
    }
  }
}

Expr* BodyChecker::call_function(const syntax::CallExpr* call, Callee callee, Expr* receiver, TypeId want) {
  source::Span where = span(call);
  std::vector<CallParam> params = params_of(callee);
  TypeId result = substitute(context_.function(callee.function).shaped_result, callee);
  if (is_error(result)) failed_ = true;
  if (want.valid() && types_.has_infer(result) && infer_.head_kind(want) != TypeKind::Any &&
      infer_.head_kind(want) != TypeKind::Infer) {
    // What lengths are is said by the arguments.
    infer_.unify(result, callee.lengths.empty() ? want : types_.without_shapes(infer_.zonk(want)));
  }
  std::string name = "`" + std::string(text(context_.function(callee.function).name)) + "`";
  std::vector<Arg> args;
  if (receiver != nullptr) args.push_back({0, params[0].kind == syntax::ParamKind::Mut, receiver});
  if (!check_arguments(call, params, receiver != nullptr ? 1 : 0, name, &callee, receiver, args)) {
    return error_expr(where);
  }
  check_exclusive(args);
  improve(callee);
  if (is_error(result)) return error_expr(where);
  const FunctionInfo& info = context_.function(callee.function);
  if (!info.shape.empty()) {
    const bool is_open = args.size() == 2 && call->arguments.empty();
    if (info.shape == "checked" && is_open) {
      result = checked_shape(result, args, where);
    } else {
      const std::vector<ShapeArgument> given = shape_arguments(call, info, args, receiver != nullptr);
      result = shaped_result(info.shape, result, given, callee.span, name);
    }
    if (is_error(result)) return error_expr(where);
  }
  return call_expr(make_ref(callee.function, callee.arguments), result, std::move(args), where);
}

// ---- methods

Callee BodyChecker::choose_method(std::vector<MethodMatch>& matches, const syntax::Name& name, TypeId receiver,
                                  std::span<syntax::Type* const> type_arguments) {
  source::Span where = span(name.range);
  MethodMatch& first = matches.front();
  for (const MethodMatch& other : matches) {
    if (other.function == first.function) {
      // One trait with several sets of arguments: they are told apart by the call's arguments.
      for (std::size_t i = 1; i < first.arguments.size() && i < other.arguments.size(); ++i) {
        if (first.arguments[i] != other.arguments[i]) first.arguments[i] = TypeId();
      }
      continue;
    }
    source::Diagnostic& problem =
        report(Code::AmbiguousMethod, where,
               "several traits of `" + text(receiver) + "` have a method `" + std::string(text(name.symbol)) + "`");
    problem.note(context_.function(first.function).span, "one is declared here");
    problem.note(context_.function(other.function).span, "another here");
    return {};
  }
  if (!context_.function_visible(scope_.module, first.function)) private_function(first.function, name);
  context_.note_use(where, {Entity::Kind::Function, first.function.index});
  Callee callee = instantiate(first.function, first.arguments, where, type_arguments, first.arguments.size());
  if (first.through == MethodMatch::Through::Inherent) {
    // What the look-up left undecided of the impl's arguments is decided by the receiver.
    TypeId owner = context_.function(first.function).owner;
    if (owner.valid()) infer_.unify(types_.substitute(owner, callee.arguments), receiver);
  }
  return callee;
}

Expr* BodyChecker::call_method(const syntax::CallExpr* call, const syntax::FieldExpr* callee,
                               std::span<syntax::Type* const> type_arguments, TypeId want) {
  source::Span where = span(call);
  Expr* receiver = check_base(callee->base);
  if (!known(receiver, "call its methods")) {
    check_arguments_anyway(call);
    return error_expr(where);
  }
  TypeId type = infer_.zonk(receiver->type);
  if (is_never(type)) {
    check_arguments_anyway(call);
    return error_expr(where);
  }
  if (types_.kind(type) == TypeKind::Map && text(callee->name.symbol) == "at") {
    check_held(receiver);
    return call_map_at(call, receiver, callee->name);
  }
  std::vector<MethodMatch> matches = context_.methods(type, callee->name.symbol, scope_);
  if (matches.empty()) {
    if (Expr* field = field_of(receiver, callee->name, span(callee), false)) {
      check_held(field);
      return call_value(call, field);
    }
    check_held(receiver);
    source::Span name_span = span(callee->name.range);
    if (!context_.associated(type, callee->name.symbol, scope_).empty()) {
      std::string word(text(callee->name.symbol));
      report(Code::UnknownMethod, name_span, "`" + word + "` has no `self`, so it is called on the type")
          .help("write `" + text(type) + "." + word + "(…)`");
    } else {
      unknown_member(type, callee->name, Code::UnknownMethod);
    }
    check_arguments_anyway(call);
    return error_expr(where);
  }
  check_held(receiver);
  Callee chosen = choose_method(matches, callee->name, type, type_arguments);
  if (!chosen.function.valid()) {
    check_arguments_anyway(call);
    return error_expr(where);
  }
  std::vector<ParamInfo> params = context_.function(chosen.function).params;
  if (!params.empty() && params[0].kind == syntax::ParamKind::Mut) {
    std::string what = "`" + std::string(text(callee->name.symbol)) + "` changes its receiver";
    require_place(receiver, what.c_str());
    if (types_.is_tensor(infer_.head(receiver->type)) && has_shape(receiver->type) &&
        context_.function(chosen.function).shape != "keeps") {
      const Because because{params[0].span, "a `mut self` of any shape"};
      if (!keeps_shape(receiver, types_.without_shapes(infer_.zonk(receiver->type)), because)) {
        check_arguments_anyway(call);
        return error_expr(where);
      }
    }
  }
  return call_function(call, std::move(chosen), receiver, want);
}

Expr* BodyChecker::call_associated(const syntax::CallExpr* call, const Path& base, const syntax::Name& name,
                                   std::span<syntax::Type* const> type_arguments, TypeId want) {
  source::Span where = span(call);
  source::Span name_span = span(name.range);
  if (base.entity.kind == Entity::Kind::Module) {
    take(base);
    Path path;
    path.entity = context_.lookup_in(scope_.module, base.entity.module(), name, name_span);
    if (!path.entity) path.entity = {Entity::Kind::Unusable};
    path.span = {where.file, base.span.begin, name_span.end};
    path.uses.emplace_back(name_span, path.entity);
    take(path);
    return call_entity(call, path, want, type_arguments);
  }
  if (!is_type(base)) {
    if (base.entity.kind == Entity::Kind::Variant) {
      // A method on a variant's value: `Shape.Empty.area()`.
      take(base);
      Expr* receiver = entity_value(base, name, {});
      TypeId type = structure(receiver->type);
      std::vector<MethodMatch> matches = context_.methods(infer_.zonk(type), name.symbol, scope_);
      if (!matches.empty()) {
        Callee callee = choose_method(matches, name, type, type_arguments);
        if (callee.function.valid()) return call_function(call, std::move(callee), receiver, want);
      } else if (!is_error(type)) {
        unknown_member(infer_.zonk(type), name, Code::UnknownMethod);
      }
    } else if (base.entity.kind == Entity::Kind::NotYet) {
      not_in_build(base.span, context_.source_text(base.span));
    } else if (base.entity.kind != Entity::Kind::Unusable) {
      no_value(base.entity, name, base.span);
    }
    check_arguments_anyway(call);
    return error_expr(where);
  }
  take(base);
  TypeId type = path_type(base, base.span);
  if (is_error(type)) {
    check_arguments_anyway(call);
    return error_expr(where);
  }
  if (NominalId decl = types_.nominal_of(type); decl.valid()) {
    if (Entity variant = context_.variant_of(decl, name.symbol)) {
      context_.note_use(name_span, variant);
      if (want.valid()) infer_.unify(type, want);
      return call_variant(call, variant, type, want, name_span);
    }
  }
  if (is_number(types_.kind(type))) {
    std::string_view word = text(name.symbol);
    if (word == "wrap") return call_conversion(call, type, Conversion::Wrap, base.span);
    if (word == "try") return call_conversion(call, type, Conversion::Try, base.span);
  }
  std::vector<MethodMatch> matches = context_.associated(infer_.zonk(type), name.symbol, scope_);
  bool with_self = matches.empty();
  if (with_self) matches = context_.methods(infer_.zonk(type), name.symbol, scope_);
  if (matches.empty()) {
    unknown_member(infer_.zonk(type), name, Code::UnknownAssociated);
    check_arguments_anyway(call);
    return error_expr(where);
  }
  if (!with_self && want.valid() && types_.has_infer(type) && infer_.head_kind(want) != TypeKind::Any) {
    // `let x: List<Int> = List.filled(…)`: a function of the type mostly gives the type.
    TypeId owner = context_.function(matches.front().function).owner;
    if (owner.valid() && context_.function(matches.front().function).result == owner) infer_.unify(type, want);
  }
  Callee callee = choose_method(matches, name, type, type_arguments);
  if (!callee.function.valid()) {
    check_arguments_anyway(call);
    return error_expr(where);
  }
  return call_function(call, std::move(callee), nullptr, want);
}

}  // namespace noodle::sema
