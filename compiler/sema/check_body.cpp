#include "compiler/sema/check_body.h"

#include <algorithm>

namespace noodle::sema {

BodyChecker::BodyChecker(Context& context, FunctionId function, Scope scope)
    : context_(context), types_(context.types()), function_(function), scope_(scope), infer_(context.types()) {
  scope_.lengths = this;
  // Literals may take the type of a parameter that stands for numbers.
  for (std::size_t i = 0; i < scope_.type_params.size(); ++i) {
    const TypeParamDecl& param = scope_.type_params[i];
    for (const TraitRef& bound : param.bounds) {
      std::string_view name = text(context_.trait(bound.trait).name);
      if (!types_.known.ordered.valid() ||
          context_.trait(bound.trait).module != context_.trait(types_.known.ordered).module) {
        continue;
      }
      if (name == "Number" || name == "Real") {
        infer_.allow_number(types_.param(static_cast<std::uint32_t>(i), param.name), name == "Real");
      }
    }
  }
}

std::unique_ptr<Body> BodyChecker::check_function() {
  BodySource source = context_.source_of(function_);
  if (source.block == nullptr && source.expr == nullptr) return nullptr;
  push_frame(FrameKind::Function);
  const FunctionInfo& info = context_.function(function_);
  frame_->result = known_type(info.shaped_result);
  frame_->result_span = info.span;
  check_params();
  if (source.block != nullptr) {
    check_body_block(source.block);
  } else {
    Because because{info.span, "the parameter has type `" + text(info.shaped_result) + "`"};
    frame_->body->root = check_as(source.expr, info.shaped_result, &because);
  }
  if (!finish()) return nullptr;
  return std::move(frames_.front()->body);
}

std::unique_ptr<Body> BodyChecker::check_constant(ConstId id, TypeId declared) {
  BodySource source = context_.source_of(id);
  if (source.expr == nullptr) return nullptr;
  push_frame(FrameKind::Constant);
  frame_->result = declared;
  frame_->body->root = declared.valid() ? check_as(source.expr, declared) : check(source.expr);
  if (!finish()) return nullptr;
  return std::move(frames_.front()->body);
}

TypeId BodyChecker::known_type(TypeId type) {
  const bool is_vague = types_.has_params(type) && std::ranges::any_of(scope_.type_params, &TypeParamDecl::is_vague);
  return is_vague ? error_type() : type;
}

void BodyChecker::check_params() {
  std::vector<ParamInfo> params = context_.function(function_).params;
  for (const ParamInfo& param : params) {
    LocalKind kind = param.kind == syntax::ParamKind::Mut     ? LocalKind::MutParam
                     : param.kind == syntax::ParamKind::Block ? LocalKind::BlockParam
                                                              : LocalKind::Param;
    const TypeId type = known_type(param.shaped);
    LocalId id = add_local(kind, param.name, type, param.span, Origin::Param);
    LocalFacts& facts = frame_->facts[id.index];
    facts.assignable = kind == LocalKind::MutParam;
    facts.keyword = {param.span.file, param.span.begin, param.span.begin};
    frame_->params.push_back(id);
    if (is_error(type)) failed_ = true;
    bind(id);
  }
  name_lengths_of_params();
  if (is_error(frame_->result)) failed_ = true;
}

void BodyChecker::check_body_block(const syntax::BlockExpr* block) {
  if (frame_->result == unit()) {
    frame_->body->root = check_block(block, {.drop = true});
    return;
  }
  Because because{frame_->result_span, "this must give `" + text(frame_->result) + "`"};
  frame_->body->root = check_block(block, {.type = frame_->result}, &because);
}

// ---- nodes

void BodyChecker::note_type(TypeId* slot) {
  if (types_.has_infer(*slot) || types_.has_shape(*slot)) frame_->type_slots.push_back(slot);
}

FunctionRef BodyChecker::make_ref(FunctionId function, std::span<const TypeId> arguments) {
  std::span<TypeId> kept = frame_->body->arena.copy(arguments);
  for (TypeId& argument : kept) note_type(&argument);
  return {function, kept};
}

Expr* BodyChecker::error_expr(source::Span span) {
  failed_ = true;
  return make<Expr>(ExprKind::Unit, error_type(), span);
}

Expr* BodyChecker::unit_expr(source::Span span) { return make<Expr>(ExprKind::Unit, unit(), span); }

Expr* BodyChecker::local_expr(LocalId id, source::Span span) {
  auto* node = make<LocalExpr>(ExprKind::Local, local(id).type, span);
  node->local = id;
  frame_->local_slots.push_back(&node->local);
  return node;
}

LocalId BodyChecker::hold(Expr* value, source::Span span, std::vector<Expr*>& statements) {
  const LocalId id = add_local(LocalKind::Let, context_.name("_held"), value->type, span, Origin::Hidden);
  auto* pattern = make_pattern<BindPattern>(PatternKind::Bind, value->type, span);
  pattern->local = id;
  frame_->local_slots.push_back(&pattern->local);
  auto* let = make<LetExpr>(ExprKind::Let, unit(), span);
  let->pattern = pattern;
  let->value = value;
  statements.push_back(let);
  return id;
}

Expr* BodyChecker::variant_expr(TypeId type, std::uint32_t variant, std::vector<Expr*> values, source::Span span) {
  auto* node = make<VariantExpr>(ExprKind::Variant, type, span);
  node->variant = variant;
  std::vector<std::uint32_t> fields(values.size());
  for (std::size_t i = 0; i < fields.size(); ++i) fields[i] = static_cast<std::uint32_t>(i);
  node->values = keep(values);
  node->fields = keep(fields);
  return node;
}

Expr* BodyChecker::call_expr(FunctionRef callee, TypeId type, std::vector<Arg> args, source::Span span) {
  auto* node = make<CallExpr>(ExprKind::Call, type, span);
  node->callee = callee;
  node->args = keep(args);
  return node;
}

Expr* BodyChecker::int_expr(std::int64_t value, source::Span span) {
  auto* node = make<IntExpr>(ExprKind::Int, primitive(TypeKind::I64), span);
  node->bits = static_cast<std::uint64_t>(value);
  return node;
}

Expr* BodyChecker::bool_expr(bool value, source::Span span) {
  auto* node = make<BoolExpr>(ExprKind::Bool, primitive(TypeKind::Bool), span);
  node->value = value;
  return node;
}

// ---- helpers

std::string BodyChecker::text(TypeId type) { return context_.text(infer_.shown(type)); }

std::string BodyChecker::a_type(TypeId type) {
  std::string name = text(type);
  bool vowel = !name.empty() && std::string_view("AEIOUaeio").find(name[0]) != std::string_view::npos;
  return (vowel ? "an `" : "a `") + name + "`";
}

source::Diagnostic& BodyChecker::report(source::Code code, source::Span where, std::string message) {
  if (source::severity_of(code) == source::Severity::Error) failed_ = true;
  return context_.report(code, where, std::move(message));
}

void BodyChecker::not_in_build(source::Span where, std::string_view what) {
  failed_ = true;
  context_.report_not_in_build(where, what);
}

TypeId BodyChecker::variable(source::Span where, std::string what) {
  TypeId type = infer_.fresh();
  open_.push_back({type, where, std::move(what)});
  return type;
}

std::vector<TypeId> BodyChecker::variables(std::size_t count, source::Span where, std::string_view what) {
  std::vector<TypeId> all;
  all.reserve(count);
  for (std::size_t i = 0; i < count; ++i) all.push_back(variable(where, std::string(what)));
  return all;
}

// ---- frames and locals

Frame* BodyChecker::push_frame(FrameKind kind) {
  auto frame = std::make_unique<Frame>();
  frame->kind = kind;
  frame->outer = frame_;
  frame->body = std::make_unique<Body>();
  frame_ = frame.get();
  frames_.push_back(std::move(frame));
  return frame_;
}

LocalId BodyChecker::add_local(LocalKind kind, Symbol name, TypeId type, source::Span where, Origin origin) {
  LocalId id(frame_->body->locals.size());
  frame_->body->locals.push_back({kind, name, type, where, false, false});
  LocalFacts facts;
  facts.origin = origin;
  facts.assignable = kind == LocalKind::Var || kind == LocalKind::MutAlias;
  frame_->facts.push_back(facts);
  if (frame_->defer_depth > 0) local(id).in_defer = true;
  return id;
}

void BodyChecker::bind(LocalId id) {
  Symbol name = local(id).name;
  if (!name.valid()) return;
  bindings_[name].push_back({frame_, id, sequence_++, Binding::kNoAxis});
  visible_.push_back(name);
}

void BodyChecker::close_scope(ScopeMark mark) {
  use_lengths(mark.shape_checks);
  lengths_.resize(mark.lengths);
  while (visible_.size() > mark.names) {
    std::vector<Binding>& stack = bindings_[visible_.back()];
    visible_.pop_back();
    Binding binding = stack.back();
    stack.pop_back();
    if (binding.axis != Binding::kNoAxis) continue;
    const Local& local = binding.frame->body->locals[binding.local.index];
    const LocalFacts& facts = binding.frame->facts[binding.local.index];
    if (facts.used || facts.origin != Origin::Let || !local.span.valid()) continue;
    std::string_view name = text(local.name);
    if (name.starts_with('_')) continue;
    unread_.push_back({local.span, local.name, local.kind == LocalKind::Var});
  }
}

// ---- the doors

std::unique_ptr<Body> check_function_body(Context& context, FunctionId id) {
  return BodyChecker(context, id, context.scope_of(id)).check_function();
}

std::unique_ptr<Body> check_constant_body(Context& context, ConstId id, TypeId declared) {
  return BodyChecker(context, FunctionId(), context.scope_of(id)).check_constant(id, declared);
}

}  // namespace noodle::sema
