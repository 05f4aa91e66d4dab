#pragma once

// The layout of a module file, shared by the reader and the writer. docs/reference/nbc.rst explains it.

#include <cstdint>
#include <string_view>

namespace noodle::nbc {

inline constexpr std::string_view kMagic{"NBC\0", 4};
// magic, version, a reserved half-word, features, checksum; then the section table.
inline constexpr std::size_t kFeaturesAt = 8;
inline constexpr std::size_t kChecksumAt = 16;
inline constexpr std::size_t kChecked = 24;  // the checksum covers everything from here
inline constexpr std::size_t kSectionEntry = 12;

/// Sections, in the order in which they stand in a file. Empty ones are left out.
enum class Section : std::uint8_t {
  Strings = 1,
  Types,
  Constants,
  Natives,
  Functions,
  Traits,
  VTables,
  Exports,
  Interface,
  Generics,
  Hashes,
  Debug,
  Kernels,
};
inline constexpr std::uint8_t kLastSection = static_cast<std::uint8_t>(Section::Kernels);
inline constexpr std::uint8_t kOptionalSection = 1;  // flag: a reader that doesn't know it may skip it

/// A section's name in messages; empty for an unknown one.
constexpr std::string_view section_name(std::uint8_t id) {
  constexpr std::string_view kNames[] = {"header",    "strings", "types",   "constants", "natives",
                                         "functions", "traits",  "vtables", "exports",   "interface",
                                         "generics",  "hashes",  "debug",   "kernels"};
  return id <= kLastSection ? kNames[id] : std::string_view();
}

/// Whether a program runs without the section, so that older readers may skip it.
constexpr bool is_optional(Section s) { return s >= Section::Interface; }

}  // namespace noodle::nbc
