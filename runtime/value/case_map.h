#pragma once

#include <string>
#include <string_view>

namespace noodle::value {

/// Text with each character replaced by its upper (lower) case form, by Unicode's simple mappings for
/// Latin, Greek, Cyrillic, Armenian and Georgian; `ß` becomes `SS`. Other characters stay.
std::string to_upper(std::string_view text);
std::string to_lower(std::string_view text);

}  // namespace noodle::value
