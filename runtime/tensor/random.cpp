// Random tensors. Which random words an element is made of depends on its place alone: elements of up to four bytes, and
// whole numbers of a range that has no more than 2**32, have one word of 32 bits each, larger ones two. The words are
// those of `random.Random` with the same key and stream.

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "runtime/tensor/keys.h"
#include "runtime/tensor/operand.h"
#include "runtime/tensor/random_loops.h"

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

  // Calls f(words, first element, count of elements) for parts of `count` elements with words of `bytes` bytes each.
  template <typename F>
  bool each_part(Call& call, std::int64_t count, std::int64_t bytes, F&& f) const {
    alignas(64) std::byte words[kBlocks * kBlockBytes];
    const std::int64_t most = kBlocks * kBlockBytes / bytes;
    for (std::int64_t at = 0, block = 0; at < count; at += most, block += kBlocks) {
      const std::int64_t some = std::min(most, count - at);
      loops().words(key, stream, static_cast<std::uint64_t>(block), words,
                    (some * bytes + kBlockBytes - 1) / kBlockBytes);
      f(words, at, some);
      if (block % 4096 == 0 && call.host.is_told_to_stop(call)) return false;
    }
    return true;
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

  // Calls f(number, random whole number below `span(number)`) for each of `count` numbers.
  template <typename Word, typename Span, typename F>
  bool each_below(Call& call, std::int64_t count, Span&& span, F&& f) const {
    return each_part(call, count, sizeof(Word), [&](const std::byte* words, std::int64_t at, std::int64_t some) {
      const auto* word = reinterpret_cast<const Word*>(words);
      for (std::int64_t i = 0; i < some; ++i)
        f(at + i, below(word[i], static_cast<Word>(span(at + i)), static_cast<std::uint64_t>(at + i)));
    });
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
  const UnaryLoop cast = kernels().cast[static_cast<std::size_t>(made)][static_cast<std::size_t>(kind)];
  alignas(64) Float numbers[kBlocks * kBlockBytes / sizeof(Float)];
  return source.each_part(call, out.count, sizeof(Word),
                          [&](const std::byte* words, std::int64_t at, std::int64_t count) {
                            draw(draws, what, kind, words, numbers, count);
                            cast(numbers, out.data + at * element_size(kind), count, 1);
                          });
}

bool fill_bits(Call& call, const Source& source, TensorObject& out) {
  const std::int64_t size = element_size(static_cast<Kind>(out.element));
  return source.each_part(call, out.count, size, [&](const std::byte* words, std::int64_t at, std::int64_t count) {
    std::memcpy(out.data + at * size, words, static_cast<std::size_t>(count * size));
  });
}

// A tensor of the result's type in the shape that argument `slot` is; null after an error, which `status` is then.
TensorObject* make_result(Call& call, std::size_t slot, Status& status) {
  const ShapeView shape = list_arg(call, slot);
  if (const auto count = count_of(shape, result_kind(call)); !count) {
    status = panic(call, count.error());
    return nullptr;
  }
  status = Status::NoMemory;
  return make(call, shape);
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
  Status status{};
  TensorObject* out = make_result(call, 3, status);
  if (out == nullptr) return status;
  if (is_bits) return give_if(call, fill_bits(call, source, *out), out);
  if (kind == Kind::F64) return give_if(call, fill_floats(call, source, loops().f64, Draw(what), Kind::F64, *out), out);
  return give_if(call, fill_floats(call, source, loops().f32, Draw(what), Kind::F32, *out), out);
}

Status native_tensor_random_integers(Call& call) {
  const Source source(call);
  const std::uint64_t low = call.args[2], span = call.args[3];
  Status status{};
  TensorObject* out = make_result(call, 4, status);
  if (out == nullptr) return status;
  auto* to = reinterpret_cast<std::uint64_t*>(out->data);
  const auto all = [&](std::int64_t) { return span; };
  const auto set = [&](std::int64_t i, std::uint64_t number) { to[i] = low + number; };
  const bool is_done = span != 0 && span <= kWordNumbers
                           ? source.each_below<std::uint32_t>(call, out->count, all, set)
                           : source.each_below<std::uint64_t>(call, out->count, all, set);
  return give_if(call, is_done, out);
}

Status native_tensor_random_chances(Call& call) {
  const Source source(call);
  const double chance = __builtin_bit_cast(double, call.args[2]);
  if (!(chance >= 0 && chance <= 1)) {
    return panic(call, "a probability is from 0 to 1, not " + std::to_string(chance));
  }
  const auto least = static_cast<std::uint64_t>(chance * 0x1p32);
  Status status{};
  TensorObject* out = make_result(call, 3, status);
  if (out == nullptr) return status;
  const bool is_done = source.each_part(call, out->count, sizeof(std::uint32_t),
                                        [&](const std::byte* words, std::int64_t at, std::int64_t count) {
                                          const auto* halves = reinterpret_cast<const std::uint32_t*>(words);
                                          for (std::int64_t i = 0; i < count; ++i)
                                            out->data[at + i] = std::byte{halves[i] < least};
                                        });
  return give_if(call, is_done, out);
}

// By Fisher and Yates, from the last place on.
Status native_tensor_random_order(Call& call) {
  const Source source(call);
  const std::int64_t length[] = {int_arg(call, 2)};
  if (const auto count = count_of(length, Kind::I64); !count) return panic(call, count.error());
  TensorObject* out = make(call, length);
  if (out == nullptr) return Status::NoMemory;
  auto* order = reinterpret_cast<std::int64_t*>(out->data);
  for (std::int64_t i = 0; i < length[0]; ++i) order[i] = i;
  const auto left = [&](std::int64_t i) { return static_cast<std::uint64_t>(length[0] - i); };
  const auto swap = [&](std::int64_t i, std::uint64_t other) { std::swap(order[length[0] - 1 - i], order[other]); };
  const bool is_done = left(0) <= kWordNumbers ? source.each_below<std::uint32_t>(call, length[0], left, swap)
                                               : source.each_below<std::uint64_t>(call, length[0], left, swap);
  return give_if(call, is_done, out);
}

}  // namespace noodle::room
