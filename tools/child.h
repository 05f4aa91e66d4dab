#pragma once

#include <spawn.h>

#include <expected>
#include <string>
#include <vector>

namespace noodle::tools {

/// Runs a program to its end: how that was, as `waitpid` tells it, or the number of the error when it didn't start.
std::expected<int, int> run_child(const std::vector<std::string>& words,
                                  const posix_spawn_file_actions_t* actions = nullptr);

/// What a program writes to standard output; what it writes to standard error when it fails, or why it can't be run.
std::expected<std::string, std::string> output_of(const std::vector<std::string>& words);

}  // namespace noodle::tools
