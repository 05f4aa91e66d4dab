#pragma once

// Reads the table of lines in an object file of LLVM's.

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

namespace noodle::jit {

/// From this address on, code is of this line; 0: of none.
struct LineRow {
  std::uint64_t at = 0;
  std::uint32_t line = 0;
  bool operator==(const LineRow&) const = default;
};

/// The rows of a section `.debug_line` (DWARF 5 or before, one unit), in order of their addresses, without repetitions.
/// Where the section has an address to be filled in, `addresses` knows it by its place; code whose address isn't known
/// has no rows. Where a function's code ends, a row of line 0 stands.
std::vector<LineRow> read_line_table(std::string_view section, const std::map<std::uint64_t, std::uint64_t>& addresses);

}  // namespace noodle::jit
