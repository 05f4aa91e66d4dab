#pragma once

// Loops of every generation of processors, for tests, which are built where there are several (CMakeLists.txt).

#include <vector>

namespace noodle::tensor {

/// The tables for the generations that this processor can run, the oldest first, by the functions that make them.
template <typename Table>
std::vector<Table> levels(Table (*v2)(), Table (*v3)(), Table (*v4)()) {
  __builtin_cpu_init();
  std::vector<Table> all = {v2()};
  if (__builtin_cpu_supports("x86-64-v3")) all.push_back(v3());
  if (__builtin_cpu_supports("x86-64-v4")) all.push_back(v4());
  return all;
}

}  // namespace noodle::tensor
