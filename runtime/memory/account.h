#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace noodle::memory {

class TypeTable;

/// What all accounts of a runtime may hold together. Each takes its share in pieces, so that charging needs
/// no atomic operation; a last piece is as small as it has to be, so that one account alone reaches the limit
/// to the byte.
class Pool {
 public:
  static constexpr std::int64_t kPiece = 1 << 20;
  explicit Pool(std::int64_t limit) : left_(limit), limit_(limit) {}
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  std::int64_t limit() const { return limit_; }
  /// Takes a piece of at least `bytes`; gives how much it is, 0 when so much isn't left.
  std::int64_t take(std::int64_t bytes) {
    std::int64_t left = left_.load(std::memory_order_relaxed);
    for (;;) {
      if (bytes > left) return 0;
      const std::int64_t piece = left < kPiece ? left : bytes > kPiece ? bytes : kPiece;
      if (left_.compare_exchange_weak(left, left - piece, std::memory_order_relaxed)) return piece;
    }
  }
  void give(std::int64_t bytes) { left_.fetch_add(bytes, std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> left_;
  const std::int64_t limit_;
};

/// What a worker's tasks hold. Every counted object is charged where it is allocated and credited where it is
/// freed. Sizes are the requested ones rounded up to 16 bytes, not the allocator's, so that a limit strikes at
/// the same allocation on every machine and in every mode.
///
/// A task is charged with what it alone can reach: what is local to it, in the sense of object.h. That is
/// `own()`, which the running task takes up when its turn begins and puts down when it ends or waits. All else
/// is common: what is shared, by the count's sign, and what is under way from one task to another, by the number
/// of bytes that goes with it. Over all workers `used` is never negative, nor is `common`; one worker's may be.
struct Account {
  std::int64_t used = 0;
  std::int64_t common = 0;  // of `used`
  std::int64_t limit = INT64_MAX;
  std::int64_t live = 0;  // counted objects that are neither freed nor immortal
  const TypeTable* types = nullptr;
  std::uint64_t hash_seed = 0;
  Pool* pool = nullptr;           // where more comes from when the limit is reached
  std::uint64_t allocations = 0;  // of counted objects, so far
  std::uint64_t copies = 0;       // of values that had to be changed and were shared

  /// What an allocation of `size` bytes is charged as.
  static constexpr std::int64_t charged(std::size_t size) {
    return static_cast<std::int64_t>((size + 15) & ~std::size_t{15});
  }
  /// Charges `size` bytes; false (and nothing charged) when that would pass the limit.
  bool charge(std::size_t size) {
    const std::int64_t bytes = charged(size);
    if (size > kLargest || (bytes > limit - used && !extend(bytes))) return false;
    used += bytes;
    return true;
  }
  /// Gives back to the pool what is far more than is used.
  void settle() {
    const std::int64_t spare = limit - used - 2 * Pool::kPiece;
    if (pool == nullptr || spare < 2 * Pool::kPiece) return;
    limit -= spare;
    pool->give(spare);
  }
  /// Bytes that the running task alone can reach.
  std::int64_t own() const { return used - common; }
  /// The running task no longer holds `bytes`, or holds them now.
  void put_down(std::int64_t bytes) { common += bytes; }
  void take_up(std::int64_t bytes) { common -= bytes; }
  /// Puts down all of it; gives how much that is.
  std::int64_t put_down() {
    const std::int64_t bytes = own();
    common = used;
    return bytes;
  }
  /// Takes back a charge of the same `size`.
  void credit(std::size_t size) { used -= charged(size); }

  /// No object is larger; keeps every size computation far from overflow.
  static constexpr std::size_t kLargest = std::size_t{1} << 46;

 private:
  bool extend(std::int64_t bytes) {
    if (pool == nullptr) return false;
    const std::int64_t piece = pool->take(bytes - (limit - used));
    limit += piece;
    return piece != 0;
  }
};

}  // namespace noodle::memory
