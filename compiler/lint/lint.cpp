#include "compiler/lint/lint.h"

#include <algorithm>

#include "base/text.h"
#include "compiler/lint/rules.h"

namespace noodle::lint {

namespace {

constexpr std::size_t kLongestQuote = 40;  // characters of code in a message

bool is_rule(Code code) { return code >= Code::NeedlessVar && code <= Code::MissingExamples; }

}  // namespace

std::vector<Code> all_rules() {
  std::vector<Code> rules;
  for (const Code code : source::all_codes()) {
    if (is_rule(code)) rules.push_back(code);
  }
  return rules;
}

std::vector<Code> default_rules() {
  std::vector<Code> rules = all_rules();
  std::erase_if(rules, [](Code code) { return code == Code::MissingDocs || code == Code::MissingExamples; });
  return rules;
}

bool is_fixable(Code code) {
  // A `_` before a name says that somebody meant it, which no tool knows.
  // And whether the outer variable is meant where another hides it, neither.
  const bool asks = code == Code::UnusedParameter || code == Code::HiddenVariable;
  return (is_rule(code) && !asks) || code == Code::UnusedImport;
}

std::string quoted(std::string_view code) {
  std::string text(code.substr(0, code.find('\n')));
  bool cut = text.size() < code.size();
  if (count_scalars(text) > kLongestQuote) {
    std::size_t end = kLongestQuote;
    while (end > 0 && (text[end] & 0xC0) == 0x80) --end;
    text.resize(end);
    cut = true;
  }
  return "`" + text + (cut ? "…`" : "`");
}

const syntax::Expr& bare(const syntax::Expr& expr) {
  const syntax::Expr* at = &expr;
  while (at->kind == syntax::ExprKind::Paren) at = static_cast<const syntax::ParenExpr*>(at)->inner;
  return *at;
}

bool is_pure(const Module& module, const syntax::Expr& expr) {
  const std::string shape = module.shape(expr);
  return !shape.contains("(call") && !shape.contains("(async") && !shape.contains("(await");
}

std::string negated(std::string_view condition) {
  const bool simple = condition.find_first_of(" \n") == std::string_view::npos;
  return simple ? "!" + std::string(condition) : "!(" + std::string(condition) + ")";
}

const syntax::Expr* only_value(const syntax::Expr* block) {
  if (block == nullptr || block->kind != syntax::ExprKind::Block) return nullptr;
  const auto& all = *static_cast<const syntax::BlockExpr*>(block);
  if (all.statements.size() != 1 || all.tail == nullptr || all.tail->kind != syntax::StmtKind::Expr) return nullptr;
  return static_cast<const syntax::ExprStmt*>(all.tail)->expr;
}

void check(sema::Program& program, Interner& names, const source::SourceMap& sources, const std::vector<Code>& rules,
           source::DiagnosticSink& sink) {
  const syntax::ParsedFile* tree = program.main_tree();
  if (tree == nullptr) return;
  source::DiagnosticSink found;
  const Module module{program, names, sources, found, program.main_file(), *tree};
  text_rules(module);
  branch_rules(module);
  loop_rules(module);
  typed_rules(module);
  name_rules(module);
  for (const source::Diagnostic& one : found.sorted()) {
    if (std::ranges::find(rules, one.code) == rules.end() || program.is_allowed(one)) continue;
    sink.report(one.code, one.span, one.message) = one;
  }
}

}  // namespace noodle::lint
