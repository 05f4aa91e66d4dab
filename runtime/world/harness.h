#pragma once

// What tests and benchmarks can reach of the command that runs them. A program that is merely run finds nobody there.

#include <cstdint>
#include <string>
#include <string_view>

namespace noodle::world {

class Harness {
 public:
  virtual ~Harness() = default;
  /// Takes what is printed; may be called by several threads at once.
  virtual void print(std::string_view) {}
  /// Counts that the program came to a place with this number; may be called by several threads at once.
  virtual void cover(std::uint64_t) {}
  /// What the command was told, by name: `seed`, `snapshots`…; false when there is no such thing.
  virtual bool setting(const std::string&, std::string&) { return false; }
  /// How often what is measured is to run, from now on; and that it has.
  virtual std::int64_t begin_rounds() { return 1; }
  virtual void end_rounds() {}
};

/// One that does nothing.
Harness& no_harness();

}  // namespace noodle::world
