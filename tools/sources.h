#pragma once

// The source files that the words of a command line mean, and putting a new text in a file's place. For verbs
// that take many files: fmt, lint, doc, test and bench.

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace noodle::tools {

/// The files that the paths name, each once: a file as it is, a folder as all `.noodle` files in it and below, in
/// the order of their names. What begins with a dot is left out of folders. Says what can't be read.
std::expected<std::vector<std::string>, std::string> source_files(std::span<const std::string_view> paths);

/// Replaces a file's text at once or not at all: others see the old text or the new one. Its mode stays, and a link
/// goes on naming the same file. Says why when it can't.
std::expected<void, std::string> replace_file(const std::string& path, std::string_view text);

}  // namespace noodle::tools
