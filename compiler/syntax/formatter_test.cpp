#include "compiler/syntax/formatter.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "compiler/syntax/format_check.h"

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
  EXPECT_EQ(format("const a = {\"x\" :1 ,y:{ }}\n"), "const a = {\"x\": 1, y: {}}\n");
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

TEST(Formatter, KeepsCommentsInOneColumn) {
  EXPECT_EQ(format("struct A {\nx: Int     // one\nyyyy: Int  // two\nz: Int // three\n}\n"),
            "struct A {\n    x: Int     // one\n    yyyy: Int  // two\n    z: Int  // three\n}\n");
}

TEST(Formatter, OneSeparatorIsEnough) {
  EXPECT_EQ(format("enum A {\nB,\nC(x: Map<Int,\nInt>),\nD, }\n"),
            "enum A {\n    B\n    C(x: Map<Int,\n        Int>)\n    D }\n");
  EXPECT_EQ(format("fn f() {\nmatch a {\nB => 1,\nC => 2, // c\n}\n}\n"),
            "fn f() {\n    match a {\n        B => 1\n        C => 2  // c\n    }\n}\n");
}

// Names long enough for two or three to fill a line.
const std::string kLong(40, 'a'), kOther(40, 'b'), kThird(40, 'c');

TEST(Formatter, BreaksBodiesFirst) {
  EXPECT_EQ(format("fn f() -> Int { " + kLong + "(); " + kOther + "() + " + kThird + " }\n"),
            "fn f() -> Int {\n    " + kLong + "()\n    " + kOther + "() + " + kThird + "\n}\n");
  EXPECT_EQ(format("fn f() {\nlet x = if a { " + kLong + " } else { " + kOther + " + " + kThird + " }\n}\n"),
            "fn f() {\n    let x = if a {\n        " + kLong + "\n    } else {\n        " + kOther + " + " + kThird +
                "\n    }\n}\n");
  EXPECT_EQ(format("enum A { B(x: Map<Int, Int>), C(" + kLong + ": Int), D(" + kOther + ": Int) }\n"),
            "enum A {\n    B(x: Map<Int, Int>)\n    C(" + kLong + ": Int)\n    D(" + kOther + ": Int)\n}\n");
  EXPECT_EQ(format("fn f() {\neach(items) { (x, y) => " + kLong + "(x); " + kOther + "(y, " + kThird + ") }\n}\n"),
            "fn f() {\n    each(items) { (x, y) =>\n        " + kLong + "(x)\n        " + kOther + "(y, " + kThird +
                ")\n    }\n}\n");
  EXPECT_EQ(format("fn f() {\nlet x = items.map(x => { " + kLong + "(x); " + kOther + "(x, " + kThird + ") })\n}\n"),
            "fn f() {\n    let x = items.map(x => {\n        " + kLong + "(x)\n        " + kOther + "(x, " + kThird +
                ")\n    })\n}\n");
}

TEST(Formatter, KeepsShortBodiesAmongOtherParts) {
  const std::string choice = "if a { 1 } else { 0 }";
  EXPECT_EQ(format("const a = " + kLong + " + (" + choice + ") + " + kOther + "\n"),
            "const a = " + kLong + " +\n    (" + choice + ") +\n    " + kOther + "\n");
  EXPECT_EQ(format("const a = " + kLong + " + " + kOther + " + (" + choice + ")\n"),
            "const a = " + kLong + " +\n    " + kOther + " +\n    (" + choice + ")\n");
  EXPECT_EQ(format("const a = f(" + kLong + ", " + kOther + ", " + choice + ")\n"),
            "const a = f(\n    " + kLong + ",\n    " + kOther + ",\n    " + choice + ",\n)\n");
  EXPECT_EQ(format("const a = [" + kLong + ", " + kOther + ", " + choice + "]\n"),
            "const a = [\n    " + kLong + ",\n    " + kOther + ",\n    " + choice + ",\n]\n");
  EXPECT_EQ(format("const a = P { x: " + kLong + ", y: " + kOther + ", z: " + choice + " }\n"),
            "const a = P {\n    x: " + kLong + ",\n    y: " + kOther + ",\n    z: " + choice + ",\n}\n");
  EXPECT_EQ(format("fn f() {\nlet x = f(" + kLong + ", x => { g(" + kOther + ", x); h(x) })\n}\n"),
            "fn f() {\n    let x = f(" + kLong + ", x => {\n        g(" + kOther + ", x)\n        h(x)\n    })\n}\n");
}

TEST(Formatter, BreaksConditionsChainsAndArithmetic) {
  EXPECT_EQ(format("const a = " + kLong + " && x == " + kOther + " && " + kThird + "\n"),
            "const a = " + kLong + "\n    && x == " + kOther + "\n    && " + kThird + "\n");
  EXPECT_EQ(format("const a = items.map(" + kLong + ").filter(" + kOther + ").fold(" + kThird + ")\n"),
            "const a = items.map(" + kLong + ")\n    .filter(" + kOther + ")\n    .fold(" + kThird + ")\n");
  EXPECT_EQ(format("const a = " + kLong + " * 2 + " + kOther + " - " + kThird + "\n"),
            "const a = " + kLong + " * 2 +\n    " + kOther + " -\n    " + kThird + "\n");
}

TEST(Formatter, BreaksBracketsAPartALine) {
  EXPECT_EQ(format("const a = f(" + kLong + ", " + kOther + ", " + kThird + ")\n"),
            "const a = f(\n    " + kLong + ",\n    " + kOther + ",\n    " + kThird + ",\n)\n");
  EXPECT_EQ(format("const a = Ok(Point { x: " + kLong + ", y: " + kOther + ", z: " + kThird + " })\n"),
            "const a = Ok(Point {\n    x: " + kLong + ",\n    y: " + kOther + ",\n    z: " + kThird + ",\n})\n");
  EXPECT_EQ(format("fn " + kLong + "(a: Map<Int, Int>, " + kOther + ": Int, c: Int) -> Result<(Int, Int), Error>\n"),
            "fn " + kLong + "(\n    a: Map<Int, Int>,\n    " + kOther +
                ": Int,\n    c: Int,\n) -> Result<(Int, Int), Error>\n");
  std::string numbers, first, second;
  for (int i = 100; i < 130; ++i) {
    numbers += std::to_string(i) + ",";
    (i < 119 ? first : second) += " " + std::to_string(i) + ",";
  }
  EXPECT_EQ(format("const a = [" + numbers + "]\n"), "const a = [\n   " + first + "\n   " + second + "\n]\n");
}

TEST(Formatter, LeavesWhatNothingWouldHelp) {
  const std::string text = "const a = \"" + std::string(120, 'x') + "\"\n";
  EXPECT_EQ(format(text), text);
  const std::string call = "fn f() {\n    print(\"" + std::string(120, 'x') + "\")\n}\n";
  EXPECT_EQ(format(call), call);
}

TEST(Formatter, KeepsItsPromiseForAllPrograms) {
  std::size_t files = 0;
  for (const char* folder : {"std", "examples", "benchmarks", "tests"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.path().extension() != ".noodle") continue;
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
      if (!testing::read(text).problems.empty()) continue;
      EXPECT_EQ(testing::format_problem(text), "") << entry.path();
      ++files;
    }
  }
  EXPECT_GT(files, 500u);
}

}  // namespace
}  // namespace noodle::syntax
