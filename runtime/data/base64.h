#pragma once

#include <string>
#include <string_view>

namespace noodle::data {

/// Appends bytes as base64 (RFC 4648) with padding.
void append_base64(std::string_view bytes, std::string& out);
/// Appends what base64 with padding stands for; false when `text` is something else.
bool decode_base64(std::string_view text, std::string& out);

}  // namespace noodle::data
