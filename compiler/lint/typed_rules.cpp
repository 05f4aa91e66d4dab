// Rules that need to know types, or what changes.

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "compiler/lint/rules.h"
#include "compiler/sema/walk.h"

namespace noodle::lint {

namespace {

using sema::Expr;
using sema::ExprKind;

template <typename Node>
const Node& as(const Expr& expr) {
  return static_cast<const Node&>(expr);
}

/// Places of locals that something changes, by where they are declared.
using Changed = std::unordered_set<std::uint32_t>;

class TypedRules {
 public:
  TypedRules(const Module& module, Changed& changed) : module_(module), changed_(changed) {}

  void function(sema::FunctionId id) {
    const sema::Body* body = module_.program.body(id);
    if (body == nullptr || body->root == nullptr) return;
    const sema::Body* outer = std::exchange(body_, body);
    read_.emplace_back(body->locals.size(), false);
    for (const sema::Local& local : body->locals) {
      if (local.captured_mut) changed_.insert(local.span.begin);
    }
    expr(*body->root);
    unused_parameters(id, *body);
    read_.pop_back();
    body_ = outer;
  }

 private:
  // ---- what is read and what changes
  void reads(sema::LocalId local) { read_.back()[local.index] = true; }

  void changes(const Expr& place) {
    const Expr* at = &place;
    for (;;) {
      switch (at->kind) {
        case ExprKind::Field: at = as<sema::FieldExpr>(*at).base; continue;
        case ExprKind::Index: at = as<sema::IndexExpr>(*at).base; continue;
        case ExprKind::MapAt: at = as<sema::MapAtExpr>(*at).base; continue;
        case ExprKind::MapGet:
        case ExprKind::MapSet: at = as<sema::MapIndexExpr>(*at).base; continue;
        case ExprKind::Local: {
          const sema::LocalId local = as<sema::LocalExpr>(*at).local;
          changed_.insert(body_->locals[local.index].span.begin);
          return;
        }
        default: return;
      }
    }
  }

  void arguments(std::span<const sema::Arg> args) {
    for (const sema::Arg& arg : args) {
      if (arg.is_mut) changes(*arg.value);
    }
  }

  void unused_parameters(sema::FunctionId id, const sema::Body& body) {
    const sema::FunctionInfo& info = module_.program.function(id);
    using sema::FunctionKind;
    const bool own = info.kind == FunctionKind::Function || info.kind == FunctionKind::Method;
    if (!own || info.trait.valid() || !info.has_body) return;
    const bool has_defaults = std::ranges::any_of(info.params, [](const auto& p) { return p.default_value.valid(); });
    for (std::size_t i = 0; i < info.params.size() && i < body.param_count; ++i) {
      const sema::ParamInfo& param = info.params[i];
      const std::string_view name = module_.names.text(param.name);
      // A default may be computed of the parameters before it; its body is another.
      if (read_.back()[i] || param.is_self || name.starts_with('_') || has_defaults) continue;
      module_.sink.report(Code::UnusedParameter, param.span, "the parameter `" + std::string(name) + "` is never read")
          .help("remove it, or begin its name with `_` when this is meant");
    }
  }

  // ---- the walk
  void expr(const Expr& at) {
    switch (at.kind) {
      case ExprKind::Local: reads(as<sema::LocalExpr>(at).local); break;
      case ExprKind::Assign: changes(*as<sema::AssignExpr>(at).place); break;
      case ExprKind::MapAt: changes(at); break;  // inserts what is missing
      case ExprKind::Call: arguments(as<sema::CallExpr>(at).args); break;
      case ExprKind::CallValue: arguments(as<sema::CallValueExpr>(at).args); break;
      case ExprKind::CallBlock:
        reads(as<sema::CallBlockExpr>(at).block);
        arguments(as<sema::CallBlockExpr>(at).args);
        break;
      case ExprKind::For:
        if (as<sema::ForExpr>(at).is_mut) changes(*as<sema::ForExpr>(at).iterable);
        break;
      case ExprKind::Match:
        if (as<sema::MatchExpr>(at).is_mut) changes(*as<sema::MatchExpr>(at).subject);
        break;
      case ExprKind::Lambda:
        for (const sema::LocalId local : as<sema::LambdaExpr>(at).captures) reads(local);
        function(as<sema::LambdaExpr>(at).body);
        break;
      case ExprKind::BlockArg:
        for (const sema::LocalId local : as<sema::BlockArgExpr>(at).captures) reads(local);
        function(as<sema::BlockArgExpr>(at).body);
        break;
      case ExprKind::Equal: equality(as<sema::EqualExpr>(at)); break;
      case ExprKind::Compare: {
        const auto& compared = as<sema::CompareExpr>(at);
        length(at, compared.op, *compared.left, *compared.right);
        same_operands(at, *compared.left, *compared.right);
        break;
      }
      case ExprKind::And:
      case ExprKind::Or: same_operands(at, *as<sema::LogicExpr>(at).left, *as<sema::LogicExpr>(at).right); break;
      case ExprKind::Binary: arithmetic(as<sema::BinaryExpr>(at)); break;
      default: break;
    }
    const bool was_test = in_expect_;
    in_expect_ |= at.kind == ExprKind::Expect;
    sema::for_each_part(at, [this](const Expr& part) { expr(part); });
    in_expect_ = was_test;
  }

  // ---- the rules
  void equality(const sema::EqualExpr& at) {
    const auto op = at.negated ? syntax::BinaryOp::NotEqual : syntax::BinaryOp::Equal;
    length(at, op, *at.left, *at.right);
    const bool left = at.left->kind == ExprKind::Bool, right = at.right->kind == ExprKind::Bool;
    if (left != right) {
      const bool literal = as<sema::BoolExpr>(left ? *at.left : *at.right).value;
      const std::string other = module_.text(left ? at.right->span : at.left->span);
      module_.sink
          .report(Code::BoolComparison, at.span,
                  "a Bool is compared with `" + std::string(literal ? "true" : "false") + "`")
          .suggest(literal != at.negated ? "it is a condition already" : "write its opposite", at.span,
                   literal != at.negated ? other : negated(other));
      return;
    }
    if (!is_float(module_.program.types().kind(at.left->type))) return same_operands(at, *at.left, *at.right);
    const bool literals = is_number(*at.left) || is_number(*at.right);
    if (in_expect_ || literals || module_.text(at.left->span) == module_.text(at.right->span)) return;
    module_.sink.report(Code::FloatEquality, at.span, "floats are compared for equality")
        .help("compare with a tolerance: `abs(a - b) < 1e-9`");
  }

  static bool is_number(const Expr& at) {
    if (at.kind == ExprKind::Unary) return is_number(*as<sema::UnaryExpr>(at).operand);
    return at.kind == ExprKind::Float || at.kind == ExprKind::Const;
  }

  void arithmetic(const sema::BinaryExpr& at) {
    using syntax::BinaryOp;
    if (is_float(module_.program.types().kind(at.left->type))) return;
    switch (at.op) {
      case BinaryOp::Subtract:
      case BinaryOp::Divide:
      case BinaryOp::Remainder:
      case BinaryOp::BitOr:
      case BinaryOp::BitAnd:
      case BinaryOp::BitXor: return same_operands(at, *at.left, *at.right);
      default: return;
    }
  }

  void same_operands(const Expr& at, const Expr& left, const Expr& right) {
    const std::string one = module_.text(left.span), other = module_.text(right.span);
    if (in_expect_ || one != other || one.empty() || one.contains('(')) return;
    if (is_number(left) || left.kind == ExprKind::Int || left.kind == ExprKind::String) return;
    if (is_float(module_.program.types().kind(left.type))) return;  // asks whether it is a number
    module_.sink.report(Code::SameOperands, at.span, "both sides are " + quoted(one))
        .help("is something else meant on one of them?");
  }

  /// `items.len() == 0` and its like.
  void length(const Expr& at, syntax::BinaryOp op, const Expr& left, const Expr& right) {
    using syntax::BinaryOp;
    if (left.kind != ExprKind::Call || right.kind != ExprKind::Int) return;
    const auto& call = as<sema::CallExpr>(left);
    const sema::FunctionInfo& callee = module_.program.function(call.callee.function);
    if (call.args.size() != 1 || module_.names.text(callee.name) != "len" || !is_core(callee)) return;
    const std::uint64_t number = as<sema::IntExpr>(right).bits;
    bool empty;
    if ((number == 0 && op == BinaryOp::Equal) || (number == 1 && op == BinaryOp::Less)) {
      empty = true;
    } else if ((number == 0 && (op == BinaryOp::NotEqual || op == BinaryOp::Greater)) ||
               (number == 1 && op == BinaryOp::GreaterEqual)) {
      empty = false;
    } else {
      return;
    }
    const std::string receiver = module_.text(call.args[0].value->span);
    module_.sink
        .report(Code::LengthComparison, at.span,
                empty ? "this asks whether it is empty" : "this asks whether it is not empty")
        .suggest("ask so", at.span, std::string(empty ? "" : "!") + receiver + ".is_empty()");
  }

  /// Whether a method is one of the core library's collections, which all have `is_empty`.
  bool is_core(const sema::FunctionInfo& callee) const {
    const std::string_view name = callee.qualified_name;
    for (const std::string_view type : {"List", "Map", "Set", "String", "Bytes"}) {
      if (name.starts_with(type) && name.substr(type.size()).starts_with('.')) {
        return module_.sources.path(callee.span.file).starts_with("std/core/");
      }
    }
    return false;
  }

  const Module& module_;
  Changed& changed_;
  const sema::Body* body_ = nullptr;
  std::vector<std::vector<bool>> read_;  // of the bodies around, innermost last: which locals are read
  bool in_expect_ = false;
};

/// The names that a pattern binds.
class Names final : public syntax::Walker {
 public:
  void pattern(const syntax::Pattern& pattern) override {
    if (pattern.kind == syntax::PatternKind::Name) all.push_back(static_cast<const syntax::NamePattern&>(pattern).name);
    if (pattern.kind == syntax::PatternKind::Rest) all.push_back(static_cast<const syntax::RestPattern&>(pattern).name);
    Walker::pattern(pattern);
  }
  std::vector<syntax::Name> all;
};

class NeedlessVars final : public syntax::Walker {
 public:
  NeedlessVars(const Module& module, const Changed& changed) : module_(module), changed_(changed) {}

  void statement(const syntax::Stmt& statement) override {
    if (statement.kind == syntax::StmtKind::Let) declared(static_cast<const syntax::LetStmt&>(statement));
    Walker::statement(statement);
  }

 private:
  void declared(const syntax::LetStmt& let) {
    if (!let.is_var) return;
    Names names;
    names.pattern(*let.pattern);
    if (names.all.empty()) return;
    for (const syntax::Name& name : names.all) {
      if (changed_.contains(name.range.begin)) return;
    }
    const syntax::Range word{let.range.begin, let.range.begin + 3};
    module_.report(Code::NeedlessVar, let.pattern->range, quoted(module_.text(let.pattern->range)) + " never changes")
        .suggest("declare it with `let`", module_.span(word), "let");
  }

  const Module& module_;
  const Changed& changed_;
};

}  // namespace

void typed_rules(const Module& module) {
  Changed changed;
  TypedRules rules(module, changed);
  for (const sema::FunctionId id : module.program.main_functions()) rules.function(id);
  for (const sema::FunctionId id : module.program.tests()) rules.function(id);
  NeedlessVars(module, changed).file(*module.tree.tree);
}

}  // namespace noodle::lint
