// Lambdas and block arguments: functions of their own that capture what is around them.

#include <utility>

#include "base/text.h"
#include "compiler/sema/check_body.h"

namespace noodle::sema {

using source::Code;

Frame* BodyChecker::begin_hidden(FrameKind kind, source::Span where) {
  if (!function_.valid()) {
    report(Code::NotInConstant, where, "a function can't be made in a constant");
    return nullptr;
  }
  FunctionInfo info;
  info.kind = kind == FrameKind::Block ? FunctionKind::Block : FunctionKind::Lambda;
  info.has_body = true;
  info.span = where;
  FunctionId id = context_.add_hidden(function_, std::move(info));
  Frame* frame = push_frame(kind);
  frame->hidden = id;
  return frame;
}

std::span<LocalId> BodyChecker::end_hidden(Frame* frame) {
  frame_ = frame->outer;
  std::vector<LocalId> outer;
  for (LocalId id : frame->captures) outer.push_back(frame->facts[id.index].outer);
  std::span<LocalId> kept = keep(outer);
  for (LocalId& id : kept) frame_->local_slots.push_back(&id);
  return kept;
}

Expr* BodyChecker::check_lambda(const syntax::LambdaExpr* expr, TypeId want, bool may_wait) {
  source::Span where = span(expr);
  std::size_t count = expr->params.size();
  TypeId type;
  if (want.valid()) {
    TypeId head = structure(want);
    TypeData data = types_[head];
    if (data.kind == TypeKind::Function) {
      type = head;
      std::size_t wanted = data.arguments.size() - 1;
      if (wanted != count) {
        source::Diagnostic& problem =
            report(Code::WrongLambdaParameters, where,
                   "a lambda with " + count_of(count, "parameter") + " stands where " + a_type(type) + " is needed");
        TypeData part = wanted == 1 ? types_[infer_.head(data.arguments[0])] : TypeData{};
        if (part.kind == TypeKind::Tuple && part.arguments.size() == count) {
          problem.help("it is given one tuple: take it apart with `((a, b)) => …`");
        }
        type = TypeId();
      }
    }
  }
  bool open = !type.valid();
  if (open) {
    std::vector<TypeId> params = variables(count, where, "a parameter of this lambda");
    type = types_.function(params, 0, variable(where, "the result of this lambda"));
  }
  auto* node = make<LambdaExpr>(ExprKind::Lambda, type, where);
  if (open && may_wait && count != 0 && hidden_from_ == UINT32_MAX) {
    // Its types come from where it is used: the body is read when they are known.
    waiting_.push_back({expr, type, node, frame_, sequence_, false});
    return node;
  }
  return check_lambda_body(expr->params, type, FrameKind::Lambda, expr->body, where, node);
}

void BodyChecker::run_waiting(std::size_t from, bool all) {
  for (std::size_t i = from; i < waiting_.size(); ++i) {
    Waiting waiting = waiting_[i];
    if (waiting.done) continue;
    TypeData data = types_[infer_.zonk(waiting.type)];
    bool ready = true;
    for (std::size_t p = 0; p + 1 < data.arguments.size(); ++p) {
      if (infer_.is_literal(data.arguments[p])) infer_.settle(data.arguments[p]);
      ready = ready && infer_.head_kind(data.arguments[p]) != TypeKind::Infer;
    }
    if (!ready && !all) continue;
    waiting_[i].done = true;
    Frame* frame = frame_;
    std::uint32_t hidden_from = hidden_from_;
    std::uint32_t hidden_to = hidden_to_;
    frame_ = waiting.frame;
    hidden_from_ = waiting.limit;
    hidden_to_ = sequence_;
    check_lambda_body(waiting.expr->params, waiting.type, FrameKind::Lambda, waiting.expr->body, span(waiting.expr),
                      waiting.node);
    frame_ = frame;
    hidden_from_ = hidden_from;
    hidden_to_ = hidden_to;
  }
  if (all) waiting_.resize(from);
}

Pattern* BodyChecker::check_lambda_param(const syntax::Pattern* pattern, TypeId type, bool is_mut, LocalId& local_out) {
  source::Span where = pattern != nullptr ? span(pattern->range) : source::Span{};
  const auto* name = pattern != nullptr && pattern->kind == syntax::PatternKind::Name
                         ? static_cast<const syntax::NamePattern*>(pattern)
                         : nullptr;
  LocalKind kind = is_mut ? LocalKind::MutParam : LocalKind::Param;
  char initial = name != nullptr && name->name.symbol.valid() ? text(name->name.symbol)[0] : 'A';
  if (name != nullptr && !(initial >= 'A' && initial <= 'Z')) {
    source::Span name_span = span(name->name.range);
    local_out = add_local(kind, name->name.symbol, type, name_span, Origin::Param);
    frame_->facts[local_out.index].assignable = is_mut && name->is_mut;
    context_.note_local(name_span, name_span, infer_.zonk(type));
    if (name->is_mut && !is_mut) {
      report(Code::MutPatternMisplaced, where, "this parameter is not `mut`")
          .help("the function that takes this lambda or block passes it a plain value");
    }
    bind(local_out);
    return nullptr;
  }
  local_out = add_local(kind, Symbol(), type, where, Origin::Hidden);
  if (pattern == nullptr || pattern->kind == syntax::PatternKind::Wildcard) return nullptr;
  PatternMode mode;
  mode.origin = Origin::Match;
  bool sound = true;
  Pattern* result = check_pattern(pattern, type, mode, &sound);
  irrefutable(result, where, "a parameter", sound);
  return result;
}

Expr* BodyChecker::check_lambda_body(std::span<const syntax::LambdaParam> params, TypeId type, FrameKind kind,
                                     const syntax::Expr* body, source::Span where, Expr* node) {
  Frame* frame = begin_hidden(kind, where);
  if (frame == nullptr) return error_expr(where);
  TypeData data = types_[infer_.head(type)];
  frame->result = data.arguments.back();
  frame->node = node;
  frame->is_task = std::exchange(next_is_task_, false);
  bool chain = in_chain_;
  in_chain_ = false;
  const ScopeMark mark = scope_mark();
  std::vector<Expr*> opening;
  for (std::size_t i = 0; i < params.size() && i + 1 < data.arguments.size(); ++i) {
    bool is_mut = i < 64 && (data.mut_mask >> i & 1) != 0;
    LocalId id;
    Pattern* pattern = check_lambda_param(params[i].pattern, data.arguments[i], is_mut, id);
    frame->params.push_back(id);
    if (pattern == nullptr) continue;
    auto* let = make<LetExpr>(ExprKind::Let, unit(), pattern->span);
    let->pattern = pattern;
    let->value = local_expr(id, pattern->span);
    opening.push_back(let);
  }
  TypeId result = infer_.head(frame->result);
  Expr* root = nullptr;
  if (result == unit()) {
    root = check_dropped(body);
  } else if (types_.kind(result) == TypeKind::Infer) {
    root = check(body);
    if (!is_never(root->type)) root = agree(root, frame->result);
  } else {
    Because because{where, "this must give `" + text(result) + "`"};
    root = body->kind == syntax::ExprKind::Block
               ? agree(check_block(static_cast<const syntax::BlockExpr*>(body), {.type = result}, &because), result,
                       &because)
               : check_as(body, result, nullptr);
  }
  if (!opening.empty()) {
    auto* block = make<BlockExpr>(ExprKind::Block, root->type, where);
    block->statements = keep(opening);
    block->tail = root;
    root = block;
  }
  frame->body->root = root;
  close_scope(mark);
  in_chain_ = chain;
  std::span<LocalId> captures = end_hidden(frame);
  if (kind == FrameKind::Lambda) {
    auto* lambda = static_cast<LambdaExpr*>(node);
    lambda->body = frame->hidden;
    lambda->captures = captures;
  } else {
    auto* block = static_cast<BlockArgExpr*>(node);
    block->body = frame->hidden;
    block->captures = captures;
  }
  return node;
}

Expr* BodyChecker::check_block_argument(const syntax::BlockArgument* block, TypeId type, source::Span where) {
  TypeId head = structure(type);
  TypeData data = types_[head];
  if (data.kind != TypeKind::Function) {
    failed_ = true;
    return nullptr;
  }
  std::size_t wanted = data.arguments.size() - 1;
  if (block->params.size() != wanted && !block->params.empty()) {
    source::Diagnostic& problem = report(Code::WrongLambdaParameters, where,
                                         "this block has " + std::to_string(block->params.size()) +
                                             " parameters, but is given " + std::to_string(wanted));
    problem.label(a_type(head) + " is needed");
    TypeData part = wanted == 1 ? types_[infer_.head(data.arguments[0])] : TypeData{};
    if (part.kind == TypeKind::Tuple && part.arguments.size() == block->params.size())
      problem.help("it is given one tuple: take it apart with `((a, b)) => …`");
    return error_expr(where);
  } else if (block->params.size() != wanted) {
    std::string names;
    for (std::size_t i = 0; i < wanted; ++i) names += i == 0 ? "_" : ", _";
    report(Code::WrongLambdaParameters, {where.file, where.begin, where.begin + 1},
           "this block is given " + count_of(wanted, "value"))
        .suggest("name them", {where.file, where.begin + 1, where.begin + 1},
                 wanted == 1 ? " _ =>" : " (" + names + ") =>");
  }
  auto* node = make<BlockArgExpr>(ExprKind::BlockArg, head, where);
  return check_lambda_body(block->params, head, FrameKind::Block, block->body, where, node);
}

Expr* BodyChecker::variant_value(Entity variant, TypeId type, source::Span where) {
  // A variant with values, as a function: a lambda that makes it.
  std::vector<FieldInfo> fields = context_.nominal(variant.nominal()).variants[variant.variant].fields;
  std::vector<TypeId> params;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    params.push_back(context_.field_type(infer_.zonk(type), variant.variant, static_cast<std::uint32_t>(i)));
  }
  TypeId function = types_.function(params, 0, type);
  auto* node = make<LambdaExpr>(ExprKind::Lambda, function, where);
  Frame* frame = begin_hidden(FrameKind::Lambda, where);
  if (frame == nullptr) return error_expr(where);
  frame->result = type;
  std::vector<Expr*> values;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    LocalId id = add_local(LocalKind::Param, fields[i].name, params[i], where, Origin::Hidden);
    frame->params.push_back(id);
    values.push_back(local_expr(id, where));
  }
  frame->body->root = variant_expr(type, variant.variant, values, where);
  node->captures = end_hidden(frame);
  node->body = frame->hidden;
  return node;
}

}  // namespace noodle::sema
