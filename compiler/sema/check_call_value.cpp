// Calls of what is no declared function: variants, function values, block parameters, `map.at`, and
// the conversions `u8(x)`.

#include "compiler/sema/check_body.h"

namespace noodle::sema {

using source::Code;

Expr* BodyChecker::call_variant(const syntax::CallExpr* call, Entity variant, TypeId type, TypeId, source::Span where) {
  if (is_error(type)) {
    check_arguments_anyway(call);
    return error_expr(span(call));
  }
  const VariantInfo& info = context_.nominal(variant.nominal()).variants[variant.variant];
  std::string name = "`" + std::string(text(info.name)) + "`";
  if (info.fields.empty()) {
    report(Code::NotCallable, where, "the variant " + name + " holds no values")
        .suggest("write it without parentheses", span(call), std::string(context_.source_text(where)));
    check_arguments_anyway(call);
    return error_expr(span(call));
  }
  std::vector<FieldInfo> fields(info.fields.begin(), info.fields.end());
  std::vector<CallParam> params;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    TypeId field = context_.field_type(infer_.zonk(type), variant.variant, static_cast<std::uint32_t>(i));
    params.push_back({fields[i].name, field, syntax::ParamKind::Plain, {}, fields[i].span});
  }
  std::vector<Arg> args;
  if (!check_arguments(call, params, 0, name, nullptr, nullptr, args)) return error_expr(span(call));
  auto* node = make<VariantExpr>(ExprKind::Variant, type, span(call));
  node->variant = variant.variant;
  std::vector<Expr*> values;
  std::vector<std::uint32_t> indices;
  for (const Arg& arg : args) {
    values.push_back(arg.value);
    indices.push_back(arg.param);
  }
  node->values = keep(values);
  node->fields = keep(indices);
  return node;
}

Expr* BodyChecker::call_value(const syntax::CallExpr* call, Expr* callee) {
  TypeId type = structure(callee->type);
  TypeData data = types_[type];
  if (data.kind == TypeKind::Infer) {
    // Nothing is known of it yet but that it is called: the arguments say what it takes.
    std::vector<TypeId> params = variables(call->arguments.size(), callee->span, "a parameter of this function");
    type = types_.function(params, 0, variable(callee->span, "the result of this function"));
    if (infer_.unify(callee->type, type)) data = types_[type];
  }
  if (data.kind != TypeKind::Function) {
    if (data.kind != TypeKind::Error) {
      auto& problem = report(Code::NotCallable, callee->span, "this is " + a_type(type) + " and can't be called");
      problem.label("not a function");
      if (call->callee->kind == syntax::ExprKind::TypeApply) {
        problem.help("a `<` glued to a name opens type arguments: to compare, put a blank before it");
      }
    }
    check_arguments_anyway(call);
    return error_expr(span(call));
  }
  std::vector<CallParam> params;
  for (std::size_t i = 0; i + 1 < data.arguments.size(); ++i) {
    bool is_mut = i < 64 && (data.mut_mask >> i & 1) != 0;
    params.push_back({Symbol(), data.arguments[i], is_mut ? syntax::ParamKind::Mut : syntax::ParamKind::Plain, {}, {}});
  }
  std::vector<Arg> args;
  if (!check_arguments(call, params, 0, "this function", nullptr, nullptr, args)) return error_expr(span(call));
  check_exclusive(args);
  auto* node = make<CallValueExpr>(ExprKind::CallValue, data.arguments.back(), span(call));
  node->callee = callee;
  node->args = keep(args);
  if (!waiting_.empty()) run_waiting(0, false);
  return node;
}

Expr* BodyChecker::call_block(const syntax::CallExpr* call, const Binding& binding) {
  source::Span where = span(call->callee);
  const Local& home = binding.frame->body->locals[binding.local.index];
  std::string name = "`" + std::string(text(home.name)) + "`";
  TypeData data = types_[infer_.head(home.type)];
  context_.note_local(where, home.span, home.type);
  for (Frame* at = frame_; at != binding.frame; at = at->outer) {
    if (at->kind != FrameKind::Lambda) continue;
    report(Code::BlockEscapes, where, "the block " + name + " can't be called inside a lambda")
        .label("a lambda may outlive the call that the block was given to");
    check_arguments_anyway(call);
    return error_expr(span(call));
  }
  LocalId id = reach(frame_, binding);
  frame_->facts[id.index].used = true;
  if (frame_->defer_depth > 0) local(id).in_defer = true;
  if (data.kind != TypeKind::Function) {
    check_arguments_anyway(call);
    return error_expr(span(call));
  }
  std::vector<CallParam> params;
  for (std::size_t i = 0; i + 1 < data.arguments.size(); ++i) {
    bool is_mut = i < 64 && (data.mut_mask >> i & 1) != 0;
    params.push_back({Symbol(), data.arguments[i], is_mut ? syntax::ParamKind::Mut : syntax::ParamKind::Plain, {}, {}});
  }
  std::vector<Arg> args;
  if (!check_arguments(call, params, 0, "the block " + name, nullptr, nullptr, args)) return error_expr(span(call));
  check_exclusive(args);
  auto* node = make<CallBlockExpr>(ExprKind::CallBlock, data.arguments.back(), span(call));
  node->block = id;
  frame_->local_slots.push_back(&node->block);
  node->args = keep(args);
  return node;
}

Expr* BodyChecker::call_map_at(const syntax::CallExpr* call, Expr* map, const syntax::Name& name) {
  TypeData data = types_[infer_.head(map->type)];
  require_place(map, "`at` may insert, so it changes its map");
  std::vector<CallParam> params;
  params.push_back({context_.name("key"), data.arguments[0], syntax::ParamKind::Plain, {}, {}});
  params.push_back({context_.name("or"), data.arguments[1], syntax::ParamKind::Plain, {}, {}});
  if (call->arguments.size() == 1) {
    report(Code::WrongArgumentCount, span(name.range), "`at` needs a default for keys that are missing")
        .suggest("give it one", {span(call).file, span(call).end - 1, span(call).end - 1}, ", or: …")
        .help("`map[key]` reads an `Option` and inserts nothing");
    check_arguments_anyway(call);
    return error_expr(span(call));
  }
  std::vector<Arg> args;
  if (!check_arguments(call, params, 0, "`at`", nullptr, nullptr, args)) return error_expr(span(call));
  auto* node = make<MapAtExpr>(ExprKind::MapAt, data.arguments[1], span(call));
  node->base = map;
  for (const Arg& arg : args) (arg.param == 0 ? node->key : node->otherwise) = arg.value;
  return node;
}

Expr* BodyChecker::call_conversion(const syntax::CallExpr* call, TypeId to, Conversion mode, source::Span where) {
  std::vector<CallParam> params;
  if (call->arguments.size() != 1 || call->block != nullptr || call->arguments[0].label.symbol.valid() ||
      call->arguments[0].is_mut) {
    report(Code::WrongArgumentCount, where, "a conversion to `" + text(to) + "` takes exactly one number");
    check_arguments_anyway(call);
    return error_expr(span(call));
  }
  const syntax::Expr* value = call->arguments[0].value;
  // A literal takes the type at once, so that one that does not fit is found here.
  bool literal = value->kind == syntax::ExprKind::Int && mode == Conversion::Checked;
  Expr* operand = literal ? check(value, {.type = to}) : check(value);
  if (!known(operand, "convert it")) return error_expr(span(call));
  TypeId from = infer_.head(operand->type);
  bool floating = false;
  if (!is_number_type(from, floating) && !is_never(from)) {
    source::Diagnostic& problem =
        report(Code::BadConversion, operand->span, a_type(from) + " can't become " + a_type(to));
    problem.label("not a number");
    if (types_.kind(from) == TypeKind::String) {
      problem.help(std::string("read the text with `.") + (is_float(types_.kind(to)) ? "to_float" : "to_int") +
                   "()`, which gives an `Option`");
    } else if (types_.kind(from) == TypeKind::Bool) {
      problem.help("write `if condition { 1 } else { 0 }`");
    }
    return error_expr(span(call));
  }
  if (mode == Conversion::Wrap && (is_float(types_.kind(to)) || floating || is_float(types_.kind(from)))) {
    const bool into = is_float(types_.kind(to));
    report(Code::BadConversion, into ? where : operand->span, "`wrap` keeps the low bits of an integer")
        .label(into ? "not an integer type" : "not an integer")
        .help(into ? "a float is rounded: write `" + text(to) + "(…)`"
                   : "cut off the fraction first: `" + text(to) + ".wrap(Int(…))`");
    return error_expr(span(call));
  }
  auto* node = make<ConvertExpr>(ExprKind::Convert, mode == Conversion::Try ? types_.option(to) : to, span(call));
  node->mode = mode;
  node->operand = operand;
  return node;
}

}  // namespace noodle::sema
