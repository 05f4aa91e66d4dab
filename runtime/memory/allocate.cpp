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
#else
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kLarge = 2 * kHugePage, kVeryLarge = std::size_t{64} << 20;

bool is_large(std::size_t size) { return size >= kLarge && size <= kVeryLarge; }

// Touching a page for the first time costs as much as filling it: what is large gets pages that are so, too. Of what
// is very large a virtual machine may have to get them from its host first, which costs more than it saves.
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
  return is_large(size) ? allocate_large(size) : mi_malloc(size < 16 ? 16 : size);
}

void* raw_reallocate(void* at, std::size_t size) {
  const std::size_t before = mi_usable_size(at);
  if (!is_large(size) || size <= before) return mi_realloc(at, size);
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
#endif

}  // namespace noodle::memory
