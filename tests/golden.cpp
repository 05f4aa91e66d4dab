// Runs every golden program below a folder and compares what it did with what it says.
//
//   golden_test NOODLE FOLDER… [--update] [--jobs N] [--only TEXT] [--flags "--x --y"] [--native]
//
// The flags are for the verbs run and test; those of a program itself win where both say something. With --native
// those that are run are built to executables, and only those.
// The last line is `N passed, N failed`.

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <thread>

#include "tests/golden_file.h"

namespace noodle::tests {
namespace {

struct Options {
  std::string noodle;
  std::vector<std::string> folders;
  std::string only;
  std::vector<std::string> flags;
  unsigned jobs = 2;
  bool update = false;
  bool native = false;
};

std::vector<std::string> find_programs(const Options& options) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const std::string& folder : options.folders) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, error)) {
      const std::string path = entry.path().string();
      if (entry.path().extension() != ".noodle") continue;
      if (path.find(options.only) == std::string::npos) continue;
      paths.push_back(path);
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

class Runner {
 public:
  explicit Runner(const Options& options) : options_(options), paths_(find_programs(options)) {}

  int run() {
    std::vector<std::thread> workers;
    for (unsigned i = 0; i < options_.jobs; ++i) workers.emplace_back([this] { work(); });
    for (std::thread& worker : workers) worker.join();
    std::printf("%zu passed, %zu failed\n", passed_, failed_);
    return failed_ == 0 ? 0 : 1;
  }

 private:
  void work() {
    for (;;) {
      const std::size_t index = next_.fetch_add(1, std::memory_order_relaxed);
      if (index >= paths_.size()) return;
      Golden golden = read(paths_[index]);
      if (!golden.is_program || (options_.native && golden.verb != "run")) continue;
      options_.update ? update(std::move(golden)) : check(golden);
    }
  }

  Golden read(const std::string& path) const {
    Golden golden = read_golden(path);
    if (golden.verb != "run" && golden.verb != "test") return golden;
    golden.flags.insert(golden.flags.begin(), options_.flags.begin(), options_.flags.end());
    return golden;
  }

  void check(const Golden& golden) {
    const ProcessResult result =
        options_.native ? run_golden_native(golden, options_.noodle) : run_golden(golden, options_.noodle);
    const std::string wrong = difference(golden, result);
    const std::lock_guard lock(mutex_);
    if (wrong.empty()) {
      ++passed_;
      return;
    }
    ++failed_;
    std::printf("FAIL %s\n%s", golden.path.c_str(), wrong.c_str());
  }

  void update(Golden golden) {
    bool changed = false;
    // Moving expectations may move the lines that diagnostics name, so it may take a second round.
    for (int round = 0; round < 3; ++round) {
      const ProcessResult result = run_golden(golden, options_.noodle);
      if (result.signal != 0) {
        const std::lock_guard lock(mutex_);
        ++failed_;
        std::printf("FAIL %s\n  ended by signal %d\n", golden.path.c_str(), result.signal);
        return;
      }
      if (difference(golden, result).empty()) break;
      changed = true;
      write_text(golden.path, rewritten(golden, result));
      if (golden.has_expected_file) {
        write_text(golden.path.substr(0, golden.path.size() - 7) + ".expected", result.out);
      }
      golden = read(golden.path);
    }
    const std::lock_guard lock(mutex_);
    ++passed_;
    if (changed) std::printf("updated %s\n", golden.path.c_str());
  }

  const Options& options_;
  std::vector<std::string> paths_;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;
  std::size_t passed_ = 0;
  std::size_t failed_ = 0;
};

}  // namespace
}  // namespace noodle::tests

int main(int count, char** words) {
  noodle::tests::Options options;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (word == "--update") {
      options.update = true;
    } else if (word == "--native") {
      options.native = true;
    } else if (word == "--jobs" && i + 1 < count) {
      options.jobs = static_cast<unsigned>(std::max(1, std::atoi(words[++i])));
    } else if (word == "--only" && i + 1 < count) {
      options.only = words[++i];
    } else if (word == "--flags" && i + 1 < count) {
      options.flags = noodle::tests::words_of(words[++i]);
    } else if (options.noodle.empty()) {
      options.noodle = std::filesystem::absolute(word).string();
    } else {
      options.folders.emplace_back(word);
    }
  }
  if (options.folders.empty()) {
    std::fputs("usage: golden_test NOODLE FOLDER... [--update] [--jobs N] [--only TEXT] [--flags TEXT] [--native]\n",
               stderr);
    return 2;
  }
  return noodle::tests::Runner(options).run();
}
