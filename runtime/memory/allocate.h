#pragma once

#include <cstddef>

namespace noodle::memory {

/// Raw memory for counted objects and their side tables, from mimalloc by its own names so that a
/// host program's malloc stays its own. Null when the system has none. Under a sanitizer it comes
/// from malloc instead, so that the sanitizer sees every byte.
void* raw_allocate(std::size_t size);
/// Grows or shrinks what `raw_allocate` gave; null (and `at` untouched) when it can't.
void* raw_reallocate(void* at, std::size_t size);
/// Gives back what `raw_allocate` gave; null is fine.
void raw_free(void* at);

/// For a process that is to end soon, a compilation: what one step frees the next one takes, and handing pages
/// back in between costs faults. What it gets beyond the first 64 MiB, which were reserved before, it gets in
/// huge pages.
void keep_freed_pages();

/// For a process that runs a program: pages go back to the system when nobody has taken them for half a second. At
/// once, as mimalloc has it, a program that builds something large in each round takes them all anew each time.
void keep_freed_pages_a_while();

}  // namespace noodle::memory
