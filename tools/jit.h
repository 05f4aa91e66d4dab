#pragma once

// The command's flags about compiled code.

#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "nbc/verify.h"
#include "runtime/jit/mode.h"
#include "tools/driver.h"
#include "tools/verb.h"

namespace noodle::jit {
class HotTier;
}

namespace noodle::tools {

/// How much is compiled.
inline constexpr Flag kJitFlag = {
    .name = "--jit",
    .value = "off|on|always|mixed",
    .help = "compile nothing, what is hot (the default), everything at once, or part of it for tests",
};
/// Says what the compiler does.
inline constexpr Flag kJitLogFlag = {
    .name = "--jit-log",
    .value = "",
    .help = "say what is compiled, how long that takes, and where compiled code is left",
};
/// Names compiled functions and lines for `perf`.
inline constexpr Flag kPerfFlag = {
    .name = "--perf",
    .value = "",
    .help = "write /tmp/perf-PID.map and /tmp/jit-PID.dump, from which `perf` knows compiled functions and lines",
};

struct JitOptions {
  jit::Mode mode = jit::Mode::On;
  std::uint64_t seed = 0;  // of Mode::Mixed
  jit::Compiler compile;   // in place of the library, if there is one
  bool log = false;
  bool perf = false;
};

/// Where a file lies that belongs to the command: in `lib` beside the command's folder.
std::string library_path(const std::string& name);
/// How much is compiled, as a value of kJitFlag says it; nothing when there is no such value.
std::optional<JitOptions> jit_options(std::string_view mode);
/// The values of the flags; an exit code when one is wrong.
OrExit<JitOptions> jit_options(const Arguments& arguments);
/// The machine code of a program's function for people, or of all that have the name; says what is wrong.
OrExit<std::string> native_code(nbc::VerifiedModule program, std::string_view function);
/// The compiler beside this command, or why there is none.
std::expected<jit::Compile, std::string> open_compiler();
/// What compiles for a runtime; null when nothing is to be compiled.
std::unique_ptr<jit::HotTier> make_tier(const JitOptions& options);

}  // namespace noodle::tools
