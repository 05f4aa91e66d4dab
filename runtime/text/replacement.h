#pragma once

// What a match is replaced with: a text in which `$1` and `${name}` stand for groups, and `$$` for the sign.

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/text/pattern.h"

namespace noodle::text {

/// A piece of a replacement: a text, or a group.
struct ReplacementPiece {
  std::string_view text;
  int group = -1;
};

/// The pieces of a template, or what is wrong with it.
std::expected<std::vector<ReplacementPiece>, std::string> replacement_pieces(const Pattern& pattern,
                                                                             std::string_view text);

}  // namespace noodle::text
