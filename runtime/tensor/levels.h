#pragma once

// Tables of loops that are compiled for several generations of processors, and the one for this processor.

namespace noodle::tensor {

#if defined(__x86_64__)
/// The table that the best of three functions makes, which are for x86-64-v2, v3 and v4.
template <typename Table>
Table for_this_processor(Table (*v2)(), Table (*v3)(), Table (*v4)()) {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return v4();
  if (__builtin_cpu_supports("x86-64-v3")) return v3();
  return v2();
}
/// Declares the functions `name_LEVEL` that make a table, and `chosen_name`, which makes the one for this processor.
#define NOODLE_LEVELS(Table, name) \
  Table name##_v2();               \
  Table name##_v3();               \
  Table name##_v4();               \
  inline Table chosen_##name() { return for_this_processor(name##_v2, name##_v3, name##_v4); }
#else
#define NOODLE_LEVELS(Table, name) \
  Table name##_plain();            \
  inline Table chosen_##name() { return name##_plain(); }
#endif

}  // namespace noodle::tensor
