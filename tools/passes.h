#pragma once

// How long each step of a compilation took, for `--time-passes`.

#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace noodle::tools {

class PassTimes {
 public:
  using Clock = std::chrono::steady_clock;

  /// Runs `step` and notes its time under `name`.
  template <typename F>
  auto time(std::string_view name, F step) {
    const Note note{this, name, Clock::now()};
    return step();
  }

  /// Adds a step that somebody else timed.
  void add(std::string_view name, Clock::duration took) { passes_.push_back({name, took}); }

  /// A table of the steps in their order, with shares and a total.
  std::string table() const {
    Clock::duration total{};
    for (const Pass& pass : passes_) total += pass.took;
    std::string text = "step            time      share\n";
    for (const Pass& pass : passes_) text += row(pass.name, pass.took, total);
    return text + row("all", total, total);
  }

 private:
  struct Pass {
    std::string_view name;
    Clock::duration took;
  };
  struct Note {
    PassTimes* times;
    std::string_view name;
    Clock::time_point start;
    ~Note() { times->add(name, Clock::now() - start); }
  };

  static std::string row(std::string_view name, Clock::duration took, Clock::duration total) {
    const double ms = std::chrono::duration<double, std::milli>(took).count();
    const double all = std::chrono::duration<double, std::milli>(total).count();
    char line[96];
    std::snprintf(line, sizeof line, "%-12.*s %8.2f ms %8.1f%%\n", static_cast<int>(name.size()), name.data(), ms,
                  all > 0 ? 100 * ms / all : 0.0);
    return line;
  }

  std::vector<Pass> passes_;
};

}  // namespace noodle::tools
