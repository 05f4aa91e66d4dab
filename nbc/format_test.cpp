// Files, texts and hashes.

#include <gtest/gtest.h>

#include <array>

#include "nbc/builder.h"
#include "nbc/read.h"
#include "nbc/testing/generator.h"
#include "nbc/text.h"
#include "nbc/verify.h"
#include "nbc/write.h"

namespace noodle::nbc {
namespace {

Module small_module() {
  ModuleBuilder m;
  m.types().list(kString);
  FunctionBuilder f(m, m.declare("f", {{{kI64}}, {kI64}}));
  f.ret({f.param(0)});
  f.finish();
  m.export_function(ExportKind::Public, "f", FunctionId(std::size_t(0)));
  return std::move(m.module);
}

// Appends a section entry and its content to a file without sections.
std::string with_section(std::uint8_t id, std::uint8_t flags, std::string_view content) {
  std::string bytes = write(Module());
  bytes[24] = 1;
  std::size_t at = bytes.size() + 12;
  bytes += static_cast<char>(id);
  bytes += static_cast<char>(flags);
  bytes.append(2, '\0');
  for (std::size_t n : {at, content.size()}) {
    for (int i = 0; i < 4; ++i) bytes += static_cast<char>(n >> (8 * i));
  }
  bytes += content;
  fix_checksum(bytes);
  return bytes;
}

void expect_problem(const std::string& bytes, ReadProblem problem, std::string_view says) {
  auto module = read(bytes);
  ASSERT_FALSE(module) << says;
  EXPECT_EQ(static_cast<int>(module.error().problem), static_cast<int>(problem)) << module.error().text();
  EXPECT_NE(module.error().text().find(says), std::string::npos) << module.error().text();
}

TEST(Format, HeaderProblems) {
  std::string good = write(small_module());
  expect_problem("", ReadProblem::NotAModule, "not a Noodle module");
  expect_problem("ELF!" + good.substr(4), ReadProblem::NotAModule, "header, byte 0");
  expect_problem(good.substr(0, 20), ReadProblem::Truncated, "cut off");
  std::string bad = good;
  bad[4] = 9;
  expect_problem(bad, ReadProblem::Version, "format version 9");
  bad = good;
  bad[40] ^= 1;
  expect_problem(bad, ReadProblem::Checksum, "checksum");
}

TEST(Format, AnUnknownFeatureIsNamed) {
  Module module = small_module();
  module.features = 1ull << 37;
  expect_problem(write(module), ReadProblem::Feature, "feature bit 37");
}

TEST(Format, SectionProblems) {
  expect_problem(with_section(77, 0, "x"), ReadProblem::UnknownSection, "section 77");
  EXPECT_TRUE(read(with_section(77, 1, "x"))) << "an unknown optional section is skipped";
  expect_problem(with_section(1, 1, std::string("\0", 1)), ReadProblem::SectionTable, "flags");
  expect_problem(with_section(0, 0, ""), ReadProblem::SectionTable, "ascend");
  std::string bytes = with_section(1, 0, std::string("\0", 1));
  EXPECT_TRUE(read(bytes));
  bytes[36] = 5;
  fix_checksum(bytes);
  expect_problem(bytes, ReadProblem::Truncated, "a section is cut off");
  bytes = with_section(1, 0, std::string("\0", 1)) + "more";
  fix_checksum(bytes);
  expect_problem(bytes, ReadProblem::Trailing, "behind the last section");
  bytes[24] = 99;
  fix_checksum(bytes);
  expect_problem(bytes, ReadProblem::Truncated, "section table");
}

TEST(Format, ContentProblems) {
  using namespace std::string_literals;
  expect_problem(with_section(1, 0, "\0x"s), ReadProblem::Trailing, "strings section, byte 41");
  expect_problem(with_section(1, 0, "\x05"s), ReadProblem::Truncated, "entries");
  expect_problem(with_section(1, 0, "\x80"s), ReadProblem::Truncated, "within a number");
  expect_problem(with_section(1, 0, "\x80\x00"s), ReadProblem::Number, "shortest form");
  expect_problem(with_section(1, 0, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"s), ReadProblem::Number, "64 bits");
  expect_problem(with_section(1, 0, "\xff\xff\xff\x7f"s), ReadProblem::Limit, "limit");
  expect_problem(with_section(2, 0, "\x01\x63\x00"s), ReadProblem::Kind, "kind 99");
  expect_problem(with_section(2, 0, "\x01\x04\x00"s), ReadProblem::Kind, "kind 4");
  expect_problem(with_section(2, 0, "\x01\x12\x00\x00"s), ReadProblem::TypeLayout, "no variant");
  // A struct that contains itself; 65 structs in one another; a struct of more than 4096 slots.
  expect_problem(with_section(2, 0, "\x01\x11\x00\x01\x00\x0f"s), ReadProblem::TypeLayout, "by value");
  std::string deep, wide;
  deep += static_cast<char>(65);
  wide += static_cast<char>(13);
  for (int i = 0; i < 65; ++i) deep += "\x11\x00"s + (i ? "\x01\x00"s + static_cast<char>(14 + i) : "\x00"s);
  expect_problem(with_section(2, 0, deep), ReadProblem::TypeLayout, "64 deep");
  for (int i = 0; i < 13; ++i) {
    char part = static_cast<char>(i ? 14 + i : 4);
    wide += "\x11\x00\x02\x00"s + part + "\x00"s + part;
  }
  expect_problem(with_section(2, 0, wide), ReadProblem::TypeLayout, "4096 slots");
}

// 2^40 leaves in 40 short entries: refused before they are laid out.
TEST(Format, WideTypesAreRefusedEarly) {
  TypeTable types;
  TypeId t = kI64;
  int added = 0;
  for (; added < 40; ++added) {
    Type type;
    type.kind = Kind::Struct;
    type.fields = {{{}, t}, {{}, t}};
    auto next = types.try_add(type);
    if (!next) break;
    t = *next;
  }
  EXPECT_EQ(added, 12);
}

TEST(Format, TruncationsAreRefused) {
  std::string bytes = write(testing::generate(3));
  for (std::size_t n = 0; n < bytes.size(); n += 1 + n / 50) {
    std::string cut = bytes.substr(0, n);
    fix_checksum(cut);
    auto module = read(cut);
    ASSERT_FALSE(module) << n;
    EXPECT_FALSE(module.error().text().empty());
  }
}

TEST(Text, ProblemsNameTheLine) {
  struct Case {
    std::string_view text, says;
    std::size_t line;
  };
  constexpr Case kCases[] = {
      {"", "expected `module`", 1},
      {"module\nnonsense", "unknown item", 2},
      {"module\nstring s0 main", "quoted", 2},
      {"module\ntype t15 frob", "unknown kind", 2},
      {"module\ntype t15 enum - { }", "laid out", 2},
      {"module\nfunction f0 - () -> () {\n  frob r0\n}", "unknown instruction", 3},
      {"module\nfunction f0 - () -> () {\n  int rx 1\n}", "expected r", 3},
      {"module\nfunction f0 - () -> () {\n  int r0 99999999999\n}", "expected a number", 3},
      {"module\nfunction f0 - () -> () {\n  conv r0 r0 i64->frob\n}", "unknown kind", 3},
      {"module\nfunction f0 - () -> () {\n  ret [", "expected `]`", 3},
      {"module\nexport other s0 f0", "expected public", 2},
      {"module\ndebug { frob }", "expected inlined", 2},
      {"module\nnative n0", "a word is missing", 2},
  };
  for (const Case& c : kCases) {
    auto module = parse_text(c.text);
    ASSERT_FALSE(module) << c.text;
    EXPECT_NE(module.error().message.find(c.says), std::string::npos) << c.text << ": " << module.error().message;
    EXPECT_LE(c.line - 1, module.error().line) << c.text;
  }
}

TEST(Text, PrintsWhatThePageShows) {
  ModuleBuilder m;
  FunctionId fib = m.declare("fib", {{{kI64}}, {kI64}});
  FunctionBuilder f(m, fib);
  std::uint16_t n = f.param(0), a = f.reg(kI64), b = f.reg(kI64);
  Label recurse = f.label();
  f.compare_jump(Op::JgeImmI64, n, 2, recurse);
  f.ret({n});
  f.bind(recurse);
  f.abc(Op::SubImmI64, a, n, 1);
  f.call(fib, std::array{a}, std::array{a});
  f.abc(Op::SubImmI64, b, n, 2);
  f.call(fib, std::array{b}, std::array{b});
  f.abc(Op::AddI64, a, a, b);
  f.ret({a});
  f.finish();
  std::string text = disassemble(m.module);
  EXPECT_NE(text.find(R"(function f0 s0 (i64) -> (i64) {  ; fib
  register i64  ; r0
  register i64  ; r1
  register i64  ; r2
      0: jgei.i64 r0 2 @3
      1: ret [r0]
      3: subi.i64 r1 r0 1
      4: call f0 [r1 r1]  ; fib
      6: subi.i64 r2 r0 2
      7: call f0 [r2 r2]  ; fib
      9: add.i64 r1 r1 r2
     10: ret [r1]
})"),
            std::string::npos)
      << text;
}

// The same things in another order, among others, have the same content hashes.
TEST(ContentHash, DoesNotDependOnIndices) {
  auto build = [](bool more, std::string_view text) {
    ModuleBuilder m;
    if (more) {
      m.string("something else");
      m.types().list(kF64);
      m.scalar(kI64, 1);
      FunctionBuilder other(m, m.declare("other", {}));
      other.ret({});
      other.finish();
    }
    TypeId box = m.types().declare(Kind::Box);
    TypeId tree = m.enum_type("Tree", {{m.string("Leaf"), {}}, {m.string("Node"), {m.field("left", box)}}});
    Type content;
    content.element = tree;
    m.types().define(box, content);
    FunctionId f_id = m.declare("f", {}), g_id = m.declare("g", {});
    FunctionBuilder f(m, f_id), g(m, g_id);
    std::uint16_t s = f.reg(kString);
    f.constant(s, m.text(text));
    f.drop(s);
    f.call(g_id, {}, {});
    f.ret({});
    f.finish();
    g.call(f_id, {}, {});
    g.ret({});
    g.finish();
    add_content_hashes(m.module);
    EXPECT_TRUE(check(m.module));
    return std::pair{m.module.type_hashes.back(), m.module.function_hashes.back()};
  };
  EXPECT_EQ(build(false, "text"), build(true, "text"));
  EXPECT_EQ(build(false, "text").first, build(true, "other").first);
  EXPECT_NE(build(false, "text").second, build(true, "other").second);
}

TEST(Builder, FarBranchesAreWidened) {
  ModuleBuilder m;
  FunctionId id = m.declare("f", {{{kI64}}, {kI64}});
  FunctionBuilder f(m, id);
  std::uint16_t n = f.param(0);
  Label far = f.label(), near = f.label(), head = f.label();
  f.bind(head);
  f.compare_jump(Op::JeqImmI64, n, 3, far);
  f.compare_jump(Op::JltImmI64, n, 3, near);
  f.bind(near);
  f.line(0, 1, 1);
  for (int i = 0; i < 40'000; ++i) f.abc(Op::AddImmI64, n, n, 1);
  f.compare_jump(Op::JneImmI64, n, 3, head);
  f.bind(far);
  f.line(0, 2, 1);
  f.ret({n});
  f.finish();
  m.module.debug.files.push_back(m.string("a"));
  auto right = check(m.module);
  EXPECT_TRUE(right) << right.error().text(m.module);
  const FunctionDebug& debug = m.module.debug.functions[0];
  EXPECT_EQ(debug.lines[0].pc, 4u);
  EXPECT_EQ(debug.lines[1].pc, 40'007u);
  EXPECT_EQ(decode(m.module.functions[0].code, 2).branch_target(), 40'007);
}

}  // namespace
}  // namespace noodle::nbc
