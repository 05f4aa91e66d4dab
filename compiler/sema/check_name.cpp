// Names and paths: locals and their captures, functions, constants and variants as values.

#include <algorithm>

#include "compiler/sema/check_body.h"
#include "compiler/sema/foreign_names.h"

namespace noodle::sema {

using source::Code;

// ---- locals

Binding* BodyChecker::find_local(Symbol name) {
  auto found = bindings_.find(name);
  if (found == bindings_.end()) return nullptr;
  std::vector<Binding>& stack = found->second;
  for (std::size_t i = stack.size(); i-- > 0;) {
    if (is_seen(stack[i])) return &stack[i];
  }
  return nullptr;
}

LocalId BodyChecker::reach(Frame* frame, const Binding& binding) {
  if (frame == binding.frame) return binding.local;
  // A local of an outer function is captured by every function between, from the outside in.
  std::vector<Frame*> between;
  for (Frame* at = frame; at != binding.frame; at = at->outer) between.push_back(at);
  LocalId id = binding.local;
  for (std::size_t i = between.size(); i-- > 0;) id = capture(between[i], id);
  return id;
}

LocalId BodyChecker::capture(Frame* frame, LocalId outer) {
  auto found = frame->capture_of.find(outer.index);
  if (found != frame->capture_of.end()) return found->second;
  Frame* home = frame->outer;
  home->facts[outer.index].used = true;
  Local copy = home->body->locals[outer.index];
  if (home->defer_depth > 0) home->body->locals[outer.index].in_defer = true;
  LocalId id(frame->body->locals.size());
  copy.kind = copy.kind == LocalKind::BlockParam ? LocalKind::BlockParam : LocalKind::Param;
  copy.in_defer = false;
  copy.captured_mut = false;
  frame->body->locals.push_back(copy);
  LocalFacts facts;
  facts.origin = Origin::Capture;
  facts.outer = outer;
  facts.used = true;
  frame->facts.push_back(facts);
  frame->captures.push_back(id);
  frame->capture_of.emplace(outer.index, id);
  return id;
}

Expr* BodyChecker::use_local(const Binding& binding, source::Span where) {
  if (binding.axis != Binding::kNoAxis) return length_value(binding, where);
  Binding at = binding;
  const Local& home = at.frame->body->locals[at.local.index];
  context_.note_local(where, home.span, infer_.zonk(home.type));
  if (home.kind == LocalKind::BlockParam) {
    report(Code::BlockEscapes, where, "the block `" + std::string(text(home.name)) + "` can't be used as a value")
        .label("it can only be called, or passed on as a block")
        .help("declare the parameter without `block` to take a function value");
    return error_expr(where);
  }
  LocalId id = reach(frame_, at);
  frame_->facts[id.index].used = true;
  if (frame_->defer_depth > 0) local(id).in_defer = true;
  if (is_error(local(id).type)) failed_ = true;
  Expr* node = local_expr(id, where);
  if (!in_chain_) check_held(node);
  return node;
}

Expr* BodyChecker::check_self(const syntax::Expr* expr) {
  Symbol name = context_.name("self");
  if (Binding* binding = find_local(name)) return use_local(*binding, span(expr));
  report(Code::SelfOutsideMethod, span(expr), "there is no `self` here")
      .help("a method has `self` or `mut self` as its first parameter");
  return error_expr(span(expr));
}

Expr* BodyChecker::check_name(const syntax::NameExpr* expr, TypeId want) {
  if (!expr->name.symbol.valid()) return error_expr(span(expr));
  if (Binding* binding = find_local(expr->name.symbol)) return use_local(*binding, span(expr));
  Path path;
  path.entity = resolve_name(expr->name, want);
  path.span = span(expr);
  path.uses.emplace_back(path.span, path.entity);
  take(path);
  return entity_value(path, expr->name, want);
}

// ---- what names mean

Entity BodyChecker::variant_by_type(TypeId want, Symbol name) {
  if (!want.valid()) return {};
  NominalId id = types_.nominal_of(infer_.head(want));
  if (!id.valid() || !context_.nominal(id).is_enum) return {};
  return context_.variant_of(id, name);
}

Entity BodyChecker::resolve_name(const syntax::Name& name, TypeId want) {
  if (Entity variant = variant_by_type(want, name.symbol)) return variant;
  Entity entity = context_.lookup_value(scope_, name.symbol);
  if (entity && !entity.is_type()) return entity;
  std::vector<Entity> variants = context_.variants_named(scope_.module, name.symbol);
  // A type's name may be that of a variant, too, in a module that was not found.
  if (entity && (variants.empty() || variants.front().kind != Entity::Kind::Unusable)) return entity;
  if (variants.size() == 1) return variants.front();
  if (variants.empty()) return {};
  source::Span where = span(name.range);
  std::string word(text(name.symbol));
  source::Diagnostic& problem = report(Code::AmbiguousVariant, where, "several enums have a variant `" + word + "`");
  for (const Entity& variant : variants) {
    std::string full = std::string(text(context_.nominal(variant.nominal()).name)) + "." + word;
    problem.suggest("write `" + full + "`", where, full);
  }
  return {Entity::Kind::Unusable};
}

void BodyChecker::take(const Path& path) {
  for (const auto& [where, entity] : path.uses) {
    if (entity && entity.kind != Entity::Kind::Unusable && entity.kind != Entity::Kind::NotYet) {
      context_.note_use(where, entity);
    }
  }
}

bool BodyChecker::resolve_path(const syntax::Expr* expr, Path& out) {
  using syntax::ExprKind;
  if (expr == nullptr) return false;
  switch (expr->kind) {
    case ExprKind::SelfType: {
      out.span = span(expr);
      if (!scope_.self_type.valid()) {
        report(Code::SelfOutsideMethod, out.span, "there is no `Self` here")
            .help("`Self` exists in `impl` and `trait`");
        out.entity = {Entity::Kind::Unusable};
        return true;
      }
      out.type = scope_.self_type;
      return true;
    }
    case ExprKind::Name: {
      const auto* name = static_cast<const syntax::NameExpr*>(expr);
      if (!name->name.symbol.valid() || find_local(name->name.symbol) != nullptr) return false;
      out.entity = context_.lookup(scope_, name->name.symbol);
      if (!out.entity) return false;
      out.span = span(expr);
      out.uses.emplace_back(out.span, out.entity);
      return out.entity.kind != Entity::Kind::Const && out.entity.kind != Entity::Kind::Function &&
             out.entity.kind != Entity::Kind::Variant;
    }
    case ExprKind::Field: {
      const auto* field = static_cast<const syntax::FieldExpr*>(expr);
      if (!resolve_path(field->base, out)) return false;
      out.span = span(expr);
      source::Span where = span(field->name.range);
      if (out.entity.kind == Entity::Kind::Unusable) return true;
      if (out.entity.kind == Entity::Kind::Module) {
        out.entity = context_.lookup_in(scope_.module, out.entity.module(), field->name, where);
        if (!out.entity) out.entity = {Entity::Kind::Unusable};
        out.uses.emplace_back(where, out.entity);
        return out.entity.kind != Entity::Kind::Const;
      }
      if (out.entity.kind == Entity::Kind::Nominal) {
        Entity variant = context_.variant_of(out.entity.nominal(), field->name.symbol);
        if (!variant) return false;
        out.entity = variant;
        out.uses.emplace_back(where, variant);
        return true;
      }
      return false;
    }
    case ExprKind::TypeApply: {
      const auto* apply = static_cast<const syntax::TypeApplyExpr*>(expr);
      if (!resolve_path(apply->base, out) || out.type.valid()) return false;
      if (!out.entity.is_type() && out.entity.kind != Entity::Kind::Variant) {
        return out.entity.kind == Entity::Kind::Unusable || out.entity.kind == Entity::Kind::NotYet;
      }
      for (const syntax::Type* argument : apply->arguments) {
        out.arguments.push_back(context_.resolve(*argument, scope_));
        if (is_error(out.arguments.back())) failed_ = true;
      }
      out.has_arguments = true;
      out.span = span(expr);
      return true;
    }
    default: return false;
  }
}

TypeId BodyChecker::path_type(const Path& path, source::Span where) {
  if (path.type.valid()) return path.type;
  if (path.entity.kind == Entity::Kind::Unusable || !path.entity.is_type()) {
    failed_ = true;
    return error_type();
  }
  TypeId type;
  if (path.has_arguments) {
    type = context_.make_type(path.entity, path.arguments, scope_, where);
  } else {
    std::uint32_t arity = context_.type_arity(path.entity);
    std::vector<TypeId> arguments =
        variables(arity, where, "the type argument of `" + std::string(context_.source_text(path.span)) + "`");
    type = context_.make_type(path.entity, arguments, scope_, where);
  }
  if (is_error(type)) failed_ = true;
  return type;
}

TypeId BodyChecker::variant_type(const Path& path, TypeId want) {
  Entity decl{Entity::Kind::Nominal, path.entity.index};
  TypeId type;
  if (path.has_arguments) {
    type = context_.make_type(decl, path.arguments, scope_, path.span);
  } else {
    std::uint32_t arity = context_.type_arity(decl);
    std::string name(text(context_.nominal(path.entity.nominal()).variants[path.entity.variant].name));
    std::vector<TypeId> arguments = variables(arity, path.span, "`" + name + "`");
    type = types_.nominal(path.entity.nominal(), arguments);
  }
  if (is_error(type)) failed_ = true;
  if (want.valid()) infer_.unify(type, want);
  return type;
}

// ---- values

Expr* BodyChecker::entity_value(const Path& path, const syntax::Name& name, TypeId want) {
  const Entity& entity = path.entity;
  switch (entity.kind) {
    case Entity::Kind::None:
      if (path.type.valid()) break;
      unknown_name(name);
      return error_expr(path.span);
    case Entity::Kind::Unusable: return error_expr(path.span);
    case Entity::Kind::NotYet: not_in_build(path.span, context_.source_text(path.span)); return error_expr(path.span);
    case Entity::Kind::Function: return function_value(instantiate(entity.function(), {}, path.span, {}, 0), path.span);
    case Entity::Kind::Const: {
      TypeId type = context_.constant_type(entity.constant());
      if (is_error(type)) return error_expr(path.span);
      auto* node = make<ConstExpr>(ExprKind::Const, type, path.span);
      node->constant = entity.constant();
      return node;
    }
    case Entity::Kind::Variant: {
      TypeId type = variant_type(path, want);
      if (is_error(type)) return error_expr(path.span);
      if (context_.nominal(entity.nominal()).variants[entity.variant].fields.empty()) {
        return variant_expr(type, entity.variant, {}, path.span);
      }
      return variant_value(entity, type, path.span);
    }
    default: break;
  }
  no_value(entity, name, path.span);
  return error_expr(path.span);
}

void BodyChecker::no_value(Entity entity, const syntax::Name&, source::Span where) {
  std::string word(context_.source_text(where));
  switch (entity.kind) {
    case Entity::Kind::Module:
      report(Code::NotAValue, where, "`" + word + "` is a module, not a value")
          .help("name something in it: `" + word + ".name`");
      return;
    case Entity::Kind::Trait: report(Code::NotAValue, where, "`" + word + "` is a trait, not a value"); return;
    case Entity::Kind::Nominal:
      if (!context_.nominal(entity.nominal()).is_enum) {
        report(Code::NotAValue, where, "`" + word + "` is a struct, not a value")
            .help("make one with braces: `" + word + " { … }`");
        return;
      }
      report(Code::NotAValue, where, "`" + word + "` is an enum, not a value").help("name one of its variants");
      return;
    default: report(Code::NotAValue, where, "`" + word + "` is a type, not a value"); return;
  }
}

Expr* BodyChecker::function_value(Callee callee, source::Span where) {
  if (!callee.function.valid()) return error_expr(where);
  std::vector<TypeId> params;
  std::uint64_t mask = 0;
  std::ranges::fill(callee.lengths, types_.any_length());
  for (const CallParam& param : params_of(callee)) {
    if (param.kind == syntax::ParamKind::Block) {
      report(Code::NoFunctionValue, where, "a function with a block parameter can't be a value")
          .help("wrap the call in a lambda");
      return error_expr(where);
    }
    if (param.kind == syntax::ParamKind::Mut && params.size() < 64) mask |= std::uint64_t{1} << params.size();
    params.push_back(param.type);
  }
  TypeId result = substitute(context_.function(callee.function).shaped_result, callee);
  if (is_error(result)) return error_expr(where);
  auto* node = make<FunctionExpr>(ExprKind::Function, types_.function(params, mask, result), where);
  node->function = make_ref(callee.function, callee.arguments);
  return node;
}

Expr* BodyChecker::member_value(const Path& base, const syntax::FieldExpr* expr, TypeId want) {
  source::Span where = span(expr);
  source::Span name_span = span(expr->name.range);
  if (base.entity.kind == Entity::Kind::Unusable || !expr->name.symbol.valid()) return error_expr(where);
  if (base.entity.kind == Entity::Kind::NotYet) {
    not_in_build(base.span, context_.source_text(base.span));
    return error_expr(where);
  }
  take(base);
  if (base.entity.kind == Entity::Kind::Module) {
    Path path;
    path.entity = context_.lookup_in(scope_.module, base.entity.module(), expr->name, name_span);
    if (!path.entity) path.entity = {Entity::Kind::Unusable};
    path.span = where;
    path.uses.emplace_back(name_span, path.entity);
    take(path);
    return entity_value(path, expr->name, want);
  }
  if (!is_type(base)) {
    if (base.entity.kind != Entity::Kind::Variant) {
      no_value(base.entity, expr->name, base.span);
      return error_expr(where);
    }
    Expr* value = entity_value(base, expr->name, {});
    Expr* node = field_of(value, expr->name, where, true);
    return node;
  }
  NominalId decl = base.entity.kind == Entity::Kind::Nominal ? base.entity.nominal() : NominalId();
  if (base.type.valid()) decl = types_.nominal_of(base.type);
  if (decl.valid()) {
    if (Entity variant = context_.variant_of(decl, expr->name.symbol)) {
      context_.note_use(name_span, variant);
      TypeId type = path_type(base, base.span);
      if (want.valid()) infer_.unify(type, want);
      if (context_.nominal(decl).variants[variant.variant].fields.empty()) {
        return variant_expr(type, variant.variant, {}, where);
      }
      return variant_value(variant, type, where);
    }
  }
  TypeId type = path_type(base, base.span);
  if (is_error(type)) return error_expr(where);
  std::vector<MethodMatch> matches = context_.associated(infer_.zonk(type), expr->name.symbol, scope_);
  if (matches.empty()) matches = context_.methods(infer_.zonk(type), expr->name.symbol, scope_);
  if (matches.empty()) {
    unknown_member(infer_.zonk(type), expr->name, Code::UnknownAssociated);
    return error_expr(where);
  }
  return function_value(choose_method(matches, expr->name, type, {}), where);
}

// ---- what is not there

void BodyChecker::unknown_name(const syntax::Name& name) {
  failed_ = true;
  if (broken_pattern_) return;  // it may have bound this
  if (const ParamInfo* param = context_.parameter_beside(function_, name.symbol)) {
    report(Code::UnknownName, span(name.range), "a default can't use other parameters")
        .note(param->span, "this one has its value in the body only")
        .help("let the default be an `Option`, and settle it in the body");
    return;
  }
  std::vector<std::string_view> locals;
  for (Symbol symbol : visible_) locals.push_back(text(symbol));
  context_.report_unknown_name(scope_, name.symbol, span(name.range), locals);
}

void BodyChecker::unknown_member(TypeId type, const syntax::Name& name, Code code) {
  source::Span where = span(name.range);
  if (context_.has_broken_impl(type)) {
    failed_ = true;
    return;
  }
  std::string word(text(name.symbol));
  NominalId id = types_.nominal_of(type);
  bool of_type = code == Code::UnknownAssociated;
  std::vector<std::string_view> candidates = context_.method_names(type, scope_, !of_type);
  if (id.valid()) {
    const NominalDecl& decl = context_.nominal(id);
    if (of_type && decl.is_enum) {
      for (const VariantInfo& variant : decl.variants) candidates.push_back(text(variant.name));
    } else if (!of_type && !decl.is_enum) {
      for (const FieldInfo& field : decl.variants[0].fields) candidates.push_back(text(field.name));
    }
  }
  const std::vector<std::string_view> lazy = of_type ? std::vector<std::string_view>() : iterator_methods(type);
  const char* what = of_type ? "function or variant" : code == Code::UnknownMethod ? "method" : "field or method";
  source::Diagnostic& problem = report(code, where, "`" + text(type) + "` has no " + what + " `" + word + "`");
  const ForeignMember foreign = foreign_member(word, candidates);
  if (!foreign.ours.empty()) {
    problem.suggest("Noodle writes `" + std::string(foreign.ours) + "`", where, std::string(foreign.ours));
    return;
  }
  if (!foreign.help.empty()) {
    problem.help(std::string(foreign.help));
    return;
  }
  const ForeignMember of_iterators = foreign_member(word, lazy);
  if (std::ranges::find(lazy, word) != lazy.end() || !of_iterators.ours.empty()) {
    const std::string ours = of_iterators.ours.empty() ? word : std::string(of_iterators.ours);
    problem.suggest("iterators have it: `iter()` begins a chain, `to_list()` ends it", where, "iter()." + ours);
    return;
  }
  if (context_.suggest_near(problem, where, word, candidates)) return;
  if (context_.lookup(scope_, name.symbol).kind == Entity::Kind::Function) {
    problem.help("`" + word + "` is a function: `" + word + "(…)`");
  } else if (types_.is_option(type) || types_.is_result(type)) {
    problem.help("take the value out first, with `?`, `??` or `match`");
  } else if (types_.kind(type) == TypeKind::Param) {
    problem.help("a type parameter has the methods of its bounds: `<" + text(type) + ": SomeTrait>`");
  }
}

/// The methods of what `iter()` of a type gives, where it has one.
std::vector<std::string_view> BodyChecker::iterator_methods(TypeId type) {
  const std::vector<MethodMatch> begins = context_.methods(type, context_.name("iter"), scope_);
  if (begins.size() != 1) return {};
  const TypeId made = types_.substitute(context_.function(begins[0].function).result, begins[0].arguments);
  return context_.method_names(made, scope_, true);
}

void BodyChecker::private_function(FunctionId function, const syntax::Name& name) {
  report(Code::PrivateMember, span(name.range), "`" + std::string(text(name.symbol)) + "` is private to its module")
      .note(context_.function(function).span, "declared here without `pub`");
}

}  // namespace noodle::sema
