// Blocks, statements, branches, loops, and what leaves them.

#include "compiler/sema/check_body.h"

namespace noodle::sema {

using source::Code;

// ---- blocks and statements

Expr* BodyChecker::check_block(const syntax::BlockExpr* block, Want want, const Because* because) {
  const ScopeMark mark = scope_mark();
  std::size_t waiting = waiting_.size();
  bool chain = in_chain_;
  in_chain_ = false;
  std::vector<Expr*> statements;
  bool left = false;
  bool warned = false;
  Expr* tail = nullptr;
  source::Span where = span(block->range);
  for (const syntax::Stmt* stmt : block->statements) {
    if (left && !warned) {
      warned = true;
      report(Code::UnreachableCode, span(stmt->range), "this is never reached")
          .note(statements.back()->span, "what stands before always leaves");
    }
    if (stmt == block->tail && !want.drop) {
      const syntax::Expr* expr = static_cast<const syntax::ExprStmt*>(stmt)->expr;
      tail = want.type.valid() ? check_as(expr, want.type, because) : check(expr);
      continue;
    }
    Expr* statement = check_statement(stmt);
    statements.push_back(statement);
    left = left || is_never(statement->type);
  }
  TypeId type = unit();
  if (left || (tail != nullptr && is_never(tail->type))) {
    type = never();
  } else if (tail != nullptr) {
    type = want.type.valid() && !is_error(tail->type) ? want.type : tail->type;
  } else if (!want.drop && want.type.valid() && !infer_.unify(want.type, unit())) {
    source::Span end{where.file, where.end > where.begin ? where.end - 1 : where.begin, where.end};
    source::Diagnostic& problem =
        report(Code::MissingResult, end, a_type(want.type) + " is needed, but the block ends without a value");
    problem.label("here the block ends");
    if (because != nullptr && because->where.valid()) problem.note(because->where, because->text);
    const bool empty_map = statements.empty() && types_[structure(want.type)].kind == TypeKind::Map;
    problem.help(empty_map ? "`{}` is an empty block here: the empty map is written `({})`"
                           : "let the last line be the value, or leave with `return`");
    type = error_type();
  }
  if (waiting_.size() > waiting) run_waiting(waiting, true);
  close_scope(mark);
  in_chain_ = chain;
  auto* node = make<BlockExpr>(ExprKind::Block, type, where);
  node->statements = keep(statements);
  node->tail = tail;
  return node;
}

Expr* BodyChecker::check_statement(const syntax::Stmt* stmt) {
  std::size_t first = infer_.variable_count();
  Expr* result = nullptr;
  switch (stmt->kind) {
    case syntax::StmtKind::Error: result = error_expr(span(stmt->range)); break;
    case syntax::StmtKind::Let: result = check_let(static_cast<const syntax::LetStmt*>(stmt)); break;
    case syntax::StmtKind::Expr: result = check_dropped(static_cast<const syntax::ExprStmt*>(stmt)->expr); break;
    case syntax::StmtKind::Assign: result = check_assign(static_cast<const syntax::AssignStmt*>(stmt)); break;
    case syntax::StmtKind::Defer: result = check_defer(static_cast<const syntax::DeferStmt*>(stmt)); break;
    case syntax::StmtKind::Expect: result = check_expect(static_cast<const syntax::ExpectStmt*>(stmt)); break;
    case syntax::StmtKind::Item:
      report(Code::DeclarationInBody, span(stmt->range), "declarations stand outside of bodies")
          .help("move it to the top level of the module");
      declare_misplaced(static_cast<const syntax::ItemStmt*>(stmt)->item);
      result = error_expr(span(stmt->range));
      break;
  }
  infer_.default_literals(first);
  return result;
}

/// Lets the name of a misplaced function be found, so that its uses are not reported too.
void BodyChecker::declare_misplaced(const syntax::Item* item) {
  if (item->kind != syntax::ItemKind::Function) return;
  const syntax::Name& name = static_cast<const syntax::FunctionItem*>(item)->name;
  bind(add_local(LocalKind::Let, name.symbol, error_type(), span(name.range), Origin::Hidden));
}

Expr* BodyChecker::check_dropped(const syntax::Expr* expr) {
  Expr* value = check(expr, {.drop = true});
  warn_dropped(value, expr);
  return value;
}

void BodyChecker::warn_dropped(const Expr* value, const syntax::Expr*) {
  TypeId type = infer_.head(value->type);
  if (types_.is_result(type)) {
    source::Diagnostic& problem =
        report(Code::DroppedResult, value->span, "this `Result` is dropped, and its error with it");
    if (frame_->defer_depth == 0 && types_.is_result(infer_.head(frame_->result))) {
      problem.suggest("pass the error on", {value->span.file, value->span.end, value->span.end}, "?")
          .help("or say that this is meant: `let _ = …`");
    } else {
      problem.help("look at it with `match`, or say that this is meant: `let _ = …`");
    }
    return;
  }
  switch (value->kind) {
    case ExprKind::Equal:
    case ExprKind::Compare: {
      source::Diagnostic& problem = report(Code::UnusedValue, value->span, "the result of this comparison is dropped");
      if (value->kind == ExprKind::Equal) problem.help("`=` assigns, `==` compares");
      break;
    }
    case ExprKind::Binary:
    case ExprKind::Unary: {
      source::Diagnostic& problem = report(Code::UnusedValue, value->span, "the result of this calculation is dropped");
      if (value->kind == ExprKind::Unary) problem.help("to go on with the line before, put the operator at its end");
      break;
    }
    default: break;
  }
}

Expr* BodyChecker::dropped(Expr* value) {
  auto* node = make<BlockExpr>(ExprKind::Block, is_never(value->type) ? never() : unit(), value->span);
  std::vector<Expr*> statements{value};
  node->statements = keep(statements);
  return node;
}

Expr* BodyChecker::check_let(const syntax::LetStmt* stmt) {
  TypeId declared;
  std::vector<NamedLength> named;
  source::Span where = span(stmt->range);
  std::size_t first = infer_.variable_count();
  if (stmt->type != nullptr) {
    names_lengths_ = true;
    declared = context_.resolve(*stmt->type, scope_);
    names_lengths_ = false;
    named = std::exchange(new_lengths_, {});
    if (is_error(declared)) failed_ = true;
  }
  Expr* value = nullptr;
  if (stmt->value == nullptr) {
    value = error_expr(where);
  } else if (declared.valid()) {
    Because because{span(stmt->type->range), "declared here"};
    value = check_as(stmt->value, declared, &because);
  } else if (stmt->value->kind == syntax::ExprKind::Lambda) {
    value = check_lambda(static_cast<const syntax::LambdaExpr*>(stmt->value), {}, true);
  } else {
    value = check(stmt->value);
  }
  infer_.default_literals(first);
  TypeId type = infer_.zonk(declared.valid() ? declared : value->type);
  // What changes may have another shape later.
  if (stmt->is_var && !declared.valid()) type = types_.without_shapes(type);
  if (types_.weight(type) > 2000) {
    check_size(type, where);
    type = error_type();
  }
  source::Span keyword{where.file, where.begin, where.begin + 3};
  PatternMode mode;
  mode.kind = stmt->is_var ? LocalKind::Var : LocalKind::Let;
  mode.keyword = keyword;
  bool sound = true;
  Pattern* pattern = check_pattern(stmt->pattern, type, mode, &sound);
  irrefutable(pattern, span(stmt->pattern->range), "`let`", sound);
  name_new_lengths(std::move(named), pattern);
  auto* node = make<LetExpr>(ExprKind::Let, is_never(value->type) ? never() : unit(), where);
  node->pattern = pattern;
  node->value = value;
  return node;
}

Expr* BodyChecker::check_defer(const syntax::DeferStmt* stmt) {
  std::size_t loops = frame_->loops_at_defer;
  if (frame_->defer_depth++ == 0) frame_->loops_at_defer = frame_->loops.size();
  frame_->loops_at_defer = frame_->loops.size();
  const ScopeMark mark = scope_mark();
  Expr* body = check_branch_value(stmt->body, {.drop = true}, nullptr);
  close_scope(mark);
  frame_->loops_at_defer = loops;
  --frame_->defer_depth;
  auto* node = make<DeferExpr>(ExprKind::Defer, unit(), span(stmt->range));
  node->body = body;
  return node;
}

Expr* BodyChecker::check_expect(const syntax::ExpectStmt* stmt) {
  Because because{span(stmt->range), "`expect` takes a condition"};
  Expr* condition = check_as(stmt->condition, primitive(TypeKind::Bool), &because);
  auto* node = make<ExpectExpr>(ExprKind::Expect, unit(), span(stmt->range));
  node->condition = condition;
  if (stmt->condition != nullptr) {
    node->text = frame_->body->arena.copy(context_.source_text(span(stmt->condition)));
  }
  return node;
}

Expr* BodyChecker::check_branch_value(const syntax::Stmt* body, Want want, const Because* because) {
  if (body == nullptr) return error_expr({});
  if (body->kind != syntax::StmtKind::Expr) {
    Expr* statement = check_statement(body);
    if (!want.drop && want.type.valid() && !is_never(statement->type)) return agree(statement, want.type, because);
    return statement;
  }
  const syntax::Expr* expr = static_cast<const syntax::ExprStmt*>(body)->expr;
  if (!want.drop) return want.type.valid() ? check_as(expr, want.type, because) : check(expr);
  Expr* value = check_dropped(expr);
  TypeId type = infer_.head(value->type);
  return type == unit() || type == never() || is_error(type) ? value : dropped(value);
}

// ---- if

Expr* BodyChecker::check_condition(const syntax::Expr* expr) {
  if (expr == nullptr) return error_expr({});
  return check_as(expr, primitive(TypeKind::Bool));
}

Expr* BodyChecker::check_if(const syntax::IfExpr* expr, Want want) {
  source::Span where = span(expr);
  Expr* condition = check_condition(expr->condition);
  auto* node = make<IfExpr>(ExprKind::If, unit(), where);
  node->condition = condition;
  if (expr->otherwise == nullptr) {
    const syntax::Stmt* tail = expr->then->tail;
    bool broken = tail != nullptr && static_cast<const syntax::ExprStmt*>(tail)->expr->kind == syntax::ExprKind::Error;
    bool open = !want.type.valid() || infer_.is_variable(want.type);
    if (broken) {
      node->type = error_type();
    } else if (!want.drop && open && tail != nullptr) {
      node->then = check_block(expr->then, {});
      TypeId type = infer_.head(node->then->type);
      if (type == unit() || is_never(type) || is_error(type)) {
        if (want.type.valid()) infer_.unify(want.type, unit());
        return node;
      }
      report(Code::MissingElse, where, "this `if` has no `else`, so it gives no value")
          .note(span(tail->range), "this `" + text(type) + "` would be dropped")
          .suggest("add the other way", {where.file, where.end, where.end}, " else { … }");
      return error_expr(where);
    } else if (!want.drop && want.type.valid() && !infer_.unify(want.type, unit())) {
      report(Code::MissingElse, where, a_type(want.type) + " is needed, but this `if` has no `else`")
          .label("gives nothing when the condition is false")
          .suggest("add the other way", {where.file, where.end, where.end}, " else { … }");
      node->type = error_type();
    }
    node->then = check_block(expr->then, {.drop = true});
    return node;
  }
  if (want.drop) {
    node->then = check_block(expr->then, {.drop = true});
    node->otherwise = check(expr->otherwise, {.drop = true});
    bool out = is_never(node->then->type) && is_never(node->otherwise->type);
    node->type = out ? never() : unit();
    if (infer_.head(node->otherwise->type) != unit() && !is_never(node->otherwise->type)) {
      node->otherwise = dropped(node->otherwise);
    }
    return node;
  }
  node->then = want.type.valid() ? agree(check_block(expr->then, want), want.type) : check_block(expr->then, {});
  TypeId type = want.type.valid() ? want.type : node->then->type;
  if (want.type.valid() || is_never(type)) {
    node->otherwise = want.type.valid() ? check_as(expr->otherwise, type) : check(expr->otherwise);
    if (!want.type.valid()) type = node->otherwise->type;
  } else {
    Because because{node->then->span, "the other way gives `" + text(type) + "`"};
    if (has_shape(type)) {
      node->otherwise = join(expr->otherwise, type, &because);
    } else if (expr->otherwise->kind == syntax::ExprKind::Block) {
      const auto* block = static_cast<const syntax::BlockExpr*>(expr->otherwise);
      node->otherwise = agree(check_block(block, {.type = type}, &because), type, &because);
    } else {
      node->otherwise = check_as(expr->otherwise, type, &because);
    }
  }
  if (is_never(node->then->type) && is_never(node->otherwise->type)) type = never();
  node->type = type;
  note_type(&node->type);
  return node;
}

// ---- loops

Expr* BodyChecker::check_loop(const syntax::Expr* expr) {
  source::Span where = span(expr);
  bool is_while = expr->kind == syntax::ExprKind::While;
  const auto* loop = static_cast<const syntax::LoopExpr*>(expr);
  const auto* conditional = static_cast<const syntax::WhileExpr*>(expr);
  auto* node = make<LoopExpr>(is_while ? ExprKind::While : ExprKind::Loop, unit(), where);
  node->loop = LoopId(frame_->body->loop_count++);
  if (is_while) node->condition = check_condition(conditional->condition);
  Symbol label = is_while ? conditional->label.symbol : loop->label.symbol;
  frame_->loops.push_back({node->loop, label, false});
  node->body = check_block(is_while ? conditional->body : loop->body, {.drop = true});
  bool has_break = frame_->loops.back().has_break;
  frame_->loops.pop_back();
  if (!is_while && !has_break) node->type = never();
  return node;
}

bool BodyChecker::walked_by(TraitId trait, TypeId type, FunctionRef& method, TypeId& element) {
  if (!trait.valid() || context_.trait(trait).methods.empty()) return false;
  std::vector<TypeId> arguments;
  TypeData data = types_[type];
  std::vector<TraitRef> bounds = context_.bounds_of(type, trait, scope_);
  if (!bounds.empty()) {
    arguments.assign(bounds[0].arguments.begin(), bounds[0].arguments.end());
  } else if (data.kind == TypeKind::Any && TraitId(data.index) == trait) {
    arguments.assign(data.arguments.begin(), data.arguments.end());
  } else {
    std::vector<ImplMatch> matches = context_.impls(type, trait, scope_);
    if (matches.empty()) return false;
    arguments = std::move(matches[0].trait_arguments);
  }
  if (arguments.empty()) return false;
  element = arguments[0];
  std::vector<TypeId> all{type, element};
  method = make_ref(context_.trait(trait).methods[0], all);
  return true;
}

bool BodyChecker::for_source(ForExpr* node, Expr* iterable, TypeId& element) {
  if (!known(iterable, "walk it")) return false;
  TypeId type = infer_.zonk(iterable->type);
  TypeData data = types_[type];
  NominalId id = types_.nominal_of(type);
  if (data.kind == TypeKind::List) {
    node->for_kind = ForKind::List;
    element = data.arguments[0];
  } else if (data.kind == TypeKind::Map) {
    node->for_kind = ForKind::Map;
    element = types_.tuple(data.arguments);
  } else if (data.kind == TypeKind::String) {
    node->for_kind = ForKind::String;
    element = type;
  } else if (id.valid() && id == types_.known.range) {
    node->for_kind = ForKind::Range;
    element = primitive(TypeKind::I64);
  } else if (id.valid() && id == types_.known.set) {
    node->for_kind = ForKind::Set;
    element = data.arguments[0];
  } else if (walked_by(types_.known.iterator, type, node->next, element)) {
    node->for_kind = ForKind::Iterator;
  } else if (walked_by(types_.known.iterable, type, node->iterator, element)) {
    node->for_kind = ForKind::Iterable;
    std::vector<TypeId> item{element};
    std::vector<TypeId> all{types_.any(types_.known.iterator, context_.keep(item)), element};
    node->next = make_ref(context_.trait(types_.known.iterator).methods[0], all);
  } else if (data.kind == TypeKind::Never) {
    return false;
  } else {
    source::Diagnostic& problem = report(Code::NotIterable, iterable->span, "`for` can't walk " + a_type(type));
    if (is_integer(data.kind)) {
      problem.suggest("count up to it", {iterable->span.file, iterable->span.begin, iterable->span.begin}, "0..");
    } else if (types_.is_option(type) || types_.is_result(type)) {
      problem.help("take the value out first, with `?`, `??` or `match`");
    } else if (context_.is_users(type)) {
      problem.help("implement `Iterator<T>` or `Iterable<T>` for it");
    } else {
      problem.help("ranges, collections, texts and iterators can be walked");
    }
    return false;
  }
  return true;
}

Expr* BodyChecker::check_for(const syntax::ForExpr* expr) {
  source::Span where = span(expr);
  auto* node = make<ForExpr>(ExprKind::For, unit(), where);
  node->loop = LoopId(frame_->body->loop_count++);
  node->is_mut = expr->is_mut;
  std::size_t first = infer_.variable_count();
  bool chain = in_chain_;
  Expr* iterable = expr->is_mut ? check_base(expr->iterable) : check(expr->iterable);
  in_chain_ = chain;
  if (expr->is_mut) check_held(iterable);
  infer_.default_literals(first);
  node->iterable = iterable;
  TypeId element = error_type();
  PatternMode mode;
  mode.origin = Origin::Loop;
  if (!for_source(node, iterable, element)) {
    if (is_never(iterable->type)) node->type = never();
    element = error_type();
    failed_ = failed_ || !is_never(iterable->type);
  } else if (expr->is_mut) {
    mode.kind = LocalKind::MutAlias;
    mode.key_first = node->for_kind == ForKind::Map;
    if (node->for_kind != ForKind::List && node->for_kind != ForKind::Map) {
      report(Code::NotAPlace, iterable->span, "`for mut` changes the elements of a list or the values of a map")
          .label("this is " + a_type(iterable->type));
    } else {
      require_place(iterable, "`for mut` changes its elements");
    }
  }
  const ScopeMark mark = scope_mark();
  std::size_t holds = holds_.size();
  bool sound = true;
  node->pattern = check_pattern(expr->pattern, element, mode, &sound);
  irrefutable(node->pattern, span(expr->pattern->range), "`for`", sound);
  if (expr->is_mut) {
    Hold hold = hold_of(iterable, iterable->span, "`for mut`");
    hold.path.fields.clear();  // the root is held for the whole body
    holds_.push_back(hold);
  }
  frame_->loops.push_back({node->loop, expr->label.symbol, false});
  node->body = check_block(expr->body, {.drop = true});
  frame_->loops.pop_back();
  close_scope(mark);
  holds_.resize(holds);
  return node;
}

// ---- leaving

bool BodyChecker::may_leave(source::Span where, const char* what) {
  if (frame_->kind == FrameKind::Constant) {
    report(Code::NotInConstant, where, std::string(what) + " can't stand in a constant");
    return false;
  }
  if (frame_->defer_depth == 0) return true;
  report(Code::DeferLeaves, where, std::string(what) + " can't leave a `defer`")
      .help("what is deferred runs while the block is being left already");
  return false;
}

Expr* BodyChecker::check_jump(const syntax::JumpExpr* expr) {
  source::Span where = span(expr);
  bool is_break = expr->kind == syntax::ExprKind::Break;
  std::string word = is_break ? "`break`" : "`continue`";
  Symbol label = expr->label.symbol;
  std::vector<LoopScope>& loops = frame_->loops;
  for (std::size_t i = loops.size(); i-- > 0;) {
    if (label.valid() && loops[i].label != label) continue;
    if (frame_->defer_depth > 0 && i < frame_->loops_at_defer) {
      may_leave(where, word.c_str());
      return error_expr(where);
    }
    if (is_break) loops[i].has_break = true;
    auto* node = make<JumpExpr>(is_break ? ExprKind::Break : ExprKind::Continue, never(), where);
    node->loop = loops[i].id;
    return node;
  }
  for (Frame* at = frame_->outer; at != nullptr; at = at->outer) {
    for (const LoopScope& loop : at->loops) {
      if (label.valid() && loop.label != label) continue;
      report(Code::JumpCrossesFunction, where,
             word + " can't cross a " + (frame_->kind == FrameKind::Block ? "block argument" : "lambda"))
          .label("the loop is outside")
          .help("`return` leaves the " + std::string(frame_->kind == FrameKind::Block ? "block" : "lambda"));
      return error_expr(where);
    }
  }
  if (label.valid()) {
    std::string name(text(label));
    source::Span label_span = span(expr->label.range);
    source::Diagnostic& problem =
        report(Code::UnknownLabel, label_span, "no loop around this has the label `" + name + "`");
    std::vector<std::string_view> labels;
    for (const LoopScope& loop : loops) {
      if (loop.label.valid()) labels.push_back(text(loop.label));
    }
    context_.suggest_near(problem, label_span, name, labels);
    for (LoopScope& loop : loops) loop.has_break = true;  // one of them is meant
    return error_expr(where);
  }
  report(Code::JumpOutsideLoop, where, word + " stands outside of any loop");
  return error_expr(where);
}

Expr* BodyChecker::check_return(const syntax::ReturnExpr* expr) {
  source::Span where = span(expr);
  if (!may_leave({where.file, where.begin, where.begin + 6}, "`return`")) {
    if (expr->value != nullptr) check(expr->value);
    return error_expr(where);
  }
  auto* node = make<ReturnExpr>(ExprKind::Return, never(), where);
  Because because{frame_->result_span, "the result is `" + text(frame_->result) + "`"};
  if (expr->value != nullptr) {
    node->value = check_as(expr->value, frame_->result, &because);
    return node;
  }
  if (!infer_.unify(frame_->result, unit())) {
    source::Diagnostic& problem =
        report(Code::TypeMismatch, where, "`return` needs " + a_type(frame_->result) + " here");
    if (because.where.valid()) problem.note(because.where, because.text);
    return error_expr(where);
  }
  return node;
}

}  // namespace noodle::sema
