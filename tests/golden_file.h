#pragma once

// A golden program: Noodle source that says in comments what it should do.
//
//   // expect: LINE         a line of standard output; these stand in order and are all of it
//   // expect-error: LINE   a line of standard error, likewise; `...` alone stands for any lines
//   // exit: N              the exit code (0)
//   // args: A "B C"        the program's own arguments
//   // args-again: A        those where it runs hundreds of times (as `args`)
//   // flags: --x           flags of the verb
//   // stdin: LINE          a line of standard input
//   // verb: check          run (without it), check or test
//
// A comment may stand alone or after code. A file NAME.expected beside NAME.noodle takes the place
// of `expect` lines. A file without any of these and without `fn main(` or `test "` is a module
// that other programs import.

#include <string>
#include <string_view>
#include <vector>

#include "tests/process.h"

namespace noodle::tests {

struct Golden {
  std::string path;
  std::string text;
  std::vector<std::string> out;
  std::vector<std::string> err;
  std::vector<std::string> arguments;
  std::vector<std::string> arguments_again;
  std::vector<std::string> flags;
  std::string input;
  std::string verb = "run";
  int exit_code = 0;
  bool is_program = false;
  bool has_expected_file = false;
};

/// The Noodle files in a folder and below, sorted; or the one file.
std::vector<std::string> programs_in(const std::string& path);

/// Reads a golden program.
Golden read_golden(const std::string& path);

/// Runs the program in its own folder.
ProcessResult run_golden(const Golden& golden, const std::string& noodle);

/// Compiles the program to an executable and runs that in the program's folder. What can't be compiled gives what
/// the command said.
ProcessResult run_golden_native(const Golden& golden, const std::string& noodle);

/// What differs from the expectations as a diff; empty when nothing does.
std::string difference(const Golden& golden, const ProcessResult& result);

/// The source with its expectations rewritten to what happened.
std::string rewritten(const Golden& golden, const ProcessResult& result);

/// Words parted by blanks; double quotes hold blanks together.
std::vector<std::string> words_of(std::string_view text);

/// Whether a file could be read whole, and its text.
bool read_text(const std::string& path, std::string& text);
/// Writes a whole file.
bool write_text(const std::string& path, std::string_view text);

}  // namespace noodle::tests
