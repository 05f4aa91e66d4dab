#include "runtime/simulate/model/freed.h"

#include <mimalloc.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "runtime/memory/allocate.h"

namespace noodle {

namespace simulate {

namespace {

constexpr unsigned char kFreed = 0xDB;  // so long a count, and such a pointer, has nobody

struct Freed {
  std::vector<std::span<unsigned char>> blocks;
  bool twice = false;
};
// What memory's functions, which belong to nothing, keep for the run.
Freed& freed() {
  static Freed kept;
  return kept;
}

}  // namespace

bool is_freed(const void* place, std::size_t bytes) {
  const auto* first = static_cast<const unsigned char*>(place);
  return *first == kFreed && std::memcmp(first, first + 1, bytes - 1) == 0;
}

const char* give_back_freed() {
  const Freed run = std::exchange(freed(), {});
  const bool written =
      std::ranges::any_of(run.blocks, [](const auto& block) { return !is_freed(block.data(), block.size()); });
  for (const auto& block : run.blocks) mi_free(block.data());
  if (run.twice) return "memory was freed twice";
  return written ? "memory was written to that had been freed" : nullptr;
}

}  // namespace simulate

// In place of runtime/memory/allocate.cpp.
namespace memory {

void* raw_allocate(std::size_t size) { return mi_malloc(std::max<std::size_t>(size, 16)); }

void* raw_reallocate(void* at, std::size_t size) {
  void* moved = raw_allocate(size);
  if (moved == nullptr || at == nullptr) return moved;
  std::memcpy(moved, at, std::min(size, mi_usable_size(at)));
  raw_free(at);
  return moved;
}

void raw_free(void* at) {
  if (at == nullptr) return;
  auto& freed = simulate::freed();
  const std::span block(static_cast<unsigned char*>(at), mi_usable_size(at));
  if (simulate::is_freed(at, block.size())) {
    freed.twice = true;
    return;
  }
  std::ranges::fill(block, simulate::kFreed);
  freed.blocks.push_back(block);
}

void keep_freed_pages() {}
void keep_freed_pages_a_while() {}

}  // namespace memory

}  // namespace noodle
