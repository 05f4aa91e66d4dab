#pragma once

// Where things lie that belong to the command, or to an executable that it built.

#include <string>
#include <vector>

namespace noodle::tools {

/// `lib` beside the folder of the running program: that of the command's own libraries.
std::string library_folder();
/// Where an executable looks for libraries with natives: in `lib` beside itself and beside its folder, then where those
/// of the command are that built it.
std::vector<std::string> executables_library_folders(const char* builders);

}  // namespace noodle::tools
