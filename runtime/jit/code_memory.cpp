#include "runtime/jit/code_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

namespace noodle::jit {

CodeMemory::~CodeMemory() {
  for (const Piece& piece : pieces_) munmap(piece.at, piece.bytes);
}

std::byte* CodeMemory::add(std::span<const std::byte> code) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t bytes = (code.size() + page - 1) / page * page;
  void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return nullptr;
  std::memcpy(at, code.data(), code.size());
  if (mprotect(at, bytes, PROT_READ | PROT_EXEC) != 0) {
    munmap(at, bytes);
    return nullptr;
  }
  pieces_.push_back({at, bytes});
  return static_cast<std::byte*>(at);
}

}  // namespace noodle::jit
