#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "nbc/module.h"

namespace noodle::nbc {

/// What can be wrong with bytes, before anything is said about what they mean.
enum class ReadProblem : std::uint8_t {
  NotAModule,
  Version,
  Feature,
  Checksum,
  SectionTable,
  UnknownSection,
  Truncated,
  Number,
  Limit,
  Kind,
  TypeLayout,
  Trailing,
};
inline constexpr std::uint32_t kReadProblems = 12;

/// Where reading stopped and why.
struct ReadError {
  ReadProblem problem = ReadProblem::NotAModule;
  std::string_view section;  // its name
  std::size_t byte = 0;      // from the start of the file
  std::string message;

  /// "types section, byte 130: …"
  std::string text() const;
};

/// Reads a module from a file's bytes, in time linear in their number. What it gives may still be
/// wrong in any way that the verifier knows.
std::expected<Module, ReadError> read(std::string_view bytes);

}  // namespace noodle::nbc
