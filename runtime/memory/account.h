#pragma once

#include <cstddef>
#include <cstdint>

namespace noodle::memory {

class TypeTable;

/// What one task (or actor) holds: every counted object that it allocates is charged here, and
/// credited where it is freed. Sizes are the requested ones rounded up to 16 bytes, not the
/// allocator's, so that a limit strikes at the same allocation on every machine and in every mode.
struct Account {
  std::int64_t used = 0;
  std::int64_t limit = INT64_MAX;
  std::int64_t live = 0;  // counted objects that are neither freed nor immortal
  const TypeTable* types = nullptr;
  std::uint64_t hash_seed = 0;

  /// What an allocation of `size` bytes is charged as.
  static constexpr std::int64_t charged(std::size_t size) {
    return static_cast<std::int64_t>((size + 15) & ~std::size_t{15});
  }
  /// Charges `size` bytes; false (and nothing charged) when that would pass the limit.
  bool charge(std::size_t size) {
    const std::int64_t bytes = charged(size);
    if (size > kLargest || bytes > limit - used) return false;
    used += bytes;
    return true;
  }
  /// Takes back a charge of the same `size`.
  void credit(std::size_t size) { used -= charged(size); }

  /// No object is larger; keeps every size computation far from overflow.
  static constexpr std::size_t kLargest = std::size_t{1} << 46;
};

}  // namespace noodle::memory
