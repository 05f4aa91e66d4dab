#pragma once

// Which lines and branches tests reach: as text, as LCOV, and as pages of HTML.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/suite/suite.h"

namespace noodle::tools {

struct CoverageOptions {
  bool lines = false;               // the table names the lines that nothing reaches
  std::optional<std::string> lcov;  // where to write LCOV's format
  std::optional<std::string> html;  // the folder for pages
};

/// What is counted in one file.
struct FileCoverage {
  struct Branch {
    std::uint32_t column = 0;
    std::string way;
    std::uint64_t count = 0;
  };
  std::map<std::uint32_t, std::uint64_t> lines;           // how often the statement that ran most there did
  std::map<std::uint32_t, std::vector<Branch>> branches;  // by line
  std::size_t hit_lines() const;
  std::size_t all_branches() const;
  std::size_t hit_branches() const;
};

/// The counts of all programs together, by path.
std::map<std::string, FileCoverage> gather_coverage(const std::vector<std::unique_ptr<TestProgram>>& programs);

/// Prints the table, and writes what else is wanted; false when that fails, which is said.
bool report_coverage(const std::vector<std::unique_ptr<TestProgram>>& programs, const CoverageOptions& options);

}  // namespace noodle::tools
