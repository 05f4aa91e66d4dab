#pragma once

// How two texts differ.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace noodle {

/// The lines [old_begin, old_end) of the old text are the lines [new_begin, new_end) of the new one.
struct Change {
  std::size_t old_begin;
  std::size_t old_end;
  std::size_t new_begin;
  std::size_t new_end;
  bool operator==(const Change&) const = default;
};

/// The lines of a text, each with its line break where it has one.
std::vector<std::string_view> lines_with_breaks(std::string_view text);

/// The changes from one text to another, in their order, as few as there can be where the texts are not very
/// different.
std::vector<Change> changes(const std::vector<std::string_view>& before, const std::vector<std::string_view>& after);

/// The changes as `diff -u` shows them, under the names of both texts; empty when the texts are the same.
std::string unified_diff(std::string_view old_name, std::string_view before, std::string_view new_name,
                         std::string_view after);

/// The lines of `left` and `right` with what is in one of them alone marked by `-` and `+`, and a little of what is the
/// same around it. Empty when nothing differs.
std::string line_difference(std::string_view left, std::string_view right);

/// Where two texts of one line part: `differ from character 7: …`, or nothing when they are so short that one sees it.
std::string text_difference(std::string_view left, std::string_view right);

/// Where two lists, written as literals, part: `differ from [3]: 5 and 7`. Nothing when they are that short.
std::string list_difference(std::string_view left, std::string_view right);

}  // namespace noodle
