#pragma once

#include <cstddef>

namespace noodle::simulate {

/// Whether bytes look like those of memory that was freed: it is filled with one byte and not used again until the
/// run has ended, so that whoever still uses it is found out.
bool is_freed(const void* place, std::size_t bytes);
/// Gives back what a run has freed. What was wrong with it: that it was freed twice, or written to; else null.
const char* give_back_freed();

}  // namespace noodle::simulate
