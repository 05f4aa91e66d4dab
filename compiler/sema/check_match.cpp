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
  TypeId agreed = want.type;
  bool all_leave = true;
  bool all_sound = true;
  Because because;
  for (const syntax::MatchArm& arm : expr->arms) {
    std::size_t mark = scope_mark();
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
    Want arm_want = want.drop ? want : Want{.type = agreed};
    out.body = check_branch_value(arm.body, arm_want, because.where.valid() ? &because : nullptr);
    holds_.resize(holds);
    close_scope(mark);
    if (!is_never(out.body->type)) {
      all_leave = false;
      if (!want.drop && !agreed.valid() && !is_error(out.body->type)) {
        agreed = out.body->type;
        because = {out.body->span, "the first arm gives `" + text(agreed) + "`"};
      }
    }
    arms.push_back(out);
  }
  in_chain_ = chain;
  node->arms = keep(arms);
  node->type = is_never(subject->type) || all_leave ? never()
               : want.drop                          ? unit()
               : agreed.valid()                     ? agreed
                                                    : error_type();
  note_type(&node->type);
  if (good && !is_never(type)) matches_.push_back({node, nullptr, expr, span(expr->subject), "`match`", all_sound});
  return node;
}

}  // namespace noodle::sema
