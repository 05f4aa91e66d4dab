#pragma once

// The values of TOML that are no lists and no tables.

#include <optional>
#include <string>
#include <string_view>

namespace noodle::data {

struct TomlNode;

/// Reads a number, a date or a time, which is all of `word`; what is wrong with it, empty when nothing is.
std::string_view read_toml_word(std::string_view word, TomlNode& out);

/// Reads a string in one of the four kinds of quotes at `at`, and moves behind it; what is wrong, empty when nothing
/// is. A key may not go over lines.
std::string_view read_toml_string(const char*& at, const char* end, bool is_key, std::string& out);

}  // namespace noodle::data
