#pragma once

// Which value lives in which register. Every NBC register has one type for the whole function, so
// values of the same type share one when they are never needed at the same time. Values that are
// passed on, from an operand changed in place to the result or from a jump to a parameter, get the
// same register where that is possible, so that the common loop needs no moves.

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "compiler/codegen/order.h"
#include "compiler/codegen/select.h"
#include "compiler/codegen/types.h"

namespace noodle::codegen {

/// The answer: the first slot of each value's register, and of each pinned slot's.
struct Registers {
  static constexpr std::uint16_t kNone = UINT16_MAX;
  std::vector<std::uint16_t> of_value;
  std::vector<std::vector<std::uint16_t>> of_slot;  // by NIR slot, one a leaf
};

/// Assigns registers and declares them in `code`. The error says that the function needs too many.
std::expected<Registers, std::string> assign_registers(const nir::Function& function, const nir::Liveness& live,
                                                       std::span<const nir::ValueId> owners, const BlockOrder& order,
                                                       const Selection& selection, Types& types,
                                                       nbc::FunctionBuilder& code);

/// Whether the first operand is changed in place and comes back as the first result.
bool changes_in_place(nir::Op op);

}  // namespace noodle::codegen
