// Rules about names: what nobody uses, what hides another, what lacks its documentation.

#include <algorithm>

#include "compiler/lint/rules.h"
#include "compiler/syntax/doc_block.h"

namespace noodle::lint {

namespace {

using namespace syntax;

struct ItemName {
  Name name;
  std::string_view what;
};

/// The name of a declaration that others may use.
std::optional<ItemName> name_of(const Item& item) {
  switch (item.kind) {
    case ItemKind::Function: return ItemName{static_cast<const FunctionItem&>(item).name, "function"};
    case ItemKind::Struct: return ItemName{static_cast<const StructItem&>(item).name, "struct"};
    case ItemKind::Enum: return ItemName{static_cast<const EnumItem&>(item).name, "enum"};
    case ItemKind::Trait: return ItemName{static_cast<const TraitItem&>(item).name, "trait"};
    case ItemKind::Const: return ItemName{static_cast<const ConstItem&>(item).name, "constant"};
    default: return std::nullopt;
  }
}

void unused_items(const Module& module) {
  for (const Item* item : module.tree.tree->items) {
    const auto named = name_of(*item);
    if (!named || item->is_pub || !named->name.symbol.valid()) continue;
    const std::string_view name = module.name(named->name);
    if (name == "main" || name.starts_with('_')) continue;
    const auto uses = module.program.references_at(module.file, named->name.range.begin);
    const bool used = std::ranges::any_of(uses, [&](const source::Span& use) {
      return use.file != module.file || use.begin < item->range.begin || use.begin >= item->range.end;
    });
    if (used) continue;
    module.report(Code::UnusedItem, named->name.range,
                  "the " + std::string(named->what) + " `" + std::string(name) + "` is never used");
  }
}

/// Walks blocks with the `var`s that can be seen in each.
class HiddenVariables final : public Walker {
 public:
  explicit HiddenVariables(const Module& module) : module_(module) {}

  void item(const Item& item) override {
    const auto outer = std::exchange(visible_, {});
    const std::size_t depth = std::exchange(depth_, 0);
    Walker::item(item);
    visible_ = outer;
    depth_ = depth;
  }

  void block(const BlockExpr& block) override {
    const std::size_t count = visible_.size();
    ++depth_;
    Walker::block(block);
    --depth_;
    visible_.resize(count);
  }

  void statement(const Stmt& statement) override {
    Walker::statement(statement);
    if (statement.kind != StmtKind::Let) return;
    const auto& let = static_cast<const LetStmt&>(statement);
    if (let.pattern->kind != PatternKind::Name) return;
    const Name name = static_cast<const NamePattern*>(let.pattern)->name;
    for (const Visible& outer : visible_) {
      if (outer.name.symbol != name.symbol || outer.depth == depth_ || !uses(*let.value, name.symbol)) continue;
      module_
          .report(Code::HiddenVariable, name.range,
                  "`" + std::string(module_.name(name)) + "` hides the variable that it is computed from")
          .note(module_.span(outer.name.range), "which stays as it is")
          .suggest("assign to the outer one", module_.span({let.range.begin, let.pattern->range.begin}), "");
      break;
    }
    if (let.is_var) visible_.push_back({name, depth_});
  }

 private:
  struct Visible {
    Name name;
    std::size_t depth;
  };

  bool uses(const Expr& expr, Symbol symbol) const {
    class Finder final : public Walker {
     public:
      explicit Finder(Symbol symbol) : symbol_(symbol) {}
      void expr(const Expr& expr) override {
        found |= expr.kind == ExprKind::Name && static_cast<const NameExpr&>(expr).name.symbol == symbol_;
        Walker::expr(expr);
      }
      bool found = false;

     private:
      Symbol symbol_;
    } finder(symbol);
    finder.expr(expr);
    return finder.found;
  }

  const Module& module_;
  std::vector<Visible> visible_;
  std::size_t depth_ = 0;
};

/// What the documentation of a public declaration lacks.
void documented(const Module& module, const Item& item) {
  const auto named = name_of(item);
  if (!named) return;
  const std::string which =
      "the public " + std::string(named->what) + " `" + std::string(module.name(named->name)) + "`";
  if (item.doc.empty()) {
    module.report(Code::MissingDocs, named->name.range, which + " has no documentation")
        .help("say in a line of `///` above it what others can expect");
  }
  if (!has_example(item.doc)) {
    module.report(Code::MissingExamples, named->name.range, which + " has no example")
        .help("show in a ``` block of its documentation how it is used and what comes of it; `noodle test` runs that");
  }
}

/// Methods that implement a trait are documented by the trait.
void documentation(const Module& module) {
  for (const Item* item : module.tree.tree->items) {
    if (item->is_pub) documented(module, *item);
    if (item->kind == ItemKind::Trait && item->is_pub) {
      for (const FunctionItem* method : static_cast<const TraitItem*>(item)->methods) documented(module, *method);
    }
    if (item->kind == ItemKind::Impl && static_cast<const ImplItem*>(item)->trait == nullptr) {
      for (const FunctionItem* method : static_cast<const ImplItem*>(item)->methods) {
        if (method->is_pub) documented(module, *method);
      }
    }
  }
}

}  // namespace

void name_rules(const Module& module) {
  unused_items(module);
  HiddenVariables(module).file(*module.tree.tree);
  documentation(module);
}

}  // namespace noodle::lint
