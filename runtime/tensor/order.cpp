// Sorting, searching and telling equal elements from others, all by keys (keys.h).

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "runtime/tensor/keys.h"
#include "runtime/tensor/own.h"
#include "runtime/tensor/walk.h"

namespace noodle::room {

namespace {

using namespace noodle::tensor;

template <typename Key>
struct Item {
  Key key;
  std::int64_t index;
};

constexpr std::size_t kFew = 256;
constexpr std::int64_t kPart = 512;
constexpr const char* kOrder = "an order";

// Sorts by key, equal ones by index, which they come in the order of. Gives whichever of the two has the result. Many
// are counted and moved byte by byte of their keys; what all have in common takes no move.
template <typename Key>
std::span<Item<Key>> sorted(std::span<Item<Key>> items, std::span<Item<Key>> spare, std::uint32_t key_bytes) {
  const auto place = [](const Item<Key>& item, std::uint32_t shift) {
    return static_cast<std::size_t>(item.key >> shift & 0xFF);
  };
  if (items.size() < kFew) {
    std::ranges::sort(items, {}, [](const Item<Key>& item) { return std::pair(item.key, item.index); });
    return items;
  }
  for (std::uint32_t shift = 0; shift < 8 * key_bytes; shift += 8) {
    std::array<std::size_t, 256> places{};
    for (const auto& item : items) ++places[place(item, shift)];
    if (places[place(items[0], shift)] == items.size()) continue;
    std::size_t next = 0;
    for (std::size_t& begin : places) next += std::exchange(begin, next);
    for (const auto& item : items) spare[places[place(item, shift)]++] = item;
    std::swap(items, spare);
  }
  return items;
}

// The items of elements in a row, `step` bytes apart, sorted in the room of both scratches, which is for as many.
template <typename Key>
std::span<Item<Key>> sorted_items(Kind kind, const std::byte* from, std::int64_t step, bool falls,
                                  std::span<Item<Key>> items, std::span<Item<Key>> spare) {
  Key keys[kPart];
  const auto length = static_cast<std::int64_t>(items.size());
  for (std::int64_t begin = 0; begin < length; begin += kPart) {
    const std::int64_t count = std::min(kPart, length - begin);
    write_keys(kind, from + begin * step, count, step, falls, keys);
    for (std::int64_t i = 0; i < count; ++i)
      items[static_cast<std::size_t>(begin + i)] = {.key = keys[i], .index = begin + i};
  }
  return sorted(items, spare, element_size(kind));
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
  if (const auto count = count_of(a.shape(), result_kind(call)); !count) return panic(call, count.error());
  TensorObject* out = make(call, a.shape());
  if (out == nullptr) return Status::NoMemory;
  if (out->count == 0) return give(call, out);
  const Rows rows(a, *axis, Operand(out));
  const Scratch<Item<std::uint64_t>> items(call, rows.length), spare(call, rows.length);
  if (!items.has_memory() || !spare.has_memory()) return give_if(call, Status::NoMemory, out);
  const std::uint32_t size = element_size(kind);
  Lookout lookout(call);
  const bool is_done = rows.each(a, Operand(out), [&](const std::byte* from, std::byte* to) {
    for (const auto& item : sorted_items(kind, from, rows.step, call.args[2] != 0, items.items(), spare.items())) {
      if (gives_indices)
        std::memcpy(to, &item.index, sizeof item.index);
      else
        std::memcpy(to, from + item.index * rows.step, size);
      to += rows.out_step;
    }
    return lookout.goes_on(rows.length);
  });
  return give_if(call, is_done, out);
}

// Where the greatest key of a row stands first.
std::int64_t place_of_most(Kind kind, const std::byte* from, std::int64_t length, std::int64_t step, bool falls) {
  std::uint64_t keys[kPart];
  std::uint64_t most = 0;
  std::int64_t place = 0;
  for (std::int64_t begin = 0; begin < length; begin += kPart) {
    const std::int64_t count = std::min(kPart, length - begin);
    write_keys(kind, from + begin * step, count, step, falls, keys);
    for (std::int64_t i = 0; i < count; ++i) {
      if (keys[i] <= most) continue;
      most = keys[i];
      place = begin + i;
    }
  }
  return place;
}

// Keys of all elements, in the order of their indices.
template <typename Key>
void write_all_keys(Kind kind, const Operand& tensor, Key* keys) {
  if (tensor.count() == 0) return;
  value::for_each_run(*tensor.object(), [&](const std::byte* from, std::int64_t count, std::int64_t step) {
    write_keys(kind, from, count, step * element_size(kind), false, keys);
    keys += count;
    return true;
  });
}

// Calls f(key, its number) for all elements of `tensor`; gives false when it is told to stop.
template <typename Key, typename F>
bool each_key(Call& call, Kind kind, const Operand& tensor, F&& f) {
  if (tensor.count() == 0) return true;
  Lookout lookout(call);
  std::int64_t number = 0;
  return value::for_each_run(*tensor.object(), [&](const std::byte* from, std::int64_t length, std::int64_t step) {
    step *= element_size(kind);
    Key keys[kPart];
    for (std::int64_t begin = 0; begin < length; begin += kPart) {
      const std::int64_t count = std::min(kPart, length - begin);
      write_keys(kind, from + begin * step, count, step, false, keys);
      for (std::int64_t i = 0; i < count; ++i) f(keys[i], number++);
      if (!lookout.goes_on(count)) return false;
    }
    return true;
  });
}

template <typename Key>
Status contains(Call& call) {
  const Operand a(call, 0), wanted(call, 1);
  const Kind kind = kind_of(a, wanted);
  const Scratch<Key> keys(call, a.count());
  if (!keys.has_memory()) return Status::NoMemory;
  write_all_keys(kind, a, keys.data());
  std::ranges::sort(keys.items());
  TensorObject* out = make(call, wanted.shape());
  if (out == nullptr) return Status::NoMemory;
  const bool is_done = each_key<Key>(call, kind, wanted, [&](Key key, std::int64_t number) {
    out->data[number] = std::byte{!is_nan(kind, key) && std::ranges::binary_search(keys.items(), key)};
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
  const std::span<Item<Key>> items = sorted_items(kind, a.data(), step, false, room.items(), spare.items());
  const auto is_new = [&](std::size_t i) {
    return i == 0 || items[i].key != items[i - 1].key || is_nan(kind, items[i].key);
  };
  std::int64_t groups = 0;
  for (std::size_t i = 0; i < items.size(); ++i) groups += is_new(i) ? 1 : 0;
  const std::int64_t lengths[] = {groups, groups, a.count(), groups};
  TensorObject* out[4] = {};
  for (std::size_t i = 0; i < 4; ++i) {
    out[i] = make(call, ShapeView(&lengths[i], 1), i);
    if (out[i] != nullptr) continue;
    while (i-- > 0) call.host.release_tensor(call, *out[i]);
    return Status::NoMemory;
  }
  auto* first = reinterpret_cast<std::int64_t*>(out[1]->data);
  auto* which = reinterpret_cast<std::int64_t*>(out[2]->data);
  auto* counts = reinterpret_cast<std::int64_t*>(out[3]->data);
  std::int64_t group = -1;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (is_new(i)) {
      ++group;
      first[group] = items[i].index;
      counts[group] = 0;
      std::memcpy(out[0]->data + group * size, a.data() + items[i].index * step, size);
    }
    ++counts[group];
    which[items[i].index] = group;
  }
  for (std::size_t i = 0; i < 4; ++i) static_cast<void>(give(call, out[i], i));
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
    const std::int64_t place = place_of_most(a.kind(), from, rows.length, rows.step, falls);
    std::memcpy(to, &place, sizeof place);
    return lookout.goes_on(rows.length);
  });
  return give_if(call, is_done, out);
}

Status native_tensor_search(Call& call) {
  const Operand a(call, 0), wanted(call, 1);
  const Kind kind = kind_of(a, wanted);
  if (nbc::is_complex(kind)) return undefined(call, kOrder, kind);
  if (a.rank() != 1) return panic(call, "to be searched, a tensor has one axis, not the shape " + text_of(a.shape()));
  if (const auto count = count_of(wanted.shape(), Kind::I64); !count) return panic(call, count.error());
  const Scratch<std::uint64_t> keys(call, a.count());
  if (!keys.has_memory()) return Status::NoMemory;
  write_all_keys(kind, a, keys.data());
  TensorObject* out = make(call, wanted.shape());
  if (out == nullptr) return Status::NoMemory;
  const bool is_behind = call.args[2] != 0;
  auto* places = reinterpret_cast<std::int64_t*>(out->data);
  const bool is_done = each_key<std::uint64_t>(call, kind, wanted, [&](std::uint64_t key, std::int64_t number) {
    const auto found =
        is_behind ? std::ranges::upper_bound(keys.items(), key) : std::ranges::lower_bound(keys.items(), key);
    places[number] = found - keys.items().begin();
  });
  return give_if(call, is_done, out);
}

Status native_tensor_contains(Call& call) {
  const bool is_wide = kind_of(Operand(call, 0), Operand(call, 1)) == Kind::Complex128;
  return is_wide ? contains<WideKey>(call) : contains<std::uint64_t>(call);
}

Status native_tensor_unique(Call& call) {
  return result_kind(call) == Kind::Complex128 ? unique<WideKey>(call) : unique<std::uint64_t>(call);
}

}  // namespace noodle::room
