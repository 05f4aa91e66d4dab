// Sources that mean harm, through the whole command: each must end in a result or in diagnostics,
// within seconds and not by a signal, whatever step it was made to hurt.

#include <gtest/gtest.h>

#include "tests/golden_file.h"
#include "tests/process.h"
#include "tests/temp_folder.h"

namespace noodle::tests {
namespace {

#ifdef NOODLE_SANITIZED
constexpr int kSeconds = 60;
#else
constexpr int kSeconds = 5;
#endif

std::string repeat(std::string_view text, std::size_t count) {
  std::string out;
  out.reserve(text.size() * count);
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

/// `make(0)` to `make(count - 1)`, one after the other.
template <typename Make>
std::string each(std::size_t count, Make make) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += make(std::to_string(i), std::to_string(i + 1));
  return out;
}

class Whole : public TempFolder {
 protected:
  /// Runs a program: its exit code, and standard error in err_.
  int run(const std::string& text) {
    write("main.noodle", text);
    const ProcessResult result = run_process({NOODLE_COMMAND, "run", "main.noodle"}, folder_.string(), "", kSeconds);
    EXPECT_FALSE(result.timed_out) << text.substr(0, 200);
    EXPECT_EQ(result.signal, 0) << text.substr(0, 200) << result.err.substr(0, 2000);
    EXPECT_TRUE(result.exit_code == 0 || result.exit_code == 1 || result.exit_code == 101) << result.exit_code;
    EXPECT_EQ(result.err.find("compiler is broken"), std::string::npos) << result.err.substr(0, 2000);
    EXPECT_EQ(result.err.find("can't use"), std::string::npos) << result.err.substr(0, 2000);
    err_ = result.err;
    out_ = result.out;
    return result.exit_code;
  }

  std::string err_, out_;
};

TEST_F(Whole, LongProgramsRun) {
  EXPECT_EQ(run("fn main() {\n    var x = 0\n" + repeat("    x += 1\n", 20'000) + "    print(x)\n}\n"), 0) << err_;
  EXPECT_EQ(out_, "20000\n");
  EXPECT_EQ(run(each(5'000,
                     [](auto i, auto next) {
                       return "fn f" + i + "(n: Int) -> Int { if n == 0 { 0 } else { f" + next + "(n - 1) } }\n";
                     }) +
                "fn f5000(n: Int) -> Int { n }\nfn main() { print(f0(10)) }\n"),
            0)
      << err_;
  EXPECT_EQ(run("fn main() { let x = [0" + repeat(", 1", 100'000) + "]\nprint(x.len()) }\n"), 0) << err_;
  EXPECT_EQ(
      run("fn main() { let x = {" + each(20'000, [](auto i, auto) { return i + ": 1, "; }) + "}\nprint(x.len()) }\n"),
      0)
      << err_;
  EXPECT_EQ(run("const X: List<Int> = [0" + repeat(", 1", 100'000) + "]\nfn main() { print(X.len()) }\n"), 0) << err_;
}

TEST_F(Whole, LongMatchesAndEnumsRun) {
  const std::string variants = each(2'000, [](auto i, auto) { return "V" + i + "(n: Int), "; });
  EXPECT_EQ(run("enum E { " + variants + "}\nfn f(e: E) -> Int { match e {\n" +
                each(2'000, [](auto i, auto) { return "V" + i + "(n) => n + " + i + "\n"; }) +
                "} }\nfn main() { print(f(V1999(1))) }\n"),
            0)
      << err_;
  EXPECT_EQ(out_, "2000\n");
  EXPECT_EQ(run("fn main() { match 7 {\n" + each(5'000, [](auto i, auto) { return i + " => print(" + i + ")\n"; }) +
                "_ => print(0) } }\n"),
            0)
      << err_;
  EXPECT_EQ(
      run("fn main() { match \"7\" {\n" +
          each(3'000, [](auto i, auto) { return "\"" + i + "\" => print(" + i + ")\n"; }) + "_ => print(0) } }\n"),
      0)
      << err_;
}

TEST_F(Whole, TypesThatGrowWithoutBoundAreRefused) {
  // Each level doubles the width of a flat value.
  EXPECT_EQ(run("struct S0 { a: Int, b: Int }\n" +
                each(40, [](auto i, auto next) { return "struct S" + next + " { a: S" + i + ", b: S" + i + " }\n"; }) +
                "fn f(s: S40) -> Int { 1 }\nfn main() { let g = f }\n"),
            1);
  EXPECT_EQ(run("struct P<T> { a: T, b: T }\nfn wrap<T>(x: T, n: Int) -> Int { if n == 0 { 0 } else { wrap(P { a: x, "
                "b: x }, n - 1) } }\n"
                "fn main() { print(wrap(1, 100)) }\n"),
            1);
  EXPECT_NE(err_.find("E0355"), std::string::npos) << err_;
  EXPECT_EQ(
      run("fn main() {\n    let x0 = (1, 1)\n" +
          each(60, [](auto i, auto next) { return "    let x" + next + " = (x" + i + ", x" + i + ")\n"; }) + "}\n"),
      1);
  EXPECT_EQ(run("fn f<A, B>(a: A, b: B, n: Int) -> Int { if n == 0 { 0 } else { f((a, b), [b], n - 1) + f([a], (b, a), "
                "n - 1) } }\n"
                "fn main() { print(f(1, 2, 3)) }\n"),
            1);
  EXPECT_EQ(run("struct Wide { " + each(5'000, [](auto i, auto) { return "f" + i + ": Int, "; }) +
                "}\nfn f(w: Wide) -> Int { w.f0 }\n"
                "fn main() { let g = f }\n"),
            1);
}

TEST_F(Whole, DeepValuesAreFreedAndPrintedWithoutRecursionOfOurs) {
  EXPECT_EQ(run("enum L { Nil, Cons(n: Int, rest: L) }\nfn main() {\n    var l = Nil\n    for i in 0..1000000 { l = "
                "Cons(i, l) }\n"
                "    match l { Cons(n, _) => print(n), Nil => print(0) }\n}\n"),
            0)
      << err_;
  // The program's own recursion has a limit that ends in a panic.
  const int code =
      run("enum L { Nil, Cons(n: Int, rest: L) }\nfn main() {\n    var l = Nil\n    for i in 0..1000000 { l = Cons(i, "
          "l) }\n"
          "    print(\"{l}\".len() > 10)\n}\n");
  EXPECT_TRUE(code == 0 || code == 101) << err_;
  const int equal =
      run("enum L { Nil, Cons(n: Int, rest: L) }\nfn main() {\n    var l = Nil\n    var m = Nil\n"
          "    for i in 0..1000000 { l = Cons(i, l); m = Cons(i, m) }\n    print(l == m)\n}\n");
  EXPECT_TRUE(equal == 0 || equal == 101) << err_;
}

TEST_F(Whole, ManyErrorsAreQuickAndCounted) {
  EXPECT_EQ(run("fn main() {\n" + repeat("    print(undefined_name)\n", 20'000) + "}\n"), 1);
  EXPECT_EQ(
      run("fn main() {\n" + each(20'000, [](auto i, auto) { return "    let x" + i + ": Int = \"text\"\n"; }) + "}\n"),
      1);
  EXPECT_EQ(run(repeat("fn f() -> Int { \"x\" }\n", 10'000)), 1);
  EXPECT_EQ(run(each(3'000, [](auto i, auto) { return "impl Nothing" + i + " for Missing {}\n"; })), 1);
}

TEST_F(Whole, InferenceAndLambdasOfAnyShapeEnd) {
  EXPECT_EQ(run("fn main() {\n    let f = " + repeat("(x => ", 40) + "x" + repeat(")", 40) + "\n}\n"), 1);
  EXPECT_EQ(run("fn id<T>(x: T) -> T { x }\nfn main() { print(" + repeat("id(", 60) + "1" + repeat(")", 60) + ") }\n"),
            0)
      << err_;
  EXPECT_EQ(run("fn main() {\n    let x = " + repeat("[", 30) + "1" + repeat("]", 30) + "\n    print(x)\n}\n"), 0)
      << err_;
  EXPECT_EQ(run("fn main() {\n    print([1]" + repeat(".map(x => x + 1)", 150) + ")\n}\n"), 0) << err_;
  EXPECT_EQ(out_, "[151]\n");
}

TEST_F(Whole, ConstantsOfAnyShapeEnd) {
  EXPECT_EQ(run(each(150, [](auto i, auto next) { return "const C" + next + ": Int = C" + i + " + 1\n"; }) +
                "const C0: Int = 0\nfn main() { print(C150) }\n"),
            0)
      << err_;
  EXPECT_EQ(
      run("const A0: List<Int> = [1, 1]\n" +
          each(40, [](auto i, auto next) { return "const A" + next + ": List<Int> = A" + i + " + A" + i + "\n"; }) +
          "fn main() { print(A40.len()) }\n"),
      1);
  EXPECT_EQ(run("const A: Int = 2 ** 4000000000\nfn main() { print(A) }\n"), 1);
}

TEST_F(Whole, ImportsInCirclesAndChainsEnd) {
  write("a.noodle", "import b\npub fn f(n: Int) -> Int { if n == 0 { 0 } else { b.g(n - 1) } }\n");
  write("b.noodle", "import a\npub fn g(n: Int) -> Int { a.f(n) }\n");
  EXPECT_EQ(run("import a\nfn main() { print(a.f(9)) }\n"), 0) << err_;
  EXPECT_EQ(run("import main\nfn f() { }\n"), 1);
  EXPECT_NE(err_.find("a module can't import itself"), std::string::npos) << err_;
  for (int i = 0; i < 500; ++i)
    write("m" + std::to_string(i) + ".noodle",
          "import m" + std::to_string((i + 1) % 500) + "\npub fn f() -> Int { 1 }\n");
  EXPECT_EQ(run("import m0\nfn main() { print(m0.f()) }\n"), 0) << err_;
  write("p.noodle", "import q\npub const P: Int = q.Q\n");
  write("q.noodle", "import p\npub const Q: Int = p.P\n");
  EXPECT_EQ(run("import p\nfn main() { print(p.P) }\n"), 1);
  EXPECT_NE(err_.find("E0701"), std::string::npos) << err_;
}

TEST_F(Whole, TraitsThatNeedThemselvesEnd) {
  EXPECT_EQ(run("trait A { fn a(self) -> Int }\nimpl<T: A> A for List<T> { fn a(self) -> Int { [self].a() } }\n"
                "impl A for Int { fn a(self) -> Int { 1 } }\nfn main() { print([1].a()) }\n"),
            1);
  EXPECT_EQ(run("trait A { fn a(self) -> Int }\nimpl<T: A> A for T { fn a(self) -> Int { 1 } }\nfn main() { "
                "print(1.a()) }\n"),
            1);
  EXPECT_EQ(run("struct S<T> { t: T }\nimpl<T: Ordered> Ordered for S<T> { fn compare(self, other: Self) -> Int { "
                "compare(self, other) } }\n"
                "fn main() { print(S { t: 1 } < S { t: 2 }) }\n"),
            101);
}

}  // namespace
}  // namespace noodle::tests
