#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

namespace noodle {

/// Appends a value's bytes as the processor has them.
template <typename T>
  requires std::is_trivially_copyable_v<T>
void append_raw(std::string& to, const T& what) {
  to.append(reinterpret_cast<const char*>(&what), sizeof what);
}

/// Appends a number with seven bits a byte, the lowest first; all bytes but the last have their highest bit set.
inline void append_packed(std::string& to, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) to += static_cast<char>(number | 0x80);
  to += static_cast<char>(number);
}

}  // namespace noodle
