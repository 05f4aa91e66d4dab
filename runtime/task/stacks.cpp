#include "runtime/task/stacks.h"

#include <new>

#include <sys/mman.h>

namespace noodle::task {

namespace {

void* reserve(std::size_t bytes) {
  void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED) return nullptr;
  // A huge page would back a dozen idle stacks with memory that none of them needs.
  madvise(at, bytes, MADV_NOHUGEPAGE);
  return at;
}

Fiber* place(void* at, std::size_t bytes) {
  auto* fiber = new (at) Fiber;
  constexpr std::size_t kWords = (sizeof(Fiber) + 7) / 8;
  fiber->base = static_cast<std::uint64_t*>(at) + kWords;
  fiber->limit = static_cast<std::uint64_t*>(at) + bytes / 8;
  return fiber;
}

}  // namespace

Stacks::~Stacks() {
  for (void* slab : slabs_) munmap(slab, kSlab);
}

Fiber* Stacks::map(std::size_t bytes) {
  void* at = reserve(bytes);
  return at == nullptr ? nullptr : place(at, bytes);
}

void Stacks::unmap(Fiber* fiber, std::size_t bytes) {
  fiber->~Fiber();
  munmap(fiber, bytes);
}

Fiber* Stacks::take() {
  const Hold hold(lock_);
  if (Fiber* fiber = free_) {
    free_ = fiber->next_free;
    return fiber;
  }
  if (left_ == 0) {
    rest_ = static_cast<std::byte*>(reserve(kSlab));
    if (rest_ == nullptr) return nullptr;
    slabs_.push_back(rest_);
    left_ = kSlab;
  }
  // Shifted a little within their pages, for the same reason.
  constexpr std::size_t kShifts = 4, kShift = 256;
  Fiber* fiber = place(rest_ + made_++ % kShifts * kShift, kBytes);
  rest_ += kStride;
  left_ -= kStride;
  return fiber;
}

void Stacks::give(Fiber* fiber) {
  const Hold hold(lock_);
  fiber->next_free = free_;
  free_ = fiber;
}

}  // namespace noodle::task
