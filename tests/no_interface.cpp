// A compiler of a time when none said which interface it was built with. It must not be called.

#include <cstdlib>

extern "C" __attribute__((visibility("default"))) void noodle_jit_compile() { std::abort(); }
