#pragma once

// What a file of the code cache holds: the images of one module. A file is believed only when it is whole, was made
// for just this key, and every place that it names lies inside it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/jit/jit.h"

namespace noodle::jit {

/// An image as it is kept, with what it was made for.
struct KeptImage {
  std::uint32_t function = 0;
  std::vector<std::uint32_t> loops;
  Effort effort = Effort::Full;
  std::vector<Symbol> symbols;
  std::string bytes;    // none: the function can't be compiled
  std::string origins;  // as in Image

  /// Whether the other was made for the same, and no better. That something can't be compiled fully doesn't stand for
  /// code that was made quickly.
  bool serves_as(const KeptImage& other) const {
    return function == other.function && loops == other.loops && effort >= other.effort &&
           bytes.empty() <= other.bytes.empty();
  }
};

/// The bytes of a file with these images. The key is kept whole, since two could have the same hash.
std::string write_entry(std::string_view key, const std::vector<KeptImage>& images);

/// The images of a file; nothing when it is damaged or was made for another key.
std::optional<std::vector<KeptImage>> read_entry(std::string_view file, std::string_view key);

}  // namespace noodle::jit
