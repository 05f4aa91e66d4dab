// Runs each pass alone on the files of tests/nir/: `counts_loop.nir` is for the pass `counts`. A file
// holds a module, a line of dashes, and what the pass makes of it. With NOODLE_UPDATE_GOLDEN set the
// second half is rewritten.

#include "compiler/nir/passes/passes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "compiler/nir/builder.h"
#include "compiler/nir/passes/edit.h"
#include "compiler/nir/text.h"
#include "compiler/nir/verify.h"

namespace noodle::nir {
namespace {

constexpr std::string_view kLine = "----------------------------------------\n";

std::string run_pass(std::string_view name, std::string_view text) {
  Interner names;
  sema::TypeTable types(names);
  auto parsed = parse(text, types);
  if (!parsed) return "error: " + parsed.error() + "\n";
  Layout layout(types);
  if (auto ok = verify(parsed->module, layout); !ok) return "before: " + ok.error() + "\n";
  PassContext context(parsed->module, layout);
  for (const Pass& pass : standard_passes()) {
    if (pass.name != name) continue;
    if (pass.run_module != nullptr) pass.run_module(context);
    for (Function& f : parsed->module.functions) {
      context.reshape();
      if (pass.run != nullptr) pass.run(f, context);
    }
    if (auto ok = verify(parsed->module, layout); !ok) return "after: " + ok.error() + "\n";
    return print(types, parsed->module);
  }
  return "there is no pass " + std::string(name) + "\n";
}

TEST(NirPasses, GoldenFiles) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator("tests/nir")) {
    if (entry.path().extension() == ".nir") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  ASSERT_GE(files.size(), 7u);
  for (const auto& path : files) {
    std::stringstream read;
    read << std::ifstream(path).rdbuf();
    const std::string whole = read.str();
    const std::size_t at = whole.find(kLine);
    const std::string before = whole.substr(0, at);
    const std::string expected = at == std::string::npos ? "" : whole.substr(at + kLine.size());
    const std::string stem = path.stem().string();
    const std::string after = run_pass(stem.substr(0, stem.find('_')), before);
    if (std::getenv("NOODLE_UPDATE_GOLDEN") != nullptr) {
      std::ofstream(path) << before << kLine << after;
    } else {
      EXPECT_EQ(after, expected) << path;
    }
  }
}

TEST(NirPasses, AnArgumentAddedToPackedEdgesLeavesTheOthersAlone) {
  Interner names;
  sema::TypeTable types(names);
  auto parsed = parse(
      "fn flat \"f\"(borrowed i64) -> (i64) {\n^0(%0: i64):\n  jump -> ^1(%0, %0, %0)\n"
      "^1(%1: i64, %2: i64, %3: i64):\n  jump -> ^2(%1, %2, %3)\n^2(%4: i64, %5: i64, %6: i64):\n  ret %6\n}\n",
      types);
  ASSERT_TRUE(parsed) << parsed.error();
  Function packed;
  compact(parsed->module.functions[0], packed);
  Builder builder(packed);
  builder.add_param(BlockId(1), packed.type(packed.block(BlockId(0)).params[0]));
  builder.add_argument(packed.edges_of(packed.terminator(BlockId(0)))[0], packed.block(BlockId(0)).params[0]);
  const auto passed = packed.arguments_of(packed.edges_of(packed.terminator(BlockId(1)))[0]);
  EXPECT_TRUE(std::ranges::equal(passed, std::span(packed.block(BlockId(1)).params).first(3)));
}

TEST(NirVerify, FindsWhatIsWrong) {
  auto finding = [](std::string_view text) -> std::string {
    Interner names;
    sema::TypeTable types(names);
    auto parsed = parse(text, types);
    if (!parsed) return parsed.error();
    Layout layout(types);
    auto ok = verify(parsed->module, layout);
    return ok ? "" : ok.error();
  };
  // Types.
  EXPECT_NE(finding("fn flat \"f\"(borrowed i64) -> (i64) {\n^0(%0: i64):\n  %1: f64 = add %0, %0\n  ret %0\n}\n")
                .find("results are (Float), not (Int)"),
            std::string::npos);
  // Dominance.
  EXPECT_NE(finding("fn flat \"f\"(borrowed bool) -> (i64) {\n^0(%0: bool):\n  branch %0 -> ^1, ^2\n^1:\n"
                    "  %1: i64 = const.int 1\n  jump -> ^2\n^2:\n  ret %1\n}\n")
                .find("not defined"),
            std::string::npos);
  // Linearity.
  EXPECT_NE(finding("fn counted \"f\"(owned string) -> () {\n^0(%0: string):\n  ret\n}\n").find("never consumed"),
            std::string::npos);
  EXPECT_NE(
      finding("fn counted \"f\"(owned string) -> (string) {\n^0(%0: string):\n  drop %0\n  ret %0\n}\n").find("after"),
      std::string::npos);
  EXPECT_NE(finding("fn counted \"f\"(borrowed string) -> (string) {\n^0(%0 borrowed: string):\n  ret %0\n}\n")
                .find("borrowed"),
            std::string::npos);
  // Edges.
  EXPECT_NE(finding("fn flat \"f\"(borrowed i64) -> () {\n^0(%0: i64):\n  jump -> ^1(%0)\n^1:\n  ret\n}\n")
                .find("passes 1 values"),
            std::string::npos);
  // A payload without its switch.
  EXPECT_NE(finding("enum #E { A(x: i64), B() }\nfn flat \"f\"(borrowed #E) -> (i64) {\n^0(%0: #E):\n"
                    "  %1: i64 = payload 0 %0\n  ret %1\n}\n")
                .find("no switch"),
            std::string::npos);
}

}  // namespace
}  // namespace noodle::nir
