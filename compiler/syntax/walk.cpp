#include "compiler/syntax/walk.h"

namespace noodle::syntax {

namespace {

template <typename Node, typename Base>
const Node& as(const Base& base) {
  return static_cast<const Node&>(base);
}

}  // namespace

void Walker::file(const File& file) {
  for (const Item* one : file.items) item(*one);
}

void Walker::item(const Item& item) {
  switch (item.kind) {
    case ItemKind::Function: return function(as<FunctionItem>(item));
    case ItemKind::Trait:
      for (const FunctionItem* method : as<TraitItem>(item).methods) this->item(*method);
      return;
    case ItemKind::Impl:
      for (const FunctionItem* method : as<ImplItem>(item).methods) this->item(*method);
      return;
    case ItemKind::Const: return optional(as<ConstItem>(item).value);
    case ItemKind::Test: return block(*as<TestItem>(item).body);
    case ItemKind::Actor:
      for (const LetStmt* state : as<ActorItem>(item).state) statement(*state);
      for (const FunctionItem* method : as<ActorItem>(item).methods) this->item(*method);
      return;
    case ItemKind::Error:
    case ItemKind::Import:
    case ItemKind::Struct:
    case ItemKind::Enum: return;
  }
}

void Walker::function(const FunctionItem& function) {
  for (const Param& param : function.params) optional(param.default_value);
  if (function.body != nullptr) block(*function.body);
}

void Walker::block(const BlockExpr& block) {
  for (const Stmt* one : block.statements) statement(*one);
}

void Walker::statement(const Stmt& statement) {
  switch (statement.kind) {
    case StmtKind::Let: pattern(*as<LetStmt>(statement).pattern); return optional(as<LetStmt>(statement).value);
    case StmtKind::Expr: return expr(*as<ExprStmt>(statement).expr);
    case StmtKind::Assign: expr(*as<AssignStmt>(statement).place); return expr(*as<AssignStmt>(statement).value);
    case StmtKind::Defer: return this->statement(*as<DeferStmt>(statement).body);
    case StmtKind::Expect: return expr(*as<ExpectStmt>(statement).condition);
    case StmtKind::Item: return item(*as<ItemStmt>(statement).item);
    case StmtKind::Error: return;
  }
}

void Walker::exprs(List<Expr> exprs) {
  for (const Expr* one : exprs) expr(*one);
}

void Walker::patterns(List<Pattern> patterns) {
  for (const Pattern* one : patterns) pattern(*one);
}

void Walker::arms(std::span<const MatchArm> arms) {
  for (const MatchArm& arm : arms) {
    pattern(*arm.pattern);
    optional(arm.guard);
    statement(*arm.body);
  }
}

void Walker::pattern(const Pattern& pattern) {
  switch (pattern.kind) {
    case PatternKind::Literal: return expr(*as<LiteralPattern>(pattern).literal);
    case PatternKind::Range: optional(as<RangePattern>(pattern).low); return optional(as<RangePattern>(pattern).high);
    case PatternKind::Tuple: return patterns(as<TuplePattern>(pattern).elements);
    case PatternKind::Variant:
      for (const FieldPattern& field : as<VariantPattern>(pattern).arguments) this->pattern(*field.pattern);
      return;
    case PatternKind::Struct:
      for (const FieldPattern& field : as<StructPattern>(pattern).fields) this->pattern(*field.pattern);
      return;
    case PatternKind::List: return patterns(as<ListPattern>(pattern).elements);
    case PatternKind::Or: return patterns(as<OrPattern>(pattern).alternatives);
    case PatternKind::Error:
    case PatternKind::Wildcard:
    case PatternKind::Name:
    case PatternKind::Rest: return;
  }
}

void Walker::expr(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::String:
    case ExprKind::Sql:
      for (const StringPart& part : as<StringExpr>(expr).parts) optional(part.expr);
      return;
    case ExprKind::List: return exprs(as<ListExpr>(expr).elements);
    case ExprKind::Map:
      for (const MapEntry& entry : as<MapExpr>(expr).entries) {
        this->expr(*entry.key);
        this->expr(*entry.value);
      }
      return;
    case ExprKind::Tuple: return exprs(as<TupleExpr>(expr).elements);
    case ExprKind::Struct:
      for (const FieldInit& field : as<StructExpr>(expr).fields) this->expr(*field.value);
      return;
    case ExprKind::Paren: return this->expr(*as<ParenExpr>(expr).inner);
    case ExprKind::Unary: return this->expr(*as<UnaryExpr>(expr).operand);
    case ExprKind::Binary: this->expr(*as<BinaryExpr>(expr).left); return this->expr(*as<BinaryExpr>(expr).right);
    case ExprKind::Range: optional(as<RangeExpr>(expr).low); return optional(as<RangeExpr>(expr).high);
    case ExprKind::Try: return this->expr(*as<TryExpr>(expr).operand);
    case ExprKind::Field: return this->expr(*as<FieldExpr>(expr).base);
    case ExprKind::TupleField: return this->expr(*as<TupleFieldExpr>(expr).base);
    case ExprKind::Index: this->expr(*as<IndexExpr>(expr).base); return this->expr(*as<IndexExpr>(expr).index);
    case ExprKind::Call: {
      const auto& call = as<CallExpr>(expr);
      this->expr(*call.callee);
      for (const Argument& argument : call.arguments) this->expr(*argument.value);
      if (call.block == nullptr) return;
      for (const LambdaParam& param : call.block->params) pattern(*param.pattern);
      return block(*call.block->body);
    }
    case ExprKind::TypeApply: return this->expr(*as<TypeApplyExpr>(expr).base);
    case ExprKind::If:
      this->expr(*as<IfExpr>(expr).condition);
      block(*as<IfExpr>(expr).then);
      return optional(as<IfExpr>(expr).otherwise);
    case ExprKind::Match: this->expr(*as<MatchExpr>(expr).subject); return arms(as<MatchExpr>(expr).arms);
    case ExprKind::Block: return block(as<BlockExpr>(expr));
    case ExprKind::Lambda:
      for (const LambdaParam& param : as<LambdaExpr>(expr).params) pattern(*param.pattern);
      return this->expr(*as<LambdaExpr>(expr).body);
    case ExprKind::Loop: return block(*as<LoopExpr>(expr).body);
    case ExprKind::While: this->expr(*as<WhileExpr>(expr).condition); return block(*as<WhileExpr>(expr).body);
    case ExprKind::For:
      this->expr(*as<ForExpr>(expr).iterable);
      pattern(*as<ForExpr>(expr).pattern);
      return block(*as<ForExpr>(expr).body);
    case ExprKind::Return: return optional(as<ReturnExpr>(expr).value);
    case ExprKind::Async:
    case ExprKind::Scope:
    case ExprKind::Within:
    case ExprKind::Region: optional(as<TaskExpr>(expr).limit); return optional(as<TaskExpr>(expr).body);
    case ExprKind::Select: return arms(as<SelectExpr>(expr).arms);
    case ExprKind::Error:
    case ExprKind::Int:
    case ExprKind::Float:
    case ExprKind::Bool:
    case ExprKind::Duration:
    case ExprKind::Size:
    case ExprKind::Unit:
    case ExprKind::Name:
    case ExprKind::Self:
    case ExprKind::SelfType:
    case ExprKind::Break:
    case ExprKind::Continue: return;
  }
}

}  // namespace noodle::syntax
