#pragma once

// Memory for machine code: written once, then executable and never writable again.

#include <cstddef>
#include <span>
#include <vector>

namespace noodle::jit {

class CodeMemory {
 public:
  CodeMemory() = default;
  ~CodeMemory();
  CodeMemory(const CodeMemory&) = delete;
  CodeMemory& operator=(const CodeMemory&) = delete;
  /// A copy of the code that can be run, as long as this object lives; null when there is no memory.
  std::byte* add(std::span<const std::byte> code);

 private:
  struct Piece {
    void* at;
    std::size_t bytes;
  };
  std::vector<Piece> pieces_;
};

}  // namespace noodle::jit
