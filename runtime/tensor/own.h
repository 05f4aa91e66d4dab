#pragma once

// What a native has for itself while it runs, and gives back however it ends.

#include <cstdint>
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
        bytes_(count_ * sizeof(T) + kAlignment),
        room_(call.host.take_room(call, bytes_)) {}
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    if (room_ != nullptr) call_.host.give_room(call_, room_, bytes_);
  }

  bool has_memory() const { return room_ != nullptr; }
  T* data() const {
    const auto at = reinterpret_cast<std::uintptr_t>(room_);
    return reinterpret_cast<T*>((at + kAlignment - 1) / kAlignment * kAlignment);
  }
  std::span<T> items() const { return {data(), count_}; }

 private:
  static constexpr std::size_t kAlignment = 64;

  Call& call_;
  std::size_t count_, bytes_;
  void* room_;
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
