#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runtime/simulate/ends.h"

namespace noodle::simulate {

/// The programs that a simulated world has: `cat`, `echo`, `false`, `sleep` and `true`, as far as they have no options.
bool is_program(const std::string& name);
/// Lets a program run in a new process whose ends are there.
void run_program(Process& process, const std::vector<std::string>& command);

}  // namespace noodle::simulate
