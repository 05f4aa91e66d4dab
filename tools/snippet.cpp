#include "tools/snippet.h"

#include <algorithm>

#include "base/interner.h"
#include "compiler/syntax/parser.h"
#include "tools/assembly.h"

namespace noodle::tools {

namespace {

using syntax::ItemKind;
using syntax::Range;
using syntax::TokenKind;

std::string text_of(const Interner& names, const syntax::Name& name) {
  return name.symbol.valid() ? std::string(names.text(name.symbol)) : std::string();
}

/// Fills in what an item declares.
void describe(const syntax::Item& item, const Interner& names, std::string_view text, SnippetItem& out) {
  const auto name = [&](const syntax::Name& n) { out.key = text_of(names, n); };
  switch (item.kind) {
    case ItemKind::Function: return name(static_cast<const syntax::FunctionItem&>(item).name);
    case ItemKind::Struct: return name(static_cast<const syntax::StructItem&>(item).name);
    case ItemKind::Enum: return name(static_cast<const syntax::EnumItem&>(item).name);
    case ItemKind::Trait: return name(static_cast<const syntax::TraitItem&>(item).name);
    case ItemKind::Const: return name(static_cast<const syntax::ConstItem&>(item).name);
    case ItemKind::Import: {
      const auto& import = static_cast<const syntax::ImportItem&>(item);
      for (const syntax::Name& part : import.path) out.path += (out.path.empty() ? "" : ".") + text_of(names, part);
      out.key = import.alias.symbol.valid() ? text_of(names, import.alias) : out.path.substr(out.path.rfind('.') + 1);
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

Snippet take_apart(std::string_view text, std::span<const Range> pieces) {
  Assembly probe("", text);
  probe.add("fn snippet() {\n");
  // A declaration that begins a line would be taken for the end of a body without its brace.
  for (Range piece : pieces) {
    while (piece.begin < piece.end) {
      const auto end =
          static_cast<std::uint32_t>(std::min<std::size_t>(text.find('\n', piece.begin), piece.end - 1) + 1);
      probe.add(" ");
      probe.add_piece({piece.begin, end});
      piece.begin = end;
    }
  }
  probe.add("\n}\n");
  Interner names;
  source::DiagnosticSink sink;
  const auto parsed = syntax::parse(names, probe.text(), source::FileId(0), sink);
  Snippet snippet;
  for (const syntax::Token& token : parsed.tokens) {
    if (token.kind != TokenKind::Identifier) continue;
    snippet.names.emplace_back(probe.text().substr(token.begin, token.end - token.begin));
  }
  if (parsed.tree->items.empty() || parsed.tree->items[0]->kind != ItemKind::Function) return snippet;
  const auto& function = static_cast<const syntax::FunctionItem&>(*parsed.tree->items[0]);
  if (function.body == nullptr) return snippet;
  const auto original = [&](Range at) { return Range{probe.origin(at.begin), probe.origin(at.end)}; };
  for (const syntax::Stmt* statement : function.body->statements) {
    if (statement->kind != syntax::StmtKind::Item) {
      snippet.statements.push_back({original(statement->range), statement->kind == syntax::StmtKind::Expr});
      continue;
    }
    const syntax::Item* item = static_cast<const syntax::ItemStmt*>(statement)->item;
    if (item == nullptr) continue;
    SnippetItem& made = snippet.items.emplace_back(SnippetItem{original(item->range), item->kind, {}, {}});
    describe(*item, names, probe.text(), made);
  }
  return snippet;
}

}  // namespace noodle::tools
