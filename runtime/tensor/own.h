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

/// A tensor of a native's own, until it is given.
class Fresh {
 public:
  Fresh(Call& call, TensorObject* object) : call_(call), object_(object) {}
  Fresh(const Fresh&) = delete;
  Fresh& operator=(const Fresh&) = delete;
  ~Fresh() {
    if (object_ != nullptr) call_.host.release_tensor(call_, *object_);
  }

  bool has_memory() const { return object_ != nullptr; }
  TensorObject* object() const { return object_; }
  template <typename T>
  T* data() const {
    return reinterpret_cast<T*>(object_->data);
  }
  std::int64_t count() const { return object_->count; }
  Status give(std::size_t slot = 0) { return noodle::tensor::give(call_, std::exchange(object_, nullptr), slot); }

 private:
  Call& call_;
  TensorObject* object_;
};

/// An operand as it can be read: itself where it `fits`, else a copy, whose elements lie side by side.
class Readable {
 public:
  Readable(Call& call, const Operand& given, bool fits)
      : copy_(call, fits ? nullptr : copied(call, given)),
        operand_(fits ? given : Operand(copy_.object())),
        has_memory_(fits || copy_.has_memory()) {}
  /// Its elements are to lie side by side.
  Readable(Call& call, const Operand& given) : Readable(call, given, given.is_contiguous()) {}

  bool has_memory() const { return has_memory_; }
  const Operand& operator*() const { return operand_; }
  template <typename T>
  const T* data() const {
    return reinterpret_cast<const T*>(operand_.data());
  }

 private:
  Fresh copy_;
  Operand operand_;
  bool has_memory_;
};

}  // namespace noodle::tensor
