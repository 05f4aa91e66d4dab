// Sources that mean harm: each must end in diagnostics, quickly and without a signal, and leave a
// whole tree of bounded height behind.

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "base/text.h"
#include "compiler/syntax/formatter.h"
#include "compiler/syntax/lexer.h"
#include "compiler/syntax/printer.h"

namespace noodle::syntax {
namespace {

constexpr std::size_t kMany = 100'000;

struct Outcome {
  std::size_t errors = 0;
  std::vector<source::Diagnostic> diagnostics;
  std::string tree;
};

// Parses, prints (which walks the whole tree) and holds the result against the promises of the door.
Outcome survive(const std::string& text) {
  source::SourceMap sources;
  const source::FileId file = sources.add("hostile.noodle", text);
  source::DiagnosticSink sink;
  Interner names;
  const auto begin = std::chrono::steady_clock::now();
  const ParsedFile parsed = parse(names, sources.text(file), file, sink);
  Outcome outcome;
  outcome.errors = sink.errors();
  outcome.diagnostics = sink.sorted();
  EXPECT_NE(parsed.tree, nullptr);
  for (const source::Diagnostic& one : outcome.diagnostics) {
    EXPECT_LE(one.span.begin, one.span.end);
    EXPECT_LE(one.span.end, text.size());
    EXPECT_FALSE(one.message.empty());
  }
  outcome.tree = print_tree(names, parsed);
  // Nobody formats what has errors: it may be nested deeper than any program.
  if (outcome.errors == 0) format(parsed);
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_LT(took, std::chrono::seconds(5));
  return outcome;
}

std::string repeat(std::string_view text, std::size_t count) {
  std::string out;
  out.reserve(text.size() * count);
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

std::string in_main(const std::string& body) { return "fn main() {\n    " + body + "\n}\n"; }

struct Deep {
  const char* name;
  const char* open;
  const char* middle;
  const char* close;
};

class Nested : public testing::TestWithParam<Deep> {};

TEST_P(Nested, ADeepOneIsOneDiagnostic) {
  const Deep& deep = GetParam();
  const Outcome outcome = survive(in_main(repeat(deep.open, kMany) + deep.middle + repeat(deep.close, kMany)));
  ASSERT_EQ(outcome.errors, 1u) << outcome.diagnostics[0].message << "; " << outcome.diagnostics.back().message;
  EXPECT_EQ(outcome.diagnostics[0].code, source::Code::TooDeep) << outcome.diagnostics[0].message;
}

TEST_P(Nested, AnUnclosedOneIsOneDiagnostic) {
  const Outcome outcome = survive(in_main(repeat(GetParam().open, kMany)));
  EXPECT_LE(outcome.errors, 2u) << outcome.diagnostics.back().message;  // an open string is one of its own
}

TEST_P(Nested, AModerateOneIsFine) {
  const Deep& deep = GetParam();
  const Outcome outcome = survive(in_main(repeat(deep.open, 45) + deep.middle + repeat(deep.close, 45)));
  EXPECT_EQ(outcome.errors, 0u) << outcome.diagnostics[0].message;
}

INSTANTIATE_TEST_SUITE_P(
    Every, Nested,
    testing::Values(Deep{"parens", "(", "1", ")"}, Deep{"lists", "[", "1", "]"}, Deep{"blocks", "{ ", "1", " }"},
                    Deep{"ifs", "if a { ", "1", " }"}, Deep{"conditions", "if (if a { b } else { ", "c", " }) { 1 }"},
                    Deep{"elses", "if a { } else { ", "1", " }"}, Deep{"matches", "match a { b => ", "1", " }"},
                    Deep{"loops", "loop { ", "1", " }"}, Deep{"fors", "for a in b { ", "1", " }"},
                    Deep{"whiles", "while a { ", "1", " }"}, Deep{"labels", "a: for b in c { ", "1", " }"},
                    Deep{"negations", "- ", "a", ""}, Deep{"nots", "!", "a", ""}, Deep{"awaits", "await ", "a", ""},
                    Deep{"spawns", "spawn ", "a", ""}, Deep{"asyncs", "async ", "a", ""},
                    Deep{"returns", "return ", "a", ""}, Deep{"lambdas", "x => ", "x", ""},
                    Deep{"tuples", "(1, ", "2", ")"}, Deep{"calls", "f(", "1", ")"}, Deep{"indices", "f[", "1", "]"},
                    Deep{"maps", "f({1: ", "2", "})"}, Deep{"structs", "S { a: ", "1", " }"},
                    Deep{"block_arguments", "f() { ", "1", " }"}, Deep{"parameters", "f() { x => ", "1", " }"},
                    Deep{"coalescing", "a ?? ", "b", ""}, Deep{"powers", "a ** ", "b", ""},
                    Deep{"functions", "fn f() { ", "1", " }"}, Deep{"strings", "\"{", "1", "}\""},
                    Deep{"sql", "sql\"{", "1", "}\""}, Deep{"scopes", "scope { ", "1", " }"},
                    Deep{"regions", "region { ", "1", " }"}, Deep{"withins", "within 1s { ", "1", " }"},
                    Deep{"selects", "select { a = b => ", "1", " }"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(Hostile, DeepTypesAndPatternsAreOneDiagnostic) {
  const std::vector<std::string> sources = {
      in_main("let a: " + repeat("List<", kMany) + "Int" + repeat(">", kMany) + " = b"),
      in_main("let a: " + repeat("(", kMany) + "Int" + repeat(")", kMany) + " = b"),
      in_main("let a: " + repeat("() -> ", kMany) + "Int = b"),
      in_main("let a: Int" + repeat("?", kMany) + " = b"),
      in_main("let " + repeat("(", kMany) + "a" + repeat(")", kMany) + " = b"),
      in_main("let " + repeat("[", kMany) + "a" + repeat("]", kMany) + " = b"),
      in_main("let " + repeat("A(", kMany) + "a" + repeat(")", kMany) + " = b"),
      in_main("let " + repeat("A { b: ", kMany) + "a" + repeat(" }", kMany) + " = b"),
  };
  for (const std::string& text : sources) {
    const Outcome outcome = survive(text);
    ASSERT_EQ(outcome.errors, 1u) << text.substr(0, 40);
    EXPECT_EQ(outcome.diagnostics[0].code, source::Code::TooDeep);
  }
}

TEST(Hostile, LongChainsAreOneDiagnosticOrFine) {
  const std::vector<std::string> too_long = {
      "a" + repeat(" + a", kMany),
      "a" + repeat(" && a", kMany),
      "a" + repeat("\n    || a", kMany),
      "a" + repeat(" ?? a", kMany),
      "a" + repeat(".b", kMany),
      "a" + repeat("()", kMany),
      "a" + repeat("[0]", kMany),
      "a" + repeat("? ", kMany),
      "a" + repeat(".b()?", kMany),
      "a" + repeat(" ** a", kMany),
      "if a { }" + repeat(" else if a { }", kMany),
      "\"{a" + repeat(" + a", kMany) + "}\"",
  };
  for (const std::string& text : too_long) {
    const Outcome outcome = survive(in_main(text));
    ASSERT_EQ(outcome.errors, 1u) << text.substr(0, 40);
    EXPECT_EQ(outcome.diagnostics[0].code, source::Code::TooDeep);
  }
  const std::vector<std::string> fine = {
      "f(a" + repeat(", a", kMany) + ")",
      "[1" + repeat(", 1", kMany) + "]",
      "a" + repeat("\n    a", kMany),
      "a" + repeat("; a", kMany),
      "let x = {1: 1" + repeat(", 1: 1", kMany) + "}",
      "match a {" + repeat(" b => c,", kMany) + " }",
      "match a { b" + repeat(" | b", kMany) + " => c }",
      "a" + repeat(" + a", 900),
      "if a { }" + repeat(" else if a { }", 900),
      "a" + repeat("\n    .b()", 400),
  };
  for (const std::string& text : fine) {
    EXPECT_EQ(survive(in_main(text)).errors, 0u) << text.substr(0, 40);
  }
}

TEST(Hostile, ScansForTypeArgumentsAreLinear) {
  survive(in_main(repeat("a<", 2 * kMany)));
  survive(in_main("f(" + repeat("a<(b<c) ?? ", kMany)));
  survive(in_main(repeat("a<b\n", kMany)));
  survive(in_main(repeat("a<b>>(c)\n", kMany)));
  survive(in_main(repeat("(a<(b<", kMany)));
}

TEST(Hostile, ErrorsOnOneLineAreLinear) {
  survive(in_main(repeat("a b; ", kMany)));
  survive(in_main(repeat("{ a b } ", kMany)));
  survive(repeat(" ", 1'000'000) + repeat("a b; ", kMany));
  survive(repeat("}", kMany));
  survive(repeat("fn ", kMany));
  survive(repeat("'", kMany));
  survive(repeat("/*", kMany));
  survive(repeat("@", kMany));
  survive(repeat("\\", kMany));
  survive(in_main(repeat("\"{", kMany) + "\n"));
  survive(in_main(repeat("\"{\n", kMany)));
  survive(in_main(repeat("match ", kMany)));
  survive(repeat("enum A { B(", kMany));
  survive(repeat("impl A { fn f() {", kMany));
}

TEST(Hostile, MegabyteNamesAndLiteralsAreFine) {
  constexpr std::size_t kMega = 1'000'000;
  EXPECT_EQ(survive(in_main("let " + repeat("a", kMega) + " = 1")).errors, 0u);
  EXPECT_EQ(survive(in_main("let a = \"" + repeat("b", kMega) + "\"")).errors, 0u);
  EXPECT_EQ(survive(in_main("let a = \"" + repeat("\\u{1F600}", kMany) + "\"")).errors, 0u);
  EXPECT_EQ(survive(in_main("let a = \"" + repeat("{b}", kMany) + "\"")).errors, 0u);
  EXPECT_EQ(survive("// " + repeat("b", kMega)).errors, 0u);
  EXPECT_EQ(survive(repeat("/// doc\n", kMany) + "fn main() { }").errors, 0u);
  EXPECT_EQ(survive(in_main("let a = 0." + repeat("1", kMega))).errors, 0u);
  survive(in_main("let a = " + repeat("9", kMega)));  // sema says that it is too large
  survive(in_main("let a = " + repeat("9", kMega) + ".0"));
  survive(in_main("let a = " + repeat("1", kMega) + "ms"));
  survive(in_main("let a = 1" + repeat("x", kMega)));
  survive(repeat("x", kMega));
  survive(repeat("\xC3\xA9", kMega / 2));
}

TEST(Hostile, InvalidUtf8IsAnErrorAtItsByte) {
  for (const std::string bad : {"\xFF", "\xC0\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xE2\x82", "\x80"}) {
    for (const std::string before : {"", "fn main() { }\n", "// caf\xC3\xA9 ", "let s = \"\xC3\xA9"}) {
      const Outcome outcome = survive(before + bad);
      ASSERT_EQ(outcome.errors, 1u);
      EXPECT_EQ(outcome.diagnostics[0].code, source::Code::InvalidUtf8);
      EXPECT_EQ(outcome.diagnostics[0].span.begin, before.size());
    }
  }
}

std::vector<std::string> programs() {
  std::vector<std::string> texts;
  for (const char* folder : {"tests/golden", "std", "examples"}) {
    if (!std::filesystem::exists(folder)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.path().extension() != ".noodle") continue;
      std::ifstream in(entry.path(), std::ios::binary);
      texts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
  }
  return texts;
}

TEST(Hostile, TruncationsOfProgramsEndInDiagnostics) {
  std::mt19937 random(1);
  std::size_t tried = 0;
  for (const std::string& text : programs()) {
    for (std::size_t i = 0; i < 12 && !text.empty(); ++i, ++tried) survive(text.substr(0, random() % text.size()));
  }
  EXPECT_GT(tried, 100u);
}

TEST(Hostile, MutatedProgramsEndInDiagnostics) {
  std::mt19937 random(2);
  for (const std::string& text : programs()) {
    if (text.empty()) continue;
    for (int i = 0; i < 6; ++i) {
      std::string mutated = text;
      for (int edits = 0; edits < 4; ++edits) {
        const std::size_t at = random() % mutated.size();
        const std::size_t length = std::min<std::size_t>(random() % 8, mutated.size() - at);
        const std::size_t from = random() % mutated.size();
        const std::string piece = mutated.substr(from, random() % 12);
        mutated.replace(at, length,
                        random() % 3 == 0 ? std::string(1, "(){}[]\"\\;:<>?=.,@'\n"[random() % 20]) : piece);
        if (mutated.empty()) mutated = "x";
      }
      if (find_invalid_utf8(mutated) != std::string_view::npos) continue;
      survive(mutated);
    }
  }
}

TEST(Hostile, RandomTokensEndInDiagnostics) {
  std::vector<std::string> pieces = {"a",      "B",      "1",       "2.5",     "\"s\"", "\"{",    "}\"",
                                     "\n",     "3ms",    "4KB",     "block",   "test",  "sql",    "scope",
                                     "within", "select", "private", "receive", "_",     "// c\n", "/// d\n"};
  for (int kind = static_cast<int>(TokenKind::ParenOpen); kind <= static_cast<int>(TokenKind::While); ++kind) {
    std::string word(describe(static_cast<TokenKind>(kind)));
    pieces.push_back(word.substr(1, word.size() - 2));
  }
  std::mt19937 random(3);
  for (int i = 0; i < 3000; ++i) {
    std::string text = i % 2 == 0 ? "fn main() {\n" : "";
    for (std::size_t count = random() % 60; count > 0; --count) {
      text += pieces[random() % pieces.size()];
      if (random() % 3 != 0) text += ' ';
    }
    survive(text);
  }
}

TEST(Hostile, RandomBytesEndInDiagnostics) {
  std::mt19937 random(4);
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (std::size_t count = random() % 200; count > 0; --count) {
      text += static_cast<char>(i % 2 == 0 ? random() % 256 : random() % 128);
    }
    survive(text);
  }
}

}  // namespace
}  // namespace noodle::syntax
