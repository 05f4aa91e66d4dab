#pragma once

// A file in the folder where `perf` looks for what a process tells of its code.

#include <cstdio>
#include <string>

namespace noodle::jit {

/// Makes a file in place of one that an earlier process of this number left; null, and why, when that can't be done.
std::FILE* make_perf_file(const std::string& path, std::string& trouble);

}  // namespace noodle::jit
