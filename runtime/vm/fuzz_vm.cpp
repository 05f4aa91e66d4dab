// Whatever the verifier accepts must run without a finding of the sanitizers and leave nothing over.
// The input is a module's bytes, a module as text, or a recipe: a seed for the generator of modules
// and places to change in what it makes.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "nbc/read.h"
#include "nbc/testing/generator.h"
#include "nbc/text.h"
#include "nbc/write.h"
#include "runtime/vm/testing/run_module.h"

namespace {

using namespace noodle;

/// Changes words of code as the input says: function, word and new bits.
void apply(nbc::Module& module, const std::uint8_t* data, std::size_t size) {
  struct Change {
    std::uint16_t function, word;
    std::uint8_t shift, kind;
    std::uint16_t bits;
  };
  for (; size >= sizeof(Change); data += sizeof(Change), size -= sizeof(Change)) {
    Change change;
    std::memcpy(&change, data, sizeof change);
    auto& code = module.functions[change.function % module.functions.size()].code;
    if (code.empty()) continue;
    nbc::Word& word = code[change.word % code.size()];
    const unsigned shift = change.shift % 4 * 16;
    if (change.kind % 2 == 0) word &= ~(nbc::Word{0xFFFF} << shift);
    word ^= nbc::Word{change.bits} << shift;
  }
}

void run(nbc::Module module, std::uint64_t seed) {
  if (!nbc::check(module)) return;
  auto verified = nbc::verify(std::move(module));
  if (!verified) std::abort();  // it was right a moment ago
  const vm::testing::ModuleRun result = vm::testing::run_module(std::move(*verified), seed);
  if (result.wrong.empty()) return;
  std::fprintf(stderr, "%s\n", result.wrong.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 1 << 18) return 0;
  if (std::string_view(reinterpret_cast<const char*>(data), 2) == "NB") {
    std::string bytes(reinterpret_cast<const char*>(data), size);
    nbc::fix_checksum(bytes);
    if (auto module = nbc::read(bytes)) run(std::move(*module), size);
    return 0;
  }
  if (std::string_view(reinterpret_cast<const char*>(data), 2) == "mo") {
    if (auto module = nbc::parse_text({reinterpret_cast<const char*>(data), size})) run(std::move(*module), size);
    return 0;
  }
  std::uint16_t seed;
  std::memcpy(&seed, data, sizeof seed);
  nbc::Module module = nbc::testing::generate(seed);
  apply(module, data + sizeof seed, size - sizeof seed);
  run(std::move(module), seed);
  return 0;
}
