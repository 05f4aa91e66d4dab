// Moving a typed tree: after an edit above it, a body whose own text is unchanged keeps its answer,
// and only the places in it move.

#include <unordered_set>

#include "compiler/sema/database.h"
#include "compiler/sema/walk.h"

namespace noodle::sema {

namespace {

class Shifter {
 public:
  Shifter(Database& db, source::FileId file, std::int64_t delta) : db_(db), file_(file), delta_(delta) {}

  void function(FunctionId id) {
    FunctionEntry& entry = db_.functions[id.index];
    for (FunctionId hidden : entry.hidden) {
      FunctionInfo& info = db_.functions[hidden.index].info;
      span(info.span);
      for (ParamInfo& param : info.params) span(param.span);
      function(hidden);
    }
    if (entry.body == nullptr) return;
    for (Local& local : entry.body->locals) span(local.span);
    expr(entry.body->root);
  }

  void span(source::Span& at) const {
    if (at.file != file_) return;
    at.begin = static_cast<std::uint32_t>(at.begin + delta_);
    at.end = static_cast<std::uint32_t>(at.end + delta_);
  }

 private:
  void all(std::span<Pattern* const> patterns) {
    for (Pattern* one : patterns) pattern(one);
  }

  void pattern(Pattern* at) {
    if (at == nullptr || !seen_.insert(at).second) return;
    span(at->span);
    switch (at->kind) {
      case PatternKind::Wildcard:
      case PatternKind::Bind: break;
      case PatternKind::Constant: expr(static_cast<ConstantPattern*>(at)->value); break;
      case PatternKind::Range:
        expr(static_cast<RangePattern*>(at)->low);
        expr(static_cast<RangePattern*>(at)->high);
        break;
      case PatternKind::Tuple: all(static_cast<TuplePattern*>(at)->elements); break;
      case PatternKind::Variant: all(static_cast<VariantPattern*>(at)->fields); break;
      case PatternKind::List: {
        const auto* list = static_cast<ListPattern*>(at);
        all(list->before);
        pattern(list->rest);
        all(list->after);
        break;
      }
      case PatternKind::Or: all(static_cast<OrPattern*>(at)->alternatives); break;
    }
  }

  void expr(Expr* at) {
    if (at == nullptr || !seen_.insert(at).second) return;
    span(at->span);
    switch (at->kind) {
      case ExprKind::Binary: span(static_cast<BinaryExpr*>(at)->op_span); break;
      case ExprKind::Let: pattern(static_cast<LetExpr*>(at)->pattern); break;
      case ExprKind::For: pattern(static_cast<ForExpr*>(at)->pattern); break;
      case ExprKind::Match:
        for (const MatchArm& arm : static_cast<MatchExpr*>(at)->arms) pattern(arm.pattern);
        break;
      default: break;
    }
    for_each_part(*at, [this](Expr& part) { expr(&part); });
  }

  Database& db_;
  source::FileId file_;
  std::int64_t delta_;
  std::unordered_set<const void*> seen_;  // a node may be shared
};

}  // namespace

void Database::shift_body(FunctionId id, std::int64_t delta) {
  const FunctionEntry& entry = functions[id.index];
  if (!entry.module.valid()) return;
  Shifter shifter(*this, modules[entry.module.index].file, delta);
  shifter.function(id);
  const auto it = uses.find(static_cast<std::uint64_t>(QueryKind::Body) << 32 | id.index);
  if (it == uses.end()) return;
  for (RecordedUse& use : it->second) {
    shifter.span(use.where);
    shifter.span(use.definition);
  }
}

}  // namespace noodle::sema
