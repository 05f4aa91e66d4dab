#pragma once

// What is counted while a program runs, so that one can see what its tests reach. Lowering puts a counter at each
// statement and at each way out of a decision, as a call of the native `test.cover`: then counts are exact whatever
// compiles or interprets the program, and no pass can take them away.

#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "compiler/sema/program.h"

namespace noodle::nir {

/// A counter: of a statement, or of one way out of a decision.
struct CoveragePoint {
  source::Span span;         // of the statement, or of the decision
  std::string_view way;      // of a decision: `then`, `else`, `arm`, `body`…; empty for a statement
  std::uint32_t number = 0;  // which arm
  constexpr auto operator<=>(const CoveragePoint&) const = default;
};

class Coverage {
 public:
  /// Counts what stands in the program's own files, and in its main file even when that is the library's; but nothing
  /// in tests. With `everywhere` also what the program runs of the library. The program was checked.
  explicit Coverage(sema::Program& program, bool everywhere = false) : everywhere_(everywhere) {
    for (const source::FileId file : program.own_files()) files_.insert(file.index);
    for (const auto& tests : {program.tests(), program.benches()}) {
      for (const sema::FunctionId test : tests) {
        if (const sema::Body* body = program.body(test)) tests_.insert({body->root->span.begin, body->root->span.end});
        main_ = program.function(test).span.file;
      }
    }
  }
  bool counts(source::Span span) const { return everywhere_ || is_own(span); }
  /// Whether it is counted even when nobody calls it.
  bool is_own(source::Span span) const {
    if (!files_.contains(span.file.index)) return false;
    if (span.file != main_) return true;
    const auto after = tests_.upper_bound({span.begin, UINT32_MAX});
    return after == tests_.begin() || std::prev(after)->second <= span.begin;
  }
  /// The number of a counter, the same each time.
  std::uint32_t number(const CoveragePoint& point) {
    const auto [it, is_new] = numbers_.try_emplace(point, static_cast<std::uint32_t>(points_.size()));
    if (is_new) points_.push_back(point);
    return it->second;
  }
  /// All counters by number.
  const std::vector<CoveragePoint>& points() const { return points_; }

 private:
  bool everywhere_;
  std::unordered_set<std::uint32_t> files_;
  source::FileId main_;                                      // where tests stand
  std::set<std::pair<std::uint32_t, std::uint32_t>> tests_;  // from where to where each does
  std::map<CoveragePoint, std::uint32_t> numbers_;
  std::vector<CoveragePoint> points_;
};

}  // namespace noodle::nir
