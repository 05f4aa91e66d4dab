#pragma once

// The table of calls and outcomes, as a page of the documentation.

#include <array>
#include <string>
#include <vector>

#include "tests/faults/judge.h"

namespace noodle::tests {

/// A kind of call of one program with one kind of fault.
struct Row {
  Call call = Call::Args;
  Fault fault = Fault::None;
  std::uint64_t calls = 0;  // in the run without faults
  std::uint64_t tried = 0;  // of those, one a run
  std::array<std::uint64_t, kOutcomes> outcomes{};
};
/// Those of one program.
struct Section {
  std::string name;
  std::vector<Row> rows;
};

/// The page. `most` is how many calls of a kind were tried at most.
std::string page_of(const std::vector<Section>& sections, std::uint64_t most);

}  // namespace noodle::tests
