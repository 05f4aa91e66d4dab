#pragma once

// What stands behind a noodle_tensor: one reference to a tensor object, which its holders have in common. So they may
// come and go on any thread without the machine.

#include <atomic>
#include <expected>
#include <span>
#include <string>

#include "embed/core.h"
#include "runtime/value/tensor.h"

struct noodle_tensor {
  std::atomic<std::uint32_t> holders;
  noodle::embed::Core& core;
  noodle::memory::TensorObject* object;  // null: no elements along one axis
  std::int32_t kind;
};

namespace noodle::embed {

/// The handle of a reference that the caller gives up.
noodle_tensor* wrap(Core& core, memory::TensorObject* object, Kind kind);

/// Where elements of foreign memory are. Strides in elements, none: side by side in the order of indices.
struct ForeignElements {
  std::int32_t kind = 0;
  std::int64_t rank = 0;
  const std::int64_t* shape = nullptr;
  const std::int64_t* strides = nullptr;
  const void* data = nullptr;
};
/// A tensor over foreign memory. On failure, which the text explains, nobody is told anything.
std::expected<noodle_tensor*, std::string> over(Core& core, const ForeignElements& elements, Foreign owner);
/// Ends a function that makes a tensor.
noodle_status finish(const std::expected<noodle_tensor*, std::string>& made, noodle_tensor** tensor, char** error);

}  // namespace noodle::embed
