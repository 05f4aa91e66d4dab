#pragma once

// The order in which blocks stand in the code. NBC wants every block reached first from above, and
// handlers behind what they protect. Loops are kept together, with what leaves them behind them, so
// that the verifier finds nothing in a loop's stretch of code that doesn't belong to the loop.

#include <vector>

#include "compiler/nir/cfg.h"

namespace noodle::codegen {

struct BlockOrder {
  std::vector<nir::BlockId> blocks;
  std::vector<std::uint32_t> depth;  // by block: how many loops are around it
};

BlockOrder order_blocks(const nir::Function& function, const nir::Cfg& cfg);

}  // namespace noodle::codegen
