// Rules about conditions and branches.

#include <algorithm>
#include <cctype>

#include "compiler/lint/rules.h"

namespace noodle::lint {

namespace {

using namespace syntax;

/// Whether a pattern binds a name.
class Binds final : public Walker {
 public:
  void pattern(const Pattern& pattern) override {
    if (pattern.kind == PatternKind::Rest) found = true;
    if (pattern.kind == PatternKind::Name) {
      const std::string_view text = names->text(static_cast<const NamePattern&>(pattern).name.symbol);
      found |= !text.empty() && std::isupper(static_cast<unsigned char>(text[0])) == 0;
    }
    Walker::pattern(pattern);
  }
  const Interner* names = nullptr;
  bool found = false;
};

const bool* bool_pattern(const Pattern& pattern) {
  if (pattern.kind != PatternKind::Literal) return nullptr;
  const Expr* literal = static_cast<const LiteralPattern&>(pattern).literal;
  return literal->kind == ExprKind::Bool ? &static_cast<const BoolExpr*>(literal)->value : nullptr;
}

class BranchRules final : public Walker {
 public:
  explicit BranchRules(const Module& module) : module_(module) {}

  void expr(const Expr& expr) override {
    if (expr.kind == ExprKind::If) {
      const auto& branch = static_cast<const IfExpr&>(expr);
      if (!is_else_if_) repeated_conditions(branch);
      bool_branches(branch);
      const bool chained = branch.otherwise != nullptr && branch.otherwise->kind == ExprKind::If;
      this->expr(*branch.condition);
      block(*branch.then);
      is_else_if_ = chained;
      optional(branch.otherwise);
      is_else_if_ = false;
      return;
    }
    is_else_if_ = false;
    if (expr.kind == ExprKind::Match) match(static_cast<const MatchExpr&>(expr));
    Walker::expr(expr);
  }

 private:
  void repeated_conditions(const IfExpr& first) {
    std::vector<std::pair<std::string, Range>> seen;
    for (const IfExpr* at = &first; at != nullptr;) {
      if (is_pure(module_, *at->condition)) {
        const std::string shape = module_.shape(bare(*at->condition));
        const auto earlier = std::ranges::find(seen, shape, &std::pair<std::string, Range>::first);
        if (earlier != seen.end()) {
          module_.report(Code::DuplicateCondition, at->condition->range, "this condition has been tested before")
              .label("never true here")
              .note(module_.span(earlier->second), "tested here");
        }
        seen.emplace_back(shape, at->condition->range);
      }
      const bool more = at->otherwise != nullptr && at->otherwise->kind == ExprKind::If;
      at = more ? static_cast<const IfExpr*>(at->otherwise) : nullptr;
    }
  }

  void bool_branches(const IfExpr& branch) {
    const Expr* then = only_value(branch.then);
    const Expr* otherwise = only_value(branch.otherwise);
    if (then == nullptr || otherwise == nullptr) return;
    if (then->kind == ExprKind::Bool && otherwise->kind == ExprKind::Bool) {
      const bool first = static_cast<const BoolExpr*>(then)->value;
      if (first != static_cast<const BoolExpr*>(otherwise)->value) {
        const std::string condition = module_.text(branch.condition->range);
        module_.report(Code::SimplerBool, branch.range, "this `if` gives what its condition says")
            .suggest(first ? "write the condition" : "write its opposite", module_.span(branch.range),
                     first ? condition : negated(condition));
        return;
      }
    }
    if (module_.shape(*then) != module_.shape(*otherwise)) return;
    module_.report(Code::SameBranches, otherwise->range, "both branches do the same")
        .note(module_.span(then->range), "as here")
        .help("the condition makes no difference; was something else meant in one of them?");
  }

  void match(const MatchExpr& match) {
    if (match.arms.size() == 2 && !match.is_mut) match_on_bool(match);
    for (std::size_t i = 1; i < match.arms.size(); ++i) {
      const MatchArm& before = match.arms[i - 1];
      const MatchArm& arm = match.arms[i];
      if (before.guard != nullptr || arm.guard != nullptr || binds(*before.pattern) || binds(*arm.pattern)) continue;
      if (arm.pattern->kind == PatternKind::Wildcard) continue;  // what is named before it is named for a reason
      if (shape(*before.body) != shape(*arm.body)) continue;
      module_.report(Code::SameBranches, arm.range, "this arm does what the one above does")
          .note(module_.span(before.range), "the one above")
          .help("write them as one: `" + module_.text(before.pattern->range) + " | " +
                module_.text(arm.pattern->range) + " => …`");
    }
  }

  void match_on_bool(const MatchExpr& match) {
    const bool* first = bool_pattern(*match.arms[0].pattern);
    const bool* second = bool_pattern(*match.arms[1].pattern);
    const bool is_rest = match.arms[1].pattern->kind == PatternKind::Wildcard;
    if (first == nullptr || (second == nullptr && !is_rest) || match.arms[0].guard != nullptr) return;
    if (match.subject->kind == ExprKind::Bool) return;
    const Range head{match.range.begin, match.subject->range.end};
    auto& problem = module_.report(Code::MatchOnBool, head, "an `if` says this with less");
    if (match.arms[0].body->kind != StmtKind::Expr || match.arms[1].body->kind != StmtKind::Expr) return;
    const MatchArm& yes = *first ? match.arms[0] : match.arms[1];
    const MatchArm& no = *first ? match.arms[1] : match.arms[0];
    problem.suggest("write `if`", module_.span(match.range),
                    "if " + module_.text(match.subject->range) + " " + braced(*yes.body) + " else " + braced(*no.body));
  }

  std::string braced(const Stmt& body) const {
    const std::string text = module_.text(body.range);
    return text.starts_with('{') ? text : "{ " + text + " }";
  }

  bool binds(const Pattern& pattern) const {
    Binds visitor;
    visitor.names = &module_.names;
    visitor.pattern(pattern);
    return visitor.found;
  }

  std::string shape(const Stmt& body) const {
    return body.kind == StmtKind::Expr ? module_.shape(*static_cast<const ExprStmt&>(body).expr)
                                       : module_.text(body.range);
  }

  const Module& module_;
  bool is_else_if_ = false;
};

}  // namespace

void branch_rules(const Module& module) { BranchRules(module).file(*module.tree.tree); }

}  // namespace noodle::lint
