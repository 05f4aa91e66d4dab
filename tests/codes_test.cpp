// Each diagnostic that the compiler can give appears, whole, in a golden program.

#include <filesystem>

#include <gtest/gtest.h>

#include "compiler/source/diagnostics.h"
#include "tests/golden_file.h"

namespace noodle::tests {
namespace {

std::string all_golden_texts() {
  std::string all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("tests/golden")) {
    if (entry.path().extension() == ".noodle") read_text(entry.path().string(), all);
  }
  return all;
}

TEST(Codes, EachIsExpectedByAGoldenProgram) {
  const std::string all = all_golden_texts();
  for (source::Code code : source::all_codes()) {
    if (code == source::Code::CannotReadFile) continue;  // a golden program can be read; see cli_test
    const source::CodeInfo& info = source::code_info(code);
    const bool error = source::severity_of(code) == source::Severity::Error;
    const std::string head =
        std::string(error ? "expect-error: error[" : "expect-error: warning[") + std::string(info.text) + "]";
    EXPECT_NE(all.find(head), std::string::npos) << info.text << " " << info.name << ": " << info.title;
  }
}

}  // namespace
}  // namespace noodle::tests
