// The specification's tables are those of opcodes.def and rules.def. With NOODLE_REWRITE=1 this test
// writes them into the page instead of comparing.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "nbc/verify.h"

namespace noodle::nbc {
namespace {

constexpr const char* kPage = "docs/reference/nbc.rst";

std::string_view role_text(Role role) {
  constexpr std::string_view kNames[] = {"in", "take", "mut", "out", "view", "args", "imm"};
  return kNames[static_cast<int>(role)];
}

std::string_view place_text(Place place) {
  constexpr std::string_view kNames[] = {"a", "b", "c", "imm", "x", "y", "z", "list", "targets"};
  return kNames[static_cast<int>(place)];
}

std::string_view what_text(What what) {
  constexpr std::string_view kNames[] = {"bool",
                                         "i8",
                                         "i16",
                                         "i32",
                                         "i64",
                                         "u8",
                                         "u16",
                                         "u32",
                                         "u64",
                                         "f16",
                                         "bf16",
                                         "f32",
                                         "f64",
                                         "string",
                                         "Leaf",
                                         "Same",
                                         "SameB",
                                         "type imm",
                                         "whole register",
                                         "constant's type",
                                         "integer or bool",
                                         "signed integer",
                                         "unsigned integer or bool",
                                         "PairFrom",
                                         "PairTo",
                                         "enum",
                                         "list",
                                         "list of numbers, bools or strings",
                                         "map",
                                         "box",
                                         "box of an enum",
                                         "fn",
                                         "any",
                                         "handle",
                                         "handle of what fn gives",
                                         "ElementLeaf",
                                         "Results",
                                         "arguments",
                                         "results",
                                         "Payload",
                                         "Content",
                                         "Element",
                                         "Elements",
                                         "Key",
                                         "Value",
                                         "Concrete",
                                         "OfType",
                                         "Captures",
                                         "Strings",
                                         "Handles",
                                         "number",
                                         "number",
                                         "number, not 0",
                                         "type",
                                         "type with equality",
                                         "constant",
                                         "pair of numbers",
                                         "pair of integers",
                                         "pair to an integer",
                                         "target",
                                         "offset",
                                         "number of targets",
                                         "string",
                                         "function",
                                         "native",
                                         "vtable",
                                         "method",
                                         "variant",
                                         "leaf",
                                         "targets"};
  return kNames[static_cast<int>(what)];
}

std::string instruction_table() {
  std::string out =
      "\n.. list-table::\n   :header-rows: 1\n   :widths: 16 36 40 8\n\n   * - instruction\n     - operands\n     - "
      "meaning\n     -\n";
  for (std::uint32_t i = 0; i < kOpCount; ++i) {
    const OpInfo& op = info(Op(i));
    out += "   * - ``" + std::string(op.mnemonic) + "``\n     -";
    bool first = true;
    for (const Operand& o : op.all()) {
      out += first ? " " : ", ";
      first = false;
      out += std::string(place_text(o.place));
      if (o.place == Place::Targets) continue;
      if (o.role != Role::Imm) out += " " + std::string(role_text(o.role));
      if (o.place != Place::Imm || o.what != What::Number) out += " " + std::string(what_text(o.what));
    }
    std::string meaning(op.meaning);
    for (std::size_t at = 0; (at = meaning.find_first_of("*\\|`", at)) != std::string::npos; at += 2)
      meaning.insert(at, "\\");
    out += "\n     - " + meaning + "\n     -";
    std::string flags;
    if (op.flags & Panics) flags += " *panics*";
    if (op.flags & nbc::Call) flags += " *call*";
    if (op.flags & End) flags += " *end*";
    if (op.flags & Branch) flags += " *branch*";
    if (op.flags & Reserved) flags += " *reserved*";
    out += flags + "\n";
  }
  return out + "\n";
}

std::string rule_table() {
  std::string out = "\n.. list-table::\n   :widths: 25 75\n\n";
  for (std::uint32_t i = 0; i < kRuleCount; ++i) {
    out += "   * - ``" + std::string(rule_name(Rule(i))) + "``\n     - " + std::string(rule_meaning(Rule(i))) + "\n";
  }
  return out + "\n";
}

struct Region {
  std::size_t begin = std::string::npos;
  std::size_t end = std::string::npos;
};

Region find(const std::string& page, std::string_view name) {
  Region r;
  std::size_t at = page.find(".. BEGIN " + std::string(name));
  if (at == std::string::npos) return r;
  r.begin = page.find('\n', at) + 1;
  r.end = page.find(".. END " + std::string(name), r.begin);
  return r;
}

TEST(Specification, TablesAreThoseOfTheCode) {
  std::ifstream in(kPage);
  std::string page((std::istreambuf_iterator<char>(in)), {});
  ASSERT_FALSE(page.empty()) << kPage;
  bool rewrite = std::getenv("NOODLE_REWRITE") != nullptr;
  for (auto [name, table] : {std::pair{"INSTRUCTIONS", instruction_table()}, {"RULES", rule_table()}}) {
    Region region = find(page, name);
    ASSERT_NE(region.end, std::string::npos) << name;
    std::string have = page.substr(region.begin, region.end - region.begin);
    if (rewrite) {
      page.replace(region.begin, region.end - region.begin, table);
    } else {
      EXPECT_TRUE(have == table) << name << " in " << kPage << " are not those of the code; run with NOODLE_REWRITE=1";
    }
  }
  if (rewrite) std::ofstream(kPage) << page;
}

TEST(Specification, EachRowSaysWhatAnInstructionDoes) {
  for (std::uint32_t i = 0; i < kOpCount; ++i) {
    EXPECT_FALSE(info(Op(i)).meaning.empty());
    EXPECT_EQ(find_op(info(Op(i)).mnemonic), Op(i)) << "two instructions are called " << info(Op(i)).mnemonic;
  }
  EXPECT_EQ(find_op("no such"), Op(kOpCount));
}

}  // namespace
}  // namespace noodle::nbc
