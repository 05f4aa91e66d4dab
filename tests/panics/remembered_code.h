#pragma once

// A compiler that compiles a function once, for programs that are loaded again and again.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "runtime/jit/tier.h"

namespace noodle::tests {

/// The code of one program, compiled in one way.
class RememberedCode {
 public:
  explicit RememberedCode(jit::Compile compile) : compile_(compile) {}
  /// To be given to tiers, which this object has to outlive.
  jit::Compiler compiler() {
    return [this](const jit::Request& request, void* context, Take take) { give(request, context, take); };
  }

 private:
  using Take = void (*)(void* context, const jit::Image& image);
  struct Code {
    std::string bytes, trouble;
    std::vector<jit::Symbol> symbols;
  };

  void give(const jit::Request& request, void* context, Take take) {
    const auto [known, is_new] = codes_.try_emplace(request.function);
    if (is_new) {
      compile_(request, &known->second, [](void* code, const jit::Image& image) {
        auto& to = *static_cast<Code*>(code);
        to.bytes.assign(reinterpret_cast<const char*>(image.bytes.data()), image.bytes.size());
        to.symbols.assign(image.symbols.begin(), image.symbols.end());
        to.trouble = image.trouble;
      });
    }
    const Code& code = known->second;
    jit::Image image;
    image.bytes = std::as_bytes(std::span(code.bytes));
    image.symbols = code.symbols;
    image.trouble = code.trouble;
    take(context, image);
  }

  jit::Compile compile_;
  std::map<std::uint32_t, Code> codes_;
};

}  // namespace noodle::tests
