// What bodies may say and what they may not: each program with the diagnostics that it gets.

#include <gtest/gtest.h>

#include "compiler/sema/test_program.h"

namespace noodle::sema {
namespace {

std::string check(std::string text) { return TestProgram(std::move(text)).check(); }
/// The statements in a function whose result is ().
std::string check_in_main(std::string statements) { return check("fn main() {\n" + statements + "\n}\n"); }

/// Every body of the program (the library's used ones too) has a typed tree.
void expect_whole(const std::string& text) {
  TestProgram test(text);
  EXPECT_EQ(test.check(), "") << test.rendered();
  for (std::size_t i = 0; i < test.program->function_count(); ++i) {
    const FunctionInfo& info = test.program->function(FunctionId(i));
    if (!info.has_body) continue;
    std::string name = info.qualified_name;
    EXPECT_NE(test.program->body(FunctionId(i)), nullptr) << name;
  }
}

TEST(Check, FirstFragment) {
  expect_whole(R"(
fn fib(n: Int) -> Int {
    if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
}
struct Point { x: Float, y: Float }
impl Point {
    fn length(self) -> Float { sqrt(self.x * self.x + self.y * self.y) }
    fn scale(mut self, by: Float) { self.x *= by; self.y *= by }
}
enum Shape {
    Circle(center: Point, radius: Float)
    Rect(corner: Point, width: Float, height: Float)
    Empty
}
trait Area { fn area(self) -> Float }
impl Area for Shape {
    fn area(self) -> Float {
        match self {
            Circle(_, radius) => PI * radius * radius
            Rect(_, w, h) if w == h => w * w
            Rect(_, w, h) => w * h
            Empty => 0.0
        }
    }
}
enum PortError { NotANumber(text: String), OutOfRange(port: Int) }
fn parse_port(text: String) -> Result<Int, PortError> {
    let port = text.to_int() ?? return Err(NotANumber(text))
    if port < 1 || port > 65535 { return Err(OutOfRange(port)) }
    Ok(port)
}
fn largest<T: Ordered>(items: List<T>) -> T? {
    var best = items.first()?
    for item in items { if item > best { best = item } }
    Some(best)
}
fn main() {
    let shapes = [Circle(Point { x: 0.0, y: 0.0 }, 1.0), Empty]
    let total = shapes.map(s => s.area()).sum()
    print("total area {total:.3f}")
    var counts: Map<String, Int> = {}
    for word in "the cat the dog".split(" ") { counts[word] = (counts[word] ?? 0) + 1 }
    for (word, count) in counts { print("{word}: {count}") }
    var groups: Map<Int, List<String>> = {}
    for word in ["ox", "cow", "ant", "bee"] { groups.at(word.len(), or: []).push(word) }
    for (size, words) in groups { print("{size}: {words.join(", ")}") }
    var sieve = List.filled(100, true)
    for i in 2..100 { if sieve[i] { var j = i * i; while j < 100 { sieve[j] = false; j += i } } }
}
test "areas add up" {
    expect Circle(Point { x: 0.0, y: 0.0 }, 2.0).area() > 12.5
}
)");
}

TEST(Check, TypesComeFromWhereValuesAreUsed) {
  expect_whole(R"(
fn apply(f: (Int) -> Int, x: Int) -> Int { f(x) }
fn main() {
    let add = (a, b) => a + b
    print(add(1, 2))
    print(apply(x => x + 1, 5))
    print([1, 2, 3].map(Some))
    print(["a"].map(String.len))
    let e = []
    var all = e
    all.push(1.5)
    let m = {}
    var counts = m
    counts["a"] = 1
    var none = None
    none = Some(2)
    print("{all} {counts} {none}")
    let f: f32 = 1
    print(f * 2 + 0.5)
    let half = 2.5
    print(half * 2 - 1)
    let big: u64 = 18446744073709551615
    print(big)
    let s = [1.0, 2.0].fold(0.0, (acc, x) => acc + x)
    print(s)
}
)");
}

TEST(Check, TraitsOperatorsAndAny) {
  expect_whole(R"(
trait Shape {
    fn area(self) -> Float
    fn name(self) -> String { "shape {self.area():.2f}" }
}
struct Sq { s: Float }
struct Ci { r: Float }
impl Shape for Sq { fn area(self) -> Float { self.s ** 2 } }
impl Shape for Ci {
    fn area(self) -> Float { PI * self.r * self.r }
    fn name(self) -> String { "circle" }
}
struct V { x: Int, y: Int }
impl Add<V, V> for V { fn add(self, other: V) -> V { V { x: self.x + other.x, y: self.y + other.y } } }
impl Multiply<Int, V> for V { fn multiply(self, other: Int) -> V { V { x: self.x * other, y: self.y } } }
impl Index<Int, Int> for V { fn index(self, key: Int) -> Int { if key == 0 { self.x } else { self.y } } }
impl IndexSet<Int, Int> for V {
    fn set_index(mut self, key: Int, value: Int) { if key == 0 { self.x = value } else { self.y = value } }
}
fn total<T: Shape>(items: List<T>) -> Float { items.map(i => i.area()).sum() }
fn sum_all<T: Number>(xs: List<T>) -> T {
    var t: T = zero()
    for x in xs { t += x * 2 }
    t
}
fn main() {
    let shapes: List<any Shape> = [Sq { s: 2.0 }, Ci { r: 1.0 }]
    for s in shapes { print("{s.name():>10} {s.area():.3f}") }
    let one: any Shape = if shapes.len() > 1 { Sq { s: 1.0 } } else { Ci { r: 1.0 } }
    print(one.area() + total([Sq { s: 1.0 }]))
    var v = V { x: 1, y: 2 } + V { x: 3, y: 4 } * 2
    v[0] = v[1] + 1
    v[1] += 5
    v += V { x: 1, y: 1 }
    print(v)
    print(sum_all([1.5, 2.5]))
    print(sum_all([1, 2]))
    print("a" + "b")
    print([1] + [2])
    print(5ms + 10ms * 2)
}
)");
}

TEST(Check, PlacesAndMut) {
  expect_whole(R"(
enum Tree { Leaf, Node(left: Tree, value: Int, right: Tree) }
impl Tree {
    fn bump(mut self) {
        match mut self {
            Leaf => {}
            Node(mut left, mut value, _) => {
                value += 1
                left.bump()
            }
        }
    }
}
struct Two { a: List<Int>, b: List<Int> }
fn both(mut a: List<Int>, mut b: List<Int>) { a.push(b.len()) }
fn keep(mut a: List<Int>, b: List<Int>) { a.push(b.len()) }
fn each<T>(items: List<T>, block body: (T) -> ()) { for x in items { body(x) } }
fn nested<T>(items: List<T>, block body: (T) -> ()) { each(items) { x => body(x) } }
fn twice(block b: () -> Int) -> Int { b() + b() }
fn main() {
    var t = Tree.Node(Leaf, 1, Leaf)
    t.bump()
    var two = Two { a: [], b: [] }
    both(mut two.a, mut two.b)
    keep(mut two.a, two.a)
    var total = 0
    each([1, 2, 3]) { x => total += x }
    nested([1]) { x => each([x]) { y => total += y } }
    let n = twice() { total += 1; total }
    print("{n} {t}")
    var grid = [[1, 2], [3, 4]]
    grid[0][1] = 7
    both(mut two.b, mut grid[0])
    for mut row in grid { for mut cell in row { cell *= 2 } }
    var groups: Map<Int, List<String>> = {}
    groups.at(3, or: []).push("x")
    groups.at(3, or: [])[0] = "y"
    for mut (_, words) in groups { words.push("z") }
    var count = 0
    defer print(count)
    count += 1
}
)");
}

TEST(Check, ErrorsPassOn) {
  expect_whole(R"(
enum E1 { Bad(text: String) }
enum E2 { Wrapped(e: E1), Other }
impl From<E1> for E2 { fn from(error: E1) -> E2 { Wrapped(error) } }
fn a1() -> Result<Int, E1> { Ok(3) }
fn a2() -> Result<Int, E2> { let x = a1()?; Ok(x + 1) }
fn a3() -> Result<Int, Error> {
    let x = a2()?
    if x > 3 { return Err(Error("big")) }
    Ok(x)
}
fn opt(xs: List<Int>) -> Int? { Some(xs.first()? * 2) }
fn all(xs: List<String>) -> List<Int?> { xs.map(x => { let n = x.to_int()?; Some(n) }) }
fn main() -> Result<(), Error> {
    print(a3()?)
    print(opt([1]) ?? opt([2]) ?? 0)
    print(all(["1"]))
    let n = "5".to_int() ?? panic("no")
    print(n)
    Ok(())
}
)");
}

TEST(Check, Patterns) {
  expect_whole(R"(
const LIMIT: Int = 10
struct P { x: Int, y: Int }
fn main() {
    let got = 5
    match got { 0 => print("zero"), 1..=9 => print("small"), LIMIT => print("ten"), n if n < 0 => print("neg"), _ => print("big") }
    let xs = [1, 2]
    match xs {
        [] => print("none")
        [one] => print(one)
        [first, ..rest, last] => print("{first} {rest} {last}")
    }
    let P { x, .. } = P { x: 1, y: 2 }
    let (a, (b, _)) = (x, ("s", true))
    print("{a} {b}")
    match (Some(1), "x") {
        (Some(n), "x" | "y") => print(n)
        (Some(n), _) if n_is(n) => print("?")
        _ => {}
    }
}
fn n_is(n: Int) -> Bool { n > 0 }
)");
}

TEST(Check, Mismatches) {
  EXPECT_EQ(check_in_main("let a: Int = \"x\""), "E0330: expected `Int`, found `String`\n");
  EXPECT_EQ(check_in_main("let a = [1, \"b\"]"), "E0330: expected `Int`, found `String`\n");
  EXPECT_EQ(check_in_main("let n = 2\nlet a = n * 2.0"), "E0330: expected `Int`, found `Float`\n");
  EXPECT_EQ(check_in_main("if 1 { }"), "E0330: expected `Bool`, found `Int`\n");
  EXPECT_EQ(check("fn f() -> Int? { 3 }"), "E0330: expected `Int?`, found `Int`\n");
  EXPECT_EQ(check("fn f() -> Int { let _x = 1 }"), "E0349: an `Int` is needed, but the block ends without a value\n");
  EXPECT_EQ(check("fn f(b: Bool) -> Int { if b { 1 } }"), "E0350: an `Int` is needed, but this `if` has no `else`\n");
  EXPECT_EQ(check_in_main("let e = []"), "E0331: the type of this empty list can't be told from here\n");
}

TEST(Check, OneMistakeOneMessage) {
  EXPECT_EQ(check_in_main("let a = unknown(1)\nlet b = a + 1\nprint(b.foo().bar)\nfor x in b { "
                          "print(x.y) }\nmatch a { Foo(z) => print(z), _ => {} }"),
            "E0201: there is no `unknown` here\nE0405: `Foo` is no variant and no constant\n");
  EXPECT_EQ(check_in_main("let a = 1.foo()\nlet b: String = a\nb.bar()"),
            "E0233: `Int` has no method `foo`\nE0233: `String` has no method `bar`\n");
}

TEST(Check, Operators) {
  EXPECT_EQ(check_in_main("let a = \"a\" + 1"), "E0338: `+` does not work on `String` and `Int`\n");
  EXPECT_EQ(check_in_main("let a = 1.5 | 2.5"), "E0338: `|` works on integers, not on `Float`\n");
  EXPECT_EQ(check_in_main("let a = -\"x\""), "E0338: `-` does not work on `String`\n");
  EXPECT_EQ(check_in_main("let a = 1 ?? 2"), "E0346: `??` needs an `Option` or a `Result` on its left\n");
  EXPECT_EQ(check_in_main("let a = (x => 1) == (x => 2)").substr(0, 5), "E0331");
  EXPECT_EQ(check("struct S { a: Int }\nfn main() { let _b = S { a: 1 } < S { a: 2 } }"),
            "E0340: values of type `S` have no order\n");
  EXPECT_EQ(check("struct S { f: () -> Int }\nfn f(a: S, b: S) -> Bool { a == b }"),
            "E0339: values of type `S` can't be compared for equality\n");
}

TEST(Check, Numbers) {
  EXPECT_EQ(check_in_main("let a: u8 = 256"), "E0341: this number does not fit `u8`\n");
  EXPECT_EQ(check_in_main("let a: i8 = -129"), "E0341: this number does not fit `i8`\n");
  EXPECT_EQ(check_in_main("let _a: i8 = -128"), "");
  EXPECT_EQ(check_in_main("let a: u8 = -1"), "E0341: this number does not fit `u8`\n");
  EXPECT_EQ(check_in_main("print(u8(300))"), "E0341: this number does not fit `u8`\n");
  EXPECT_EQ(check_in_main("print(u8(\"x\"))"), "E0342: a `String` can't become a `u8`\n");
  EXPECT_EQ(check_in_main("let x = 1\nlet y: u8 = 2\nprint(x + y)"), "E0330: expected `Int`, found `u8`\n");
}

TEST(Check, Calls) {
  const std::string f = "fn f(a: Int, b: Int = 2) -> Int { a + b }\nfn main() {\n";
  EXPECT_EQ(check(f + "print(f())\n}"), "E0332: `f` still needs `a: Int`\n");
  EXPECT_EQ(check(f + "print(f(1, 2, 3))\n}"), "E0332: `f` takes 2 arguments, not 3\n");
  EXPECT_EQ(check(f + "print(f(1, c: 2))\n}"), "E0333: `f` has no parameter `c`\n");
  EXPECT_EQ(check(f + "print(f(1, a: 2))\n}"), "E0334: `a` gets two arguments\n");
  EXPECT_EQ(check(f + "print(f(b: 1, a: 2))\n}"), "");
  EXPECT_EQ(check(f + "print(f<Int>(2))\n}"), "E0351: `f` takes no type arguments, not 1\n");
  EXPECT_EQ(check(f + "print(f(1) { })\n}"), "E0354: `f` takes no block\n");
  EXPECT_EQ(check(f + "var x = 1\nprint(f(mut x))\n}"), "E0504: this parameter is not `mut`\n");
  EXPECT_EQ(check_in_main("let a = 1\na(2)"), "E0231: this is an `Int` and can't be called\n");
  EXPECT_EQ(check("struct P { x: Int }\nfn main() { let _p = P(1) }"), "E0231: `P` is a struct and can't be called\n");
  EXPECT_EQ(check_in_main("[1].map((a, b) => a)").substr(0, 5), "E0352");
}

TEST(Check, Structs) {
  const std::string p = "struct P { x: Int, y: Int }\nfn main() {\n";
  EXPECT_EQ(check(p + "let _p = P { x: 1 }\n}"), "E0335: this `P` lacks `y`\n");
  EXPECT_EQ(check(p + "let _p = P { x: 1, x: 2, y: 3 }\n}"), "E0336: `x` is given twice\n");
  EXPECT_EQ(check(p + "let _p = P { x: 1, y: 2, z: 3 }\n}"), "E0232: `P` has no field `z`\n");
  EXPECT_EQ(check(p + "print(P { x: 1, y: 2 }.z)\n}"), "E0232: `P` has no field or method `z`\n");
  EXPECT_EQ(check(p + "print(P)\n}"), "E0230: `P` is a struct, not a value\n");
  EXPECT_EQ(check_in_main("print((1, 2).2)"), "E0232: `(Int, Int)` has no part `.2`\n");
  EXPECT_EQ(check_in_main("print([1].len)"), "E0232: `len` is a method, not a field\n");
}

TEST(Check, Matches) {
  const std::string s = "enum S { A(n: Int), B, C }\nfn f(s: S) -> Int {\n";
  EXPECT_EQ(check(s + "match s { A(n) => n, B => 2 }\n}"), "E0401: this `match` does not cover `C`\n");
  EXPECT_EQ(check(s + "match s { A(1) => 1, B | C => 2 }\n}"),
            "E0401: this `match` does not cover `A(..=0)` and `A(2..)`\n");
  EXPECT_EQ(check(s + "match s { A(_) => 1, B => 2, C => 3, B => 4 }\n}"), "E0402: this arm can never match\n");
  EXPECT_EQ(check(s + "match s { A => 1, _ => 2 }\n}"), "E0406: `A` holds 1 value, but the pattern names 0\n");
  EXPECT_EQ(check(s + "match s { D => 1, _ => 2 }\n}"), "E0405: `D` is no variant and no constant\n");
  EXPECT_EQ(check(s + "match s { A(n) | B => 1, _ => 2 }\n}"), "E0407: `n` is not bound in every alternative\n");
  EXPECT_EQ(check(s + "match s { (a, b) => 1, _ => 2 }\n}"), "E0404: a tuple can't match a `S`\n");
  EXPECT_EQ(check(s + "match s { A(mut n) => n, _ => 2 }\n}"), "E0410: `mut` can't stand here\n");
  EXPECT_EQ(check(s + "let A(n) = s\nn\n}"), "E0403: this pattern does not match every value of `S`\n");
  EXPECT_EQ(check_in_main("match (1, 1) { (a, a) => print(a) }"), "E0408: `a` is bound twice in this pattern\n");
  EXPECT_EQ(check_in_main("let b: u8 = 3\nmatch b { 0..=127 => {}, 128..=255 => {} }"), "");
  EXPECT_EQ(check_in_main("match true { true => {} }"), "E0401: this `match` does not cover `false`\n");
  EXPECT_EQ(check_in_main("match [1] { [] => {}, [_, _, ..] => {} }"), "E0401: this `match` does not cover `[_]`\n");
}

TEST(Check, TooComplexMatchesEnd) {
  std::string tuple = "(b";
  std::string pattern;
  for (int i = 1; i < 24; ++i) tuple += ", b";
  for (int arm = 0; arm < 24; ++arm) {
    pattern += "    (";
    for (int i = 0; i < 24; ++i)
      pattern += std::string(i == 0 ? "" : ", ") + (i == arm ? "true" : i == (arm + 7) % 24 ? "false" : "_");
    pattern += ") => {}\n";
  }
  std::string result = check("fn f(b: Bool) {\nmatch " + tuple + ") {\n" + pattern + "    _ => {}\n}\n}");
  EXPECT_TRUE(result.empty() || result.starts_with("E0409")) << result;
}

TEST(Check, Places) {
  EXPECT_EQ(check_in_main("let a = 1\na = 2\nprint(a)"), "E0501: `a` may not change\n");
  EXPECT_EQ(check("fn f(a: Int) { a += 1 }"), "E0501: `a` may not change\n");
  EXPECT_EQ(check_in_main("for i in 0..3 { i = 2 }"), "E0501: `i` may not change\n");
  EXPECT_EQ(check("const L: Int = 1\nfn main() { L = 2 }"), "E0501: `L` is a constant and never changes\n");
  EXPECT_EQ(check("struct P { x: Int }\nimpl P { fn f(self) { self.x = 1 } }"), "E0501: `self` may not change\n");
  EXPECT_EQ(check_in_main("let m = {\"a\": 1}\nvar n = m\nn[\"a\"] += 1"),
            "E0502: `map[key]` reads an `Option`, so it can't be changed in place\n");
  EXPECT_EQ(check_in_main("[1].push(2)"), "E0502: `push` changes its receiver, but this is not a place\n");
  EXPECT_EQ(check_in_main("var s = \"abc\"\ns[0] = \"x\""), "E0502: changed here, but this is not a place\n");
  const std::string f = "fn g(mut a: List<Int>, mut b: List<Int>) { a.push(b.len()) }\nfn main() {\nvar x = [1]\n";
  EXPECT_EQ(check(f + "var y = [1]\ng(x, mut y)\n}"), "E0503: the call changes this argument, so it is marked `mut`\n");
  EXPECT_EQ(check(f + "g(mut x, mut x)\n}"), "E0505: `x` overlaps another place that this call may change\n");
  EXPECT_EQ(check_in_main("var x = [[1], [2]]\nx[0].extend(x[1])\nfor mut e in x { e.push(x.len()) }"),
            "E0506: `x` is held by `for mut` and can't be used meanwhile\n");
  EXPECT_EQ(check_in_main("var n = 1\nlet f = () => { n += 1 }\nf()"),
            "E0507: `n` was captured by this lambda and can't be changed inside it\n");
}

TEST(Check, Blocks) {
  const std::string f =
      "fn each(items: List<Int>, block body: (Int) -> ()) { for i in items { body(i) } }\nfn "
      "main() {\n";
  EXPECT_EQ(check(f + "each([1])\n}"), "E0354: `each` needs a block\n");
  EXPECT_EQ(check(f + "each([1]) { (a, b) => print(a) }\n}").substr(0, 5), "E0352");
  EXPECT_EQ(check(f + "each([1]) { a, b => print(a) }\n}"), "E0101: several parameters stand in parentheses\n");
  EXPECT_EQ(check(f + "while true { each([1]) { x => break } }\n}"), "E0241: `break` can't cross a block argument\n");
  EXPECT_EQ(check(f + "let g = each\ng([1])\n}"), "E0358: a function with a block parameter can't be a value\n");
  EXPECT_EQ(check("fn f(block b: () -> ()) { let g = b\ng() }"), "E0508: the block `b` can't be used as a value\n");
  EXPECT_EQ(check("fn f(block b: () -> ()) { let g = () => b()\ng() }"),
            "E0508: the block `b` can't be called inside a lambda\n");
  EXPECT_EQ(check("fn hold(mut a: List<Int>, block b: () -> ()) { b() }\nfn main() {\nvar x = "
                  "[1]\nhold(mut x) { x.push(1) }\n}"),
            "E0506: `x` is held by this call and can't be used meanwhile\n");
}

TEST(Check, ALambdaCapturesTheTensorsWhoseLengthsItsChecksNeed) {
  TestProgram test(R"(
import tensor
fn main() {
    let y: Tensor<f32> = tensor.ones([2])
    let a: Tensor<f32, [n]> = y.shaped().or_panic("no vector")
    let b: Tensor<f32, [m]> = y.shaped().or_panic("no vector")
    print((a, b))
    let two = async { let two: Tensor<f32, [2]> = y.shaped().or_panic("another shape"); print(two) }
    let same = () => { let same: Tensor<f32, [m]> = y.shaped().or_panic("another shape"); print(same) }
    await two
    same()
}
)");
  EXPECT_EQ(test.check(), "") << test.rendered();
  std::string captured;
  for (std::size_t i = 0; i < test.program->function_count(); ++i) {
    const FunctionInfo& info = test.program->function(FunctionId(i));
    if (info.kind != FunctionKind::Lambda || info.span.file != test.file()) continue;
    for (const ParamInfo& param : info.params) captured += std::string(test.names.text(param.name)) + " ";
    captured += "| ";
  }
  EXPECT_EQ(captured, "y | y b | ");
}

TEST(Check, Leaving) {
  EXPECT_EQ(check_in_main("break"), "E0240: `break` stands outside of any loop\n");
  EXPECT_EQ(check_in_main("while true { break out }"), "E0239: no loop around this has the label `out`\n");
  EXPECT_EQ(check_in_main("defer return"), "E0356: `return` can't leave a `defer`\n");
  EXPECT_EQ(check_in_main("let a = 3?"), "E0343: `?` needs an `Option` or a `Result`\n");
  EXPECT_EQ(check_in_main("let a = [1].first()?"), "E0344: `?` on an `Option` can't leave this function\n");
  EXPECT_EQ(check("fn r() -> Result<Int, String> { Ok(1) }\nfn f() -> Int? { Some(r()?) }"),
            "E0344: `?` on a `Result` can't leave this function\n");
  EXPECT_EQ(check("fn r() -> Result<Int, String> { Ok(1) }\nfn f() -> Result<Int, Int> { Ok(r()?) }"),
            "E0345: an error of type `String` does not become an `Int`\n");
}

TEST(Check, OtherNames) {
  EXPECT_EQ(check_in_main("self.x"), "E0238: there is no `self` here\n");
  EXPECT_EQ(check("enum A { X }\nenum B { X }\nfn main() { let _a = X }"), "E0235: several enums have a variant `X`\n");
  EXPECT_EQ(check("enum A { X }\nfn main() { print(A.Y) }"), "E0234: `A` has no function or variant `Y`\n");
  EXPECT_EQ(check_in_main("  fn inner() {}\n  inner()"), "E0242: declarations stand outside of bodies\n");
  EXPECT_EQ(check_in_main("for i in 5 { print(i) }"), "E0348: `for` can't walk an `Int`\n");
  EXPECT_EQ(check_in_main("print(true[0])"), "E0347: a `Bool` can't be indexed by `Int`\n");
  EXPECT_EQ(check("const F: Int = [1].map(x => x).len()").substr(0, 5), "E0357");
}

TEST(Check, Formats) {
  EXPECT_EQ(check_in_main("print(\"{1.5:.2f} {1:04} {255:x} {\"a\":>8} {1.5:8.1f} {7:*^9} {(1, 2):>8}\")"), "");
  EXPECT_EQ(check_in_main("print(\"{1:.2f}\")"), "E0353: a precision is for floats, but this is an `Int`\n");
  EXPECT_EQ(check_in_main("print(\"{1.5:x}\")"), "E0353: `x` formats integers, but this is a `Float`\n");
  EXPECT_EQ(check_in_main("print(\"{1:q}\")"), "E0353: `q` is not a format\n");
}

TEST(Check, Warnings) {
  EXPECT_EQ(check_in_main("let a = 1"), "W0010: `a` is never read\n");
  EXPECT_EQ(check_in_main("let _a = 1"), "");
  EXPECT_EQ(check("fn r() -> Result<Int, String> { Ok(1) }\nfn main() { r() }"),
            "W0011: this `Result` is dropped, and its error with it\n");
  EXPECT_EQ(check_in_main("return\nprint(1)"), "W0012: this is never reached\n");
  EXPECT_EQ(check_in_main("let a = 1\na == 2"), "W0013: the result of this comparison is dropped\n");
}

TEST(Check, NotInThisBuild) {
  for (const char* text : {"let a = spawn f()", "region { }", "let q = sql\"select 1\""}) {
    EXPECT_EQ(check("fn f() {}\nfn main() {\n" + std::string(text) + "\n}").substr(0, 5), "E0801") << text;
  }
}

TEST(Check, HugeTypesEnd) {
  std::string text = "let a0 = (1, 1)\n";
  for (int i = 1; i < 60; ++i) {
    std::string before = "a" + std::to_string(i - 1);
    text += "let a" + std::to_string(i) + " = (" + before + ", " + before + ")\n";
  }
  EXPECT_TRUE(check_in_main(text).starts_with("E0355"));
}

}  // namespace
}  // namespace noodle::sema
