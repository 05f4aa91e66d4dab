#pragma once

// The door of runtime/memory: counted objects, how they are allocated, charged, shared and freed.
// It knows where references lie inside an object (object.h) and nothing else about values.

#include <cstdint>
#include <optional>

#include "base/concurrency.h"
#include "runtime/memory/account.h"
#include "runtime/memory/allocate.h"
#include "runtime/memory/object.h"
#include "runtime/memory/type_table.h"

namespace noodle::memory {

/// A new object of `size` bytes with one local reference; only its header is written. Null when the
/// account's limit or the system's memory is at its end.
inline Object* allocate(Account& account, std::size_t size, std::uint32_t type) {
  if (!account.charge(size)) return nullptr;
  auto* object = static_cast<Object*>(raw_allocate(size));
  if (object == nullptr) {
    account.credit(size);
    return nullptr;
  }
  ++account.live;
  ++account.allocations;
  object->count = 1;
  object->type = type;
  return object;
}

/// Slow halves of retain and release: shared, sticky and immortal objects.
void retain_shared(Object* object, std::int32_t count);
void release_shared(Account& account, Object* object, std::int32_t count);
/// Frees a dead local object and what dies with it. Uses no stack and no memory, however deep they nest.
void free_dead(Account& account, Object* object);

inline std::int32_t load_count(const Object* object) { return __atomic_load_n(&object->count, __ATOMIC_RELAXED); }

/// Adds a reference. `object` is not null.
inline void retain(Object* object) {
  const std::int32_t count = load_count(object);
  if (count > 0) [[likely]] {
    interleave();
    // INT32_MAX wraps to INT32_MIN: sticky. Relaxed, though only this thread sees it, because
    // whether it is shared is read from this very word.
    __atomic_store_n(&object->count, static_cast<std::int32_t>(static_cast<std::uint32_t>(count) + 1u),
                     __ATOMIC_RELAXED);
  } else {
    retain_shared(object, count);
  }
}

/// Drops a reference and frees the object with the last one. `object` is not null.
inline void release(Account& account, Object* object) {
  const std::int32_t count = load_count(object);
  if (count > 1) {
    interleave();
    __atomic_store_n(&object->count, count - 1, __ATOMIC_RELAXED);
  } else if (count == 1) {
    free_dead(account, object);
  } else {
    release_shared(account, object, count);
  }
}

/// Whether the caller holds the only reference, and no other thread ever had one.
inline bool is_unique_local(const Object* object) { return load_count(object) == 1; }

/// Slow half of make_unique_local.
bool make_shared_local(Account& account, Object* object, std::int32_t count);

/// Whether the caller holds the only reference, so that it may change the object in place. A shared
/// object with one reference becomes local again, so that local things may be put into it; the account's
/// task is charged with it.
inline bool make_unique_local(Account& account, Object* object) {
  if (is_unique_local(object)) [[likely]]
    return true;
  return make_shared_local(account, object, load_count(object));
}

/// Marks an object that nobody else holds as a constant: never counted, never freed by counting. It
/// leaves the account. Whoever made it gives its memory back with `free_immortal`.
void make_immortal(Account& account, Object* object);
/// Frees one immortal object, not what it refers to.
void free_immortal(const TypeTable& types, Object* object);

/// Prepares an owned object for another thread (law 5). What the sender gives up with its only
/// reference stays local and moves; anything else that is still local is marked shared with all
/// below it, and is common from here on. Gives how many bytes move: whoever sends puts them down, whoever
/// receives takes them up. Nothing when there is no memory for the walk; then nothing may be sent, though
/// nothing is broken.
std::optional<std::int64_t> publish(Account& account, Object* object);
/// The same for a record's or a value's counted places under `base`.
std::optional<std::int64_t> publish_fields(Account& account, FieldMap fields, const std::byte* base);

/// Marks everything below a value's counted places shared, so that several threads may copy it.
bool share_fields(Account& account, FieldMap fields, const std::byte* base);

/// Frees a dead object alone: what it referred to has been moved out.
void free_shell(Account& account, Object* object);

/// Bytes of one object with its side buffers, as they were asked for and as they are charged.
std::size_t object_bytes(const TypeTable& types, const Object* object);
std::int64_t charged_bytes(const TypeTable& types, const Object* object);

}  // namespace noodle::memory
