#pragma once

// The examples in a file's documentation: each ``` block in the doc comment of something `pub` is a program that runs
// as a test, with the file's module imported. Declarations in it stand beside the test, everything else inside.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/syntax/doc_block.h"
#include "tools/assembly.h"

namespace noodle::tools {

struct Example {
  std::string of;          // `List.push`
  std::uint32_t line = 0;  // of its first line, in the file
  syntax::ExampleWants wants = syntax::ExampleWants::Success;
  std::vector<syntax::Range> lines;  // what stands behind `///`, with the line's end

  std::string name() const { return of + " (line " + std::to_string(line) + ")"; }
};

/// The examples of a file, in the order in which they stand.
std::vector<Example> find_examples(std::string_view text);

/// The program that an example is. With an `import_line`, that module is imported unless the example does so itself.
Assembly program_of(const Example& example, const std::string& path, std::string_view text,
                    std::string_view module_name);

/// How a file's module is imported: `geometry.shapes`; empty for a part of the core library, which is there without,
/// and nothing for a file whose name can't be imported.
std::optional<std::string> import_name(std::string_view path, std::string_view root);

/// Whether a file is one of the library.
bool is_library(std::string_view path);

}  // namespace noodle::tools
