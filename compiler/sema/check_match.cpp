// `match`: the subject, the arms, and the type that they agree on.

#include "compiler/sema/check_body.h"

namespace noodle::sema {

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
  if (expr->is_mut) {
    source::Span keyword{where.file, where.begin, where.begin + 9};
    Hold hold = hold_of(subject, keyword, "`match mut`");
    hold.path.fields.clear();  // the root is held for the whole body
    holds_.push_back(hold);
  }
  std::vector<MatchArm> arms;
  TypeId agreed = want.type;
  bool all_leave = true;
  bool all_sound = true;
  Because because;
  for (const syntax::MatchArm& arm : expr->arms) {
    std::size_t mark = scope_mark();
    PatternMode mode;
    mode.origin = Origin::Match;
    mode.in_mut = expr->is_mut;
    MatchArm out{};
    bool sound = true;
    out.pattern = check_pattern(arm.pattern, type, mode, &sound);
    all_sound = all_sound && sound;
    if (arm.guard != nullptr) out.guard = check_condition(arm.guard);
    Want arm_want = want.drop ? want : Want{.type = agreed};
    out.body = check_branch_value(arm.body, arm_want, because.where.valid() ? &because : nullptr);
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
  holds_.resize(holds);
  in_chain_ = chain;
  node->arms = keep(arms);
  node->type = is_never(subject->type) || all_leave ? never()
               : want.drop                          ? unit()
               : agreed.valid()                     ? agreed
                                                    : error_type();
  note_type(&node->type);
  if (good && !is_never(type))
    matches_.push_back({node, nullptr, expr, span(expr->subject), "`match`", all_sound});
  return node;
}

}  // namespace noodle::sema
