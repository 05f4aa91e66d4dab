#pragma once

#include <cstddef>

namespace noodle::memory {

/// Blocks of at least so many bytes are mapped one by one, and kept a while when they are freed: the next of about that
/// size needs no fresh pages, whose first touch costs as much as filling them several times.
inline constexpr std::size_t kLarge = std::size_t{4} << 20;
/// What large blocks are aligned to, and nearly nothing else is; the size of a huge page.
inline constexpr std::size_t kLargeAlignment = std::size_t{2} << 20;
/// What freed blocks may hold together.
inline constexpr std::size_t kMostKept = std::size_t{256} << 20;

/// A block of at least `size` bytes, `size >= kLarge`; null when the system has none.
void* large_allocate(std::size_t size);
/// How many bytes of a large block may be used; 0 of any other address.
std::size_t large_size(const void* at);
/// A block of at least `size` bytes with the contents of `at`, which is large and gone then; null, and `at` untouched,
/// when there is none. Pages move, and are not copied.
void* large_grow(void* at, std::size_t size);
/// Frees a large block; false, and nothing done, at any other address.
bool large_free(void* at);

}  // namespace noodle::memory
