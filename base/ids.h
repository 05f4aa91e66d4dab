#pragma once

#include <cstdint>
#include <functional>

namespace noodle {

/// A dense 32-bit index that names an entry of one kind of table and can't be mixed up with
/// another. `Tag` is any type that is unique to the table.
template <typename Tag>
struct Id {
  static constexpr std::uint32_t kNone = UINT32_MAX;
  std::uint32_t index = kNone;

  constexpr Id() = default;
  constexpr explicit Id(std::size_t i) : index(static_cast<std::uint32_t>(i)) {}
  /// Whether this names an entry at all.
  constexpr bool valid() const { return index != kNone; }
  constexpr explicit operator bool() const { return valid(); }
  constexpr auto operator<=>(const Id&) const = default;
};

}  // namespace noodle

template <typename Tag>
struct std::hash<noodle::Id<Tag>> {
  std::size_t operator()(noodle::Id<Tag> id) const { return id.index * 0x9E3779B97F4A7C15ull; }
};
