#pragma once

// Handles in registers: what stands behind one, and how a new one gets there.

#include "runtime/task/resource.h"
#include "runtime/vm/machine.h"

namespace noodle::vm {

/// The kind of handles behind which a T stands.
template <typename T>
const memory::HandleObject::Kind& kind_of() = delete;
template <>
inline const memory::HandleObject::Kind& kind_of<task::Task>() {
  return task::kTaskKind;
}
template <>
inline const memory::HandleObject::Kind& kind_of<task::Channel>() {
  return task::kChannelKind;
}
template <>
inline const memory::HandleObject::Kind& kind_of<task::Resource>() {
  return task::kResourceKind;
}

/// The T behind a handle; null when it is of another kind, or was moved out.
template <typename T>
T* handle_as(std::uint64_t word) {
  auto* handle = reinterpret_cast<memory::HandleObject*>(word);
  return handle != nullptr && handle->kind == &kind_of<T>() ? reinterpret_cast<T*>(handle) : nullptr;
}

/// A new handle's first reference, which belongs into the register that it goes to.
inline std::uint64_t adopt(memory::Account& account, memory::HandleObject& handle) {
  handle.header.count = 1;
  handle.header.type = memory::TypeTable::kHandle;
  ++account.live;
  return reinterpret_cast<std::uint64_t>(&handle);
}

}  // namespace noodle::vm
