// Tasks: `async`, `await`, `scope`, `within`, `select`. Each is a call of the library in the typed tree,
// but for the scopes themselves. What a task runs is a lambda without parameters, so it captures values.

#include "compiler/sema/check_body.h"

namespace noodle::sema {

using source::Code;

/// A new local for the number of a scope of this frame. Handlers read it, so it is kept where they can.
LocalId BodyChecker::add_task_scope(Frame* frame, source::Span where) {
  Frame* here = frame_;
  frame_ = frame;
  const LocalId id = add_local(LocalKind::Let, Symbol(), primitive(TypeKind::I64), where, Origin::Hidden);
  local(id).in_defer = true;
  frame_ = here;
  return id;
}

/// The local of this frame with the number of the scope that a task started here belongs to. A block
/// argument is part of the body that it stands in. So is a lambda while it is called there, as by
/// `items.map(x => async f(x))`; one that has left it has a scope of its own.
LocalId BodyChecker::enclosing_scope(Frame* frame, source::Span where) {
  if (!frame->task_scopes.empty()) return frame->task_scopes.back();
  const bool inherits = frame->kind == FrameKind::Block || (frame->kind == FrameKind::Lambda && !frame->is_task);
  const LocalId outer = inherits ? capture(frame, enclosing_scope(frame->outer, where)) : LocalId();
  if (frame->kind == FrameKind::Block) return outer;
  Body& body = *frame->body;
  body.outer_scope = outer;
  body.task_scope = body.own_scope = add_task_scope(frame, where);
  if (inherits) body.own_scope = add_task_scope(frame, where);
  for (LocalId* slot : {&body.task_scope, &body.own_scope, &body.outer_scope}) {
    if (slot->valid()) frame->local_slots.push_back(slot);
  }
  frame->task_scopes.push_back(body.task_scope);
  return body.task_scope;
}

/// What a task runs, as a lambda; `result` is what it gives.
Expr* BodyChecker::task_body(const syntax::Expr* body, TypeId want, source::Span where, TypeId& result) {
  result = want.valid() ? want : variable(where, "what this task gives");
  const TypeId type = types_.function({}, 0, result);
  auto* node = make<LambdaExpr>(ExprKind::Lambda, type, where);
  next_is_task_ = true;
  Expr* lambda = check_lambda_body({}, type, FrameKind::Lambda, body, where, node);
  // What never ends gives nothing.
  if (infer_.head_kind(result) == TypeKind::Infer && !infer_.is_literal(result)) infer_.unify(result, unit());
  return lambda;
}

Expr* BodyChecker::call_core(std::string_view name, std::vector<TypeId> types, std::vector<Expr*> arguments,
                             TypeId result, source::Span where) {
  std::vector<Arg> args;
  for (std::uint32_t i = 0; i < arguments.size(); ++i) args.push_back({i, false, arguments[i]});
  return call_expr(make_ref(context_.core_function("task", name), types), result, std::move(args), where);
}

Expr* BodyChecker::check_async(const syntax::TaskExpr* expr, Want want) {
  const source::Span where = span(expr);
  if (frame_->kind == FrameKind::Constant) {
    report(Code::NotInConstant, where, "a task can't be started in a constant");
    return error_expr(where);
  }
  TypeId wanted;
  if (want.type.valid()) {
    const TypeData data = types_[structure(want.type)];
    if (data.kind == TypeKind::Nominal && NominalId(data.index) == types_.known.task) wanted = data.arguments[0];
  }
  Expr* scope = local_expr(enclosing_scope(frame_, where), where);
  TypeId result;
  Expr* work = task_body(expr->body, wanted, where, result);
  const TypeId task = types_.nominal(types_.known.task, {&result, 1});
  return call_core("start_task", {result}, {scope, work}, task, where);
}

/// `await` on one task, or on what stands for several of them.
Expr* BodyChecker::await_value(Expr* task, source::Span where) {
  const TypeData data = types_[structure(task->type)];
  if (data.kind == TypeKind::Nominal && NominalId(data.index) == types_.known.task) {
    return call_core("await_task", {data.arguments[0]}, {task}, data.arguments[0], where);
  }
  if (data.kind == TypeKind::List) {
    const TypeData element = types_[structure(data.arguments[0])];
    if (element.kind == TypeKind::Nominal && NominalId(element.index) == types_.known.task) {
      const TypeId result = types_.list(element.arguments[0]);
      return call_core("await_all", {element.arguments[0]}, {task}, result, where);
    }
  }
  if (data.kind == TypeKind::Tuple && !data.arguments.empty()) {
    // let tasks = …; (await tasks.0, await tasks.1, …)
    std::vector<Expr*> statements;
    const LocalId id = hold(task, where, statements);
    std::vector<Expr*> results;
    std::vector<TypeId> types;
    for (std::uint32_t i = 0; i < data.arguments.size(); ++i) {
      auto* field = make<FieldExpr>(ExprKind::Field, data.arguments[i], where);
      field->base = local_expr(id, where);
      field->field = i;
      Expr* result = await_value(field, where);
      if (is_error(result->type)) return result;
      results.push_back(result);
      types.push_back(result->type);
    }
    auto* tuple = make<SequenceExpr>(ExprKind::Tuple, types_.tuple(types), where);
    tuple->elements = keep(results);
    auto* block = make<BlockExpr>(ExprKind::Block, tuple->type, where);
    block->statements = keep(statements);
    block->tail = tuple;
    return block;
  }
  report(Code::NotAwaitable, where, "`await` needs a task, not " + a_type(task->type))
      .help("`async f(x)` starts one; a plain call waits by itself");
  return error_expr(where);
}

Expr* BodyChecker::check_await(const syntax::UnaryExpr* expr) {
  const source::Span where = span(expr);
  Expr* task = check(expr->operand);
  if (is_never(task->type) || is_error(task->type)) return is_never(task->type) ? task : error_expr(where);
  if (!known(task, "await it")) return error_expr(where);
  return await_value(task, where);
}

Expr* BodyChecker::check_scope(const syntax::TaskExpr* expr, Want want) {
  const source::Span where = span(expr);
  if (frame_->kind == FrameKind::Constant) {
    report(Code::NotInConstant, where, "a constant has no tasks");
    return error_expr(where);
  }
  const LocalId scope = add_task_scope(frame_, where);
  frame_->task_scopes.push_back(scope);
  Expr* body = check(expr->body, want);
  frame_->task_scopes.pop_back();
  auto* node = make<ScopeExpr>(ExprKind::Scope, body->type, where);
  node->scope = scope;
  frame_->local_slots.push_back(&node->scope);
  node->body = body;
  return node;
}

Expr* BodyChecker::check_within(const syntax::TaskExpr* expr, Want want) {
  const source::Span where = span(expr);
  const TypeId duration = types_.nominal(types_.known.duration, {});
  const Because because{span(expr->limit), "`within` takes a duration, such as `2s`"};
  Expr* limit = check_as(expr->limit, duration, &because);
  TypeId wanted;
  if (want.type.valid()) {
    const TypeId outcome = structure(want.type);
    if (types_.is_result(outcome)) wanted = types_[outcome].arguments[0];
  }
  TypeId result;
  Expr* work = task_body(expr->body, wanted, where, result);
  const TypeId outcome = types_.result(result, types_.nominal(types_.known.timed_out, {}));
  return call_core("run_within", {result}, {limit, work}, outcome, where);
}

Expr* BodyChecker::check_select(const syntax::SelectExpr* expr, Want want) {
  const source::Span where = span(expr);
  const TypeId duration = types_.nominal(types_.known.duration, {});
  std::vector<Expr*> statements;
  // What each arm waits for, in order, before any of it is waited for.
  enum class Kind : std::uint8_t { Task, Channel, Timer, Wrong };
  struct Source {
    Kind kind = Kind::Wrong;
    LocalId held;
    TypeId gives;
  };
  std::vector<Source> sources;
  std::vector<TypeId> handle_types;
  std::vector<Expr*> timers;
  bool sound = true;
  for (const syntax::MatchArm& arm : expr->arms) {
    Source source;
    Expr* value = arm.guard == nullptr ? error_expr(where) : check(arm.guard);
    const TypeId type = structure(value->type);
    const NominalId decl = types_.nominal_of(type);
    if (decl.valid() && decl == types_.known.task) {
      source = {Kind::Task, {}, types_[type].arguments[0]};
    } else if (decl.valid() && decl == types_.known.channel) {
      source = {Kind::Channel, {}, types_.option(types_[type].arguments[0])};
    } else if (decl.valid() && decl == types_.known.duration) {
      source = {Kind::Timer, {}, unit()};
    } else {
      sound = false;
      if (!is_error(value->type)) {
        report(Code::NotAwaitable, value->span,
               "`select` waits for tasks, channels and durations, not " + a_type(value->type))
            .help("start a task for it: `… = async f(x) => …`");
      }
    }
    if (source.kind != Kind::Wrong) source.held = hold(value, value->span, statements);
    if (source.kind == Kind::Timer) timers.push_back(local_expr(source.held, value->span));
    if (source.kind == Kind::Task || source.kind == Kind::Channel) handle_types.push_back(value->type);
    sources.push_back(source);
  }
  if (expr->arms.empty()) {
    report(Code::NotAwaitable, where, "a `select` without arms would wait for ever")
        .help("give it an arm: `_ = 1s => …`");
    return error_expr(where);
  }
  // The soonest timer decides how long to wait; then come tasks and channels by their place.
  auto* list = make<SequenceExpr>(ExprKind::List, types_.list(duration), where);
  list->elements = keep(timers);
  const LocalId all_timers = hold(list, list->span, statements);
  std::vector<Expr*> handles;
  for (const Source& source : sources) {
    if (source.kind == Kind::Task || source.kind == Kind::Channel) handles.push_back(local_expr(source.held, where));
  }
  const TypeId tuple_type = types_.tuple(handle_types);
  auto* tuple = make<SequenceExpr>(ExprKind::Tuple, tuple_type, where);
  tuple->elements = keep(handles);
  Expr* tuple_value = handles.empty() ? unit_expr(where) : tuple;
  const TypeId i64 = primitive(TypeKind::I64);
  Expr* timeout = call_core("soonest", {}, {local_expr(all_timers, where)}, i64, where);
  Expr* ready = call_core("select_ready", {handles.empty() ? unit() : tuple_type}, {timeout, tuple_value}, i64, where);
  Expr* chosen = call_core(
      "select_arm", {},
      {ready, local_expr(all_timers, where), int_expr(static_cast<std::int64_t>(handles.size()), where)}, i64, where);

  auto* node = make<MatchExpr>(ExprKind::Match, unit(), where);
  node->is_mut = false;
  node->subject = chosen;
  std::vector<MatchArm> arms;
  Agreement agreement{.type = want.type};
  std::int64_t handle_at = 0, timer_at = static_cast<std::int64_t>(handles.size());
  for (std::size_t i = 0; i < expr->arms.size(); ++i) {
    const syntax::MatchArm& arm = expr->arms[i];
    const Source& source = sources[i];
    const ScopeMark mark = scope_mark();
    Expr* given = nullptr;
    switch (source.kind) {
      case Kind::Task: given = await_value(local_expr(source.held, where), where); break;
      case Kind::Channel:
        given = call_core("receive_now", {types_[source.gives].arguments[0]}, {local_expr(source.held, where)},
                          source.gives, where);
        break;
      case Kind::Timer: given = unit_expr(where); break;
      case Kind::Wrong: given = error_expr(where); break;
    }
    PatternMode mode;
    mode.origin = Origin::Match;
    bool fine = true;
    const TypeId gives = source.kind == Kind::Wrong ? error_type() : source.gives;
    Pattern* pattern = check_pattern(arm.pattern, gives, mode, &fine);
    if (source.kind != Kind::Wrong) irrefutable(pattern, span(arm.pattern->range), "an arm of `select`", fine);
    auto* let = make<LetExpr>(ExprKind::Let, unit(), where);
    let->pattern = pattern;
    let->value = given;
    Expr* value = check_arm(arm.body, want, agreement);
    close_scope(mark);
    auto* block = make<BlockExpr>(ExprKind::Block, value->type, where);
    const std::vector<Expr*> first{let};
    block->statements = keep(first);
    block->tail = value;
    MatchArm out{};
    out.body = block;
    if (i + 1 == expr->arms.size()) {
      out.pattern = make_pattern<Pattern>(PatternKind::Wildcard, i64, where);
    } else {
      auto* number = make_pattern<ConstantPattern>(PatternKind::Constant, i64, where);
      number->value = int_expr(source.kind == Kind::Timer ? timer_at : handle_at, where);
      out.pattern = number;
    }
    ++(source.kind == Kind::Timer ? timer_at : handle_at);
    arms.push_back(out);
  }
  node->arms = keep(arms);
  node->type = type_of_arms(want, agreement);
  note_type(&node->type);
  if (!sound) return error_expr(where);
  auto* whole = make<BlockExpr>(ExprKind::Block, node->type, where);
  whole->statements = keep(statements);
  whole->tail = node;
  return whole;
}

}  // namespace noodle::sema
