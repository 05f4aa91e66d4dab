#pragma once

// The inside of the printer, shared by printer.cpp (declarations, types, patterns, statements) and
// print_expressions.cpp. Nobody else includes this.

#include <string>
#include <string_view>

#include "compiler/syntax/printer.h"

namespace noodle::syntax {

class Printer {
 public:
  explicit Printer(const Interner& names) : names_(names) {}
  void file(const File& file);
  void expr(const Expr* expr);
  std::string take() { return std::move(out_); }

 private:
  void text(std::string_view text) { out_ += text; }
  void quoted(std::string_view text);
  void name(const Name& name) {
    out_ += name.symbol.valid() ? names_.text(name.symbol) : std::string_view("<missing>");
  }
  void label(const Name& name);
  void path(std::span<const Name> path);
  void line();
  void open(std::string_view head) { out_ += '(', out_ += head; }
  void close() { out_ += ')'; }

  void item(const Item& item);
  void function(const FunctionItem& function);
  void type_params(std::span<const TypeParam> params);
  void params(std::span<const Param> params);
  void field(const FieldDecl& field);
  void type(const Type* type);
  void types(List<Type> types);
  void pattern(const Pattern* pattern);
  void patterns(List<Pattern> patterns);
  void fields(std::span<const FieldPattern> fields);
  void statement(const Stmt* statement);
  void block(const BlockExpr& block);
  void exprs(List<Expr> exprs);
  void optional(const Expr* expr);
  void lambda_params(std::span<const LambdaParam> params);
  void arms(std::span<const MatchArm> arms);
  void string(std::string_view head, const StringExpr& string);
  void call(const CallExpr& call);
  void loop_head(std::string_view head, const Name& label);

  const Interner& names_;
  std::string out_;
  std::size_t indent_ = 0;
};

}  // namespace noodle::syntax
