// What the language allows, as trees. What it forbids is in parser_errors_test.cpp.

#include "compiler/syntax/parser.h"

#include <gtest/gtest.h>

#include "compiler/syntax/testing.h"

namespace noodle::syntax {
namespace {

using testing::body;
using testing::expression;
using testing::read;

std::string tree(const std::string& text) {
  const testing::Outcome outcome = read(text);
  return outcome.problems.empty() ? outcome.tree : outcome.problems[0];
}

TEST(Operators, BindLoosestFirst) {
  EXPECT_EQ(expression("a ?? b || c && d == e .. f"), "(?? a (|| b (&& c (== d (.. e f)))))");
  EXPECT_EQ(expression("a..b | c ^ d & e << f + g * h"), "(.. a (| b (^ c (& d (<< e (+ f (* g h)))))))");
  EXPECT_EQ(expression("-a * !b @ await c *% spawn d"), "(*% (@ (* (neg a) (not b)) (await c)) (spawn d))");
  EXPECT_EQ(expression("a - b - c"), "(- (- a b) c)");
  EXPECT_EQ(expression("a ?? b ?? c"), "(?? a (?? b c))");
  EXPECT_EQ(expression("a ** b ** c"), "(** a (** b c))");
  EXPECT_EQ(expression("a +% b -% c"), "(-% (+% a b) c)");
  EXPECT_EQ(expression("await a.b()?"), "(await (try (call (.b a))))");
  EXPECT_EQ(expression("a..=b + 1"), "(..= a (+ b 1))");
  EXPECT_EQ(expression("a % b / c >> d"), "(>> (/ (% a b) c) d)");
}

TEST(Operators, ASignGluedToALiteralIsPartOfIt) {
  EXPECT_EQ(expression("-1"), "-1");
  EXPECT_EQ(expression("- 1"), "(neg 1)");
  EXPECT_EQ(expression("-1.abs()"), "(call (.abs -1))");
  EXPECT_EQ(expression("-x.abs()"), "(neg (call (.abs x)))");
  EXPECT_EQ(expression("-2 ** 2"), "(neg (** 2 2))");
  EXPECT_EQ(expression("2 ** -2"), "(** 2 -2)");
  EXPECT_EQ(expression("a -1"), "(- a 1)");
  EXPECT_EQ(expression("a - -1"), "(- a -1)");
  EXPECT_EQ(expression("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(expression("-0xff"), "-255");
}

TEST(Operators, TheWidestExpressionFollows) {
  EXPECT_EQ(expression("a ?? return b ?? c"), "(?? a (return (?? b c)))");
  EXPECT_EQ(expression("x => x + 1 ?? y"), "(lambda (x) (?? (+ x 1) y))");
  EXPECT_EQ(expression("async a + b"), "(async (+ a b))");
  EXPECT_EQ(expression("(await a).len()"), "(call (.len (paren (await a))))");
  EXPECT_EQ(expression("a ?? break"), "(?? a (break))");
}

TEST(TypeArguments, AreFoundByAFlatScan) {
  EXPECT_EQ(expression("f<Int>(x)"), "(call (of f Int) x)");
  EXPECT_EQ(expression("tensor.randn<f32>([2])"), "(call (of (.randn tensor) f32) (list 2))");
  EXPECT_EQ(expression("Map<String, List<Int>>.new()"), "(call (.new (of Map String (List Int))))");
  EXPECT_EQ(expression("Pair<Int> { a: 1 }"), "(struct (of Pair Int) a: 1)");
  EXPECT_EQ(expression("f<(Int, mut A) -> B?>(x)"), "(call (of f (-> Int mut A : (? B))) x)");
  EXPECT_EQ(expression("f<any A, ()>(x)"), "(call (of f (any A) (tuple)) x)");
  EXPECT_EQ(expression("f(a<b, c>(d))"), "(call f (call (of a b c) d))");
  EXPECT_EQ(expression("f<A?\?>(x)"), "(call (of f (? (? A))) x)");
}

TEST(TypeArguments, ElsewhereLessCompares) {
  EXPECT_EQ(expression("a < b"), "(< a b)");
  EXPECT_EQ(expression("a<b"), "(< a b)");
  EXPECT_EQ(expression("a <b>(c)"), "E0113 1:15 comparisons don't chain");
  EXPECT_EQ(expression("f(a<b, c>d)"), "(call f (< a b) (> c d))");
  EXPECT_EQ(expression("f((a<b), c>(d))"), "(call f (paren (< a b)) (> c (paren d)))");
  EXPECT_EQ(expression("a<1 && b>(c)"), "(&& (< a 1) (> b (paren c)))");
  EXPECT_EQ(expression("1<a && b>(c)"), "(&& (< 1 a) (> b (paren c)))");
  EXPECT_EQ(expression("a<b>>(c)"), "(< a (>> b (paren c)))");
  EXPECT_EQ(body("a<b\nc>(d)"), "(block (< a b) (> c (paren d)))");
  EXPECT_EQ(body("f<A,\nB>(d)"), "(block (call (of f A B) d))");
}

TEST(Newlines, EndStatements) {
  EXPECT_EQ(body("a\n-b"), "(block a (neg b))");
  EXPECT_EQ(body("a\n!b"), "(block a (not b))");
  EXPECT_EQ(body("a\n(b)"), "(block a (paren b))");
  EXPECT_EQ(body("a\n[b]"), "(block a (list b))");
  EXPECT_EQ(body("a?\nb"), "(block (try a) b)");
  EXPECT_EQ(body("return\na"), "(block (return) a)");
  EXPECT_EQ(body("break\na"), "(block (break) a)");
  EXPECT_EQ(body("f(x)\n{ a }"), "(block (call f x) (block a))");
  EXPECT_EQ(body("let a: Int? = b\nc"), "(block (let a : (? Int) b) c)");
}

TEST(Newlines, AreBlankWhereMoreMustFollow) {
  EXPECT_EQ(body("a +\nb"), "(block (+ a b))");
  EXPECT_EQ(body("let a =\nb"), "(unit-block (let a b))");
  EXPECT_EQ(body("a = b ??\nc"), "(unit-block (= a (?? b c)))");
  EXPECT_EQ(body("x =>\ny"), "(block (lambda (x) y))");
  EXPECT_EQ(body("!\na"), "(block (not a))");
  EXPECT_EQ(body("f(a\n- b)"), "(block (call f (- a b)))");
  EXPECT_EQ(body("[a,\nb\n]"), "(block (list a b))");
  EXPECT_EQ(body("P { a: 1,\n b: 2\n }"), "(block (struct P a: 1 b: 2))");
  EXPECT_EQ(body("x = { a: 1\n, b\n: 2 }"), "(unit-block (= x (map (a 1) (b 2))))");
}

TEST(Newlines, AreBlankBeforeALineThatGoesOn) {
  EXPECT_EQ(body("a\n.b()\n?? c"), "(block (?? (call (.b a)) c))");
  EXPECT_EQ(body("a\n&& b\n|| c"), "(block (|| (&& a b) c))");
  EXPECT_EQ(body("if a { }\nelse { b }"), "(block (if a (unit-block) else (block b)))");
  EXPECT_EQ(body("a // why\n// and more\n.b"), "(block (.b a))");
}

TEST(Newlines, CountAgainInABlock) {
  EXPECT_EQ(body("f(x => {\na\n-b\n})"), "(block (call f (lambda (x) (block a (neg b)))))");
  EXPECT_EQ(body("a; b; c"), "(block a b c)");
}

TEST(Words, AreNamesAfterADotAndAsLabels) {
  EXPECT_EQ(expression("a.match.in"), "(.in (.match a))");
  EXPECT_EQ(expression("f(in: 1, match: 2)"), "(call f in: 1 match: 2)");
  EXPECT_EQ(expression("P { if: 1 }"), "(struct P if: 1)");
  EXPECT_EQ(tree("struct A { for: Int, fn: Int, pub: Int }"),
            "(struct A\n  (for : Int)\n  (fn : Int)\n  (pub : Int))\n");
  EXPECT_EQ(tree("impl A { fn any(self) { } }"), "(impl A\n  (fn any (self) (unit-block)))\n");
}

TEST(Words, ContextualOnesAreNamesElsewhere) {
  EXPECT_EQ(body("let block = scope + region - select * test / within % private & receive"),
            "(unit-block (let block (& (- (+ scope region) (% (/ (* select test) within) private)) receive)))");
  EXPECT_EQ(body("if scope { }"), "(block (if scope (unit-block)))");
  EXPECT_EQ(body("match select { a => b }"), "(block (match select (a => b)))");
  EXPECT_EQ(body("within(1)"), "(block (call within 1))");
  EXPECT_EQ(tree("struct A { private: Int, private private: Int }"),
            "(struct A\n  (private : Int)\n  (private private : Int))\n");
  EXPECT_EQ(tree("fn f(block: Int, block body: () -> ()) { }"),
            "(fn f (block : Int) (block body : (-> : (tuple))) (unit-block))\n");
}

TEST(Braces, OpenABlockWhereAStatementMayStand) {
  EXPECT_EQ(body("{ a }"), "(block (block a))");
  EXPECT_EQ(body("{}"), "(block (unit-block))");
  EXPECT_EQ(body("x => {}"), "(block (lambda (x) (unit-block)))");
  EXPECT_EQ(body("match a { b => {} }"), "(block (match a (b => (unit-block))))");
  EXPECT_EQ(body("defer { a }"), "(unit-block (defer (block a)))");
  EXPECT_EQ(expression("async { a }"), "(async (block\n    a))");
}

TEST(Braces, AreMapsWhereAValueIsWanted) {
  EXPECT_EQ(expression("{}"), "(map)");
  EXPECT_EQ(expression("{a: 1}"), "(map (a 1))");
  EXPECT_EQ(expression("{\"a\" + b: {c: 1},}"), "(map ((+ (string \"a\") b) (map (c 1))))");
  EXPECT_EQ(expression("f({})"), "(call f (map))");
  EXPECT_EQ(body("({})"), "(block (paren (map)))");
  EXPECT_EQ(body("x => ({ a: 1 })"), "(block (lambda (x) (paren (map (a 1)))))");
  EXPECT_EQ(body("let a = { b; c }"), "(unit-block (let a (block b c)))");
  EXPECT_EQ(body("let a = { let b = 1\nb }"), "(unit-block (let a (block (let b 1) b)))");
  EXPECT_EQ(body("let a = { b = 1 }"), "(unit-block (let a (unit-block (= b 1))))");
}

TEST(Heads, AreReadToTheBodysBrace) {
  EXPECT_EQ(body("if a == b { c }"), "(block (if (== a b) (block c)))");
  EXPECT_EQ(body("while x { }"), "(block (while x (unit-block)))");
  EXPECT_EQ(body("for a in f(b) { }"), "(block (for a in (call f b) (unit-block)))");
  EXPECT_EQ(body("match f(a) { b => c }"), "(block (match (call f a) (b => c)))");
  EXPECT_EQ(body("if (P { x: 1 }) == p { }"), "(block (if (== (paren (struct P x: 1)) p) (unit-block)))");
  EXPECT_EQ(body("if a.any(x => x) { }"), "(block (if (call (.any a) (lambda (x) x)) (unit-block)))");
  EXPECT_EQ(body("match a { x if a == b => c }"), "(block (match a (x if (== a b) => c)))");
  EXPECT_EQ(body("match a { x if (b) => c }"), "(block (match a (x if (paren b) => c)))");
  EXPECT_EQ(body("for mut (a, b) in c { }"), "(block (for mut (tuple a b) in c (unit-block)))");
  EXPECT_EQ(body("if a { b: for c in d { } }"), "(block (if a (block (b: for c in d (unit-block)))))");
}

TEST(Blocks, ArePassedBehindACall) {
  EXPECT_EQ(body("each(a) { b }"), "(block (call each a with () (block b)))");
  EXPECT_EQ(body("each(a) { b => c }"), "(block (call each a with (b) (block c)))");
  EXPECT_EQ(body("each() { (a, (b, _)) => c\nd }"), "(block (call each with (a (tuple b _)) (block c d)))");
  EXPECT_EQ(body("a.each(b) { c }.d"), "(block (.d (call (.each a) b with () (block c))))");
}

TEST(Calls, TakeLabelsAndMut) {
  EXPECT_EQ(expression("f(mut a, b: mut c.d, e,)"), "(call f mut a b: mut (.d c) e)");
  EXPECT_EQ(expression("a[1..][..2][..][b]"), "(index (index (index (index a (.. 1 _)) (.. _ 2)) (.. _ _)) b)");
  EXPECT_EQ(expression("f(a)(b)[c]?.d.0"), "(.0 (.d (try (index (call (call f a) b) c))))");
}

TEST(Statements, OfEveryKind) {
  EXPECT_EQ(body("let (a, b): (Int, B) = c\nvar d = e"), "(unit-block (let (tuple a b) : (tuple Int B) c) (var d e))");
  EXPECT_EQ(body("a.b[c] += 1"), "(unit-block (+= (index (.b a) c) 1))");
  EXPECT_EQ(body("a -= 1; b *= 2; c /= 3; d %= 4; e **= 5; f @= g; h |= i; j &= k; l ^= m; n <<= o; p >>= q"),
            "(unit-block (-= a 1) (*= b 2) (/= c 3) (%= d 4) (**= e 5) (@= f g) (|= h i) (&= j k) (^= l m) (<<= n o) "
            "(>>= p q))");
  EXPECT_EQ(body("defer a = 1\nexpect b > c"), "(unit-block (defer (= a 1)) (expect (> b c)))");
  EXPECT_EQ(body("outer: loop { continue outer }\nwhile a { break }"),
            "(block (outer: loop (block (continue outer))) (while a (block (break))))");
  EXPECT_EQ(body("match a { b => c = 1, d => expect e\nf => g: loop { } }"),
            "(block (match a (b => (= c 1)) (d => (unit-block (expect e))) (f => (g: loop (unit-block)))))");
  EXPECT_EQ(body("  fn inner() { }"), "(unit-block (fn inner (unit-block)))");
  EXPECT_EQ(body("  @a test \"b\" { }"), "(unit-block (@a; test \"b\" (unit-block)))");
}

TEST(Patterns, OfEveryKind) {
  EXPECT_EQ(body("match a { 1 | -2 | \"b\" | true => c }"), "(block (match a ((| 1 -2 (string \"b\") true) => c)))");
  EXPECT_EQ(body("match a { 1..=5 => b, ..0 => c, 10.. => d, A..B => e, 'x' => f }").substr(0, 5), "E0009");
  EXPECT_EQ(body("match a { 1..=5 => b, ..0 => c, 10.. => d, A..B => e }"),
            "(block (match a ((..= 1 5) => b) ((.. _ 0) => c) ((.. 10 _) => d) ((.. A B) => e)))");
  EXPECT_EQ(
      body("match mut a { Node(mut l, _) => b, A.B => c, A.B(x: y) => d }"),
      "(block (match mut a ((variant Node with mut l _) => b) ((variant A.B) => c) ((variant A.B with x: y) => d)))");
  EXPECT_EQ(body("match a { P { x, mut y, z: 0, .. } => b }"),
            "(block (match a ((struct P x: x y: mut y z: 0 ..) => b)))");
  EXPECT_EQ(body("match a { [] => b, [x, ..r, y] => c, [..] => d, [..mut r] => e, [..1, 2] => f }"),
            "(block (match a ((list) => b) ((list x ..r y) => c) ((list ..) => d) ((list ..mut r) => e) ((list (.. _ "
            "1) 2) => f)))");
  EXPECT_EQ(body("match a { () => b, (x) => c, (x, y,) => d, 5ms => e }"),
            "(block (match a ((tuple) => b) (x => c) ((tuple x y) => d) ((duration 5000000) => e)))");
}

TEST(Types, OfEveryKind) {
  EXPECT_EQ(body("let a: Map<String, List<Int?>>? = b"), "(unit-block (let a : (? (Map String (List (? Int)))) b))");
  EXPECT_EQ(body("let a: (Int, mut B) -> C? = b"), "(unit-block (let a : (-> Int mut B : (? C)) b))");
  EXPECT_EQ(body("let a: ((A) -> B)? = b"), "(unit-block (let a : (? (-> A : B)) b))");
  EXPECT_EQ(body("let a: Int?? = b"), "(unit-block (let a : (? (? Int)) b))");
  EXPECT_EQ(body("let a: any shapes.Area<Int> = b"), "(unit-block (let a : (any (shapes.Area Int)) b))");
  EXPECT_EQ(body("let a: List<List<Int>>= b"), "(unit-block (let a : (List (List Int)) b))");
  EXPECT_EQ(body("let a: List<Int>= b"), "(unit-block (let a : (List Int) b))");
  EXPECT_EQ(body("let a: (Self) = b"), "(unit-block (let a : Self b))");
}

TEST(Types, ShapesStandBehindTheFirstArgument) {
  EXPECT_EQ(body("let a: Tensor<f32, [n, 3, _, WIDE,]> = b"),
            "(unit-block (let a : (Tensor f32 (shape n 3 _ WIDE)) b))");
  EXPECT_EQ(body("let a: Tensor<f32, []>? = b"), "(unit-block (let a : (? (Tensor f32 (shape))) b))");
  EXPECT_EQ(body("let a: Tensor<f32, [.., 2*n + 1 - m]> = b"),
            "(unit-block (let a : (Tensor f32 (shape .. 2*n+1-m)) b))");
  EXPECT_EQ(expression("f<Tensor<Int, [2, n]>>(a)"), "(call (of f (Tensor Int (shape 2 n))) a)");
  EXPECT_EQ(expression("f<Tensor<Int, [.., n + 1]>>(a)"), "(call (of f (Tensor Int (shape .. n+1))) a)");
  EXPECT_EQ(expression("f(a<b, [1, 2])"), "(call f (< a b) (list 1 2))");
  EXPECT_EQ(expression("f(a<b, [n + 1])"), "(call f (< a b) (list (+ n 1)))");
}

TEST(Items, OfEveryKind) {
  EXPECT_EQ(tree("import a.b.match as c"), "(import a.b.match as c)\n");
  EXPECT_EQ(tree("pub const A: Int = 1"), "(pub const A : Int 1)\n");
  EXPECT_EQ(tree("fn f<T: A + B<C>, U,>(mut self, a: Int = 1, block b: () -> T) -> U { }"),
            "(fn f <T: A + (B C), U> (mut self) (a : Int = 1) (block b : (-> : T)) -> U (unit-block))\n");
  EXPECT_EQ(tree("struct P<T> { x: T, private y: Int\nz: B, }"),
            "(struct P <T>\n  (x : T)\n  (private y : Int)\n  (z : B))\n");
  EXPECT_EQ(tree("enum E { A(x: Int, B)\nC, D }"), "(enum E\n  (A (x : Int) (B))\n  (C)\n  (D))\n");
  EXPECT_EQ(tree("trait T<A> { fn f(self) -> A\nfn g(self) { } }"),
            "(trait T <A>\n  (fn f (self) -> A)\n  (fn g (self) (unit-block)))\n");
  EXPECT_EQ(tree("impl<T: A> From<B> for C<T> { pub fn f() { } }"),
            "(impl <T: A> (From B) for (C T)\n  (pub fn f (unit-block)))\n");
  EXPECT_EQ(tree("bench \"a b\" { c }"), "(bench \"a b\" (block\n  c))\n");
  EXPECT_EQ(tree("test \"a b\" { expect c }"), "(test \"a b\" (unit-block\n  (expect c)))\n");
  EXPECT_EQ(tree("@deprecated(since: \"1.2\", use: \"b\")\n@inline\npub fn a() { }"),
            "(@deprecated since: (string \"1.2\") use: (string \"b\"); @inline; pub fn a (unit-block))\n");
  EXPECT_EQ(tree("@native(\"x\") fn a()\nfn b()"), "(@native (string \"x\"); fn a)\n(fn b)\n");
  EXPECT_EQ(tree("actor A(o: Int) { var b = 0\nreceive d(x: Int) -> Int { x }\nfn e() { } }\nactor B { }"),
            "(actor A (o : Int)\n  (var b 0)\n  (receive d (x : Int) -> Int (block\n    x))\n  (fn e "
            "(unit-block)))\n(actor B)\n");
}

TEST(Items, KeepTheirDocumentation) {
  EXPECT_EQ(tree("/// One.\n///  Two.\n// no\nfn f() { }"), "(doc \"One.\\n Two.\" fn f (unit-block))\n");
  EXPECT_EQ(tree("/// A.\n@inline\nfn f() { }"), "(doc \"A.\" @inline; fn f (unit-block))\n");
  EXPECT_EQ(tree("struct A {\n/// X.\nx: Int }\nenum B {\n/// C.\nC }"),
            "(struct A\n  (x : Int doc \"X.\"))\n(enum B\n  (C doc \"C.\"))\n");
}

TEST(Tasks, ParseWhole) {
  EXPECT_EQ(body("scope { a }\nregion { b }\nwithin 2s { c }\nwithin t.d { e }"),
            "(block (scope (block a)) (region (block b)) (within (duration 2000000000) (block c)) (within (.d t) "
            "(block e)))");
  EXPECT_EQ(body("select { m = inbox.receive() => a\n_ = timer(5s) => b }"),
            "(block (select (m if (call (.receive inbox)) => a) (_ if (call timer (duration 5000000000)) => b)))");
  EXPECT_EQ(body("let a = spawn Account(\"Ada\")\nawait a.b(1)"),
            "(block (let a (spawn (call Account (string \"Ada\")))) (await (call (.b a) 1)))");
}

TEST(Ranges, CoverWhatWasRead) {
  source::SourceMap sources;
  const source::FileId file = sources.add("t", "fn main() { let a = b + c(d) }");
  source::DiagnosticSink sink;
  Interner names;
  const ParsedFile parsed = parse(names, sources.text(file), file, sink);
  const auto& main = *static_cast<const FunctionItem*>(parsed.tree->items[0]);
  const auto text = [&](Range range) { return parsed.text.substr(range.begin, range.end - range.begin); };
  EXPECT_EQ(text(main.range), parsed.text);
  EXPECT_EQ(text(main.name.range), "main");
  const auto& let = *static_cast<const LetStmt*>(main.body->statements[0]);
  EXPECT_EQ(text(let.range), "let a = b + c(d)");
  const auto& sum = *static_cast<const BinaryExpr*>(let.value);
  EXPECT_EQ(text(sum.range), "b + c(d)");
  EXPECT_EQ(text(sum.op_range), "+");
  EXPECT_EQ(text(sum.right->range), "c(d)");
}

}  // namespace
}  // namespace noodle::syntax
