#pragma once

// How two texts differ, for people.

#include <string>
#include <string_view>

namespace noodle {

/// The lines of `left` and `right` with what is in one of them alone marked by `-` and `+`, and a little of what is the
/// same around it. Empty when nothing differs.
std::string line_difference(std::string_view left, std::string_view right);

/// Where two texts of one line part: `differ from character 7: …`, or nothing when they are so short that one sees it.
std::string text_difference(std::string_view left, std::string_view right);

/// Where two lists, written as literals, part: `differ from [3]: 5 and 7`. Nothing when they are that short.
std::string list_difference(std::string_view left, std::string_view right);

}  // namespace noodle
