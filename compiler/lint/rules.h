#pragma once

// The inside of lint: what all rules see. Nobody else includes this.

#include <string>

#include "compiler/lint/lint.h"
#include "compiler/syntax/printer.h"
#include "compiler/syntax/walk.h"

namespace noodle::lint {

using source::Code;

struct Module {
  sema::Program& program;
  Interner& names;
  const source::SourceMap& sources;
  source::DiagnosticSink& sink;
  source::FileId file;
  const syntax::ParsedFile& tree;

  source::Span span(syntax::Range range) const { return {file, range.begin, range.end}; }
  std::string text(syntax::Range range) const { return std::string(sources.text(span(range))); }
  std::string text(source::Span where) const { return std::string(sources.text(where)); }
  source::Diagnostic& report(Code code, syntax::Range range, std::string message) const {
    return sink.report(code, span(range), std::move(message));
  }
  /// An expression as its tree: equal texts are equal expressions.
  std::string shape(const syntax::Expr& expr) const { return syntax::print_expr(names, &expr); }
  std::string_view name(const syntax::Name& name) const {
    return name.symbol.valid() ? names.text(name.symbol) : std::string_view();
  }
};

/// Code in backquotes, shortened when it is long or has several lines.
std::string quoted(std::string_view code);
/// What an expression in parentheses is.
const syntax::Expr& bare(const syntax::Expr& expr);
/// Whether evaluating an expression twice is the same as once: it calls nothing.
bool is_pure(const Module& module, const syntax::Expr& expr);
/// The opposite of a condition, in brackets where needed.
std::string negated(std::string_view condition);
/// The expression that is all of a block; null when there is more or less.
const syntax::Expr* only_value(const syntax::Expr* block);

void text_rules(const Module& module);
void loop_rules(const Module& module);
void branch_rules(const Module& module);
void typed_rules(const Module& module);
void name_rules(const Module& module);

}  // namespace noodle::lint
