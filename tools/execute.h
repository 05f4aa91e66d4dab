#pragma once

// From a module to a program that ran: loads what a path names, gives it a machine, and turns how
// it ended into an exit code.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nbc/verify.h"
#include "runtime/vm/runtime.h"
#include "tools/driver.h"
#include "tools/ending.h"
#include "tools/jit.h"
#include "tools/verb.h"

namespace noodle::tools {

/// A hidden flag: fail when counted objects are left over at the end.
inline constexpr Flag kCheckLeaksFlag = {
    .name = "--check-leaks",
    .value = "",
    .help = "exit with 102 when values are left over at the end",
    .hidden = true,
};

/// Says what is left when the program has ended.
inline constexpr Flag kReportLeaksFlag = {
    .name = "--report-leaks",
    .value = "",
    .help = "say what tasks, handles and values are left at the end",
};
/// How many threads run tasks.
inline constexpr Flag kWorkersFlag = {
    .name = "--workers",
    .value = "N",
    .help = "run tasks on at most N threads, instead of one a core",
};
/// A hidden flag: threads help one another at once, even where that is slower.
inline constexpr Flag kSpreadFlag = {
    .name = "--spread",
    .value = "",
    .help = "spread tasks over the threads at once",
    .hidden = true,
};
/// The value of kWorkersFlag: 0 without one; an exit code when it is no number from 1 to 1024.
OrExit<std::uint32_t> workers_option(const Arguments& arguments);

struct RunOptions {
  JitOptions jit;
  std::vector<std::string> arguments;
  std::uint32_t workers = 0;  // 0: one a core
  bool spread = false;
  bool counts = false;  // instructions, as vm::Options::counts
  LeakOptions leaks;
};

/// What flags say of the runtime; the exit code when a value makes no sense, which has been said.
OrExit<RunOptions> run_options(const Arguments& arguments);

/// A runtime with a program in it.
struct Machine {
  std::unique_ptr<jit::HotTier> tier;
  std::unique_ptr<vm::Runtime> runtime;
  vm::LoadedModule* module = nullptr;  // null when it lacks something, which `trouble` says
  std::string trouble;
};
/// One without a program, which reaches outside through `world`, which must outlive it.
Machine make_machine(const RunOptions& options, world::World& world);
/// The same with a program.
Machine start(nbc::VerifiedModule program, const RunOptions& options, world::World& world);

/// The program at `path`, ready to run: a module is read, a source is compiled; both are verified.
OrExit<nbc::VerifiedModule> load_program(std::string_view path, const CompileOptions& options);
/// The same of what was read already.
OrExit<nbc::VerifiedModule> load_program(const SourceFile& file, const CompileOptions& options);

/// The bytes of the module that a source file, or a module's text form, makes; verified.
OrExit<std::string> build_module(std::string_view path, const CompileOptions& options);

/// A module, or that of a source file, as text.
OrExit<std::string> disassemble(std::string_view path, const CompileOptions& options);

/// Runs `main` and gives the exit code.
int run_program(nbc::VerifiedModule program, const RunOptions& options);

/// A test of a program.
struct Test {
  std::string name;
  nbc::FunctionId function;
};
/// Those whose names contain `filter`, in the order in which they stand.
std::vector<Test> find_tests(const nbc::Module& module, std::string_view filter = {});

}  // namespace noodle::tools
