// Moving a typed tree: after an edit above it, a body whose own text is unchanged keeps its answer,
// and only the places in it move.

#include <unordered_set>

#include "compiler/sema/database.h"

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
  void all(std::span<Expr* const> exprs) {
    for (Expr* one : exprs) expr(one);
  }
  void all(std::span<const Arg> args) {
    for (const Arg& arg : args) expr(arg.value);
  }
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

  template <typename Node>
  static Node& as(Expr* at) {
    return *static_cast<Node*>(at);
  }

  void expr(Expr* at) {
    if (at == nullptr || !seen_.insert(at).second) return;
    span(at->span);
    switch (at->kind) {
      case ExprKind::Int:
      case ExprKind::Float:
      case ExprKind::Bool:
      case ExprKind::String:
      case ExprKind::Unit:
      case ExprKind::Local:
      case ExprKind::Const:
      case ExprKind::Function:
      case ExprKind::Lambda:
      case ExprKind::BlockArg:
      case ExprKind::Break:
      case ExprKind::Continue: break;
      case ExprKind::Tuple:
      case ExprKind::List: all(as<SequenceExpr>(at).elements); break;
      case ExprKind::Map: all(as<MapExpr>(at).entries); break;
      case ExprKind::Variant: all(as<VariantExpr>(at).values); break;
      case ExprKind::Field: expr(as<FieldExpr>(at).base); break;
      case ExprKind::Index:
        expr(as<IndexExpr>(at).base);
        expr(as<IndexExpr>(at).index);
        break;
      case ExprKind::MapGet:
      case ExprKind::MapSet:
        expr(as<MapIndexExpr>(at).base);
        expr(as<MapIndexExpr>(at).key);
        break;
      case ExprKind::MapAt:
        expr(as<MapAtExpr>(at).base);
        expr(as<MapAtExpr>(at).key);
        expr(as<MapAtExpr>(at).otherwise);
        break;
      case ExprKind::Slice:
        expr(as<SliceExpr>(at).base);
        expr(as<SliceExpr>(at).low);
        expr(as<SliceExpr>(at).high);
        break;
      case ExprKind::Unary: expr(as<UnaryExpr>(at).operand); break;
      case ExprKind::Binary:
        span(as<BinaryExpr>(at).op_span);
        expr(as<BinaryExpr>(at).left);
        expr(as<BinaryExpr>(at).right);
        break;
      case ExprKind::Compare:
        expr(as<CompareExpr>(at).left);
        expr(as<CompareExpr>(at).right);
        break;
      case ExprKind::Equal:
        expr(as<EqualExpr>(at).left);
        expr(as<EqualExpr>(at).right);
        break;
      case ExprKind::And:
      case ExprKind::Or:
        expr(as<LogicExpr>(at).left);
        expr(as<LogicExpr>(at).right);
        break;
      case ExprKind::Convert: expr(as<ConvertExpr>(at).operand); break;
      case ExprKind::ToAny: expr(as<ToAnyExpr>(at).operand); break;
      case ExprKind::Format:
        for (const FormatPart& part : as<FormatExpr>(at).parts) expr(part.value);
        break;
      case ExprKind::Call: all(as<CallExpr>(at).args); break;
      case ExprKind::CallValue:
        expr(as<CallValueExpr>(at).callee);
        all(as<CallValueExpr>(at).args);
        break;
      case ExprKind::CallBlock: all(as<CallBlockExpr>(at).args); break;
      case ExprKind::Try: expr(as<TryExpr>(at).operand); break;
      case ExprKind::Coalesce:
        expr(as<CoalesceExpr>(at).left);
        expr(as<CoalesceExpr>(at).right);
        break;
      case ExprKind::If:
        expr(as<IfExpr>(at).condition);
        expr(as<IfExpr>(at).then);
        expr(as<IfExpr>(at).otherwise);
        break;
      case ExprKind::Match:
        expr(as<MatchExpr>(at).subject);
        for (const MatchArm& arm : as<MatchExpr>(at).arms) {
          pattern(arm.pattern);
          expr(arm.guard);
          expr(arm.body);
        }
        break;
      case ExprKind::Block:
        all(as<BlockExpr>(at).statements);
        expr(as<BlockExpr>(at).tail);
        break;
      case ExprKind::Let:
        pattern(as<LetExpr>(at).pattern);
        expr(as<LetExpr>(at).value);
        break;
      case ExprKind::Assign:
        expr(as<AssignExpr>(at).place);
        expr(as<AssignExpr>(at).value);
        break;
      case ExprKind::Defer: expr(as<DeferExpr>(at).body); break;
      case ExprKind::Scope: expr(as<ScopeExpr>(at).body); break;
      case ExprKind::Expect: expr(as<ExpectExpr>(at).condition); break;
      case ExprKind::Loop:
      case ExprKind::While:
        expr(as<LoopExpr>(at).condition);
        expr(as<LoopExpr>(at).body);
        break;
      case ExprKind::For:
        pattern(as<ForExpr>(at).pattern);
        expr(as<ForExpr>(at).iterable);
        expr(as<ForExpr>(at).body);
        break;
      case ExprKind::Return: expr(as<ReturnExpr>(at).value); break;
    }
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
