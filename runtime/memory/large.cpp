#include "runtime/memory/large.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <iterator>
#include <map>
#include <mutex>
#include <vector>

namespace noodle::memory {

namespace {

using Address = std::uintptr_t;

// Eight sizes between two powers of two, so that what is freed fits what is asked for next. What is added to a size
// is address space alone.
std::size_t rounded(std::size_t size) {
  const std::size_t step = std::max(kLargeAlignment, std::bit_floor(size) / 8);
  return (size + step - 1) / step * step;
}

// A new mapping. Of more than so much, huge pages aren't kept, and may have to be got from a virtual machine's host
// first, which costs more than they save.
std::byte* map(std::size_t size) {
  const std::size_t reserved = size + kLargeAlignment;
  void* got = mmap(nullptr, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (got == MAP_FAILED) return nullptr;
  auto* const begin = static_cast<std::byte*>(got);
  const std::size_t before = -reinterpret_cast<Address>(begin) & (kLargeAlignment - 1);
  std::byte* const at = begin + before;
  if (before != 0) munmap(begin, before);
  munmap(at + size, reserved - before - size);
  // A system without huge pages goes on with small ones.
  if (size <= kMostKept) madvise(at, size, MADV_HUGEPAGE);
  return at;
}

struct Block {
  std::byte* at;
  std::size_t size;
};

class LargeBlocks {
 public:
  void* allocate(std::size_t size) {
    const std::lock_guard hold(mutex_);
    const auto kept = std::ranges::find(kept_, size, &Block::size);
    if (kept == kept_.end()) return remember(map(size), size);
    std::byte* const at = kept->at;
    kept_.erase(kept);
    kept_bytes_ -= size;
    return remember(at, size);
  }

  std::size_t size_of(const void* at) {
    const std::lock_guard hold(mutex_);
    const auto found = used_.find(reinterpret_cast<Address>(at));
    return found == used_.end() ? 0 : found->second;
  }

  void* grow(void* at, std::size_t before, std::size_t size) {
    const std::lock_guard hold(mutex_);
    std::byte* const target = map(size);
    // The whole target is made of what moves: beside a mapping of its own it would stay another, and Linux before 6.17
    // moves one at a time. After a failure the target's addresses may be anybody's, so they aren't given back.
    if (target == nullptr || mremap(at, before, size, MREMAP_MAYMOVE | MREMAP_FIXED, target) == MAP_FAILED) {
      return nullptr;
    }
    if (size > kMostKept) madvise(target, size, MADV_NOHUGEPAGE);  // see map
    used_.erase(reinterpret_cast<Address>(at));
    return remember(target, size);
  }

  bool free(void* at) {
    const std::lock_guard hold(mutex_);
    const auto found = used_.find(reinterpret_cast<Address>(at));
    if (found == used_.end()) return false;
    keep({static_cast<std::byte*>(at), found->second});
    used_.erase(found);
    return true;
  }

 private:
  void* remember(std::byte* at, std::size_t size) {
    if (at != nullptr) used_[reinterpret_cast<Address>(at)] = size;
    return at;
  }

  // The system may take the pages of kept blocks whenever it is short of memory; until then they are ready for use.
  void keep(Block freed) {
    if (freed.size > kMostKept) {
      munmap(freed.at, freed.size);
      return;
    }
    for (; kept_bytes_ + freed.size > kMostKept; kept_.erase(kept_.begin())) {
      munmap(kept_.front().at, kept_.front().size);
      kept_bytes_ -= kept_.front().size;
    }
    madvise(freed.at, freed.size, MADV_FREE);
    kept_.push_back(freed);
    kept_bytes_ += freed.size;
  }

  std::mutex mutex_;
  std::map<Address, std::size_t> used_;
  std::vector<Block> kept_;  // the oldest first
  std::size_t kept_bytes_ = 0;
};

// One for the process, as mimalloc is. It is never taken down: what is freed while a process ends is freed here.
LargeBlocks& blocks() {
  static auto* const all = new LargeBlocks;
  return *all;
}

// Whether it is worth asking: what is not so aligned is not large, and null, which is freed often, is not either.
bool may_be_large(const void* at) {
  return at != nullptr && (reinterpret_cast<Address>(at) & (kLargeAlignment - 1)) == 0;
}

}  // namespace

void* large_allocate(std::size_t size) { return blocks().allocate(rounded(size)); }

std::size_t large_size(const void* at) { return may_be_large(at) ? blocks().size_of(at) : 0; }

void* large_grow(void* at, std::size_t size) {
  const std::size_t before = large_size(at);
  return rounded(size) <= before ? at : blocks().grow(at, before, rounded(size));
}

bool large_free(void* at) { return may_be_large(at) && blocks().free(at); }

}  // namespace noodle::memory
