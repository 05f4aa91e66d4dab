#pragma once

#include <set>
#include <string>

namespace noodle::tools {

/// Waits until something in the folders of these files is written, made, moved or removed, and nothing more happens for
/// a moment. False when the user interrupts, or the system can't watch, which is said.
bool wait_for_change(const std::set<std::string>& files);

}  // namespace noodle::tools
