#pragma once

// Pages of documentation as RST, from syntax trees.

#include <string>
#include <string_view>
#include <vector>

#include "base/interner.h"
#include "compiler/syntax/parser.h"

namespace noodle::tools {

struct DocOptions {
  bool with_private = false;  // what isn't `pub` as well
};

struct DocPage {
  std::string name;  // of the module
  std::string text;

  /// What its file is called, without the ending: the first page is `index`.
  std::string file() const { return name == "index" ? "index_" : name; }
};

/// What a module offers; empty when that is nothing.
std::string module_page(const Interner& names, const syntax::ParsedFile& parsed, std::string_view name,
                        const DocOptions& options);
/// The page that lists the others.
std::string index_page(std::string_view title, const std::vector<DocPage>& pages);
/// Settings for Sphinx that need nothing but Sphinx.
std::string sphinx_settings(std::string_view title);
/// A comment as RST: `code` and blocks between lines of three backquotes; nothing else is markup.
std::string comment_as_rst(std::string_view doc, std::string_view indent);

}  // namespace noodle::tools
