#include "tools/repl/input.h"

#include <algorithm>

#include "base/interner.h"
#include "compiler/syntax/lexer.h"
#include "compiler/syntax/parser.h"
#include "tools/suite/assembly.h"

namespace noodle::tools {

namespace {

using syntax::ItemKind;
using syntax::Range;
using syntax::TokenKind;

bool opens(TokenKind kind) {
  return kind == TokenKind::ParenOpen || kind == TokenKind::BracketOpen || kind == TokenKind::BraceOpen;
}
bool closes(TokenKind kind) {
  return kind == TokenKind::ParenClose || kind == TokenKind::BracketClose || kind == TokenKind::BraceClose;
}

/// Whether a line that ends with this goes on: the rules of newlines in the grammar.
bool goes_on(std::string_view token) {
  constexpr std::string_view kMarks[] = {
      "=",  "=>", "->", ",", "+",  "-",  "*",  "/",  "%",  "**", "@",  "==", "!=", "<",  "<=", ">=", "&&", "||",
      "??", "|",  "^",  "&", "<<", ">>", "+%", "-%", "*%", "+=", "-=", "*=", "/=", "%=", "!",  ".",  "..", "..="};
  return std::ranges::find(kMarks, token) != std::end(kMarks);
}

std::string text_of(const Interner& names, const syntax::Name& name) {
  return name.symbol.valid() ? std::string(names.text(name.symbol)) : std::string();
}

/// Fills in what an item declares.
void describe(const syntax::Item& item, const Interner& names, std::string_view text, TypedItem& out) {
  const auto name = [&](const syntax::Name& n) { out.key = text_of(names, n); };
  switch (item.kind) {
    case ItemKind::Function: return name(static_cast<const syntax::FunctionItem&>(item).name);
    case ItemKind::Struct: return name(static_cast<const syntax::StructItem&>(item).name);
    case ItemKind::Enum: return name(static_cast<const syntax::EnumItem&>(item).name);
    case ItemKind::Trait: return name(static_cast<const syntax::TraitItem&>(item).name);
    case ItemKind::Const: return name(static_cast<const syntax::ConstItem&>(item).name);
    case ItemKind::Import: {
      const auto& import = static_cast<const syntax::ImportItem&>(item);
      for (const syntax::Name& part : import.path) out.path.push_back(text_of(names, part));
      out.key = import.alias.symbol.valid() ? text_of(names, import.alias) : out.path.empty() ? "" : out.path.back();
      return;
    }
    case ItemKind::Impl: {
      const auto& impl = static_cast<const syntax::ImplItem&>(item);
      const std::uint32_t end = impl.target != nullptr ? impl.target->range.end : item.range.end;
      out.key = text.substr(item.range.begin, end - item.range.begin);
      return;
    }
    default: return;
  }
}

}  // namespace

bool wants_more(std::string_view text) {
  source::DiagnosticSink sink;
  const auto lexed = syntax::lex(text, source::FileId(0), sink);
  int depth = 0;
  std::string_view last;
  for (const syntax::Token& token : lexed.tokens) {
    if (token.kind == TokenKind::EndOfFile) break;
    if (opens(token.kind)) ++depth;
    if (closes(token.kind)) --depth;
    last = text.substr(token.begin, token.end - token.begin);
  }
  return depth > 0 || (depth == 0 && goes_on(last));
}

Input take_apart(std::string_view text, Range range) {
  Assembly probe("", text);
  probe.add("fn input() {\n");
  // A declaration that begins a line would be taken for the end of a body without its brace.
  for (std::uint32_t begin = range.begin; begin < range.end;) {
    const auto end = static_cast<std::uint32_t>(std::min<std::size_t>(text.find('\n', begin), range.end - 1) + 1);
    probe.add(" ");
    probe.add_piece({begin, end});
    begin = end;
  }
  probe.add("\n}\n");
  Interner names;
  source::DiagnosticSink sink;
  const auto parsed = syntax::parse(names, probe.text(), source::FileId(0), sink);
  Input input;
  for (const syntax::Token& token : parsed.tokens) {
    if (token.kind != TokenKind::Identifier) continue;
    input.names.emplace_back(probe.text().substr(token.begin, token.end - token.begin));
  }
  if (parsed.tree->items.empty() || parsed.tree->items[0]->kind != ItemKind::Function) return input;
  const auto& function = static_cast<const syntax::FunctionItem&>(*parsed.tree->items[0]);
  if (function.body == nullptr) return input;
  const auto original = [&](Range at) { return Range{probe.origin(at.begin), probe.origin(at.end)}; };
  for (const syntax::Stmt* statement : function.body->statements) {
    if (statement->kind != syntax::StmtKind::Item) {
      input.statements.push_back({original(statement->range), statement->kind == syntax::StmtKind::Expr});
      continue;
    }
    const syntax::Item* item = static_cast<const syntax::ItemStmt*>(statement)->item;
    if (item == nullptr) continue;
    TypedItem& typed = input.items.emplace_back(TypedItem{original(item->range), item->kind, {}, {}});
    describe(*item, names, probe.text(), typed);
  }
  return input;
}

}  // namespace noodle::tools
