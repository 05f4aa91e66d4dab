// Fourier transforms. What is computed is doubles, also for elements of f32, which are rounded once. Compiled with
// exceptions, since KISS FFT's memory comes from vectors.

#include "runtime/tensor/fourier.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "runtime/tensor/own.h"
#include "runtime/tensor/walk.h"

namespace noodle::tensor {

namespace {

// KISS FFT's time grows with the factors.
constexpr std::size_t kMostFactor = 31;

bool has_small_factors(std::size_t length) {
  for (std::size_t factor = 2; factor <= kMostFactor; ++factor) {
    while (length % factor == 0) length /= factor;
  }
  return length == 1;
}

// A length at which nothing that is convolved goes round.
std::size_t convolved_length(std::size_t length) { return std::bit_ceil(2 * length - 1); }

}  // namespace

std::size_t Fourier::bytes(std::size_t length) {
  if (has_small_factors(length)) return (length + kMostFactor) * sizeof(Number);
  return (length + 5 * convolved_length(length)) * sizeof(Number);
}

Fourier::Fourier(std::size_t length, bool goes_back) {
  if (has_small_factors(length))
    plan_.emplace(length, goes_back);
  else
    chirp_.emplace(length, goes_back);
}

void Fourier::operator()(const Number* from, Number* to) {
  if (plan_)
    plan_->transform(from, to);
  else
    (*chirp_)(from, to);
}

Fourier::Chirp::Chirp(std::size_t length, bool goes_back)
    : factors(length),
      filter(convolved_length(length)),
      numbers(filter.size()),
      transformed(filter.size()),
      there(filter.size(), false),
      back(filter.size(), true) {
  // The square of j, which is all that counts of it: what is over two lengths is a whole turn.
  std::size_t square = 0;
  for (std::size_t j = 0; j < length; square = (square + 2 * j + 1) % (2 * length), ++j) {
    const double angle = std::numbers::pi * static_cast<double>(square) / static_cast<double>(length);
    factors[j] = {std::cos(angle), goes_back ? std::sin(angle) : -std::sin(angle)};
  }
  const double scale = 1 / static_cast<double>(filter.size());
  for (std::size_t j = 0; j < length; ++j) {
    numbers[j] = std::conj(factors[j]) * scale;
    if (j != 0) numbers[filter.size() - j] = numbers[j];
  }
  there.transform(numbers.data(), filter.data());
}

void Fourier::Chirp::operator()(const Number* from, Number* to) {
  const std::size_t length = factors.size();
  for (std::size_t j = 0; j < length; ++j) numbers[j] = from[j] * factors[j];
  std::fill(numbers.begin() + static_cast<std::ptrdiff_t>(length), numbers.end(), 0.0);
  there.transform(numbers.data(), transformed.data());
  for (std::size_t j = 0; j < filter.size(); ++j) transformed[j] *= filter[j];
  back.transform(transformed.data(), numbers.data());
  for (std::size_t j = 0; j < length; ++j) to[j] = numbers[j] * factors[j];
}

namespace {

using Number = Fourier::Number;

// One row of a tensor, and so many numbers of it; zeros behind its end.
template <typename T>
void read_real(const std::byte* from, std::int64_t step, std::int64_t count, Number* to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = *reinterpret_cast<const T*>(from + i * step);
}
template <typename T>
void read_complex(const std::byte* from, std::int64_t step, std::int64_t count, Number* to) {
  for (std::int64_t i = 0; i < count; ++i) {
    const auto* parts = reinterpret_cast<const T*>(from + i * step);
    to[i] = {parts[0], parts[1]};
  }
}
template <typename T>
void write_real(const Number* from, double factor, std::int64_t count, std::byte* to, std::int64_t step) {
  for (std::int64_t i = 0; i < count; ++i) {
    *reinterpret_cast<T*>(to + i * step) = static_cast<T>(from[i].real() * factor);
  }
}
template <typename T>
void write_complex(const Number* from, double factor, std::int64_t count, std::byte* to, std::int64_t step) {
  for (std::int64_t i = 0; i < count; ++i) {
    auto* parts = reinterpret_cast<T*>(to + i * step);
    parts[0] = static_cast<T>(from[i].real() * factor);
    parts[1] = static_cast<T>(from[i].imag() * factor);
  }
}

void read_row(Kind kind, const std::byte* from, std::int64_t step, std::int64_t count, Number* to) {
  switch (kind) {
    case Kind::F32: return read_real<float>(from, step, count, to);
    case Kind::F64: return read_real<double>(from, step, count, to);
    case Kind::Complex64: return read_complex<float>(from, step, count, to);
    default: return read_complex<double>(from, step, count, to);
  }
}
void write_row(Kind kind, const Number* from, double factor, std::int64_t count, std::byte* to, std::int64_t step) {
  switch (kind) {
    case Kind::F32: return write_real<float>(from, factor, count, to, step);
    case Kind::F64: return write_real<double>(from, factor, count, to, step);
    case Kind::Complex64: return write_complex<float>(from, factor, count, to, step);
    default: return write_complex<double>(from, factor, count, to, step);
  }
}

// What a real row's transform has in its second half: the first half's conjugates, backwards. Its first number, and the
// middle one of an even length, are real.
void mirror(Number* half, std::int64_t length) {
  half[0] = half[0].real();
  for (std::int64_t k = 1; 2 * k < length; ++k) half[length - k] = std::conj(half[k]);
  if (length % 2 == 0) half[length / 2] = half[length / 2].real();
}

// Real numbers have a transform that is symmetric, of which half is made, or given to get them back.
enum Half : std::int64_t { kHalfMade = 1, kHalfGiven = 2 };

struct Transform {
  std::uint32_t axis;
  std::int64_t length;
  bool goes_back, is_half_given;
  double factor;
};

Status transform_rows(Call& call, const Operand& x, const Transform& what, Operand out) {
  const auto length = static_cast<std::size_t>(what.length);
  const room::Charge charge(call, Fourier::bytes(length));
  const Scratch<Number> given(call, what.length), made(call, what.length);
  if (!charge.is_ok() || !given.has_memory() || !made.has_memory()) return Status::NoMemory;
  const std::int64_t wanted = what.is_half_given ? what.length / 2 + 1 : what.length;
  try {
    Fourier transform(length, what.goes_back);
    const Rows rows(x, what.axis, out);
    const std::int64_t count = std::min(wanted, rows.length), given_out = out.shape()[what.axis];
    const bool is_done = rows.each(x, out, [&](const std::byte* from, std::byte* to) {
      read_row(x.kind(), from, rows.step, count, given.data());
      std::fill(given.data() + count, given.data() + what.length, 0.0);
      if (what.is_half_given) mirror(given.data(), what.length);
      transform(given.data(), made.data());
      write_row(out.kind(), made.data(), what.factor, given_out, to, rows.out_step);
      return !call.host.is_told_to_stop(call);
    });
    return is_done ? Status::Ok : Status::Interrupted;
  } catch (const std::bad_alloc&) {
    return Status::NoMemory;
  }
}

bool is_float_kind(Kind kind) { return kind == Kind::F32 || kind == Kind::F64; }

}  // namespace

}  // namespace noodle::tensor

namespace noodle::room {

using namespace noodle::tensor;

Status native_tensor_fourier(Call& call) {
  const Operand x(call, 0);
  const Kind kind = result_kind(call);
  const std::int64_t half = int_arg(call, 4);
  const auto fits = [&](Kind one, bool is_real) { return is_real ? is_float_kind(one) : nbc::is_complex(one); };
  if (!fits(kind, half == kHalfGiven)) return undefined(call, "such a Fourier transform", kind);
  if (x.object() != nullptr && !fits(x.kind(), half == kHalfMade)) {
    return undefined(call, "such a Fourier transform", x.kind());
  }
  const auto axis = axis_of(int_arg(call, 1), x.rank());
  if (!axis) return panic(call, axis.error());
  const std::int64_t length = int_arg(call, 2);
  if (length < 1) {
    return panic(call, "a Fourier transform of " + std::to_string(length) + " numbers along axis " +
                           std::to_string(*axis) + " of a tensor of the shape " + text_of(x.shape()) +
                           "; it needs one at least");
  }
  Shape shape(x.shape().begin(), x.shape().end());
  shape[*axis] = length;
  if (const auto count = count_of(shape, Kind::Complex128); !count) return panic(call, count.error());
  if (half == kHalfMade) shape[*axis] = length / 2 + 1;
  TensorObject* out = make(call, shape);
  if (out == nullptr || out->count == 0) return give(call, out);
  const Transform what{.axis = *axis,
                       .length = length,
                       .goes_back = call.args[3] != 0,
                       .is_half_given = half == kHalfGiven,
                       .factor = std::bit_cast<double>(call.args[5])};
  return give_if(call, transform_rows(call, x, what, Operand(out)), out);
}

}  // namespace noodle::room
