#pragma once

#include <expected>
#include <string>
#include <vector>

namespace noodle::tools {

/// What a program writes to standard output; what it writes to standard error when it fails, or why it can't be run.
std::expected<std::string, std::string> output_of(const std::vector<std::string>& words);

}  // namespace noodle::tools
