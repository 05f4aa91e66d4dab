#pragma once

#include <atomic>
#include <cstdint>

#include "runtime/memory/object.h"

namespace noodle::memory {

/// The object types of one runtime by number. Reading needs no lock: the table lies in reserved
/// address space that never moves, and types are only added (by one loader at a time).
class TypeTable {
 public:
  /// 21 bits: a dead object's header holds a type and a link.
  static constexpr std::uint32_t kMost = 1u << 21;
  /// Types that every table has.
  static constexpr std::uint32_t kText = 0;
  static constexpr std::uint32_t kBytes = 1;
  static constexpr std::uint32_t kHandle = 2;

  TypeTable();
  ~TypeTable();
  TypeTable(const TypeTable&) = delete;
  TypeTable& operator=(const TypeTable&) = delete;

  /// Adds a type, which must outlive the table; kMost when it is full.
  std::uint32_t add(const ObjectType* type);
  /// The type with this number.
  const ObjectType& operator[](std::uint32_t type) const { return *types_[type]; }
  /// How many types there are.
  std::uint32_t size() const { return size_; }

 private:
  const ObjectType** types_ = nullptr;
  std::uint32_t size_ = 0;
};

}  // namespace noodle::memory
