#pragma once

// How the C interface's functions end.

#include <cstdlib>
#include <cstring>
#include <string_view>

#include "embed/noodle.h"

namespace noodle::embed {

/// A C string of the caller's, for noodle_free_text; null when there is no memory.
inline char* c_text(std::string_view text) {
  auto* copy = static_cast<char*>(std::malloc(text.size() + 1));
  if (copy == nullptr) return nullptr;
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = 0;
  return copy;
}

/// Ends in an error, whose text goes to `error` unless nobody wants it.
inline noodle_status fail(char** error, noodle_status status, std::string_view text) {
  if (error != nullptr) *error = c_text(text);
  return status;
}
/// What is said of arguments that must not be null.
inline constexpr std::string_view kNull = "an argument is NULL that must not be";
/// And of a runtime that was destroyed while somebody waited for it.
inline constexpr std::string_view kEnded = "the runtime was destroyed; make another";

inline noodle_status done(char** error) {
  if (error != nullptr) *error = nullptr;
  return NOODLE_OK;
}

}  // namespace noodle::embed
