#pragma once

// The door of runtime/jit, a shared library of its own that is loaded when something is hot: NBC in, machine
// code out. The code is one piece that may lie anywhere: it refers to nothing outside of itself but what it
// finds through the machine that it is called with, so it can be kept in a file; unless it is checked by a sanitizer.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace noodle::vm {
class LoadedModule;
}

namespace noodle::jit {

/// How well something is compiled.
enum class Effort : std::uint8_t {
  Quick,  // a fifth of the work, for code that is half as fast
  Full,
};

/// What is to be compiled.
struct Request {
  const vm::LoadedModule* module = nullptr;
  std::uint32_t function = 0;
  bool body = true;                      // it is to be entered at its beginning
  std::span<const std::uint32_t> loops;  // from whose heads it is to be entered: code for these and what is around them
  std::span<const std::uint32_t> apart;  // ascending: functions that aren't to be compiled along
  std::span<const std::uint32_t> made;   // ascending: functions that have code as good; compiled along if very small
  Effort effort = Effort::Full;
  bool listing = false;          // wanted is no image but its text in assembly, with places: see places.h
  bool origins = false;          // wanted is also where code comes from
  bool is_kept = true;           // or may refer to this process: then a sanitizer that it has checks the code
  std::uint32_t asks_every = 0;  // so many instructions whether to leave, unless 0: for tests
};

/// Where something lies in an image.
struct Symbol {
  std::uint32_t function = 0;
  std::int64_t loop = -1;   // entered at this loop's head; negative: at the beginning
  std::uint64_t entry = 0;  // a vm::CompiledCode
  std::uint64_t fast = 0;   // what compiled callers call; of the beginning alone
  std::uint64_t bytes = 0;  // of both
  std::uint64_t fast_bytes = 0;
};

/// Machine code with its constants.
struct Image {
  std::span<const std::byte> bytes;
  std::size_t code_bytes = 0;  // the others are constants
  std::span<const Symbol> symbols;
  std::string_view origins;  // of the code, if they were wanted: see origins.h
  std::string_view trouble;  // why there is none
  // Where the processor's time went, in microseconds.
  std::int64_t lowering = 0, optimising = 0, emitting = 0;
};

/// Compiles a function and what it calls that is small, and gives the image to `take`, which has to copy what it
/// wants: the two sides have allocators of their own. Of threads that call it at once one is served at a time.
using Compile = void (*)(const Request& request, void* context, void (*take)(void* context, const Image& image));

}  // namespace noodle::jit

/// The library's door: a noodle::jit::Compile. Beside it is noodle_jit_interface, see interface.h.
extern "C" void noodle_jit_compile(const noodle::jit::Request& request, void* context,
                                   void (*take)(void* context, const noodle::jit::Image& image));
