// Sorting, searching and telling equal elements from others, all by keys (keys.h).

#include <algorithm>
#include <array>
#include <compare>
#include <cstring>
#include <optional>
#include <utility>

#include "runtime/tensor/keys.h"
#include "runtime/tensor/own.h"
#include "runtime/tensor/walk.h"

namespace noodle::room {

namespace {

using namespace noodle::tensor;

// Those with equal keys come in the order of their indices.
template <typename Key>
struct Item {
  Key key;
  std::int64_t index;
  auto operator<=>(const Item&) const = default;
};

template <typename Key>
Key key_of(const Item<Key>& item) {
  return item.key;
}
template <typename Key>
Key key_of(Key key) {
  return key;
}

constexpr std::size_t kFew = 256;
constexpr std::int64_t kPart = 512;
constexpr const char* kOrder = "an order";

// Calls f(some) for parts of the items; gives false when it is told to stop.
template <typename T, typename F>
bool in_parts(Lookout& lookout, std::span<T> items, F&& f) {
  for (std::size_t begin = 0; begin < items.size(); begin += kPart) {
    const std::span<T> some = items.subspan(begin, std::min<std::size_t>(kPart, items.size() - begin));
    f(some);
    if (!lookout.goes_on(static_cast<std::int64_t>(some.size()))) return false;
  }
  return true;
}

// Sorts items that come in the order of their indices, or keys. Gives whichever of the two has the result; nothing when
// it is told to stop. Many are counted and moved byte by byte of their keys; what all have in common takes no move.
template <typename T>
std::optional<std::span<T>> sorted(Lookout& lookout, std::span<T> items, std::span<T> spare, std::uint32_t key_bytes) {
  if (items.size() < kFew) {
    std::ranges::sort(items);
    return items;
  }
  for (std::uint32_t shift = 0; shift < 8 * key_bytes; shift += 8) {
    const auto digit = [shift](const T& item) { return static_cast<std::size_t>(key_of(item) >> shift & 0xFF); };
    std::array<std::size_t, 256> places{};
    const auto count = [&](std::span<T> some) {
      for (const T& item : some) ++places[digit(item)];
    };
    if (!in_parts(lookout, items, count)) return {};
    if (places[digit(items[0])] == items.size()) continue;
    std::size_t next = 0;
    for (std::size_t& place : places) next += std::exchange(place, next);
    const auto move = [&](std::span<T> some) {
      for (const T& item : some) spare[places[digit(item)]++] = item;
    };
    if (!in_parts(lookout, items, move)) return {};
    std::swap(items, spare);
  }
  return items;
}

// Calls f(key, its number) for elements in a row, `step` bytes apart; gives false when it is told to stop.
template <typename Key, typename F>
bool each_key(Lookout& lookout, Kind kind, const std::byte* from, std::int64_t length, std::int64_t step, bool falls,
              F&& f) {
  Key keys[kPart];
  for (std::int64_t begin = 0; begin < length; begin += kPart) {
    const std::int64_t count = std::min(kPart, length - begin);
    write_keys(kind, from + begin * step, count, step, falls, keys);
    for (std::int64_t i = 0; i < count; ++i) f(keys[i], begin + i);
    if (!lookout.goes_on(count)) return false;
  }
  return true;
}

// The same for all elements of a tensor, in the order of their indices.
template <typename Key, typename F>
bool each_key(Lookout& lookout, Kind kind, const Operand& tensor, F&& f) {
  if (tensor.count() == 0) return true;
  std::int64_t first = 0;
  return value::for_each_run(*tensor.object(), [&](const std::byte* from, std::int64_t length, std::int64_t step) {
    const auto numbered = [&](Key key, std::int64_t i) { f(key, first + i); };
    const bool goes_on = each_key<Key>(lookout, kind, from, length, step * element_size(kind), false, numbered);
    first += length;
    return goes_on;
  });
}

// The items of elements in a row, `step` bytes apart, sorted in the room of both scratches, which is for as many.
template <typename Key>
std::optional<std::span<Item<Key>>> sorted_items(Lookout& lookout, Kind kind, const std::byte* from, std::int64_t step,
                                                 bool falls, std::span<Item<Key>> items, std::span<Item<Key>> spare) {
  const auto length = static_cast<std::int64_t>(items.size());
  const auto write = [&](Key key, std::int64_t i) { items[static_cast<std::size_t>(i)] = {.key = key, .index = i}; };
  if (!each_key<Key>(lookout, kind, from, length, step, falls, write)) return {};
  return sorted(lookout, items, spare, element_size(kind));
}

// The kind of both, of which one may be null.
Kind kind_of(const Operand& a, const Operand& b) { return (a.object() != nullptr ? a : b).kind(); }

// Sorts each row, or says where each of its elements stood.
Status sort_rows(Call& call, bool gives_indices) {
  const Operand a(call, 0);
  const Kind kind = a.kind();
  if (nbc::is_complex(kind)) return undefined(call, kOrder, kind);
  const auto axis = axis_of(int_arg(call, 1), a.rank());
  if (!axis) return panic(call, axis.error());
  const auto made = make_checked(call, a.shape());
  if (!made) return made.error();
  TensorObject* out = *made;
  if (out->count == 0) return give(call, out);
  const Rows rows(a, *axis, Operand(out));
  const Scratch<Item<std::uint64_t>> items(call, rows.length), spare(call, rows.length);
  if (!items.has_memory() || !spare.has_memory()) return give_if(call, Status::NoMemory, out);
  const std::uint32_t size = element_size(kind);
  Lookout lookout(call);
  const bool is_done = rows.each(a, Operand(out), [&](const std::byte* from, std::byte* to) {
    const auto sorted = sorted_items(lookout, kind, from, rows.step, call.args[2] != 0, items.items(), spare.items());
    return sorted && in_parts(lookout, *sorted, [&](std::span<Item<std::uint64_t>> some) {
             for (const auto& item : some) {
               if (gives_indices)
                 std::memcpy(to, &item.index, sizeof item.index);
               else
                 std::memcpy(to, from + item.index * rows.step, size);
               to += rows.out_step;
             }
           });
  });
  return give_if(call, is_done, out);
}

template <typename Key>
Status contains(Call& call) {
  const Operand a(call, 0), wanted(call, 1);
  const Kind kind = kind_of(a, wanted);
  const Scratch<Key> keys(call, a.count()), spare(call, a.count());
  if (!keys.has_memory() || !spare.has_memory()) return Status::NoMemory;
  Lookout lookout(call);
  const auto write = [&](Key key, std::int64_t number) { keys.data()[number] = key; };
  if (!each_key<Key>(lookout, kind, a, write)) return Status::Interrupted;
  const auto all = sorted(lookout, keys.items(), spare.items(), element_size(kind));
  if (!all) return Status::Interrupted;
  TensorObject* out = make(call, wanted.shape());
  if (out == nullptr) return Status::NoMemory;
  const bool is_done = each_key<Key>(lookout, kind, wanted, [&](Key key, std::int64_t number) {
    out->data[number] = std::byte{!is_nan(kind, key) && std::ranges::binary_search(*all, key)};
  });
  return give_if(call, is_done, out);
}

template <typename Key>
Status unique(Call& call) {
  const Operand a(call, 0);
  const Kind kind = result_kind(call);
  if (a.rank() != 1)
    return panic(call, "to find equal elements, one axis is needed, not the shape " + text_of(a.shape()));
  const Scratch<Item<Key>> room(call, a.count()), spare(call, a.count());
  if (!room.has_memory() || !spare.has_memory()) return Status::NoMemory;
  const std::uint32_t size = element_size(kind);
  const std::int64_t step = a.stride(0) * size;
  Lookout lookout(call);
  const auto items = sorted_items(lookout, kind, a.data(), step, false, room.items(), spare.items());
  if (!items) return Status::Interrupted;
  const auto is_new = [&](const Item<Key>& item) {
    return &item == items->data() || item.key != (&item - 1)->key || is_nan(kind, item.key);
  };
  std::int64_t groups = 0;
  const auto count = [&](std::span<Item<Key>> some) { groups += std::ranges::count_if(some, is_new); };
  if (!in_parts(lookout, *items, count)) return Status::Interrupted;
  const std::int64_t length = a.count();
  Fresh values(call, make(call, {&groups, 1})), first(call, make(call, {&groups, 1}, 1)),
      which(call, make(call, {&length, 1}, 2)), counts(call, make(call, {&groups, 1}, 3));
  if (!values.has_memory() || !first.has_memory() || !which.has_memory() || !counts.has_memory()) {
    return Status::NoMemory;
  }
  std::int64_t group = -1;
  const auto write = [&](std::span<Item<Key>> some) {
    for (const Item<Key>& item : some) {
      if (is_new(item)) {
        ++group;
        first.data<std::int64_t>()[group] = item.index;
        counts.data<std::int64_t>()[group] = 0;
        std::memcpy(values.data<std::byte>() + group * size, a.data() + item.index * step, size);
      }
      ++counts.data<std::int64_t>()[group];
      which.data<std::int64_t>()[item.index] = group;
    }
  };
  if (!in_parts(lookout, *items, write)) return Status::Interrupted;
  values.give(0);
  first.give(1);
  which.give(2);
  counts.give(3);
  return Status::Ok;
}

}  // namespace

Status native_tensor_sort(Call& call) { return sort_rows(call, false); }

Status native_tensor_argsort(Call& call) { return sort_rows(call, true); }

Status native_tensor_extreme(Call& call) {
  const Operand a(call, 0);
  if (nbc::is_complex(a.kind())) return undefined(call, kOrder, a.kind());
  const auto axis = axis_of(int_arg(call, 1), a.rank());
  if (!axis) return panic(call, axis.error());
  const bool falls = call.args[2] == 0;
  Shape shape(a.shape().begin(), a.shape().end());
  if (shape[*axis] == 0) {
    return panic(call, std::string("there is no ") + (falls ? "least" : "greatest") + " element along axis " +
                           std::to_string(*axis) + " of a tensor of the shape " + text_of(shape));
  }
  shape.erase(shape.begin() + *axis);
  TensorObject* out = make(call, shape);
  if (out == nullptr) return Status::NoMemory;
  const Rows rows(a, *axis, Operand(out));
  Lookout lookout(call);
  const bool is_done = rows.each(a, Operand(out), [&](const std::byte* from, std::byte* to) {
    std::uint64_t most = 0;
    std::int64_t place = 0;  // where it stands first
    const auto look = [&](std::uint64_t key, std::int64_t i) {
      if (key > most) place = i;
      most = std::max(most, key);
    };
    const bool goes_on = each_key<std::uint64_t>(lookout, a.kind(), from, rows.length, rows.step, falls, look);
    std::memcpy(to, &place, sizeof place);
    return goes_on;
  });
  return give_if(call, is_done, out);
}

Status native_tensor_search(Call& call) {
  const Operand a(call, 0), wanted(call, 1);
  const Kind kind = kind_of(a, wanted);
  if (nbc::is_complex(kind)) return undefined(call, kOrder, kind);
  if (a.rank() != 1) return panic(call, "to be searched, a tensor has one axis, not the shape " + text_of(a.shape()));
  const Scratch<std::uint64_t> keys(call, a.count());
  if (!keys.has_memory()) return Status::NoMemory;
  const auto out = make_checked(call, wanted.shape());
  if (!out) return out.error();
  Lookout lookout(call);
  const auto write = [&](std::uint64_t key, std::int64_t number) { keys.data()[number] = key; };
  if (!each_key<std::uint64_t>(lookout, kind, a, write)) return give_if(call, false, *out);
  const bool is_behind = call.args[2] != 0;
  auto* places = reinterpret_cast<std::int64_t*>((*out)->data);
  const bool is_done = each_key<std::uint64_t>(lookout, kind, wanted, [&](std::uint64_t key, std::int64_t number) {
    const auto found =
        is_behind ? std::ranges::upper_bound(keys.items(), key) : std::ranges::lower_bound(keys.items(), key);
    places[number] = found - keys.items().begin();
  });
  return give_if(call, is_done, *out);
}

Status native_tensor_contains(Call& call) {
  const bool is_wide = kind_of(Operand(call, 0), Operand(call, 1)) == Kind::Complex128;
  return is_wide ? contains<WideKey>(call) : contains<std::uint64_t>(call);
}

Status native_tensor_unique(Call& call) {
  return result_kind(call) == Kind::Complex128 ? unique<WideKey>(call) : unique<std::uint64_t>(call);
}

}  // namespace noodle::room
