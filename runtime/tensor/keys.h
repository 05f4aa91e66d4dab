#pragma once

// Elements as integers that are ordered as they are, so that what sorts and searches is one code for all kinds.

#include <cstdint>
#include <memory>
#include <new>
#include <span>

#include "runtime/tensor/operand.h"

namespace noodle::tensor {

/// Writes the keys of `count` elements, `step` bytes apart. They have as many bits as the elements; NaN is the
/// greatest, and -0.0 is 0.0. When `falls`, greater elements have lesser keys, but NaN stays the greatest.
void write_keys(Kind kind, const std::byte* from, std::int64_t count, std::int64_t step, bool falls,
                std::uint64_t* keys);

/// The key of NaN, and of the greatest integer.
constexpr std::uint64_t most_key(Kind kind) { return ~std::uint64_t{0} >> (64 - 8 * element_size(kind)); }
constexpr bool is_nan(Kind kind, std::uint64_t key) { return nbc::is_float(kind) && key == most_key(kind); }

/// Memory that a native takes while it runs, charged to who calls it.
template <typename T>
class Scratch {
 public:
  Scratch(Call& call, std::int64_t count) : call_(call), bytes_(static_cast<std::size_t>(count) * sizeof(T)) {
    is_charged_ = call.host.charge(call, bytes_);
    if (is_charged_) items_.reset(new (std::nothrow) T[static_cast<std::size_t>(count)]);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    if (is_charged_) call_.host.credit(call_, bytes_);
  }

  bool has_memory() const { return items_ != nullptr; }
  std::span<T> items() const { return {items_.get(), bytes_ / sizeof(T)}; }

 private:
  Call& call_;
  std::size_t bytes_;
  bool is_charged_;
  std::unique_ptr<T[]> items_;
};

}  // namespace noodle::tensor
