#include <algorithm>

#include "runtime/memory/memory.h"

namespace noodle::memory {

void retain_shared(Object* object, std::int32_t count) {
  // Zero is immortal; at kStickyRetain and below nothing is counted any more. Relaxed: whoever
  // retains already holds a reference, so the object can't be freed meanwhile.
  if (count < 0 && count > kStickyRetain) {
    interleave();
    __atomic_fetch_sub(&object->count, 1, __ATOMIC_RELAXED);
  }
}

std::size_t object_bytes(const TypeTable& types, const Object* object) {
  const ObjectType& type = types[object->type];
  switch (type.shape) {
    case Shape::Record: return type.size;
    case Shape::Array: return ArrayObject::bytes(reinterpret_cast<const ArrayObject*>(object)->capacity, type.stride);
    case Shape::Table:
      return sizeof(TableObject) + reinterpret_cast<const TableObject*>(object)->buffer_bytes(type.stride);
    case Shape::Handle: return 0;  // what stands behind it is the runtime's
    case Shape::Text: return TextObject::bytes(reinterpret_cast<const TextObject*>(object)->capacity);
    case Shape::Tensor: return reinterpret_cast<const TensorObject*>(object)->bytes;
  }
  __builtin_unreachable();
}

std::int64_t charged_bytes(const TypeTable& types, const Object* object) {
  return Account::charged(object_bytes(types, object));
}

namespace {

// Drops a reference to a shared object; whether it was the last. Then the account's task is charged with the
// object, which it is about to free.
bool drop_shared(Account& account, Object* object, std::int32_t count) {
  if (count == kImmortal || count <= kStickyRelease) return false;
  // Release: what this thread did with the object happens before its end. Acquire: the thread that
  // frees it sees what all others did. Both are needed on the last decrement, which is not known
  // beforehand.
  interleave();
  if (__atomic_fetch_add(&object->count, 1, __ATOMIC_ACQ_REL) != -1) return false;
  account.take_up(charged_bytes(*account.types, object));
  return true;
}

void free_storage(const ObjectType& type, Object* object) {
  if (type.shape == Shape::Handle) {
    auto* handle = reinterpret_cast<HandleObject*>(object);
    return handle->kind->dispose(handle);
  }
  if (type.shape == Shape::Table) {
    raw_free(reinterpret_cast<TableObject*>(object)->buffer);
  } else if (type.shape == Shape::Text) {
    const std::uint64_t facts = reinterpret_cast<TextObject*>(object)->facts;
    if (facts != 0 && (facts & 1) == 0) raw_free(reinterpret_cast<void*>(facts));
  }
  raw_free(object);
}

// The list of the dead runs through the headers of the dead objects themselves.
constexpr unsigned kTypeBits = 21;
static_assert(TypeTable::kMost == 1u << kTypeBits);

std::uint64_t& link_word(Object* object) { return *reinterpret_cast<std::uint64_t*>(object); }

void push_dead(Object*& top, Object* object) {
  const std::uint64_t type = object->type;
  link_word(object) = (reinterpret_cast<std::uint64_t>(top) >> 4) << kTypeBits | type;
  top = object;
}

Object* pop_dead(Object*& top, std::uint32_t& type) {
  Object* object = top;
  const std::uint64_t word = link_word(object);
  type = static_cast<std::uint32_t>(word & ((1u << kTypeBits) - 1));
  top = reinterpret_cast<Object*>(word >> kTypeBits << 4);
  return object;
}

constexpr std::uint64_t kAhead = 8;  // elements ahead

// What is freed lies anywhere in memory, and waiting for it is most of the work: so the dead after this one are asked
// for while it is dealt with.
void fetch_next(const TypeTable& types, Object* top) {
  if (top == nullptr) return;
  constexpr std::size_t kLine = 64, kMost = 16 * kLine;
  const std::uint64_t word = link_word(top);
  __builtin_prefetch(reinterpret_cast<const void*>(word >> kTypeBits << 4), 1);
  const ObjectType& type = types[word & ((1u << kTypeBits) - 1)];
  if (type.shape != Shape::Table) return;
  const auto* table = reinterpret_cast<const TableObject*>(top);
  const std::size_t bytes = std::min<std::size_t>(std::size_t{table->used} * type.stride, kMost);
  for (std::size_t at = 0; at < bytes; at += kLine) __builtin_prefetch(table->buffer + at, 1);
}

// Drops a dead object's reference to one below it; whether that is dead then, too.
[[gnu::always_inline]] inline bool drop_child(Account& account, Object* child) {
  const std::int32_t count = load_count(child);
  if (count > 1) {
    __atomic_store_n(&child->count, count - 1, __ATOMIC_RELAXED);
    return false;
  }
  return count == 1 || drop_shared(account, child, count);
}

// Of a long list's elements those are asked for that soon follow.
template <typename Drop>
void drop_elements(const ObjectType& type, const ArrayObject* array, const Drop& drop) {
  const std::byte *at = array->data(), *end = at + array->length * type.stride;
  const std::byte* ahead = at + kAhead * type.stride;
  for (; at != end; at += type.stride) {
    if (ahead != end) {
      for_each_child(type.fields, ahead, [](Object* child) { __builtin_prefetch(child, 1); });
      ahead += type.stride;
    }
    for_each_child(type.fields, at, drop);
  }
}

// What an object has below it goes to the list of the dead, or is counted down; gives the list's head.
[[gnu::noinline]] Object* drop_children(Account& account, const ObjectType& type, Object* object, Object* dead) {
  auto drop = [&dead, &account](Object* child) {
    if (!drop_child(account, child)) return;
    // What has nothing below it needs not be remembered.
    const ObjectType& its = (*account.types)[child->type];
    if (!its.has_children() && its.shape != Shape::Handle) {
      free_shell(account, child);
    } else {
      push_dead(dead, child);
    }
  };
  if (type.shape == Shape::Handle) {
    auto* handle = reinterpret_cast<HandleObject*>(object);
    account.take_up(handle->kind->children(handle, &drop,
                                           [](void* f, Object* child) { (*static_cast<decltype(drop)*>(f))(child); }));
  } else if (type.shape == Shape::Array && !type.fields.empty() &&
             reinterpret_cast<ArrayObject*>(object)->length > kAhead) {
    drop_elements(type, reinterpret_cast<ArrayObject*>(object), drop);
  } else {
    for_each_child(type, object, drop);
  }
  return dead;
}

// The same for one field of a record.
[[gnu::noinline]] Object* drop_field(Account& account, const Field& field, Object* record, Object* dead) {
  for_each_child(FieldMap(&field, 1), reinterpret_cast<const std::byte*>(record), [&](Object* child) {
    if (drop_child(account, child)) push_dead(dead, child);
  });
  return dead;
}

}  // namespace

void free_dead(Account& account, Object* first) {
  const TypeTable& types = *account.types;
  Object* dead = nullptr;
  push_dead(dead, first);
  while (dead != nullptr) {
    std::uint32_t number = 0;
    Object* object = pop_dead(dead, number);
    const ObjectType& type = types[number];
    --account.live;
    if (type.shape == Shape::Tensor) {
      // Small ones die as often as records, with nothing below them.
      auto* tensor = reinterpret_cast<TensorObject*>(object);
      if (tensor->owner != nullptr && drop_child(account, tensor->owner)) push_dead(dead, tensor->owner);
      account.credit(tensor->bytes);
      raw_free(object);
      continue;
    }
    if (type.shape != Shape::Record) {
      object->type = number;
      fetch_next(types, dead);
      dead = drop_children(account, type, object, dead);
      account.credit(object_bytes(types, object));
      free_storage(type, object);
      continue;
    }
    // Most have references alone. For these the list's head never leaves the processor's registers.
    for (const Field& field : type.fields) {
      if (field.kind != Field::Kind::Object) [[unlikely]] {
        dead = drop_field(account, field, object, dead);
        continue;
      }
      auto* child = *reinterpret_cast<Object* const*>(reinterpret_cast<const std::byte*>(object) + field.offset);
      if (child != nullptr && drop_child(account, child)) push_dead(dead, child);
    }
    account.credit(type.size);
    raw_free(object);
  }
}

void release_shared(Account& account, Object* object, std::int32_t count) {
  if (drop_shared(account, object, count)) free_dead(account, object);
}

bool make_shared_local(Account& account, Object* object, std::int32_t count) {
  // Acquire pairs with the release in drop_shared: what other threads did with the object while
  // they held it happened before we change it.
  if (count != -1 || __atomic_load_n(&object->count, __ATOMIC_ACQUIRE) != -1) return false;
  __atomic_store_n(&object->count, 1, __ATOMIC_RELAXED);
  account.take_up(charged_bytes(*account.types, object));
  return true;
}

void free_shell(Account& account, Object* object) {
  const TypeTable& types = *account.types;
  account.credit(object_bytes(types, object));
  --account.live;
  free_storage(types[object->type], object);
}

void make_immortal(Account& account, Object* object) {
  object->count = kImmortal;
  account.credit(object_bytes(*account.types, object));
  --account.live;
}

void free_immortal(const TypeTable& types, Object* object) { free_storage(types[object->type], object); }

}  // namespace noodle::memory
