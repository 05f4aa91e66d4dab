// Sorting what has an order of its own.

#include <algorithm>

#include "runtime/value/compare.h"
#include "runtime/value/floats.h"
#include "runtime/value/list.h"
#include "runtime/value/string.h"

namespace noodle::value {

namespace {

template <typename T>
std::span<T> elements(std::uint64_t list) {
  return {reinterpret_cast<T*>(list_at(list)->data()), list_at(list)->length};
}

/// Equal integers can't be told apart, so any sort is stable.
template <typename T>
void sort_integers(std::uint64_t list) {
  const std::span<T> all = elements<T>(list);
  std::sort(all.begin(), all.end());
}

/// 0.0 and -0.0 are equal and differ, so this one is stable indeed.
template <typename T, typename Number>
void sort_floats(std::uint64_t list, Number number) {
  const std::span<T> all = elements<T>(list);
  std::stable_sort(all.begin(), all.end(), [&](T a, T b) { return compare_total(number(a), number(b)) < 0; });
}

struct Text {
  std::uint64_t words[2];
};

/// Equal texts have equal bytes, wherever those are.
void sort_texts(std::uint64_t list) {
  const std::span<Text> all = elements<Text>(list);
  std::sort(all.begin(), all.end(), [](const Text& a, const Text& b) { return string_compare(a.words, b.words) < 0; });
}

}  // namespace

bool list_sort(Account& account, const TypeInfo& type, std::uint64_t* list) {
  if (list_length(*list) < 2) return true;
  if (!list_make_unique(account, type, list)) return false;
  switch (type.element->kind) {
    case Kind::Bool:
    case Kind::U8: sort_integers<std::uint8_t>(*list); break;
    case Kind::I8: sort_integers<std::int8_t>(*list); break;
    case Kind::I16: sort_integers<std::int16_t>(*list); break;
    case Kind::U16: sort_integers<std::uint16_t>(*list); break;
    case Kind::I32: sort_integers<std::int32_t>(*list); break;
    case Kind::U32: sort_integers<std::uint32_t>(*list); break;
    case Kind::I64: sort_integers<std::int64_t>(*list); break;
    case Kind::U64: sort_integers<std::uint64_t>(*list); break;
    case Kind::F16: sort_floats<std::uint16_t>(*list, as_f16); break;
    case Kind::BF16: sort_floats<std::uint16_t>(*list, as_bf16); break;
    case Kind::F32: sort_floats<std::uint32_t>(*list, as_f32); break;
    case Kind::F64: sort_floats<std::uint64_t>(*list, as_f64); break;
    default: sort_texts(*list); break;
  }
  return true;
}

}  // namespace noodle::value
