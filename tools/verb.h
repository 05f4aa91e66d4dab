#pragma once

// The door of tools: the `noodle` command. Each verb (`run`, `check`, …) is one file that defines
// one Verb: its name, flags and help text stand beside the code that does the work. This header is
// the little that they share: what a verb is, and how its arguments are read.
//
// Exit codes: 0 success; 1 the program has errors, a test failed, or `main` gave an Err; 2 wrong
// usage; 101 a panic; else the code that the program gave to `exit`. Errors go to standard error.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace noodle::tools {

inline constexpr int kExitErrors = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitPanic = 101;
inline constexpr int kExitLeak = 102;

/// For `most`, where a verb takes as many words as there are.
inline constexpr std::size_t kManyWords = SIZE_MAX;

/// One flag of a verb. A flag with a `value` takes one, as `--flag=VALUE` or `--flag VALUE`.
struct Flag {
  std::string_view name;
  std::string_view value;
  std::string_view help;
  std::span<const std::string_view> choices = {};  // the only values allowed, when there are any
  bool hidden = false;
};

/// What stood on the command line after the verb.
class Arguments {
 public:
  bool has(std::string_view flag) const { return value(flag).has_value(); }
  /// The value of a flag; empty text for a flag without one; nothing when it was not given.
  std::optional<std::string_view> value(std::string_view flag) const;

  std::vector<std::string_view> positional;
  std::vector<std::string_view> rest;  // a program's own arguments
  std::vector<std::pair<std::string_view, std::string_view>> flags;
};

/// What the words of a verb name, for shells that complete them.
enum class Takes : std::uint8_t { Nothing, Files, Verbs, Codes, Shells };

struct Verb {
  std::string_view name;
  std::string_view usage;    // what follows `noodle NAME`
  std::string_view summary;  // one line for `noodle help`
  std::string_view details;  // paragraphs for `noodle NAME --help`
  std::span<const Flag> flags;
  Takes takes = Takes::Nothing;
  std::size_t fewest = 0;
  std::size_t most = 0;
  bool passes_rest = false;  // what follows the last positional goes to the program untouched
  int (*run)(const Arguments&);
};

/// Every verb in the order in which help lists them.
std::span<const Verb* const> verbs();
extern const Verb kRun, kCheck, kBuild, kDisasm, kTest, kBench, kFmt, kLint, kExplain, kRepl, kNew, kDoc, kCompletions,
    kVersion, kHelp;

/// Reads what follows a verb, or says what is wrong with it.
struct ParseResult {
  Arguments arguments;
  std::string error;  // empty when all is well
  bool help = false;
};
ParseResult parse_arguments(const Verb& verb, std::span<const std::string_view> words);

/// The whole help text of a verb.
std::string help_text(const Verb& verb);
/// The help text of the command.
std::string overview();
/// The manual pages of a verb and of the command, in roff.
std::string man_page(const Verb& verb);
std::string man_page();
/// The version of this build, such as "0.1.0".
std::string_view version();

/// Does what the words after `noodle` say and returns the exit code.
int run_command(std::span<const std::string_view> words);

/// The number that a text is from its first to its last digit; nothing for any other.
std::optional<std::uint64_t> whole_number(std::string_view text);

/// Prints an error line and returns kExitUsage.
int usage_error(std::string_view message);
/// Prints an error line and returns kExitErrors.
int refuse(std::string_view why);

/// Writes text to standard output or standard error.
void print_out(std::string_view text);
void print_err(std::string_view text);

}  // namespace noodle::tools
