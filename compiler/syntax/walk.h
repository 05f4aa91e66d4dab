#pragma once

// A walk over a syntax tree, for those who look for a few kinds of node in all of it: derive, override what you
// look for, and call the base's function where the walk is to go on below.

#include "compiler/syntax/tree.h"

namespace noodle::syntax {

class Walker {
 public:
  virtual void item(const Item& item);
  virtual void statement(const Stmt& statement);
  virtual void expr(const Expr& expr);
  virtual void block(const BlockExpr& block);
  virtual void pattern(const Pattern& pattern);
  void file(const File& file);

 protected:
  ~Walker() = default;
  void optional(const Expr* expr) {
    if (expr != nullptr) this->expr(*expr);
  }

 private:
  void function(const FunctionItem& function);
  void arms(std::span<const MatchArm> arms);
  void exprs(List<Expr> exprs);
  void patterns(List<Pattern> patterns);
};

}  // namespace noodle::syntax
