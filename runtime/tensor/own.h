#pragma once

// What a native has for itself while it runs, and gives back however it ends.

#include <memory>
#include <new>
#include <span>
#include <utility>

#include "runtime/tensor/operand.h"

namespace noodle::tensor {

/// Room to work in, aligned as vectors like it, and charged to who calls.
template <typename T>
class Scratch {
 public:
  Scratch(Call& call, std::int64_t count)
      : call_(call),
        count_(static_cast<std::size_t>(count)),
        lines_(count_ * sizeof(T) / sizeof(Line) + 1),
        is_charged_(call.host.charge(call, lines_ * sizeof(Line))) {
    if (is_charged_) room_.reset(new (std::nothrow) Line[lines_]);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    if (is_charged_) call_.host.credit(call_, lines_ * sizeof(Line));
  }

  bool has_memory() const { return room_ != nullptr; }
  T* data() const { return reinterpret_cast<T*>(room_.get()); }
  std::span<T> items() const { return {data(), count_}; }

 private:
  struct alignas(64) Line {
    std::byte bytes[64];
  };
  Call& call_;
  std::size_t count_, lines_;
  bool is_charged_;
  std::unique_ptr<Line[]> room_;
};

}  // namespace noodle::tensor
