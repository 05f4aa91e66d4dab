#include "tools/doc_page.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"

namespace noodle::tools {

namespace {

using namespace syntax;

constexpr std::string_view kIndent = "   ";

std::string title_line(std::string_view text, char under) {
  return std::string(text) + "\n" + std::string(std::max<std::size_t>(count_scalars(text), 3), under) + "\n\n";
}

/// Words of a comment's line with their code marked, and with what RST would take for markup shown as it is.
std::string inline_rst(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = text.find('`');
    for (const char c : text.substr(0, open)) {
      if (c == '*' || c == '_' || c == '|' || c == '\\') out += '\\';
      out += c;
    }
    if (open == std::string_view::npos) break;
    const std::size_t close = text.find('`', open + 1);
    if (close == std::string_view::npos) return out + "\\`" + inline_rst(text.substr(open + 1));
    const std::string_view code = text.substr(open + 1, close - open - 1);
    // A literal has no blank at its ends and needs one around it, for which `\ ` stands.
    const bool glued = !out.empty() && out.back() != ' ' && out.back() != '(' && out.back() != '\n';
    if (!code.empty()) out += (glued ? "\\ ``" : "``") + std::string(code) + "``";
    text.remove_prefix(close + 1);
    const bool goes_on = !text.empty() && std::isalnum(static_cast<unsigned char>(text[0])) != 0;
    if (goes_on) out += "\\ ";
  }
  return out;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (true) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

class Page {
 public:
  Page(const Interner& names, const ParsedFile& parsed, const DocOptions& options)
      : names_(names), parsed_(parsed), options_(options) {}

  std::string text(std::string_view name) {
    for (const Item* item : parsed_.tree->items) this->item(*item);
    return out_.empty() ? "" : title_line(name, '=') + out_;
  }

 private:
  void item(const Item& item) {
    switch (item.kind) {
      case ItemKind::Function: {
        const auto& function = static_cast<const FunctionItem&>(item);
        return entry(item, head(item, function.body), "");
      }
      case ItemKind::Const: {
        const auto& constant = static_cast<const ConstItem&>(item);
        return entry(item, source(item.range.begin, constant.range.end), "");
      }
      case ItemKind::Struct: {
        const auto& made = static_cast<const StructItem&>(item);
        if (!shown(item)) return;
        entry(item, "struct " + name_and_params(made.name, item), "");
        for (const FieldDecl& field : made.fields) {
          if (!field.is_private || options_.with_private) part(text_of(field.range), field.doc);
        }
        return;
      }
      case ItemKind::Enum: {
        const auto& made = static_cast<const EnumItem&>(item);
        if (!shown(item)) return;
        entry(item, "enum " + name_and_params(made.name, item), "");
        for (const VariantDecl& variant : made.variants) part(text_of(variant.range), variant.doc);
        return;
      }
      case ItemKind::Trait: {
        const auto& trait = static_cast<const TraitItem&>(item);
        if (!shown(item)) return;
        entry(item, "trait " + name_and_params(trait.name, item), "");
        for (const FunctionItem* method : trait.methods) part(head(*method, method->body), method->doc);
        return;
      }
      case ItemKind::Impl: return impl(static_cast<const ImplItem&>(item));
      default: return;
    }
  }

  void impl(const ImplItem& impl) {
    const std::string target = text_of(impl.target->range);
    if (impl.trait != nullptr) return;  // the trait's page says what its methods do
    for (const FunctionItem* method : impl.methods) {
      entry(*method, head(*method, method->body), target);
    }
  }

  bool shown(const Item& item) const { return item.is_pub || options_.with_private; }

  /// One declaration with what is said of it; a method's owner stands before its name.
  void entry(const Item& item, const std::string& declaration, const std::string& owner) {
    if (!shown(item)) return;
    out_ += title_line(inline_rst("`" + short_name(item, owner) + "`"), '-');
    out_ += ".. code-block:: none\n\n" + std::string(kIndent) + declaration + "\n\n";
    out_ += comment_as_rst(item.doc, "");
    for (const Attribute& attribute : item.attributes) {
      if (names_.text(attribute.name.symbol) != "deprecated") continue;
      out_ += "*" + inline_rst(text_of(attribute.range)) + "*\n\n";
    }
  }

  void part(const std::string& declaration, std::string_view doc) {
    out_ += "``" + one_line(declaration) + "``\n";
    out_ += doc.empty() ? std::string(kIndent) + "..\n\n" : comment_as_rst(doc, kIndent);
  }

  std::string short_name(const Item& item, const std::string& owner) const {
    Name name{};
    switch (item.kind) {
      case ItemKind::Function: name = static_cast<const FunctionItem&>(item).name; break;
      case ItemKind::Const: name = static_cast<const ConstItem&>(item).name; break;
      case ItemKind::Struct: name = static_cast<const StructItem&>(item).name; break;
      case ItemKind::Enum: name = static_cast<const EnumItem&>(item).name; break;
      default: name = static_cast<const TraitItem&>(item).name; break;
    }
    return (owner.empty() ? "" : owner + ".") + std::string(names_.text(name.symbol));
  }

  /// A function without its body and what stands before `fn`.
  std::string head(const Item& item, const BlockExpr* body) const {
    return source(item.range.begin, body != nullptr ? body->range.begin : item.range.end);
  }

  std::string name_and_params(const Name& name, const Item& item) const {
    const std::uint32_t end =
        std::min<std::uint32_t>(static_cast<std::uint32_t>(parsed_.text.find('{', name.range.end)), item.range.end);
    return one_line(std::string(parsed_.text.substr(name.range.begin, end - name.range.begin)));
  }

  /// Source text in one line, from the declaration's first word: attributes and comments are said elsewhere.
  std::string source(std::uint32_t begin, std::uint32_t end) const {
    for (const Token& token : parsed_.tokens) {
      const bool starts = token.kind == TokenKind::Fn || token.kind == TokenKind::Const;
      if (token.begin >= begin && starts) {
        begin = token.begin;
        break;
      }
    }
    return one_line(std::string(parsed_.text.substr(begin, end - begin)));
  }

  std::string text_of(Range range) const {
    return one_line(std::string(parsed_.text.substr(range.begin, range.end - range.begin)));
  }

  static std::string one_line(const std::string& text) {
    std::string out;
    for (const char c : text) {
      const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
      if (!blank) {
        out += c;
      } else if (!out.empty() && out.back() != ' ' && out.back() != '(') {
        out += ' ';
      }
    }
    while (out.ends_with(' ')) out.pop_back();
    for (std::size_t at = 0; (at = out.find(", )", at)) != std::string::npos;) out.erase(at, 2);
    return out;
  }

  const Interner& names_;
  const ParsedFile& parsed_;
  const DocOptions& options_;
  std::string out_;
};

}  // namespace

std::string comment_as_rst(std::string_view doc, std::string_view indent) {
  if (doc.empty()) return "";
  std::string out;
  bool in_example = false;
  for (const std::string_view line : lines_of(doc)) {
    if (line.starts_with("```")) {
      in_example = !in_example;
      out += in_example ? "\n" + std::string(indent) + ".. code-block:: none\n\n" : "\n";
    } else if (in_example) {
      out += std::string(indent) + std::string(kIndent) + std::string(line) + "\n";
    } else {
      out += line.empty() ? "\n" : std::string(indent) + inline_rst(line) + "\n";
    }
  }
  return out + "\n";
}

std::string module_page(const Interner& names, const ParsedFile& parsed, std::string_view name,
                        const DocOptions& options) {
  return Page(names, parsed, options).text(name);
}

std::string index_page(std::string_view title, const std::vector<DocPage>& pages) {
  std::string out = title_line(title, '=') + ".. toctree::\n   :maxdepth: 2\n\n";
  for (const DocPage& page : pages) out += std::string(kIndent) + page.file() + "\n";
  return out + "\n* :ref:`search`\n";
}

std::string sphinx_settings(std::string_view title) {
  return "project = \"" + escape(title) +
         "\"\nhtml_theme = \"alabaster\"\nhtml_show_sourcelink = False\nhighlight_language = \"none\"\n"
         "exclude_patterns = [\"html\"]\n";
}

}  // namespace noodle::tools
