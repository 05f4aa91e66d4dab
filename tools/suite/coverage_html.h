#pragma once

#include <map>
#include <string>

namespace noodle::tools {

struct FileCoverage;

/// Writes `index.html` and a page for each file into a folder, which is made; false when that fails, which is said.
bool write_coverage_pages(const std::string& folder, const std::map<std::string, FileCoverage>& files);

}  // namespace noodle::tools
