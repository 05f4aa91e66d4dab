#pragma once

// Which files are tested, what they import, and what is remembered of their last tests.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tools/driver.h"

namespace noodle::tools {

/// A file whose tests run, and the folder in which its imports are looked up: empty or ending in a slash.
struct TestFile {
  std::string path;
  std::string root;
};

/// The files that paths name: a file, or all Noodle files in a folder and below. Says what can't be found.
OrExit<std::vector<TestFile>> find_test_files(const std::vector<std::string>& paths);

/// Follows imports from file to file; each is read once.
class ImportGraph {
 public:
  /// A file and all that it imports, by path, as far as they can be read.
  std::set<std::string> reach(const TestFile& file);
  /// A hash of the texts of all those.
  std::uint64_t hash(const TestFile& file);

 private:
  struct Node {
    std::uint64_t hash = 0;
    std::vector<std::string> imports;
  };
  const Node& node(const std::string& path, const std::string& root);
  std::map<std::pair<std::string, std::string>, Node> nodes_;  // by path and root
};

/// What a folder's tests did last, in the user's cache: which failed, and what the files were like that passed.
class TestMemory {
 public:
  /// That of the current folder; empty where there is no cache (see `is_on`).
  TestMemory();
  bool is_on() const { return !path_.empty(); }

  bool failed(const std::string& path, const std::string& test) const { return failed_.contains({path, test}); }
  bool has_failures_in(const std::string& path) const;
  /// Whether a file's tests have passed when it and its imports were like this.
  bool passed(const std::string& path, std::uint64_t hash) const;

  void set_failed(const std::string& path, const std::string& test, bool failed);
  /// With a hash: all tests of the file passed when it was like that.
  void set_passed(const std::string& path, std::optional<std::uint64_t> hash);
  /// Writes it down; without a cache nothing is done.
  void save() const;

 private:
  std::string path_;  // empty: there is no cache
  std::set<std::pair<std::string, std::string>> failed_;
  std::map<std::string, std::uint64_t> passed_;
};

/// The files that git says were changed since `ref`, new ones included, as real paths; or what git says.
std::expected<std::set<std::string>, std::string> changed_since(const std::string& ref);

/// The path without links and dots; the path itself when there is nothing.
std::string real_path(const std::string& path);

}  // namespace noodle::tools
