#pragma once

// Tells debuggers which functions and lines lie where, through GDB's interface for code made at run time: each image is
// described by a small object file in memory.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "runtime/jit/lines.h"
#include "runtime/jit/names.h"

/// GDB's own: what it reads, and what it stops at to read it.
struct jit_code_entry;

namespace noodle::jit {

/// An ELF file without contents, which names pieces of code that lie elsewhere in memory, and their lines.
std::string symbol_file(std::span<const std::byte> code, std::span<const NamedCode> pieces, const CodeLines& lines);

/// Whether a debugger has this process in its hands.
bool is_debugged();

/// The images that debuggers know of, as long as this object lives. For one thread at a time.
class DebuggerImages {
 public:
  DebuggerImages();
  ~DebuggerImages();
  DebuggerImages(const DebuggerImages&) = delete;
  DebuggerImages& operator=(const DebuggerImages&) = delete;
  /// Adds an image.
  void add(std::span<const std::byte> code, std::span<const NamedCode> pieces, const CodeLines& lines);

 private:
  struct Entry;
  std::vector<std::unique_ptr<Entry>> entries_;
};

}  // namespace noodle::jit
