#pragma once

// What becomes part of another instruction: small constants become immediates, a comparison used by
// the branch of its block alone becomes part of the branch.

#include <cstdint>
#include <span>
#include <vector>

#include "compiler/nir/cfg.h"
#include "compiler/nir/layout.h"

namespace noodle::codegen {

/// The decisions for one function.
class Selection {
 public:
  Selection(const nir::Function& function, const nir::Layout& layout, const nir::Cfg& cfg);

  /// Whether the instruction is left out, being part of all that use it.
  bool is_folded(nir::InstId inst) const { return folded_[inst.index]; }
  /// The comparison that a branch does itself; invalid when it looks at a bool.
  nir::InstId fused(const nir::Inst& branch) const;
  /// Whether the value is an i64 constant that fits an immediate; then `value` is it.
  bool immediate(nir::ValueId v, std::int64_t& value) const;
  /// Whether operand `index` stands as an immediate in the instruction.
  bool is_immediate(const nir::Inst& inst, std::uint32_t index) const;
  /// Calls see(value) for each operand that the instruction, as emitted, reads from a register.
  template <typename See>
  void each_read(const nir::Inst& inst, See see) const {
    const nir::InstId compare = fused(inst);
    const nir::Inst& reads = compare.valid() ? f_.inst(compare) : inst;
    auto operands = f_.operands_of(reads);
    for (std::uint32_t k = 0; k < operands.size(); ++k) {
      if (!is_immediate(reads, k)) see(operands[k]);
    }
  }

 private:
  bool can_fuse(const nir::Inst& compare) const;

  const nir::Function& f_;
  const nir::Layout& layout_;
  std::vector<bool> folded_;
};

}  // namespace noodle::codegen
