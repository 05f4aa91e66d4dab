#pragma once

// Where imports are looked up of a file that may be a module of a program, whose folder nobody names.

#include <string>
#include <string_view>
#include <vector>

namespace noodle::tools {

/// The files of the modules that a text imports, as they lie below its program's folder; without the library's.
std::vector<std::string> imported_files(std::string_view text);

/// The folder of a file's program, empty or with a slash at its end: `folder`, when all that the file imports is there,
/// else the nearest around the file that has it, within `folder` or the current folder; `folder` when none has it.
std::string import_root(const std::string& path, const std::string& folder);

/// The same for a file that is named alone: its own folder comes first.
std::string import_root(const std::string& path);

}  // namespace noodle::tools
