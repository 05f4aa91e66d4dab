// Lets the world fail a program at every call through its one door, one a run, and looks how it takes that.
//
//   fault_campaign SOURCES [--most N] [--only NAME | --table FILE [--update]]
//
// SOURCES is the folder that `examples/` is in. Of more than N calls of a kind (16; 0: all are tried) the first half of
// N are tried, and others spread over the rest. With --table the outcomes must be what FILE says, or with --update are
// written to it. The last line is `N passed, N failed`; what failed is printed before.

#include <unistd.h>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>

#include "tests/faults/table.h"
#include "tests/golden_file.h"
#include "tools/execute.h"

namespace noodle::tests {
namespace {

struct Options {
  std::string sources;
  std::uint64_t most = 16;
  std::string only;
  std::string table;
  bool update = false;
};

struct Counts {
  std::size_t passed = 0;
  std::size_t failed = 0;
};

constexpr unsigned kMostSeconds = 120;  // that a run may take by a real clock

// What runs now, for the handler.
char now_running[256];

void gives_up(int) {
  (void)!write(STDOUT_FILENO, now_running, strlen(now_running));
  _exit(1);
}

std::string describe(const std::string& name, const Injection& what) {
  return name + ": " + std::string(name_of(what.call)) + " " + std::to_string(what.number) + ", " +
         std::string(name_of(what.fault));
}

/// Which of so many calls are tried: from 1.
std::vector<std::uint64_t> chosen(std::uint64_t calls, std::uint64_t most) {
  std::vector<std::uint64_t> numbers;
  if (most == 0 || calls <= most) most = calls;
  const std::uint64_t first = most == calls ? calls : most / 2;
  for (std::uint64_t i = 1; i <= first; ++i) numbers.push_back(i);
  const std::uint64_t rest = most - first;
  for (std::uint64_t i = 1; i <= rest; ++i) numbers.push_back(first + (calls - first) * i / rest);
  return numbers;
}

class Campaign {
 public:
  explicit Campaign(const Options& options) : options_(options) {}

  int run() {
    for (const Case& what : all_cases()) {
      if (options_.only.empty() || options_.only == what.name) run_case_with_faults(what);
    }
    if (!options_.table.empty()) compare();
    std::printf("%zu passed, %zu failed\n", counts_.passed, counts_.failed);
    return counts_.failed == 0 ? 0 : 1;
  }

 private:
  void fail(const std::string& what) {
    ++counts_.failed;
    std::printf("FAIL %s\n", what.c_str());
  }

  void run_case_with_faults(const Case& what) {
    std::error_code failed;
    std::filesystem::current_path(std::filesystem::path(options_.sources) / what.folder, failed);
    if (failed) return fail(what.name + ": there is no folder " + what.folder);
    const auto program = tools::load_program(what.program, {});
    if (!program) return fail(what.name + " can't be loaded");
    Run good = tests::run_case(*program, what, {}, nullptr);
    if (!good.finding.empty() || good.code != 0) {
      return fail(what.name + " fails by itself: " + good.finding + good.err);
    }
    Section section{what.name, {}};
    for (std::size_t call = 0; call < kCalls; ++call) {
      if (good.counts[call] == 0) continue;
      for (const Fault fault : faults_of(static_cast<Call>(call))) {
        section.rows.push_back(try_calls(*program, what, static_cast<Call>(call), fault, good));
      }
    }
    sections_.push_back(std::move(section));
  }

  Row try_calls(const nbc::VerifiedModule& program, const Case& what, Call call, Fault fault, const Run& good) {
    Row row{.call = call, .fault = fault, .calls = good.counts[static_cast<std::size_t>(call)]};
    for (const std::uint64_t number : chosen(row.calls, options_.most)) {
      const Injection injection{call, number, fault};
      const std::string name = describe(what.name, injection);
      std::snprintf(now_running, sizeof now_running, "FAIL %s: it hangs\n", name.c_str());
      alarm(kMostSeconds);
      Run run = tests::run_case(program, what, injection, &good);
      alarm(0);
      const Outcome outcome = judge(run, good, fault);
      ++row.tried;
      ++row.outcomes[static_cast<std::size_t>(outcome)];
      if (run.finding.empty()) {
        ++counts_.passed;
      } else {
        fail(name + ": " + run.finding + (run.err.empty() ? "" : "\n" + run.err));
      }
    }
    return row;
  }

  void compare() {
    const std::string page = page_of(sections_, options_.most);
    std::string old;
    if (options_.update) {
      if (!write_text(options_.table, page)) fail(options_.table + " can't be written");
    } else if (!read_text(options_.table, old) || old != page) {
      fail(options_.table + " is not what happens; `./dev soak faults` writes it anew");
    }
  }

  const Options& options_;
  Counts counts_;
  std::vector<Section> sections_;
};

}  // namespace
}  // namespace noodle::tests

int main(int count, char** words) {
  noodle::tests::Options options;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (word == "--update") {
      options.update = true;
    } else if (word == "--most" && i + 1 < count) {
      options.most = std::strtoull(words[++i], nullptr, 10);
    } else if (word == "--only" && i + 1 < count) {
      options.only = words[++i];
    } else if (word == "--table" && i + 1 < count) {
      options.table = std::filesystem::absolute(words[++i]);
    } else {
      options.sources = std::filesystem::absolute(word);
    }
  }
  // Of one program there is no whole table.
  if (options.sources.empty() || (!options.only.empty() && !options.table.empty())) {
    std::fputs("usage: fault_campaign SOURCES [--most N] [--only NAME | --table FILE [--update]]\n", stderr);
    return 2;
  }
  std::signal(SIGALRM, noodle::tests::gives_up);
  return noodle::tests::Campaign(options).run();
}
