// Raw memory in executables that have the runtime inside, in place of allocate.cpp: mimalloc is a library of its own,
// and an executable is to be one file. Blocks of up to a kilobyte come in sizes a few bytes apart, from lists of free
// ones that each thread has for itself; a thread whose list is empty or long deals with all others, by the batch. The
// C library gives what is larger, up to what is mapped (large.h).

#include <malloc.h>
#include <pthread.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <utility>

#include "runtime/memory/allocate.h"
#include "runtime/memory/large.h"

namespace noodle::memory {

namespace {

constexpr std::size_t kStep = 16;             // between two sizes, and what blocks are aligned to
constexpr std::size_t kLargest = 1024;        // of a block
constexpr std::size_t kChunk = 64 << 10;      // blocks of one size lie together in such pieces
constexpr std::size_t kBatchBytes = 4 << 10;  // what a thread takes or gives at once
constexpr std::size_t kMostReserved = std::size_t{64} << 30, kLeastReserved = std::size_t{64} << 20;
constexpr std::size_t kSizes = kLargest / kStep + 1;

struct Block {
  Block* next;
  Block* next_batch;  // in the first of a batch
};

// Blocks of a batch, by size.
constexpr auto kBatch = [] {
  std::array<std::uint32_t, kSizes> all{};
  for (std::size_t size = 1; size < kSizes; ++size) {
    all[size] = static_cast<std::uint32_t>(std::max<std::size_t>(kBatchBytes / (size * kStep), 8));
  }
  return all;
}();

/// One thread's free blocks of a size. What was freed last is taken first, here and in the pool, so that what is built
/// as something else was taken down lies in memory in the order in which it is gone through.
struct FreeBlocks {
  Block* first = nullptr;
  Block* spare = nullptr;   // a batch that was freed before all of those
  std::uint32_t count = 0;  // at most so many are there beside the spare ones
};

/// One thread's.
struct Cache {
  FreeBlocks free[kSizes];
};

/// All threads'. Address space is reserved once; the system gives pages when they are touched.
class Pool {
 public:
  bool has(const void* at) const {
    const std::byte* begin = begin_.load(std::memory_order_acquire);
    return begin != nullptr && static_cast<std::size_t>(static_cast<const std::byte*>(at) - begin) < size_;
  }
  std::size_t size_of(const void* at) const {
    const std::byte* begin = begin_.load(std::memory_order_relaxed);
    return sizes_[static_cast<std::size_t>(static_cast<const std::byte*>(at) - begin) / kChunk];
  }

  /// A batch of free blocks; null when there are no more.
  Block* take(std::size_t size) {
    const std::lock_guard hold(mutex_);
    if (Block* batch = batches_[size]) {
      batches_[size] = batch->next_batch;
      return batch;
    }
    return carve(size);
  }

  void give(std::size_t size, Block* batch) {
    const std::lock_guard hold(mutex_);
    batch->next_batch = batches_[size];
    batches_[size] = batch;
  }

 private:
  struct Rest {
    std::byte* at = nullptr;
    std::byte* end = nullptr;
  };

  void reserve() {
    tried_ = true;
    for (std::size_t size = kMostReserved; size >= kLeastReserved; size /= 2) {
      void* got = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      if (got == MAP_FAILED) continue;
      next_ = static_cast<std::byte*>(got);
      size_ = size;
      begin_.store(next_, std::memory_order_release);
      return;
    }
  }

  Block* carve(std::size_t size) {
    if (!tried_) reserve();
    Rest& rest = rests_[size];
    const std::size_t bytes = size * kStep;
    if (static_cast<std::size_t>(rest.end - rest.at) < bytes) {
      if (static_cast<std::size_t>(begin_ + size_ - next_) < kChunk) return nullptr;
      rest = {next_, next_ + kChunk};
      sizes_[static_cast<std::size_t>(next_ - begin_) / kChunk] = static_cast<std::uint8_t>(size);
      next_ += kChunk;
    }
    const std::size_t fitting = static_cast<std::size_t>(rest.end - rest.at) / bytes;
    auto* const first = reinterpret_cast<Block*>(rest.at);
    for (std::size_t i = std::min<std::size_t>(fitting, kBatch[size]); i > 0; --i) {
      auto* block = reinterpret_cast<Block*>(rest.at);
      rest.at += bytes;
      block->next = i == 1 ? nullptr : reinterpret_cast<Block*>(rest.at);
    }
    return first;
  }

  std::atomic<std::byte*> begin_ = nullptr;  // written once, after the size
  std::size_t size_ = 0;
  std::uint8_t sizes_[kMostReserved / kChunk] = {};  // by chunk, in steps
  std::mutex mutex_;                                 // guards what follows
  bool tried_ = false;
  std::byte* next_ = nullptr;
  Rest rests_[kSizes];
  Block* batches_[kSizes] = {};
};

// One for the process, as the C library has one.
constinit Pool pool;
constinit pthread_once_t once = PTHREAD_ONCE_INIT;
constinit pthread_key_t key = 0;
// No fiber is left or entered in here, so it is always this thread's.
constinit thread_local Cache* mine = nullptr;

// A thread has ended: others may have its blocks.
void give_all(void* at) {
  auto* cache = static_cast<Cache*>(at);
  mine = nullptr;
  for (std::size_t size = 1; size < kSizes; ++size) {
    for (Block* batch : {cache->free[size].spare, cache->free[size].first}) {
      if (batch != nullptr) pool.give(size, batch);
    }
  }
  std::free(cache);
}

bool make_cache() {
  pthread_once(&once, [] { pthread_key_create(&key, give_all); });
  mine = static_cast<Cache*>(std::calloc(1, sizeof(Cache)));
  if (mine != nullptr) pthread_setspecific(key, mine);
  return mine != nullptr;
}

// No block is at hand.
[[gnu::noinline]] void* allocate_batch(std::size_t size) {
  if (mine == nullptr && !make_cache()) return std::malloc(size * kStep);
  FreeBlocks& free = mine->free[size];
  Block* batch = free.spare != nullptr ? std::exchange(free.spare, nullptr) : pool.take(size);
  if (batch == nullptr) return std::malloc(size * kStep);
  free.first = batch->next;
  free.count = kBatch[size] - 1;
  return batch;
}

// There are as many as a batch has.
[[gnu::noinline]] void put_aside(FreeBlocks& free, std::size_t size) {
  if (free.spare != nullptr) pool.give(size, free.spare);
  free.spare = std::exchange(free.first, nullptr);
  free.count = 0;
}

[[gnu::noinline]] void free_elsewhere(void* at) {
  if (!pool.has(at)) return large_free(at) ? void() : std::free(at);
  // A thread that frees without having allocated.
  if (make_cache()) raw_free(at);
}

}  // namespace

void* raw_allocate(std::size_t bytes) {
  if (bytes > kLargest) [[unlikely]]
    return bytes >= kLarge ? large_allocate(bytes) : std::malloc(bytes);
  const std::size_t size = bytes == 0 ? 1 : (bytes + kStep - 1) / kStep;
  Cache* cache = mine;
  if (cache == nullptr || cache->free[size].first == nullptr) [[unlikely]]
    return allocate_batch(size);
  FreeBlocks& free = cache->free[size];
  Block* block = free.first;
  free.first = block->next;
  --free.count;
  return block;
}

void raw_free(void* at) {
  Cache* cache = mine;
  if (!pool.has(at) || cache == nullptr) [[unlikely]]
    return free_elsewhere(at);
  const std::size_t size = pool.size_of(at);
  FreeBlocks& free = cache->free[size];
  auto* block = static_cast<Block*>(at);
  block->next = free.first;
  free.first = block;
  if (++free.count >= kBatch[size]) [[unlikely]]
    put_aside(free, size);
}

void* raw_reallocate(void* at, std::size_t bytes) {
  if (at == nullptr) return raw_allocate(bytes);
  const bool is_block = pool.has(at);
  const std::size_t large = is_block ? 0 : large_size(at);
  if (large != 0 && bytes >= large / 2) return large_grow(at, bytes);
  if (!is_block && large == 0 && bytes > kLargest && bytes < kLarge) return std::realloc(at, bytes);
  const std::size_t has = is_block ? pool.size_of(at) * kStep : large != 0 ? large : malloc_usable_size(at);
  if (is_block && bytes <= has && bytes + kStep > has) return at;
  void* moved = raw_allocate(bytes);
  if (moved == nullptr) return nullptr;
  std::memcpy(moved, at, std::min(has, bytes));
  raw_free(at);
  return moved;
}

void keep_freed_pages() {}
void keep_freed_pages_a_while() {}

}  // namespace noodle::memory
