#include "std/embedded.h"

#include <gtest/gtest.h>

#include "compiler/syntax/parser.h"
#include "compiler/syntax/printer.h"

namespace noodle::library {
namespace {

TEST(Embedded, TreesAreThoseOfTheTexts) {
  Interner names;
  names.preload(library::names());
  for (const File& file : files()) {
    source::DiagnosticSink sink;
    const syntax::ParsedFile parsed = syntax::parse(names, file.text, source::FileId(0), sink);
    syntax::ParsedFile kept;
    kept.text = file.text;
    kept.file = source::FileId(0);
    kept.tree = file.tree;
    EXPECT_EQ(syntax::print_tree(names, kept), syntax::print_tree(names, parsed)) << file.path;
  }
  EXPECT_EQ(names.size(), library::names().size());
}

}  // namespace
}  // namespace noodle::library
