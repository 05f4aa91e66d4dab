// `for i in 0..items.len()` where only `items[i]` is wanted.

#include <cctype>
#include <vector>

#include "compiler/lint/rules.h"

namespace noodle::lint {

namespace {

using namespace syntax;

bool is_name(const Expr& expr, Symbol symbol) {
  return expr.kind == ExprKind::Name && static_cast<const NameExpr&>(expr).name.symbol == symbol;
}

/// How the body of a loop uses its counter and the list.
class Uses final : public Walker {
 public:
  Uses(Symbol counter, Symbol list) : counter_(counter), list_(list) {}

  void statement(const Stmt& statement) override {
    if (statement.kind == StmtKind::Assign) {
      const Expr* root = static_cast<const AssignStmt&>(statement).place;
      while (root->kind == ExprKind::Index || root->kind == ExprKind::Field) {
        root = root->kind == ExprKind::Index ? static_cast<const IndexExpr*>(root)->base
                                             : static_cast<const FieldExpr*>(root)->base;
      }
      only_reads_ &= !is_name(*root, list_);
    }
    Walker::statement(statement);
  }

  void expr(const Expr& expr) override {
    if (expr.kind == ExprKind::Index) {
      const auto& index = static_cast<const IndexExpr&>(expr);
      if (is_name(*index.base, list_) && is_name(*index.index, counter_)) {
        places.push_back(expr.range);
        return;
      }
    }
    if (is_name(expr, counter_)) counts_ = true;
    if (is_name(expr, list_)) only_reads_ = false;  // whatever else it is used for may change it
    if (expr.kind == ExprKind::Call) call(static_cast<const CallExpr&>(expr));
    Walker::expr(expr);
  }

  void pattern(const Pattern& pattern) override {
    if (pattern.kind == PatternKind::Name) {
      const Symbol bound = static_cast<const NamePattern&>(pattern).name.symbol;
      if (bound == counter_ || bound == list_) only_reads_ = false;  // another variable of the name
    }
    Walker::pattern(pattern);
  }

  bool found() const { return only_reads_ && !counts_ && !places.empty(); }
  std::vector<Range> places;  // of `list[counter]`

 private:
  // A method may change its receiver, and a marked argument is changed.
  void call(const CallExpr& call) {
    if (call.callee->kind == ExprKind::Field) changes(*static_cast<const FieldExpr*>(call.callee)->base);
    for (const Argument& argument : call.arguments) {
      if (argument.is_mut) changes(*argument.value);
    }
  }
  void changes(const Expr& place) {
    const Expr* root = &place;
    while (root->kind == ExprKind::Field) root = static_cast<const FieldExpr*>(root)->base;
    if (root->kind == ExprKind::Index && is_name(*static_cast<const IndexExpr*>(root)->base, list_)) {
      only_reads_ = false;
    }
  }

  Symbol counter_;
  Symbol list_;
  bool counts_ = false;
  bool only_reads_ = true;
};

class LoopRules final : public Walker {
 public:
  explicit LoopRules(const Module& module) : module_(module) {}

  void expr(const Expr& expr) override {
    if (expr.kind == ExprKind::For) loop(static_cast<const ForExpr&>(expr));
    Walker::expr(expr);
  }

 private:
  void loop(const ForExpr& loop) {
    if (loop.is_mut || loop.pattern->kind != PatternKind::Name || loop.iterable->kind != ExprKind::Range) return;
    const auto& range = *static_cast<const RangeExpr*>(loop.iterable);
    if (range.inclusive || range.low == nullptr || range.high == nullptr) return;
    if (range.low->kind != ExprKind::Int || static_cast<const IntExpr*>(range.low)->magnitude != 0) return;
    const NameExpr* list = measured(*range.high);
    if (list == nullptr || !is_list(*list)) return;
    const Symbol counter = static_cast<const NamePattern*>(loop.pattern)->name.symbol;
    Uses uses(counter, list->name.symbol);
    uses.block(*loop.body);
    if (!uses.found()) return;
    const std::string item = free_name(loop);
    auto& problem =
        module_.report(Code::IndexLoop, {loop.pattern->range.begin, loop.iterable->range.end},
                       "`" + std::string(module_.name(static_cast<const NamePattern*>(loop.pattern)->name)) +
                           "` only counts the elements of `" + std::string(module_.name(list->name)) + "`");
    problem.suggest("walk the list", module_.span({loop.pattern->range.begin, loop.iterable->range.end}),
                    item + " in " + std::string(module_.name(list->name)));
    for (const Range place : uses.places) problem.also(module_.span(place), item);
  }

  /// The name in `name.len()`.
  static const NameExpr* measured(const Expr& expr, const Module& module) {
    if (expr.kind != ExprKind::Call) return nullptr;
    const auto& call = static_cast<const CallExpr&>(expr);
    if (!call.arguments.empty() || call.block != nullptr || call.callee->kind != ExprKind::Field) return nullptr;
    const auto& field = *static_cast<const FieldExpr*>(call.callee);
    if (field.base->kind != ExprKind::Name || module.name(field.name) != "len") return nullptr;
    return static_cast<const NameExpr*>(field.base);
  }
  const NameExpr* measured(const Expr& expr) const { return measured(expr, module_); }

  bool is_list(const NameExpr& name) const {
    const auto known = module_.program.symbol_at(module_.file, name.range.begin);
    return known && known->type.starts_with("List<");
  }

  static bool has_word(std::string_view text, std::string_view word) {
    const auto in_name = [](char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0; };
    for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
      const std::size_t end = at + word.size();
      if ((at == 0 || !in_name(text[at - 1])) && (end == text.size() || !in_name(text[end]))) return true;
    }
    return false;
  }

  /// A name for the elements that stands nowhere in the loop.
  std::string free_name(const ForExpr& loop) const {
    const std::string text = module_.text(loop.range);
    for (const char* name : {"item", "element", "each_item"}) {
      if (!has_word(text, name)) return name;
    }
    return "item_";
  }

  const Module& module_;
};

}  // namespace

void loop_rules(const Module& module) { LoopRules(module).file(*module.tree.tree); }

}  // namespace noodle::lint
