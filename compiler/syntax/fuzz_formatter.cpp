// Bytes choose a program of fragments that fit together, with line breaks, comments and widths that people would not
// choose; what formatting promises must hold. Where fuzz_parser finds what any text does to the formatter, this one
// gets past the parser each time and so into the breaking of lines.

#include <cstdio>
#include <cstdlib>

#include "compiler/syntax/format_check.h"

namespace {

class Chooser {
 public:
  Chooser(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  unsigned below(unsigned count) { return at_ < size_ ? data_[at_++] % count : 0; }
  bool ended() const { return at_ >= size_; }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

class Writer {
 public:
  explicit Writer(Chooser& choose) : choose_(choose) {}

  std::string program() {
    while (!choose_.ended() && out_.size() < 4000) item();
    return std::move(out_);
  }

 private:
  void put(std::string_view text) { out_ += text; }
  /// A blank inside `()` and `[]`.
  void gap() {
    static constexpr std::string_view kGaps[] = {"", " ", "  ", "\n", "\n\n\n", " // c\n", "\n    // own\n"};
    put(kGaps[choose_.below(7)]);
  }
  void name() {
    static constexpr std::string_view kNames[] = {"a", "item", "some_longer_name", "an_even_longer_name_of_something"};
    put(kNames[choose_.below(4)]);
  }
  void separated(std::string_view open, std::string_view close, unsigned most) {
    put(open);
    for (unsigned i = choose_.below(most); i > 0; --i) {
      gap();
      expr();
      gap();
      put(",");
    }
    gap();
    expr();
    gap();
    put(close);
  }
  void block() {
    put(choose_.below(2) == 0 ? "{ " : "{ // b\n");
    for (unsigned i = choose_.below(3); i > 0; --i) {
      statement();
      put(choose_.below(2) == 0 ? "; " : "\n\n\n");
    }
    statement();
    put(choose_.below(2) == 0 ? " }" : "\n}");
  }
  void operation() {
    static constexpr std::string_view kMarks[] = {" + ", "*", " && ", "\n|| ", " ?? ", " -\n", " == ", "\n  ?? "};
    put("(");
    expr();
    put(kMarks[choose_.below(8)]);
    expr();
    put(")");
  }
  void expr() {
    if (++depth_ > 12 || choose_.ended()) {
      name();
    } else {
      compound();
    }
    --depth_;
  }
  void compound() {
    switch (choose_.below(14)) {
      case 0: name(); break;
      case 1: put("1_000"); break;
      case 2: put("\"text with {value:>8} in it\""); break;
      case 3: name(), separated("(", ")", 5); break;
      case 4: separated("[", "]", 12); break;
      case 5: operation(); break;
      case 6: name(), put(".map(x => "), expr(), put(")"); break;
      case 7: name(), put("\n.filter(x =>"), block(), put(").len()"); break;
      case 8: put("(if "), name(), put(" "), block(), put(" else "), block(), put(")"); break;
      case 9: put("(match "), name(), put(" { A => "), expr(), put(", B(b, c) => "), block(), put("\n_ => 1 })"); break;
      case 10: put("(Point { x: "), expr(), put(", y: "), expr(), put(" })"); break;
      case 11: put("({\"k\": "), expr(), put(", "), name(), put(": "), expr(), put("})"); break;
      case 12: put("each("), expr(), put(") { item => "), statement(), put(" }"); break;
      default: put("Map<String, List<Int>>.new("), expr(), put(")");
    }
  }
  void statement() {
    switch (choose_.below(5)) {
      case 0: put("let x = "), expr(); break;
      case 1: put("var y: Map<String, Int?> = "), expr(); break;
      case 2: put("a.b += "), expr(); break;
      case 3: put("return "), expr(); break;
      default: put("print("), expr(), put(")");
    }
  }
  void item() {
    switch (choose_.below(4)) {
      case 0: put("enum E { A, B(x: Int, y: Map<Int, Int>), C }"); break;
      case 1:
        put("/// Doc.\npub struct S<T: Ordered + Hashable> { a: Map<Int, T>, private b: (Int, Int) -> Int }");
        break;
      case 2: put("const LIMITS: List<Int> = "), separated("[", "]", 30); break;
      default:
        put("fn f(a: Int, b: (mut Int, Map<Int, Int>) -> Int, block c: (Int) -> ()) -> Result<Int, Error> "), block();
    }
    put("\n\n");
  }

  Chooser& choose_;
  std::string out_;
  int depth_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Chooser choose(data, size);
  const std::string problem = noodle::syntax::testing::format_problem(Writer(choose).program());
  if (problem.empty()) return 0;
  std::fprintf(stderr, "%s\n", problem.c_str());
  std::abort();
}
