#pragma once

// The walk over a function's code. Shared by the verifier's own files only.

#include <unordered_map>

#include "nbc/operands.h"

namespace noodle::nbc {

/// What is spent of the bounds that keep the verifier linear.
struct Budget {
  std::uint64_t join_work = 0;
  std::uint64_t snapshot_cells = 0;
  std::uint64_t unwind_entries = 0;
};

/// The unwind table of a function as it grows.
struct UnwindTable {
  std::vector<UnwindSite> sites;
  std::vector<std::uint32_t> set_begin{0};
  std::vector<OwnedSlot> owned;
};

/// Walks each function in order of its words: types, ownership, unwinding. Once is enough, unless a backward edge
/// brings less than its head took for granted (see FlowState::provides): then again, with that given up.
class FlowVerifier {
 public:
  FlowVerifier(const Module& module, const TableFacts& facts, Report& report)
      : report_(report), state_(module, report), operands_(module, facts, report) {}

  bool run(const Function& function, const FrameMap& frame, const CodeMap& map, UnwindTable& table);

 private:
  bool walk();
  void give_up_lost(std::uint32_t pc, Snapshot& head) const;
  bool arrive(std::uint32_t pc);
  bool arrive_handler(std::uint32_t pc);
  bool step(const Inst& inst);
  bool apply_inputs();
  bool apply_outputs(const Inst& inst);
  bool leave(const Inst& inst);
  bool edge_to(std::uint32_t pc, std::uint32_t target);
  bool record_site(std::uint32_t pc);
  bool jumps_back(const Inst& inst) const;
  std::uint32_t intern_set();
  std::uint32_t new_snapshot();
  void free_snapshot(std::uint32_t index);
  bool spend(std::uint64_t work);

  Report& report_;
  FlowState state_;
  Operands operands_;
  Budget budget_;
  const Function* f_ = nullptr;
  const FrameMap* frame_ = nullptr;
  const CodeMap* map_ = nullptr;
  UnwindTable* table_ = nullptr;
  bool live_ = false;
  std::vector<std::uint32_t> snapshot_at_;  // by word: 1 + index, or 0
  std::vector<Snapshot> snapshots_;
  std::vector<std::uint32_t> free_;
  Snapshot scratch_;
  std::vector<std::pair<std::uint32_t, std::uint16_t>> lost_;  // heads, and registers to be given up there
  std::vector<std::uint16_t> lost_now_;
  std::size_t next_cleanup_ = 0;
  std::vector<const Cleanup*> open_;  // ranges around the current word, innermost last
  std::unordered_map<std::uint32_t, const Cleanup*> handlers_;
  std::vector<OwnedSlot> set_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> sets_;
};

}  // namespace noodle::nbc
