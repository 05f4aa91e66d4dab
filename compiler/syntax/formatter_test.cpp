#include "compiler/syntax/formatter.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "compiler/syntax/testing.h"

namespace noodle::syntax {
namespace {

std::string format(const std::string& text) {
  const testing::Outcome once = testing::read(text);
  EXPECT_TRUE(once.problems.empty()) << once.problems[0];
  const testing::Outcome twice = testing::read(once.formatted);
  EXPECT_EQ(twice.formatted, once.formatted);
  EXPECT_EQ(twice.tree, once.tree);
  return once.formatted;
}

TEST(Formatter, PutsBlanksBetweenTokens) {
  EXPECT_EQ(format("fn  f<T:A+B>( a:Int,b : List<Int?> )->Int?{a+b*-c}\n"),
            "fn f<T: A + B>(a: Int, b: List<Int?>) -> Int? { a + b * -c }\n");
  EXPECT_EQ(format("const a=[1 ,2,- 3, -4,!b , x [1 .. 2 ] , f ( y ) . z ?? w ]\n"),
            "const a = [1, 2, - 3, -4, !b, x[1..2], f(y).z ?? w]\n");
  EXPECT_EQ(format("const a = {\"x\" :1 ,y:{ }}\n"), "const a = { \"x\": 1, y: {} }\n");
  EXPECT_EQ(format("const a : List<List<Int>>=b\n"), "const a: List<List<Int>> = b\n");
  EXPECT_EQ(format("const a = sql \"x\"\n"), "const a = sql\"x\"\n");
  EXPECT_EQ(format("const a = \"{ x  +  y :>8}\"\n"), "const a = \"{ x  +  y :>8}\"\n");
  EXPECT_EQ(format("@ inline ( ) pub fn f ( ) { x . match ( 1 ) }\n"), "@inline() pub fn f() { x.match(1) }\n");
  EXPECT_EQ(format("const a = 1 .0\n"), "const a = 1 .0\n");
  EXPECT_EQ(format("const a = b ? ?\n"), "const a = b? ?\n");
}

TEST(Formatter, IndentsByOpenBrackets) {
  EXPECT_EQ(format("fn f() {\nif a {\nb\n} else {\n      c\n}\n}\n"),
            "fn f() {\n    if a {\n        b\n    } else {\n        c\n    }\n}\n");
  EXPECT_EQ(format("fn f() {\ng(x => {\na\n})\ng(\na,\nb\n)\n}\n"),
            "fn f() {\n    g(x => {\n        a\n    })\n    g(\n        a,\n        b\n    )\n}\n");
  EXPECT_EQ(format("fn f() {\nlet x = a\n.b()\n.c(y => {\nd\n})\n.e()\nlet z =\n1 +\n2\n}\n"),
            "fn f() {\n    let x = a\n        .b()\n        .c(y => {\n            d\n        })\n        .e()\n"
            "    let z =\n        1 +\n        2\n}\n");
  EXPECT_EQ(format("fn f() {\n    match a {\n    b => c\n    d =>\n    e\n    }\n}\n"),
            "fn f() {\n    match a {\n        b => c\n        d =>\n            e\n    }\n}\n");
}

TEST(Formatter, KeepsCommentsAndOneEmptyLine) {
  EXPECT_EQ(format("// a\n\n\n\nfn f() { // b\n\n// c\n\n\nx // d  \n\n// e\n\n}\n// f"),
            "// a\n\nfn f() {  // b\n\n    // c\n\n    x  // d\n\n    // e\n}\n// f\n");
  EXPECT_EQ(format("/// doc\nfn f() { }\n\n\nfn g() { }"), "/// doc\nfn f() {}\n\nfn g() {}\n");
  EXPECT_EQ(format(""), "");
  EXPECT_EQ(format("// only\r\n"), "// only\n");
  EXPECT_EQ(format("#!/usr/bin/noodle  \nfn f() { }\n"), "#!/usr/bin/noodle\nfn f() {}\n");
}

TEST(Formatter, LeavesTheMeaningOfAllPrograms) {
  std::size_t files = 0;
  for (const char* folder : {"std", "examples", "tests/golden"}) {
    if (!std::filesystem::exists(folder)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.path().extension() != ".noodle") continue;
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
      const testing::Outcome once = testing::read(text);
      if (!once.problems.empty()) continue;
      const testing::Outcome twice = testing::read(once.formatted);
      EXPECT_EQ(twice.formatted, once.formatted) << entry.path();
      EXPECT_EQ(twice.tree, once.tree) << entry.path();
      ++files;
    }
  }
  EXPECT_GT(files, 50u);
}

}  // namespace
}  // namespace noodle::syntax
