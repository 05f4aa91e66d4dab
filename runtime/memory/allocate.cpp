#include "runtime/memory/allocate.h"

#include <cstdlib>

#ifndef NOODLE_SANITIZED
#include <mimalloc.h>

#include <algorithm>
#include <cstring>

#include "runtime/memory/large.h"
#endif

namespace noodle::memory {

#ifdef NOODLE_SANITIZED
void* raw_allocate(std::size_t size) { return std::malloc(size); }
void* raw_reallocate(void* at, std::size_t size) { return std::realloc(at, size); }
void raw_free(void* at) { std::free(at); }
void keep_freed_pages() {}
void keep_freed_pages_a_while() {}
#else
// Below 16 bytes mimalloc aligns to 8 only; object headers need 16 (object.h).
void* raw_allocate(std::size_t size) {
  return size >= kLarge ? large_allocate(size) : mi_malloc(size < 16 ? 16 : size);
}

void* raw_reallocate(void* at, std::size_t size) {
  const std::size_t large = large_size(at);
  if (large == 0 && size < kLarge) return mi_realloc(at, size);
  if (large != 0 && size >= large / 2) return large_grow(at, size);
  void* const moved = raw_allocate(size);
  if (moved == nullptr || at == nullptr) return moved;
  std::memcpy(moved, at, std::min(size, large == 0 ? mi_usable_size(at) : large));
  raw_free(at);
  return moved;
}

void raw_free(void* at) {
  if (!large_free(at)) mi_free(at);
}

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
