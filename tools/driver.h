#pragma once

// From a path to a module: reads files, calls the compiler's rooms in their order, prints what they
// report and how long they took. The verbs call this; nothing below it prints or reads files.

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nbc/module.h"
#include "tools/verb.h"

namespace noodle::tools {

class Assembly;

/// The exit code, when there is no result; everything that is to be said has been printed.
template <typename T>
using OrExit = std::expected<T, int>;

/// What is printed instead of a module.
enum class Emit : std::uint8_t { Tokens, Ast, Nir };

/// Where a counter of what runs stands.
struct CounterPlace {
  std::string path;
  std::uint32_t line = 0, column = 0;
  std::string_view way;      // out of a decision: `then`, `else`, `arm`…; empty for a statement
  std::uint32_t number = 0;  // which arm
};

struct CompileOptions {
  bool json = false;           // diagnostics as JSON, one object a line
  bool time_passes = false;    // print how long each step took
  bool only_compiles = false;  // the process ends with the compilation
  std::string_view passes = "all";
  std::string_view exported;             // a function that is called from outside, by its name
  bool library = false;                  // all public functions are, that have no type parameters
  bool benches = false;                  // what runs is `bench`, not `test`
  bool errors_only = false;              // no warnings
  std::optional<std::string_view> root;  // where imports are looked up, ending in a slash; none: beside the file
  const Assembly* assembly = nullptr;    // what the source is put together from: places are told in its original
  std::string* said = nullptr;           // takes what there is to say, instead of standard error
  std::vector<CounterPlace>* counters = nullptr;  // counts what runs, and says here where
};

/// Flags of every verb that compiles, and the options that they say.
inline constexpr std::string_view kDiagnosticsFormats[] = {"text", "json"};
inline constexpr Flag kDiagnosticsFlag = {
    .name = "--diagnostics",
    .value = "FORMAT",
    .help = "errors and warnings as text or json (one object a line)",
    .choices = kDiagnosticsFormats,
};
inline constexpr Flag kTimePassesFlag = {
    .name = "--time-passes",
    .value = "",
    .help = "print how long each step took",
};
inline constexpr Flag kPassesFlag = {
    .name = "--passes",
    .value = "NAMES",
    .help =
        "optimise with these passes alone (names as --time-passes prints them, with commas\n"
        "between), or with all or none; NOODLE_PASSES says it where no flag does",
};
/// The options; the exit code when a flag's value makes no sense, which has been said.
OrExit<CompileOptions> compile_options(const Arguments& arguments);

/// A path with what was read from it; without bytes the file is still to be read.
struct SourceFile {
  std::string path;
  std::optional<std::string> bytes;
};

/// Whether these are the bytes of a module.
inline bool is_module(std::string_view bytes) { return bytes.starts_with(std::string_view("NBC\0", 4)); }

/// Compiles a program and all that it imports.
OrExit<nbc::Module> compile(const SourceFile& file, const CompileOptions& options);
/// Only reports what is wrong with it.
int check(std::string_view path, const CompileOptions& options);
/// A step's result as text.
OrExit<std::string> emit(std::string_view path, Emit what, const CompileOptions& options);

/// The bytes of a regular file, or why it can't be read.
std::expected<std::string, std::string> read_file(std::string_view path);
/// The same of a file that is to be source text: a module is none.
std::expected<std::string, std::string> read_text(std::string_view path);
/// Whether two paths name one regular file.
bool same_file(std::string_view a, std::string_view b);
/// Writes a whole file and prints why when it can't; `-` is standard output.
bool write_file(std::string_view path, std::string_view bytes);

}  // namespace noodle::tools
