#pragma once

// The ``` blocks in documentation. What follows the quotes says whether one is an example, which runs as a test:
//
//   ```            runs, and must not panic; also ```noodle
//   ```no_run      is compiled
//   ```fails       is compiled and must panic
//   ```text        is no program, as is whatever else follows the quotes

#include <cstdint>
#include <optional>
#include <string_view>

namespace noodle::syntax {

constexpr std::string_view kDocFence = "```";

/// What is wanted of an example.
enum class ExampleWants : std::uint8_t { Success, Failure, Nothing };  // Nothing: it isn't run

/// What is wanted of a block by what follows its quotes; nothing when it is no program.
std::optional<ExampleWants> example_wants(std::string_view info);

/// Whether there is an example in documentation, whose lines come without their slashes.
bool has_example(std::string_view doc);

}  // namespace noodle::syntax
