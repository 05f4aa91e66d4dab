#include "tools/suite/examples.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>

#include "base/interner.h"
#include "base/text.h"
#include "compiler/syntax/doc_block.h"
#include "compiler/syntax/parser.h"
#include "std/embedded.h"
#include "tools/snippet.h"

namespace noodle::tools {

namespace {

using syntax::ItemKind;
using syntax::Range;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.remove_suffix(1);
  return text;
}

/// A place whose documentation counts, and what stands there.
struct Documented {
  std::uint32_t begin = 0;
  std::string name;
};

/// Everything in a file that others can use.
class Finder {
 public:
  Finder(const Interner& names, std::string_view text) : names_(names), text_(text) {}

  std::vector<Documented> find(const syntax::File& file) {
    for (const syntax::Item* item : file.items) add_item(*item);
    return std::move(found_);
  }

 private:
  std::string name(const syntax::Name& name) const { return std::string(names_.text(name.symbol)); }
  void add(const Range& range, std::string name) { found_.push_back({range.begin, std::move(name)}); }

  void add_fields(std::span<const syntax::FieldDecl> fields, const std::string& of) {
    for (const syntax::FieldDecl& field : fields) {
      if (!field.is_private) add(field.range, of + "." + name(field.name));
    }
  }
  void add_methods(syntax::List<syntax::FunctionItem> methods, const std::string& of, bool all) {
    for (const syntax::FunctionItem* method : methods) {
      if (all || method->is_pub) add(method->range, of + "." + name(method->name));
    }
  }
  void add_impl(const syntax::ImplItem& impl) {
    if (impl.target == nullptr) return;
    const Range& target = impl.target->range;
    std::string_view of = text_.substr(target.begin, target.end - target.begin);
    of = of.substr(0, of.find('<'));
    // The methods of a trait are as public as the trait.
    add_methods(impl.methods, std::string(of), impl.trait != nullptr);
  }
  void add_item(const syntax::Item& item) {
    if (item.kind == ItemKind::Impl) add_impl(static_cast<const syntax::ImplItem&>(item));
    if (!item.is_pub) return;
    switch (item.kind) {
      case ItemKind::Function: add(item.range, name(static_cast<const syntax::FunctionItem&>(item).name)); break;
      case ItemKind::Const: add(item.range, name(static_cast<const syntax::ConstItem&>(item).name)); break;
      case ItemKind::Struct: {
        const auto& decl = static_cast<const syntax::StructItem&>(item);
        add(item.range, name(decl.name));
        add_fields(decl.fields, name(decl.name));
        break;
      }
      case ItemKind::Enum: {
        const auto& decl = static_cast<const syntax::EnumItem&>(item);
        add(item.range, name(decl.name));
        for (const auto& variant : decl.variants) add(variant.range, name(decl.name) + "." + name(variant.name));
        break;
      }
      case ItemKind::Trait: {
        const auto& decl = static_cast<const syntax::TraitItem&>(item);
        add(item.range, name(decl.name));
        add_methods(decl.methods, name(decl.name), true);
        break;
      }
      default: break;
    }
  }

  const Interner& names_;
  std::string_view text_;
  std::vector<Documented> found_;
};

/// A file's lines.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {
    starts_.push_back(0);
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') starts_.push_back(static_cast<std::uint32_t>(i + 1));
    }
    starts_.push_back(static_cast<std::uint32_t>(text.size()));
  }
  /// The line that a byte is on, from 0.
  std::size_t at(std::uint32_t offset) const {
    return static_cast<std::size_t>(std::ranges::upper_bound(starts_.begin(), starts_.end() - 1, offset) -
                                    starts_.begin() - 1);
  }
  Range range(std::size_t line) const { return {starts_[line], starts_[line + 1]}; }
  std::string_view text(std::size_t line) const {
    return text_.substr(starts_[line], starts_[line + 1] - starts_[line]);
  }
  bool is_doc(std::size_t line) const { return trimmed(text(line)).starts_with("///"); }
  /// What stands behind the slashes, and one blank.
  Range content(std::size_t line) const {
    Range range = this->range(line);
    range.begin += static_cast<std::uint32_t>(text(line).find("///") + 3);
    if (range.begin < range.end && text_[range.begin] == ' ') ++range.begin;
    return range;
  }

 private:
  std::string_view text_;
  std::vector<std::uint32_t> starts_;
};

/// The blocks in the doc lines [first, end).
void read_blocks(const Lines& lines, std::string_view text, std::size_t first, std::size_t end, const std::string& of,
                 std::vector<Example>& out) {
  std::optional<Example> open;
  bool is_inside = false;
  for (std::size_t line = first; line < end; ++line) {
    const Range range = lines.content(line);
    const std::string_view content = trimmed(text.substr(range.begin, range.end - range.begin));
    if (!content.starts_with(syntax::kDocFence)) {
      if (open) open->lines.push_back(range);
      continue;
    }
    if (is_inside) {
      if (open) out.push_back(std::move(*open));
      open.reset();
    } else if (const auto wants = syntax::example_wants(content.substr(syntax::kDocFence.size()))) {
      open = Example{.of = of, .line = static_cast<std::uint32_t>(line + 2), .wants = *wants, .lines = {}};
    }
    is_inside = !is_inside;
  }
  if (open) out.push_back(std::move(*open));
}

bool is_name(std::string_view word) {
  const auto is_part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  return !word.empty() && std::isdigit(static_cast<unsigned char>(word[0])) == 0 && std::ranges::all_of(word, is_part);
}

/// What a file of the library is called in it, such as `std/core/list.noodle`; empty for any other file.
std::string_view library_path(std::string_view path) {
  for (const library::File& file : library::files()) {
    if (path == file.path || path.ends_with("/" + std::string(file.path))) return file.path;
  }
  return {};
}

}  // namespace

bool is_library(std::string_view path) { return !library_path(path).empty(); }

std::vector<Example> find_examples(std::string_view text) {
  std::vector<Example> examples;
  if (text.find(syntax::kDocFence) == std::string_view::npos) return examples;
  Interner names;
  source::DiagnosticSink sink;
  const auto parsed = syntax::parse(names, text, source::FileId(0), sink);
  const Lines lines(text);
  std::set<std::size_t> seen;  // a comment above a line belongs to what begins there first
  for (const Documented& place : Finder(names, text).find(*parsed.tree)) {
    const std::size_t end = lines.at(place.begin);
    if (!seen.insert(end).second) continue;
    std::size_t first = end;
    while (first > 0 && lines.is_doc(first - 1)) --first;
    read_blocks(lines, text, first, end, place.name, examples);
  }
  std::ranges::sort(examples, {}, &Example::line);
  return examples;
}

Assembly program_of(const Example& example, const std::string& path, std::string_view text,
                    std::string_view module_name) {
  const Snippet snippet = take_apart(text, example.lines);
  const auto& items = snippet.items;
  Assembly program(path, text);
  const bool imports = std::ranges::any_of(
      items, [&](const SnippetItem& item) { return item.kind == ItemKind::Import && item.path == module_name; });
  if (!module_name.empty() && !imports) program.add("import " + std::string(module_name) + "\n");
  for (const SnippetItem& item : items) {
    // Line by line, for between them stand the slashes of the comment.
    for (const Range& line : example.lines) {
      const Range part{std::max(item.range.begin, line.begin), std::min(item.range.end, line.end)};
      if (part.begin < part.end) program.add_piece(part);
    }
    program.add("\n");
  }
  program.add("test \"" + escape(example.name()) + "\" {\n");
  auto next = items.begin();
  for (Range line : example.lines) {
    // The line without what of it belongs to a declaration.
    for (; next != items.end() && next->range.begin < line.end; ++next) {
      if (line.begin < next->range.begin) program.add_piece({line.begin, next->range.begin});
      line.begin = std::min(std::max(line.begin, next->range.end), line.end);
      if (next->range.end > line.end) break;
    }
    if (line.begin < line.end) program.add_piece(line);
  }
  const bool has_main = std::ranges::any_of(
      items, [](const SnippetItem& item) { return item.kind == ItemKind::Function && item.key == "main"; });
  if (has_main) program.add("\nmain()");
  program.add("\n}\n");
  return program;
}

std::optional<std::string> import_name(std::string_view path, std::string_view root) {
  const std::string_view library = library_path(path);
  std::string_view rest = library;
  if (library.starts_with("std/core/")) return std::string();
  if (library.empty()) {
    rest = path.starts_with(root) ? path.substr(root.size()) : path.substr(path.find_last_of('/') + 1);
  } else {
    rest.remove_prefix(std::string_view("std/").size());
  }
  if (rest.ends_with(".noodle")) rest.remove_suffix(std::string_view(".noodle").size());
  std::string name;
  for (;;) {
    const std::size_t slash = rest.find('/');
    if (!is_name(rest.substr(0, slash))) return std::nullopt;
    name += rest.substr(0, slash);
    if (slash == std::string_view::npos) return name;
    name += '.';
    rest.remove_prefix(slash + 1);
  }
}

}  // namespace noodle::tools
