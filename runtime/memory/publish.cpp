#include "runtime/memory/memory.h"

namespace noodle::memory {

namespace {

// What is still to be visited. An explicit stack, because values may nest a million deep; from raw
// memory, because it belongs to no task.
class Pending {
 public:
  Pending() = default;
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;
  ~Pending() {
    if (items_ != first_) raw_free(items_);
  }

  bool push(Object* object) {
    if (size_ == capacity_ && !grow()) return false;
    items_[size_++] = object;
    return true;
  }
  Object* pop() { return items_[--size_]; }
  bool empty() const { return size_ == 0; }

 private:
  bool grow() {
    const std::size_t capacity = capacity_ * 2;
    auto* items = static_cast<Object**>(raw_allocate(capacity * sizeof(Object*)));
    if (items == nullptr) return false;
    for (std::size_t i = 0; i < size_; ++i) items[i] = items_[i];
    if (items_ != first_) raw_free(items_);
    items_ = items;
    capacity_ = capacity;
    return true;
  }

  Object* first_[64];
  Object** items_ = first_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 64;
};

class Publisher {
 public:
  explicit Publisher(Account& account) : account_(account), types_(*account.types) {}

  // An object that is reached through references which the sender gives up. Its only reference: it
  // moves, and what is below is given up as well. More: it is shared from here on.
  bool give_up(Object* object) {
    const std::int32_t count = load_count(object);
    if (count <= 0) return true;  // shared already with all below, or a constant
    if (count > 1) return share(object);
    moved_ += charged_bytes(types_, object);
    return has_children(object) ? moving_.push(object) : true;
  }

  bool share(Object* object) {
    if (load_count(object) <= 0) return true;
    if (has_children(object)) return sharing_.push(object);
    mark(object);
    return true;
  }

  std::int64_t moved() const { return moved_; }

  bool run() {
    bool enough = true;
    while (enough) {
      if (!sharing_.empty()) {
        enough = share_next();
      } else if (!moving_.empty()) {
        Object* object = moving_.pop();
        for_each_child(types_[object->type], object, [&](Object* child) { enough = enough && give_up(child); });
      } else {
        return true;
      }
    }
    return false;
  }

 private:
  bool has_children(const Object* object) const { return types_[object->type].has_children(); }

  // An object is marked after all below it: should memory end in between, every mark already set is
  // still true. It waits for that in the stack with its lowest bit set. Values have no cycles, so
  // nothing below an object leads back to it.
  bool share_next() {
    Object* item = sharing_.pop();
    const auto bits = reinterpret_cast<std::uintptr_t>(item);
    if ((bits & 1) != 0) {
      mark(reinterpret_cast<Object*>(bits - 1));
      return true;
    }
    if (load_count(item) <= 0) return true;  // reached before by another way
    bool enough = sharing_.push(reinterpret_cast<Object*>(bits | 1));
    for_each_child(types_[item->type], item, [&](Object* child) { enough = enough && share(child); });
    return enough;
  }

  // A plain store would do: no other thread sees the object before the send, whose release orders
  // this before the receiver's reads.
  void mark(Object* object) {
    interleave();
    __atomic_store_n(&object->count, -load_count(object), __ATOMIC_RELAXED);
    account_.put_down(charged_bytes(types_, object));
  }

  Account& account_;
  const TypeTable& types_;
  Pending sharing_;
  Pending moving_;
  std::int64_t moved_ = 0;
};

}  // namespace

std::optional<std::int64_t> publish(Account& account, Object* object) {
  Publisher publisher(account);
  if (!publisher.give_up(object) || !publisher.run()) return std::nullopt;
  return publisher.moved();
}

std::optional<std::int64_t> publish_fields(Account& account, FieldMap fields, const std::byte* base) {
  Publisher publisher(account);
  bool enough = true;
  for_each_child(fields, base, [&](Object* child) { enough = enough && publisher.give_up(child); });
  if (!enough || !publisher.run()) return std::nullopt;
  return publisher.moved();
}

bool share_fields(Account& account, FieldMap fields, const std::byte* base) {
  Publisher publisher(account);
  bool enough = true;
  for_each_child(fields, base, [&](Object* child) { enough = enough && publisher.share(child); });
  return enough && publisher.run();
}

}  // namespace noodle::memory
