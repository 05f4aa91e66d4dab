#pragma once

// What compiled code is called when people look at it: in the log, in profiles, in a debugger.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/jit/jit.h"
#include "runtime/vm/loaded.h"

namespace noodle::jit {

/// Where the code of a word stands; null when nobody knows.
const nbc::LineEntry* line_entry(const vm::LoadedModule& module, std::uint32_t function, std::uint32_t pc);
/// A function's name in the source.
std::string name_of(const vm::LoadedModule& module, std::uint32_t function);
/// Where the code of a word stands, as `a.noodle:12`, also where it was inlined from elsewhere; empty when nobody
/// knows.
std::string place_of(const vm::LoadedModule& module, std::uint32_t function, std::uint32_t pc);
/// The name of a way into a function: `fib`, or `main@loop 12` for the loop in line 12.
std::string name_of_entry(const vm::LoadedModule& module, std::uint32_t function, std::int64_t loop);

/// A piece of machine code and its name.
struct NamedCode {
  std::string name;
  const std::byte* at = nullptr;
  std::size_t bytes = 0;
};
/// All pieces of an image that lies at `code`: bodies by their names, and how the interpreter enters them as
/// `enter fib`.
std::vector<NamedCode> named_code(const vm::LoadedModule& module, const Image& image, const std::byte* code);

}  // namespace noodle::jit
