#pragma once

// Which instruction each stretch of an image's code comes from, and how that is packed into a few bytes a stretch.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noodle::jit {

/// A word of a function that was taken in at another, or stands for itself.
struct Origin {
  std::uint32_t function = 0;
  std::uint32_t pc = 0;
  std::uint32_t caller = 0;  // 0, or 1 + the index of an earlier origin: where the function was taken in
  bool operator==(const Origin&) const = default;
};

/// From this byte of an image on, code has this origin.
struct Stretch {
  std::uint32_t at = 0;
  std::uint32_t origin = 0;  // 0: of no instruction, or of several; else 1 + an index
  bool operator==(const Stretch&) const = default;
};

struct Origins {
  std::vector<Origin> all;
  std::vector<Stretch> stretches;  // ascending by `at`
};

/// The bytes that are kept of them.
std::string pack(const Origins& origins);
/// What was packed; nothing when it is damaged.
std::optional<Origins> unpack(std::string_view bytes);

}  // namespace noodle::jit
