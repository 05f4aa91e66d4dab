// `match`: the subject, the arms, and the type that they agree on.

#include <algorithm>

#include "compiler/sema/check_body.h"

namespace noodle::sema {

/// Whether the names that `match mut` bound since `first` may change.
void BodyChecker::set_assignable(std::size_t first, bool assignable) {
  for (std::size_t i = first; i < frame_->body->locals.size(); ++i) {
    if (frame_->body->locals[i].kind == LocalKind::MutAlias) frame_->facts[i].assignable = assignable;
  }
}

// An arm's value, which agrees with those of the arms before it.
Expr* BodyChecker::check_arm(const syntax::Stmt* body, Want want, Agreement& arms) {
  const bool joins = !want.drop && !want.type.valid() && arms.type.valid() && has_shape(arms.type) && body != nullptr &&
                     body->kind == syntax::StmtKind::Expr;
  const Want arm_want = want.drop ? want : Want{.type = arms.type};
  Expr* value = joins ? join(static_cast<const syntax::ExprStmt*>(body)->expr, arms.type, &arms.because)
                      : check_branch_value(body, arm_want, arms.because.where.valid() ? &arms.because : nullptr);
  if (is_never(value->type)) return value;
  arms.all_leave = false;
  if (!want.drop && !arms.type.valid() && !is_error(value->type)) {
    arms.type = value->type;
    arms.because = {value->span, "the first arm gives `" + text(arms.type) + "`"};
  }
  return value;
}

TypeId BodyChecker::type_of_arms(Want want, const Agreement& arms) {
  if (arms.all_leave) return never();
  if (want.drop) return unit();
  return arms.type.valid() ? arms.type : error_type();
}

Expr* BodyChecker::check_match(const syntax::MatchExpr* expr, Want want) {
  source::Span where = span(expr);
  std::size_t first = infer_.variable_count();
  bool chain = in_chain_;
  Expr* subject = expr->is_mut ? check_base(expr->subject) : check(expr->subject);
  in_chain_ = false;
  if (expr->is_mut) check_held(subject);
  infer_.default_literals(first);
  bool good = known(subject, "match it");
  if (good && expr->is_mut) require_place(subject, "`match mut` changes what it matches");
  TypeId type = good ? infer_.zonk(subject->type) : error_type();

  auto* node = make<MatchExpr>(ExprKind::Match, unit(), where);
  node->is_mut = expr->is_mut;
  node->subject = subject;
  std::size_t holds = holds_.size();
  // The root, not just the place, is held by every arm that has a name for a part of it.
  Hold hold;
  if (expr->is_mut) {
    hold = hold_of(subject, {where.file, where.begin, where.begin + 9}, "`match mut`");
    hold.path.fields.clear();
  }
  std::vector<MatchArm> arms;
  Agreement agreement{.type = want.type};
  bool all_sound = true;
  for (const syntax::MatchArm& arm : expr->arms) {
    const ScopeMark mark = scope_mark();
    std::size_t locals = frame_->body->locals.size();
    PatternMode mode;
    mode.origin = Origin::Match;
    mode.in_mut = expr->is_mut;
    MatchArm out{};
    bool sound = true;
    out.pattern = check_pattern(arm.pattern, type, mode, &sound);
    all_sound = all_sound && sound;
    bool binds_mut = std::ranges::any_of(std::span(frame_->body->locals).subspan(locals),
                                         [](const Local& l) { return l.kind == LocalKind::MutAlias; });
    if (binds_mut) holds_.push_back(hold);
    if (arm.guard != nullptr) {
      // Nothing has been taken apart yet: a guard looks, and changes nothing.
      set_assignable(locals, false);
      out.guard = check_condition(arm.guard);
      set_assignable(locals, true);
    }
    out.body = check_arm(arm.body, want, agreement);
    close_scope(mark);
    holds_.resize(holds);
    arms.push_back(out);
  }
  in_chain_ = chain;
  node->arms = keep(arms);
  node->type = is_never(subject->type) ? never() : type_of_arms(want, agreement);
  note_type(&node->type);
  if (good && !is_never(type)) matches_.push_back({node, nullptr, expr, span(expr->subject), "`match`", all_sound});
  return node;
}

}  // namespace noodle::sema
