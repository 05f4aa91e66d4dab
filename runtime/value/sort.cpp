// Sorting what has an order of its own. Numbers are sorted by their bytes, from the least: no comparison at all, and
// bytes that all have in common cost nothing. Texts are sorted by the eight bytes behind those that all begin with, as
// a number; those that stay alike are sorted by what stands behind, and so on.

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

#include "runtime/memory/allocate.h"
#include "runtime/value/compare.h"
#include "runtime/value/floats.h"
#include "runtime/value/list.h"
#include "runtime/value/merge_runs.h"
#include "runtime/value/string.h"

namespace noodle::value {

namespace {

template <typename T>
std::span<T> elements(std::uint64_t list) {
  return {reinterpret_cast<T*>(list_at(list)->data()), list_at(list)->length};
}

struct FreeRoom {
  void operator()(void* at) const { memory::raw_free(at); }
};

/// Room for a sort; null when there is no memory.
template <typename T>
std::unique_ptr<T[], FreeRoom> room(std::size_t count) {
  return std::unique_ptr<T[], FreeRoom>(static_cast<T*>(memory::raw_allocate(count * sizeof(T))));
}

/// Fewer are sorted by comparison.
constexpr std::size_t kLeastByBytes = 256;

/// Whether what is there rises; what falls throughout is turned around first.
template <typename T, typename Less>
bool stands_in_order(std::span<T> all, Less less) {
  std::size_t i = 1;
  if (all.size() > 1 && less(all[1], all[0])) {
    while (i < all.size() && less(all[i], all[i - 1])) ++i;
    if (i == all.size()) std::reverse(all.begin(), all.end());
  } else {
    while (i < all.size() && !less(all[i], all[i - 1])) ++i;
  }
  return i >= all.size();
}

template <typename Word>
using Histogram = std::array<std::array<std::uint64_t, 256>, sizeof(Word)>;

/// Sorts by whole numbers without sign, stably, by one of their bytes after the other.
template <typename T, typename Key>
bool sort_by_bytes(std::span<T> all, T* spare, Key key) {
  using Word = decltype(key(all[0]));
  const std::unique_ptr<Histogram<Word>> counts(new (std::nothrow) Histogram<Word>());
  if (counts == nullptr) return false;
  for (const T& x : all) {
    const Word word = key(x);
    for (std::size_t b = 0; b < sizeof(Word); ++b) ++(*counts)[b][(word >> (8 * b)) & 0xFF];
  }
  T* from = all.data();
  T* to = spare;
  for (std::size_t b = 0; b < sizeof(Word); ++b) {
    std::array<std::uint64_t, 256>& places = (*counts)[b];
    if (places[(key(from[0]) >> (8 * b)) & 0xFF] == all.size()) continue;
    std::uint64_t place = 0;
    for (std::uint64_t& p : places) place += std::exchange(p, place);
    for (std::size_t i = 0; i < all.size(); ++i) to[places[(key(from[i]) >> (8 * b)) & 0xFF]++] = from[i];
    std::swap(from, to);
  }
  if (from != all.data()) std::copy(from, from + all.size(), all.data());
  return true;
}

template <typename T, typename Key>
bool sort_numbers(std::span<T> all, Key key) {
  const auto less = [&](const T& a, const T& b) { return key(a) < key(b); };
  if (stands_in_order(all, less)) return true;
  const auto spare = room<T>(all.size());
  if (spare == nullptr) return false;
  if (all.size() >= kLeastByBytes) return sort_by_bytes(all, spare.get(), key);
  RunSort(all, spare.get(), less).sort();
  return true;
}

/// A whole number without sign that stands to others as the signed one does.
template <typename T>
auto key_of_integer(T x) {
  using Word = std::make_unsigned_t<T>;
  constexpr Word kSign = std::is_signed_v<T> ? Word{1} << (8 * sizeof(Word) - 1) : 0;
  return static_cast<Word>(static_cast<Word>(x) ^ kSign);
}

/// The same for floats in the total order: all NaNs are one, and so are both zeros.
std::uint64_t key_of_float(double x) {
  if (x != x) return ~std::uint64_t{0};
  if (x == 0.0) return std::uint64_t{1} << 63;
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
  return (bits >> 63) != 0 ? ~bits : bits | std::uint64_t{1} << 63;
}

template <typename T>
bool sort_integers(std::uint64_t list) {
  return sort_numbers(elements<T>(list), key_of_integer<T>);
}

template <typename T, typename Number>
bool sort_floats(std::uint64_t list, Number number) {
  return sort_numbers(elements<T>(list), [&](T word) { return key_of_float(number(word)); });
}

struct Text {
  std::uint64_t words[2];
};

/// An element's key, or its beginning, and its place.
struct Ranked {
  std::uint64_t key;
  std::uint64_t place;
};

bool text_less(const Text& a, const Text& b) { return string_compare(a.words, b.words) < 0; }

/// Sorts the places of texts, stably.
class TextRanks {
 public:
  TextRanks(std::span<const Text> texts, Ranked* spare) : texts_(texts), spare_(spare) {}

  /// Sorts texts that begin with the same `alike` bytes; false when there is no memory.
  bool sort(std::span<Ranked> ranks, std::size_t alike, int depth) {
    // What a few begin with alike is mostly what all do: then the texts are read once.
    const std::size_t step = (ranks.size() / kSample) | 1;  // odd: periods of data are mostly even
    const Prefix prefix = take_keys(ranks, alike, shared_bytes(ranks, alike, step), step == 1);
    if (prefix.shared == prefix.longest) return true;
    // Ends are zeros in a key, as zero bytes are: who may have both is compared.
    if (ranks.size() < kLeastByBytes || depth == kDeepest || (depth > 0 && prefix.shared < alike + 8)) {
      RunSort(ranks, spare_, [&](const Ranked& a, const Ranked& b) {
        return a.key != b.key ? a.key < b.key : text_less(texts_[a.place], texts_[b.place]);
      }).sort();
      return true;
    }
    const auto key = [](const Ranked& rank) { return rank.key; };
    if (!std::ranges::is_sorted(ranks, {}, key) && !sort_by_bytes(ranks, spare_, key)) return false;
    for (std::size_t begin = 0, end = 1; begin < ranks.size(); begin = end++) {
      while (end < ranks.size() && ranks[end].key == ranks[begin].key) ++end;
      if (end - begin > 1 && !sort(ranks.subspan(begin, end - begin), prefix.shared, depth + 1)) return false;
    }
    return true;
  }

 private:
  /// So that texts which begin with much the same don't exhaust the stack.
  static constexpr int kDeepest = 16;
  static constexpr std::size_t kSample = 64;
  static constexpr std::size_t kAhead = 12;

  /// How many bytes texts begin with alike, and how many the longest has.
  struct Prefix {
    std::size_t shared, longest;
  };

  std::string_view bytes(const Ranked& rank) const { return string_view(texts_[rank.place].words); }

  /// How many bytes every `step`-th begins with alike; all do with the first `from`.
  std::size_t shared_bytes(std::span<const Ranked> ranks, std::size_t from, std::size_t step) const {
    std::string_view shared = bytes(ranks[0]).substr(from);
    for (std::size_t i = step; i < ranks.size() && !shared.empty(); i += step) {
      const auto apart = std::ranges::mismatch(shared, bytes(ranks[i]).substr(from)).in1;
      shared = shared.substr(0, static_cast<std::size_t>(apart - shared.begin()));
    }
    return from + shared.size();
  }

  /// Sets the keys to what stands behind the first `shared` bytes, or behind fewer when not all begin with those.
  Prefix take_keys(std::span<Ranked> ranks, std::size_t from, std::size_t shared, bool is_sure) {
    const std::string_view begin = bytes(ranks[0]).substr(from, shared - from);
    std::size_t longest = 0;
    for (std::size_t i = 0; i < ranks.size(); ++i) {
      __builtin_prefetch(bytes(ranks[std::min(i + kAhead, ranks.size() - 1)]).data());
      const std::string_view all = bytes(ranks[i]);
      if (!is_sure && !all.substr(from).starts_with(begin)) {
        return take_keys(ranks, from, shared_bytes(ranks, from, 1), true);
      }
      longest = std::max(longest, all.size());
      ranks[i].key = eight_bytes(all.substr(shared));
    }
    return {shared, longest};
  }

  /// The first eight bytes as a number that stands to others as the texts do.
  static std::uint64_t eight_bytes(std::string_view text) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), std::min<std::size_t>(text.size(), 8));
    return std::byteswap(word);
  }

  std::span<const Text> texts_;
  Ranked* spare_;
};

/// The places of texts in the order of a stable sort.
bool rank_texts(std::span<const Text> all, std::span<Ranked> ranks, Ranked* spare) {
  for (std::size_t i = 0; i < all.size(); ++i) ranks[i].place = i;
  return TextRanks(all, spare).sort(ranks, 0, 0);
}

bool sort_texts(std::uint64_t list) {
  const std::span<Text> all = elements<Text>(list);
  if (stands_in_order(all, text_less)) return true;
  const auto ranks = room<Ranked>(all.size());
  const auto spare = room<Ranked>(all.size());
  if (ranks == nullptr || spare == nullptr || !rank_texts(all, {ranks.get(), all.size()}, spare.get())) return false;
  static_assert(sizeof(Text) == sizeof(Ranked));
  for (std::size_t i = 0; i < all.size(); ++i) std::memcpy(&spare[i], &all[ranks[i].place], sizeof(Text));
  std::memcpy(all.data(), spare.get(), all.size_bytes());
  return true;
}

template <typename T, typename Key>
bool rank_numbers(std::span<const T> all, std::span<Ranked> ranks, Key key) {
  for (std::size_t i = 0; i < all.size(); ++i) ranks[i] = {key(all[i]), i};
  return sort_numbers(ranks, [](const Ranked& r) { return r.key; });
}

template <typename T, typename Key>
bool rises(std::span<const T> all, Key key) {
  return std::ranges::is_sorted(all, [&](const T& a, const T& b) { return key(a) < key(b); });
}

std::uint64_t integer_key(const std::int64_t& x) { return key_of_integer(x); }
std::uint64_t float_key(const std::uint64_t& word) { return key_of_float(as_f64(word)); }

}  // namespace

bool list_sort(Account& account, const TypeInfo& type, std::uint64_t* list) {
  if (list_length(*list) < 2) return true;
  if (!list_make_unique(account, type, list)) return false;
  switch (type.element->kind) {
    case Kind::Bool:
    case Kind::U8: return sort_integers<std::uint8_t>(*list);
    case Kind::I8: return sort_integers<std::int8_t>(*list);
    case Kind::I16: return sort_integers<std::int16_t>(*list);
    case Kind::U16: return sort_integers<std::uint16_t>(*list);
    case Kind::I32: return sort_integers<std::int32_t>(*list);
    case Kind::U32: return sort_integers<std::uint32_t>(*list);
    case Kind::I64: return sort_integers<std::int64_t>(*list);
    case Kind::U64: return sort_integers<std::uint64_t>(*list);
    case Kind::F16: return sort_floats<std::uint16_t>(*list, as_f16);
    case Kind::BF16: return sort_floats<std::uint16_t>(*list, as_bf16);
    case Kind::F32: return sort_floats<std::uint32_t>(*list, as_f32);
    case Kind::F64: return sort_floats<std::uint64_t>(*list, as_f64);
    default: return sort_texts(*list);
  }
}

bool list_order(Account& account, const TypeInfo& places, Kind kind, std::uint64_t list, std::uint64_t* out) {
  *out = 0;
  const std::size_t length = list_length(list);
  if (length < 2) return true;
  const auto ranked = room<Ranked>(length);
  if (ranked == nullptr) return false;
  const std::span<Ranked> ranks(ranked.get(), length);
  if (kind == Kind::String) {
    const std::span<const Text> all = elements<Text>(list);
    if (std::ranges::is_sorted(all, text_less)) return true;
    const auto spare = room<Ranked>(length);
    if (spare == nullptr || !rank_texts(all, ranks, spare.get())) return false;
  } else if (kind == Kind::F64) {
    const std::span<const std::uint64_t> all = elements<std::uint64_t>(list);
    if (rises(all, float_key)) return true;
    if (!rank_numbers(all, ranks, float_key)) return false;
  } else {
    const std::span<const std::int64_t> all = elements<std::int64_t>(list);
    if (rises(all, integer_key)) return true;
    if (!rank_numbers(all, ranks, integer_key)) return false;
  }
  if (!list_make(account, places, length, out)) return false;
  list_at(*out)->length = length;
  const std::span<std::int64_t> order = elements<std::int64_t>(*out);
  for (std::size_t i = 0; i < length; ++i) order[i] = static_cast<std::int64_t>(ranks[i].place);
  return true;
}

}  // namespace noodle::value
