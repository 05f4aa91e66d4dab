// What the language forbids: the message, what is suggested, and that one mistake is one problem.

#include <gtest/gtest.h>

#include "compiler/syntax/testing.h"

namespace noodle::syntax {
namespace {

using testing::body;
using testing::expression;
using testing::read;

// All problems of a file, one after the other.
std::string problems(const std::string& text) {
  std::string all;
  for (const std::string& problem : read(text).problems) all += (all.empty() ? "" : "\n") + problem;
  return all;
}

// The body after its first suggestion.
std::string suggested(const std::string& text) {
  const testing::Outcome outcome = read("fn f() {\n" + text + "\n}\n");
  if (outcome.suggestions.empty()) return "nothing";
  const std::string& changed = outcome.suggestions[0];
  return changed.substr(9, changed.size() - 12);
}

TEST(Recovery, ManyProblemsStandInSourceOrder) {
  EXPECT_EQ(problems("fn a( { }\nstruct { }\nfn b() {\n    let = 1\n    f(1 2)\n    ok(1)\n    x = = 2\n}\nenum { A "
                     "}\nfn c() { }\n"),
            "E0105 1:7 expected the name of a parameter, found `{`\n"
            "E0105 2:8 expected the name of a struct, found `{`\n"
            "E0103 4:9 expected a pattern, found `=`\n"
            "E0101 5:9 expected `,` or `)`, found `2`\n"
            "E0102 7:9 expected an expression after `=`, found `=`\n"
            "E0105 9:6 expected the name of an enum, found `{`");
}

TEST(Recovery, WhatIsRightIsKept) {
  const testing::Outcome outcome = read("fn a() {\n    let x = \n    let y = 2\n}\nfn b() { c }\n");
  EXPECT_EQ(outcome.problems.size(), 1u);
  EXPECT_EQ(outcome.tree, "(fn a (unit-block\n  (let x <error>)\n  (let y 2)))\n(fn b (block\n  c))\n");
}

TEST(Recovery, OneMistakeIsOneProblem) {
  for (const char* text : {
           "fn f() {\n    print(\"a\"\n    let b = 1\n    b\n}\nfn g() { }\n",
           "fn f() {\n    if a b {\n        c\n    } else {\n        d\n    }\n    e\n}\n",
           "fn f() {\n    foo(\n        a b,\n        c\n    )\n    e\n}\n",
           "fn f() {\n    let a = [1, 2\n    let b = 2\n}\n",
           "fn f() {\n    let a = x.\n    let b = 2\n}\n",
           "fn f() {\n    while a {\n        b\n\nfn g() {\n    c\n}\n",
           "impl A {\n    fn f() {\n        let b = (1\n    }\n    fn g() { }\n}\n",
           "struct A { x Int, y: Int }\n",
           "enum A { B(x: , C }\n",
           "fn f() {\n    match a {\n        b -> c\n        d => e\n    }\n}\n",
           "class A {\n    def f(self):\n        return 1\n}\nfn g() { }\n",
           "def f(x):\n    return x\n\nfn g() { }\n",
           "for i in 0..3 {\n    print(i)\n}\nfn main() { }\n",
           "fn f(a: Int b: Int) -> Int {\n    a\n}\n",
           "fn f() { let x: = 1 }\n",
           "fn f() {\nfn g() { }\n}\n",
           "fn f() {\n    x = {\"a\": 1, \"b\" 2}\n    y\n}\n",
       }) {
    EXPECT_EQ(read(text).problems.size(), 1u) << text << problems(text);
  }
}

TEST(Closings, AreMissedWhereTheyBelong) {
  EXPECT_EQ(body("f(a"), "E0106 2:3 `)` is missing here");
  EXPECT_EQ(body("f[a\nb"), "E0106 2:3 `]` is missing here");
  EXPECT_EQ(suggested("f(a"), "f(a)");
  EXPECT_EQ(problems("fn f() {"), "E0106 1:8 `}` is missing here");
  EXPECT_EQ(problems("fn f() {\n    a\nfn g() { }\n"), "E0106 2:5 `}` is missing before this declaration");
  EXPECT_EQ(problems("}\n"), "E0107 1:1 this `}` closes nothing");
  EXPECT_EQ(problems("fn f() { } }\n"), "E0107 1:12 a declaration ends with its line, but here follows `}`");
  EXPECT_EQ(body("a)"), "E0107 2:2 this `)` closes nothing");
}

TEST(Semicolons, StandBetweenStatementsOfALine) {
  EXPECT_EQ(body("a;"), "E0109 2:2 this `;` separates nothing");
  EXPECT_EQ(body("a; ; b"), "E0109 2:4 this `;` separates nothing");
  EXPECT_EQ(body("{ a; }"), "E0109 2:4 this `;` separates nothing");
  EXPECT_EQ(suggested("a;"), "a");
  EXPECT_EQ(problems("import a;\n"), "E0109 1:9 this `;` separates nothing");
  EXPECT_EQ(problems("struct A { x: Int; y: Int }\n"), "E0109 1:18 fields are separated by newlines or commas");
  EXPECT_EQ(body("a b"), "E0108 2:3 expected an operator or the end of the statement, found `b`");
}

TEST(Operators, ThatOthersHave) {
  EXPECT_EQ(suggested("a and b"), "a && b");
  EXPECT_EQ(suggested("if a or b { }"), "if a || b { }");
  EXPECT_EQ(suggested("let a := 1"), "let a = 1");
  EXPECT_EQ(suggested("if a = b { }"), "if a == b { }");
  EXPECT_EQ(suggested("a::b"), "a.b");
  EXPECT_EQ(suggested("x -> x + 1"), "x => x + 1");
  EXPECT_EQ(suggested("match a { b -> c }"), "match a { b => c }");
  EXPECT_EQ(suggested("match a { b: c }"), "match a { b => c }");
  EXPECT_EQ(suggested("f(a = 1)"), "f(a : 1)");
  EXPECT_EQ(suggested("P { a = 1 }"), "P { a : 1 }");
  EXPECT_EQ(body("a := 1"), "E0112 2:3 there is no `:=`");
  EXPECT_EQ(body("a++"), "E0112 2:2 there is no `++`");
  EXPECT_EQ(body("a--"), "E0112 2:2 there is no `--`");
  EXPECT_EQ(body("a === b"), "E0112 2:3 there is no `===`");
  EXPECT_EQ(body("a !== b"), "E0112 2:3 there is no `!==`");
  EXPECT_EQ(body("a ? b : c"), "E0112 2:3 there is no `? :`");
  EXPECT_EQ(body("f(+a)"), "E0112 2:3 there is no prefix `+`");
  EXPECT_EQ(body("f(&a)"), "E0112 2:3 there is no prefix `&`");
  EXPECT_EQ(body("a is b"), "E0112 2:3 `is` is written `==`, or `match` for a pattern");
  EXPECT_EQ(body("a mod b"), "E0112 2:3 `mod` is written `%`");
  EXPECT_EQ(body("a < b < c"), "E0113 2:7 comparisons don't chain");
  EXPECT_EQ(body("a == b != c"), "E0113 2:8 comparisons don't chain");
  EXPECT_EQ(body("a\n+ b"), "E0102 3:1 a statement can't begin with `+`");
  EXPECT_EQ(body("a..b..c"), "E0101 2:5 ranges don't chain");
  EXPECT_EQ(problems("fn f(): Int { 1 }\n"), "E0112 1:7 the result type stands behind `->`");
}

TEST(Words, ThatOthersHave) {
  EXPECT_EQ(suggested("let mut a = 1"), "var a = 1");
  EXPECT_EQ(suggested("if a { } elif b { }"), "if a { } else if b { }");
  EXPECT_EQ(suggested("if a { }\nelseif b { } else { }"), "if a { }\nelse if b { } else { }");
  EXPECT_EQ(read("func f() { }\n").suggestions[0], "fn f() { }\n");
  EXPECT_EQ(read("function f() { }\n").suggestions[0], "fn f() { }\n");
  EXPECT_EQ(read("class A { }\n").suggestions[0], "struct A { }\n");
  EXPECT_EQ(read("interface A { }\n").suggestions[0], "trait A { }\n");
  EXPECT_EQ(read("use a\n").suggestions[0], "import a\n");
  EXPECT_EQ(read("public fn\n").problems.size(), 1u);
  EXPECT_EQ(body("switch a { }"), "E0111 2:1 `switch` is written `match`");
  EXPECT_EQ(body("throw a"), "E0111 2:1 there is no `throw`");
  EXPECT_EQ(body("try { a }"), "E0111 2:1 there is no `try`");
  EXPECT_EQ(body("print \"a\""), "E0111 2:1 `print` is a function");
  EXPECT_EQ(body("def g() { }"), "E0111 2:1 `def` is written `fn`");
  EXPECT_EQ(body("let a = fn (x) { }"), "E0102 2:9 a function without a name is a lambda");
  EXPECT_EQ(body("f(let a = 1)"), "E0102 2:3 `let` is a statement, not a value");
  EXPECT_EQ(body("if a then b"), "E0101 2:6 expected `{` and a body, found `then`");
  EXPECT_EQ(body("else { }"), "E0102 2:1 this `else` has no `if`");
}

TEST(Names, CantBeReservedWords) {
  EXPECT_EQ(body("let match = 1"), "E0105 2:5 `match` is a reserved word, not a name");
  EXPECT_EQ(problems("fn f(in: Int) { }\n"), "E0105 1:6 `in` is a reserved word, not the name of a parameter");
  EXPECT_EQ(problems("struct if { }\n"), "E0105 1:8 `if` is a reserved word, not the name of a struct");
  EXPECT_EQ(body("P { in }"), "E0105 2:5 `in` is a reserved word, not the name of a field");
  EXPECT_EQ(body("f(_)"), "E0102 2:3 `_` is a pattern and has no value");
  EXPECT_EQ(body("a.\nb"), "E0105 2:2 expected a name after `.`, found the end of the line");
}

TEST(Heads, TakeNothingBareThatHasABrace) {
  EXPECT_EQ(body("if P { a: 1 } == b { }"), "E0114 2:6 a struct literal can't stand here without parentheses");
  EXPECT_EQ(body("match P { a: 1 } { b => c }"), "E0114 2:9 a struct literal can't stand here without parentheses");
  EXPECT_EQ(body("while each(a) { b => c } { }"),
            "E0114 2:15 a call with a block can't stand here without parentheses");
  EXPECT_EQ(body("if x => x { }"), "E0114 2:4 a lambda can't stand here without parentheses");
  EXPECT_EQ(body("while (a, b) => a { }"), "E0114 2:7 a lambda can't stand here without parentheses");
}

TEST(Braces, BelongOnTheLineOfTheirHead) {
  EXPECT_EQ(body("if a\n{ b }"), "E0115 3:1 this `{` belongs on the line before");
  EXPECT_EQ(suggested("while a\n{ b }"), "while a { b }");
  EXPECT_EQ(problems("fn f()\n{ }\n"), "E0115 2:1 this `{` belongs on the line before");
  EXPECT_EQ(problems("struct A\n{ }\n"), "E0115 2:1 this `{` belongs on the line before");
  EXPECT_EQ(body("match a\n{ b => c }"), "E0115 3:1 this `{` belongs on the line before");
  EXPECT_EQ(body("{ a: 1 }"), "E0108 2:4 a `:` can't stand here");
  EXPECT_EQ(body("each { a + b }"), "E0108 2:6 a `{` can't follow a name here");
}

TEST(Assignments, AreNoValues) {
  EXPECT_EQ(body("f((a = 1))"), "E0110 2:6 an assignment is not a value");
  EXPECT_EQ(body("let a = b = 1"), "E0110 2:11 an assignment is not a value");
  EXPECT_EQ(body("x => a = 1"), "E0110 2:8 an assignment can't be the body of a lambda");
  EXPECT_EQ(body("while a = 1 { }"), "E0110 2:9 an assignment is not a value");
}

TEST(Values, AreGivenWhereAVariableIsDeclared) {
  EXPECT_EQ(body("let a"), "E0116 2:5 this variable has no value");
  EXPECT_EQ(body("var a: Int"), "E0116 2:8 this variable has no value");
  EXPECT_EQ(problems("const A: Int\n"), "E0116 1:10 this constant has no value");
  EXPECT_EQ(body("let a =\n"), "E0102 2:7 expected an expression after `=`, found the end of the line");
}

TEST(Modules, HoldDeclarations) {
  EXPECT_EQ(problems("let a = 1\n"), "E0117 1:1 there is no top-level `let`");
  EXPECT_EQ(read("var a = 1\n").suggestions[0], "const a = 1\n");
  EXPECT_EQ(problems("print(1)\n"), "E0117 1:1 a declaration is expected here, found `print`");
  EXPECT_EQ(problems("@inline\nlet a = 1\n"), "E0125 1:1 there is no declaration behind this attribute");
  EXPECT_EQ(problems("pub 1\n"), "E0101 1:5 expected a declaration after `pub`, found `1`");
  EXPECT_EQ(problems("fn f() { } fn g() { }\n"), "E0108 1:12 a declaration ends with its line, but here follows `fn`");
  EXPECT_EQ(problems("import \"a\"\n"), "E0105 1:8 a module is named without quotes");
}

TEST(Ranges, HaveBothEndsOutsideAnIndex) {
  EXPECT_EQ(body("f(1..)"), "E0119 2:4 this range has no end");
  EXPECT_EQ(body("f(..1)"), "E0119 2:3 this range has no start");
  EXPECT_EQ(body("a[f(1..)]"), "E0119 2:6 this range has no end");
  EXPECT_EQ(body("a[1..=]"), "E0119 2:4 this range has no end");
  EXPECT_EQ(body("a[(1.., 2)]"), "E0119 2:5 this range has no end");
}

TEST(Types, SayWhatOthersWrite) {
  EXPECT_EQ(body("let a: [Int] = b"), "E0104 2:8 expected a type, found `[`");
  EXPECT_EQ(body("let a: fn(Int) = b"), "E0104 2:8 expected a type, found `fn`");
  EXPECT_EQ(body("let a: List<> = b"), "E0104 2:13 expected a type between `<` and `>`");
  EXPECT_EQ(body("let a: List<Int = b"), "E0101 2:17 expected `,` or `>`, found `=`");
  EXPECT_EQ(body("let a: (x: Int) -> B = c"), "E0101 2:9 the parameters of a function's type have no names");
  EXPECT_EQ(body("let a: (mut Int) = c"), "E0101 2:9 `mut` stands only before the parameters of a function's type");
  EXPECT_EQ(problems("fn f(a) { }\n"), "E0104 1:7 this parameter has no type");
  EXPECT_EQ(problems("struct A { x }\n"), "E0104 1:14 this field has no type");
}

TEST(Parameters, StandInOrder) {
  EXPECT_EQ(problems("fn f(a: Int, self) { }\n"), "E0126 1:14 `self` is the first parameter of a method");
  EXPECT_EQ(problems("fn f(block a: () -> (), b: Int) { }\n"), "E0126 1:6 a block is the last parameter of a function");
  EXPECT_EQ(problems("fn f(self: Int) { }\n"), "E0126 1:10 `self` has the type of its `impl`; none is written");
  EXPECT_EQ(problems("fn f(a: mut Int) { }\n"), "E0111 1:9 `mut` stands in front of the parameter's name");
  EXPECT_EQ(body("f((x: Int) => x)"), "E0101 2:5 the parameters of a lambda state no types");
}

TEST(Patterns, SayWhatIsWrong) {
  EXPECT_EQ(body("match a { [..b, ..c] => d }"), "E0121 2:17 a list pattern has one `..` at most");
  EXPECT_EQ(body("match a { \"{b}\" => c }"), "E0123 2:11 a pattern has no interpolation");
  EXPECT_EQ(body("match a { else => c }"), "E0103 2:11 expected a pattern, found `else`");
  EXPECT_EQ(body("match a { b => let c = 1 }"), "E0102 2:16 `let` can't be the body of an arm");
  EXPECT_EQ(body("match a { b c }"), "E0101 2:13 expected `=>` behind a pattern, found `c`");
  EXPECT_EQ(body("match a { b => c d => e }"),
            "E0101 2:18 arms are separated by newlines or commas, but here follows `d`");
  EXPECT_EQ(problems("test \"{a}\" { }\n"), "E0123 1:6 the name of a test has no interpolation");
}

TEST(Visibility, IsWrittenWhereItMeansSomething) {
  EXPECT_EQ(problems("struct A { pub x: Int }\n"),
            "E0124 1:12 the fields of a `pub struct` are visible; what is not is marked `private`");
  EXPECT_EQ(problems("trait A { pub fn f() }\n"), "E0124 1:11 the methods of a trait are as visible as the trait");
  EXPECT_EQ(problems("pub(crate) fn f() { }\n"), "E0124 1:4 `pub` takes no arguments");
}

TEST(Declarations, SayWhatIsWrong) {
  EXPECT_EQ(problems("enum A { B { x: Int } }\n"), "E0101 1:12 the fields of a variant stand in parentheses");
  EXPECT_EQ(problems("enum A { B = 1 }\n"), "E0101 1:12 a variant has no number; give the enum a method that tells it");
  EXPECT_EQ(problems("trait A: B { }\n"),
            "E0101 1:8 a trait has no supertraits; ask for both bounds where it is used: `<T: A + B>`");
  EXPECT_EQ(problems("struct A { fn f() { } }\n"), "E0101 1:12 a function can't stand in a struct");
  EXPECT_EQ(problems("struct A { let x: Int }\n"), "E0101 1:12 a field is written `name: Type`, without `let`");
  EXPECT_EQ(problems("impl A { x: Int }\n"), "E0101 1:10 expected `fn` and a method, found `x`");
  EXPECT_EQ(problems("impl () for A { }\n"), "E0105 1:6 expected the name of a trait before `for`");
  EXPECT_EQ(problems("fn f() = 1\n"), "E0101 1:8 expected `{` and the body of the function, found `=`");
  EXPECT_EQ(problems("fn f { }\n"), "E0101 1:6 expected `(` and the parameters, found `{`");
}

}  // namespace
}  // namespace noodle::syntax
