// Every diagnostic has an example that shows it, and a mend that doesn't.

#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/lint/lint.h"
#include "compiler/sema/test_program.h"
#include "tools/examples.h"

namespace noodle::tools {
namespace {

/// The codes that are reported for a program, lints included.
std::vector<source::Code> reported(std::string_view text) {
  sema::TestProgram test(whole_program(text));
  test.program->check_all();
  if (!test.sink.has_errors()) {
    lint::check(*test.program, test.names, test.sources, lint::all_rules(), test.sink);
  }
  std::vector<source::Code> codes;
  for (const source::Diagnostic& one : test.sink.sorted()) codes.push_back(one.code);
  return codes;
}

std::string text_of(const std::vector<source::Code>& codes) {
  std::string text;
  for (const source::Code code : codes) text += std::string(source::code_text(code)) + " ";
  return text;
}

bool contains(const std::vector<source::Code>& codes, source::Code code) {
  return std::ranges::find(codes, code) != codes.end();
}

bool is_error(source::Code code) { return source::severity_of(code) == source::Severity::Error; }

TEST(Explain, EachExampleShowsItsDiagnosticAndItsMendDoesNot) {
  std::vector<std::string_view> without;
  for (const source::Code code : source::all_codes()) {
    const auto example = example_of(code);
    if (!example) {
      without.push_back(source::code_info(code).name);
      continue;
    }
    const auto wrong = reported(example->wrong), right = reported(example->right);
    EXPECT_TRUE(contains(wrong, code)) << source::code_text(code) << " got " << text_of(wrong) << "for\n"
                                       << example->wrong;
    EXPECT_FALSE(contains(right, code) || std::ranges::any_of(right, is_error))
        << source::code_text(code) << " got " << text_of(right) << "for\n"
        << example->right;
  }
  // They take bytes that are no text, several files, or programs too long to show, or modules of the library.
  EXPECT_EQ(without,
            (std::vector<std::string_view>{"InvalidUtf8", "TooDeep", "ReservedModule", "TypeTooLarge", "NoData",
                                           "MatchTooComplex", "ConstantsTooDeep", "CannotReadFile"}));
}

}  // namespace
}  // namespace noodle::tools
