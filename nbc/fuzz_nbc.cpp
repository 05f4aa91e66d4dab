// Fuzzes everything that gets a module from outside: reader, verifier, disassembler, assembler.

#include <cstdint>
#include <cstdlib>

#include "nbc/read.h"
#include "nbc/text.h"
#include "nbc/verify.h"
#include "nbc/write.h"

namespace {

void demand(bool right) {
  if (!right) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace noodle::nbc;
  std::string bytes(reinterpret_cast<const char*>(data), size);
  // Text that assembles is as good a module as bytes are.
  if (auto assembled = parse_text(bytes)) {
    std::string written = write(*assembled);
    auto back = read(written);
    if (back) demand(write(*back) == written);
    (void)check(*assembled);
  }
  fix_checksum(bytes);
  auto module = read(bytes);
  if (!module) return 0;
  auto right = check(*module);
  if (!right) demand(!right.error().text(*module).empty());
  std::string written = write(*module);
  auto again = parse_text(disassemble(*module));
  demand(again && write(*again) == written);
  if (right) demand(verify(std::move(*module)).has_value());
  return 0;
}
