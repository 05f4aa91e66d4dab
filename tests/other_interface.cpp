// A compiler of another build. It must not be called.

#include <cstdint>
#include <cstdlib>

extern "C" __attribute__((visibility("default"))) std::uint64_t noodle_jit_interface() { return 1; }
extern "C" __attribute__((visibility("default"))) void noodle_jit_compile() { std::abort(); }
