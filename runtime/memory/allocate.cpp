#include "runtime/memory/allocate.h"

#include <cstdlib>

#ifndef NOODLE_SANITIZED
#include <mimalloc.h>
#include <sys/mman.h>

#include <cstdint>
#include <cstring>
#endif

namespace noodle::memory {

#ifdef NOODLE_SANITIZED
void* raw_allocate(std::size_t size) { return std::malloc(size); }
void* raw_reallocate(void* at, std::size_t size) { return std::realloc(at, size); }
void raw_free(void* at) { std::free(at); }
void keep_freed_pages() {}
void keep_freed_pages_a_while() {}
void grow_in_huge_pages() {}
#else
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kLarge = 2 * kHugePage;

// Touching a page for the first time costs as much as filling it: what is large gets pages that are so, too.
void* allocate_large(std::size_t size) {
  void* const at = mi_malloc(size);
  const auto begin = (reinterpret_cast<std::uintptr_t>(at) + kHugePage - 1) / kHugePage * kHugePage;
  const auto end = (reinterpret_cast<std::uintptr_t>(at) + size) / kHugePage * kHugePage;
  // A system without them goes on with small ones.
  if (at != nullptr && begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
  return at;
}

}  // namespace

// Below 16 bytes mimalloc aligns to 8 only; object headers need 16 (object.h).
void* raw_allocate(std::size_t size) {
  return size >= kLarge ? allocate_large(size) : mi_malloc(size < 16 ? 16 : size);
}

void* raw_reallocate(void* at, std::size_t size) {
  const std::size_t before = mi_usable_size(at);
  if (size < kLarge || size <= before) return mi_realloc(at, size);
  void* const grown = allocate_large(size);
  if (grown == nullptr) return nullptr;
  if (at != nullptr) std::memcpy(grown, at, before);
  mi_free(at);
  return grown;
}

void raw_free(void* at) { mi_free(at); }

void keep_freed_pages() {
  mi_option_disable(mi_option_allow_decommit);
  mi_option_enable(mi_option_large_os_pages);
}

void keep_freed_pages_a_while() {
  constexpr long kMilliseconds = 500;
  mi_option_set(mi_option_decommit_delay, kMilliseconds);
}

void grow_in_huge_pages() {
  // Address space alone, which mimalloc takes from the beginning and asks for as it goes.
  constexpr std::size_t kMost = std::size_t{64} << 30, kLeast = std::size_t{1} << 30;
  constexpr std::size_t kSmall = std::size_t{64} << 20;  // also what mimalloc wants it aligned to
  for (std::size_t size = kMost; size >= kLeast; size /= 2) {
    void* const got = mmap(nullptr, size + kSmall, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (got == MAP_FAILED) continue;
    auto* const begin =
        reinterpret_cast<std::byte*>((reinterpret_cast<std::uintptr_t>(got) + kSmall - 1) / kSmall * kSmall);
    madvise(begin + kSmall, size - kSmall, MADV_HUGEPAGE);
    mi_manage_os_memory(begin, kSmall, false, false, true, -1);
    mi_manage_os_memory(begin + kSmall, size - kSmall, false, false, true, -1);
    return;
  }
}
#endif

}  // namespace noodle::memory
