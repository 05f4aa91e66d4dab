// Random tensors. Which random words an element is made of depends on its place alone: elements of up to four bytes,
// and whole numbers of a range that has no more than 2**32, have one word of 32 bits each, larger ones two. The words
// are those of `random.Random` with the same key and stream.

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "runtime/tensor/random_loops.h"
#include "runtime/tensor/walk.h"

namespace noodle::room {

namespace {

using namespace noodle::tensor;

enum class Draw : std::uint8_t { Bits, Uniform, Normal, Exponential };
constexpr std::int64_t kDraws = 4;

constexpr std::int64_t kBlocks = 256;  // made at once
constexpr std::int64_t kBlockBytes = 16;

const RandomLoops& loops() {
  static const RandomLoops chosen = chosen_random_loops();
  return chosen;
}

struct Source {
  std::uint64_t key, stream;

  explicit Source(const Call& call) : key(call.args[0]), stream(call.args[1]) {}

  // Calls f(words, first element, count of elements) for parts of `count` elements from `first` on, with words of
  // `bytes` bytes each. `first` is where a part begins.
  template <typename F>
  void each_part(std::int64_t first, std::int64_t count, std::int64_t bytes, F&& f) const {
    alignas(64) std::byte words[kBlocks * kBlockBytes];
    const std::int64_t most = kBlocks * kBlockBytes / bytes, end = first + count;
    for (std::int64_t at = first; at < end; at += most) {
      const std::int64_t some = std::min(most, end - at);
      const std::int64_t blocks = (some * bytes + kBlockBytes - 1) / kBlockBytes;
      loops().words(key, stream, static_cast<std::uint64_t>(at * bytes / kBlockBytes), words, blocks);
      f(words, at, some);
    }
  }
  // The same for all elements, on several threads; false when it is told to stop.
  template <typename F>
  bool each_shared(Call& call, std::int64_t count, std::int64_t bytes, F&& f) const {
    static_assert(kPart % (kBlocks * kBlockBytes) == 0);
    return share(call, count, [&](std::int64_t first, std::int64_t some) { each_part(first, some, bytes, f); });
  }

  // Whole numbers below `span` (0 is all there are) are the upper half of the product with a random word, but for the
  // few lower halves that would make some numbers come more often; the draw then is made again with another key.
  template <typename Word>
  Word below(Word word, Word span, std::uint64_t number) const {
    using Product = std::conditional_t<sizeof(Word) == 4, std::uint64_t, unsigned __int128>;
    constexpr unsigned kBits = sizeof(Word) * 8;
    if (span == 0) return word;
    auto product = static_cast<Product>(word) * span;
    if (static_cast<Word>(product) >= span) return static_cast<Word>(product >> kBits);
    const Word least = static_cast<Word>(0 - span) % span;
    for (std::uint64_t other = key; static_cast<Word>(product) < least;) {
      alignas(64) std::uint64_t words[kBlocksAtOnce * 2];
      other += 0x9e37'79b9'7f4a'7c15;
      loops().words(other, stream, number, words, 1);
      product = static_cast<Product>(static_cast<Word>(words[0])) * span;
    }
    return static_cast<Word>(product >> kBits);
  }

  // Calls f(number, random whole number below `span(number)`) for each of `count` words from that of `first` on.
  template <typename Word, typename Span, typename F>
  void each_below(const std::byte* words, std::int64_t first, std::int64_t count, Span&& span, F&& f) const {
    const auto* word = reinterpret_cast<const Word*>(words);
    for (std::int64_t i = 0; i < count; ++i)
      f(first + i, below(word[i], static_cast<Word>(span(first + i)), static_cast<std::uint64_t>(first + i)));
  }
};

constexpr std::uint64_t kWordNumbers = std::uint64_t{1} << 32;

// What a word loses so that a number below 1 is not rounded to 1.
unsigned dropped_bits(Kind kind) {
  switch (kind) {
    case Kind::F16: return 32 - 11;
    case Kind::BF16: return 32 - 8;
    case Kind::F32: return 32 - 24;
    default: return 64 - 53;
  }
}

template <typename Word, typename Float>
void draw(const FloatDraws<Word, Float>& draws, Draw what, Kind kind, const std::byte* words, Float* out,
          std::int64_t count) {
  const auto* of_size = reinterpret_cast<const Word*>(words);
  switch (what) {
    case Draw::Normal: return draws.normal(of_size, out, count + count % 2);
    case Draw::Exponential: return draws.exponential(of_size, out, count);
    default: return draws.uniform(of_size, out, count, dropped_bits(kind));
  }
}

template <typename Word, typename Float>
bool fill_floats(Call& call, const Source& source, const FloatDraws<Word, Float>& draws, Draw what, Kind made,
                 TensorObject& out) {
  const auto kind = static_cast<Kind>(out.element);
  const UnaryLoop cast = kernels().cast[column(made)][column(kind)];
  return source.each_shared(call, out.count, sizeof(Word),
                            [&](const std::byte* words, std::int64_t at, std::int64_t count) {
                              alignas(64) Float numbers[kBlocks * kBlockBytes / sizeof(Float)];
                              draw(draws, what, kind, words, numbers, count);
                              cast(numbers, out.data + at * element_size(kind), count, 1);
                            });
}

bool fill_bits(Call& call, const Source& source, TensorObject& out) {
  const std::int64_t size = element_size(static_cast<Kind>(out.element));
  return source.each_shared(call, out.count, size, [&](const std::byte* words, std::int64_t at, std::int64_t count) {
    std::memcpy(out.data + at * size, words, static_cast<std::size_t>(count * size));
  });
}

template <typename Word>
bool fill_integers(Call& call, const Source& source, std::uint64_t low, std::uint64_t span, TensorObject& out) {
  auto* to = reinterpret_cast<std::uint64_t*>(out.data);
  return source.each_shared(call, out.count, sizeof(Word),
                            [&](const std::byte* words, std::int64_t at, std::int64_t count) {
                              source.each_below<Word>(
                                  words, at, count, [&](std::int64_t) { return span; },
                                  [&](std::int64_t i, std::uint64_t number) { to[i] = low + number; });
                            });
}

// By Fisher and Yates, from the last place on; one after another, since each needs those before.
template <typename Word>
bool shuffle(Call& call, const Source& source, std::int64_t* order, std::int64_t length) {
  Lookout lookout(call);
  for (std::int64_t first = 0; first < length; first += kPart) {
    const std::int64_t some = std::min(kPart, length - first);
    source.each_part(first, some, sizeof(Word), [&](const std::byte* words, std::int64_t at, std::int64_t count) {
      source.each_below<Word>(
          words, at, count, [&](std::int64_t i) { return length - i; },
          [&](std::int64_t i, std::uint64_t other) { std::swap(order[length - 1 - i], order[other]); });
    });
    if (!lookout.goes_on(some)) return false;
  }
  return true;
}

}  // namespace

Status native_tensor_random(Call& call) {
  const Source source(call);
  const std::int64_t what = int_arg(call, 2);
  const Kind kind = result_kind(call);
  if (what < 0 || what >= kDraws) return panic(call, "there is no such distribution");
  const bool is_bits = Draw(what) == Draw::Bits;
  if (is_bits ? !nbc::is_integer(kind) : !nbc::is_float(kind)) {
    return undefined(call, "this distribution", kind);
  }
  const auto out = make_checked(call, list_arg(call, 3));
  if (!out) return out.error();
  if (is_bits) return give_if(call, fill_bits(call, source, **out), *out);
  if (kind == Kind::F64)
    return give_if(call, fill_floats(call, source, loops().f64, Draw(what), Kind::F64, **out), *out);
  return give_if(call, fill_floats(call, source, loops().f32, Draw(what), Kind::F32, **out), *out);
}

Status native_tensor_random_integers(Call& call) {
  const Source source(call);
  const std::uint64_t low = call.args[2], span = call.args[3];
  const auto out = make_checked(call, list_arg(call, 4));
  if (!out) return out.error();
  const bool is_small = span != 0 && span <= kWordNumbers;
  return give_if(call,
                 is_small ? fill_integers<std::uint32_t>(call, source, low, span, **out)
                          : fill_integers<std::uint64_t>(call, source, low, span, **out),
                 *out);
}

Status native_tensor_random_chances(Call& call) {
  const Source source(call);
  const double chance = __builtin_bit_cast(double, call.args[2]);
  if (!(chance >= 0 && chance <= 1)) {
    return panic(call, "a probability is from 0 to 1, not " + std::to_string(chance));
  }
  const auto least = static_cast<std::uint64_t>(chance * 0x1p32);
  const auto out = make_checked(call, list_arg(call, 3));
  if (!out) return out.error();
  TensorObject& made = **out;
  const bool is_done = source.each_shared(call, made.count, sizeof(std::uint32_t),
                                          [&](const std::byte* words, std::int64_t at, std::int64_t count) {
                                            const auto* halves = reinterpret_cast<const std::uint32_t*>(words);
                                            for (std::int64_t i = 0; i < count; ++i)
                                              made.data[at + i] = std::byte{halves[i] < least};
                                          });
  return give_if(call, is_done, *out);
}

Status native_tensor_random_order(Call& call) {
  const Source source(call);
  const std::int64_t length[] = {int_arg(call, 2)};
  const auto out = make_checked(call, length);
  if (!out) return out.error();
  auto* order = reinterpret_cast<std::int64_t*>((*out)->data);
  for (std::int64_t i = 0; i < length[0]; ++i) order[i] = i;
  const bool is_small = static_cast<std::uint64_t>(length[0]) <= kWordNumbers;
  return give_if(call,
                 is_small ? shuffle<std::uint32_t>(call, source, order, length[0])
                          : shuffle<std::uint64_t>(call, source, order, length[0]),
                 *out);
}

}  // namespace noodle::room
