#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/golden_file.h"

namespace noodle::tests {

/// Tests that work in a folder of their own, which is gone when they have ended.
class TempFolder : public testing::Test {
 protected:
  TempFolder() : folder_(std::filesystem::path(testing::TempDir()) / ("noodle_test_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~TempFolder() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  /// Writes a file there, and the folders around it.
  void write(const std::string& name, std::string_view text) {
    std::filesystem::create_directories((folder_ / name).parent_path());
    ASSERT_TRUE(write_text((folder_ / name).string(), text));
  }

  /// What a file there has.
  std::string read(const std::string& name) {
    std::string text;
    EXPECT_TRUE(read_text((folder_ / name).string(), text)) << name;
    return text;
  }

  std::filesystem::path folder_;
};

}  // namespace noodle::tests
