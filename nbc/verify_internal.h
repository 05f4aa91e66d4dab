#pragma once

// Shared by the verifier's own files only; the door is verify.h.

#include <string>
#include <vector>

#include "nbc/verify.h"

namespace noodle::nbc {

/// Where the first broken rule is noted. `fail` returns false, so that checks end in `return fail(…)`.
struct Report {
  Rule rule = Rule::StringIndex;
  std::uint32_t pc = 0;
  std::string detail;

  bool fail(Rule broken, std::string what = {}) {
    rule = broken;
    detail = std::move(what);
    return false;
  }
};

/// The verifier's work is linear for ordinary modules; joins of very wide functions cost slots times
/// edges, and these bounds keep a hostile module from making that matter.
inline constexpr std::uint64_t kMaxJoinWork = 1ull << 27;
inline constexpr std::uint64_t kMaxSnapshotCells = 1ull << 24;
inline constexpr std::uint64_t kMaxUnwindEntries = 1ull << 23;
inline constexpr std::uint64_t kMaxSignatureLeaves = 1ull << 22;  // of function types, and of their uses
inline constexpr std::uint64_t kMaxTotalSlots = 1ull << 24;       // of all frames

/// What the tables promise, proved by verify_tables and used by the code checks.
struct TableFacts {
  std::vector<bool> equatable;   // a type
  std::vector<bool> valid_utf8;  // a string
};
bool verify_tables(const Module& module, TableFacts& facts, Report& report);
/// Tables that speak of functions' insides: run after the functions' registers are known to be right.
bool verify_debug(const Module& module, const TableFacts& facts, Report& report);

/// The bits of one word in CodeMap::marks.
enum Mark : std::uint8_t {
  kStart = 1,        // an instruction begins
  kFallthrough = 2,  // control may come from the instruction before
  kJumpOne = 4,      // jumps here, counted 0, 1, 2 (or more) in two bits
  kJumpMany = 8,
  kBackward = 16,  // some jump comes from here or behind
  kHandler = 32,   // a cleanup handler begins
};

/// A function's code seen as words and edges.
struct CodeMap {
  std::vector<std::uint8_t> marks;
  std::vector<std::uint32_t> loop_last;  // by header word: last word that jumps back to it (else empty)
  // Words at which a counted register is moved, changed or written, by register slot: what a borrow
  // has to survive in a loop. Only filled for functions with loops.
  std::vector<std::uint32_t> touch_begin;
  std::vector<std::uint32_t> touches;

  bool touched(std::uint32_t slot, std::uint32_t first, std::uint32_t last) const;
  /// Whether more than one edge meets at a word.
  bool joins(std::uint32_t pc) const {
    std::uint8_t m = marks[pc];
    return (m & kJumpMany) != 0 || ((m & kJumpOne) != 0 && (m & kFallthrough) != 0) || (m & kBackward);
  }
};

/// The static slots of a function: which register a slot belongs to.
struct FrameMap {
  std::vector<TypeId> type_at;         // by first slot; invalid inside a register
  std::vector<std::uint16_t> head_of;  // by slot: the first slot of its register
  std::uint32_t slots = 0;
  std::uint32_t param_slots = 0;
};

/// Checks registers and signature, and maps the slots.
bool map_frame(const Module& module, const Function& function, FrameMap& frame, Report& report);
/// Checks words, jumps and cleanup ranges, and maps the edges.
bool map_code(const Module& module, const Function& function, const FrameMap& frame, CodeMap& map, Report& report);

}  // namespace noodle::nbc
