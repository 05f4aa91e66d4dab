// Natives of arithmetic on integers of any size.

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>

#include "runtime/big/number.h"

namespace noodle::room {

namespace {

using namespace noodle::big;

// From here on a power is computed step by step, so that it can be stopped.
constexpr std::uint64_t kManyBits = 1u << 22;
// What GMP needs beside the result where numbers are large, in results.
constexpr std::uint64_t kScratch = 4;

/// Gives what `operation` makes of both arguments, which is at most a bit longer than they are.
Status give_sum(Call& call, void (*operation)(mpz_ptr, mpz_srcptr, mpz_srcptr)) {
  const Operand a(call, 0), b(call, 2);
  const Charge charge(call, std::max(bits_of(a), bits_of(b)) / 8);
  if (!charge.is_ok()) return Status::NoMemory;
  Number sum;
  operation(sum, a, b);
  return give(call, sum);
}

/// Gives what `operation` makes of a dividend and a divisor.
Status give_divided(Call& call, void (*operation)(mpz_ptr, mpz_srcptr, mpz_srcptr)) {
  const Operand a(call, 0), b(call, 2);
  if (sign_of(b) == 0) return zero_divisor(call);
  const Charge charge(call, (kScratch * bits_of(a)) / 8);
  if (!charge.is_ok()) return Status::NoMemory;
  Number out;
  operation(out, a, b);
  return give(call, out);
}

/// A power with a long result; false when it was told to stop.
bool power_by_steps(const Call& call, mpz_srcptr base, std::uint64_t exponent, Number& out) {
  mpz_set_ui(out, 1);
  for (int bit = 63 - __builtin_clzll(exponent); bit >= 0; --bit) {
    if (is_told_to_stop(call)) return false;
    mpz_mul(out, out, out);
    if ((exponent >> bit & 1) != 0) mpz_mul(out, out, base);
  }
  return true;
}

}  // namespace

Status native_big_add(Call& call) { return give_sum(call, mpz_add); }

Status native_big_subtract(Call& call) { return give_sum(call, mpz_sub); }

Status native_big_compare(Call& call) {
  const int order = mpz_cmp(Operand(call, 0), Operand(call, 2));
  return give_int(call, order < 0 ? -1 : order > 0 ? 1 : 0);
}

Status native_big_multiply(Call& call) {
  const Operand a(call, 0), b(call, 2);
  const std::uint64_t bits = bits_of(a) + bits_of(b);
  // The product may have one less.
  if (bits > kMostBits + 1) return too_large(call);
  const Charge charge(call, (kScratch * bits) / 8);
  if (!charge.is_ok()) return Status::NoMemory;
  Number product;
  mpz_mul(product, a, b);
  return give(call, product);
}

Status native_big_quotient(Call& call) { return give_divided(call, mpz_tdiv_q); }

Status native_big_remainder(Call& call) { return give_divided(call, mpz_tdiv_r); }

Status native_big_divide(Call& call) {
  const Operand a(call, 0), b(call, 2);
  if (sign_of(b) == 0) return zero_divisor(call);
  const Charge charge(call, (kScratch * bits_of(a)) / 8);
  if (!charge.is_ok()) return Status::NoMemory;
  Number quotient, remainder;
  mpz_tdiv_qr(quotient, remainder, a, b);
  if (const Status status = give(call, quotient); status != Status::Ok) return status;
  const Status status = give(call, remainder, 2);
  if (status != Status::Ok) call.host.release_bytes(call, call.results[1]);
  return status;
}

Status native_big_power(Call& call) {
  const Operand base(call, 0);
  const std::int64_t exponent = int_arg(call, 2);
  if (exponent < 0) return panic(call, "a negative exponent: " + std::to_string(exponent));
  const auto times = static_cast<std::uint64_t>(exponent);
  const std::uint64_t bits = bits_of(base);
  Number power;
  if (bits <= 1) {
    mpz_set(power, base);
    if (times % 2 == 0) mpz_abs(power, power);
    if (times == 0) mpz_set_ui(power, 1);
    return give(call, power);
  }
  // It has more bits than this, and at most twice as many.
  std::uint64_t least = 0;
  if (__builtin_mul_overflow(bits - 1, times, &least) || least >= kMostBits) return too_large(call);
  const Charge charge(call, (kScratch * bits * times) / 8);
  if (!charge.is_ok()) return Status::NoMemory;
  if (least < kManyBits) {
    mpz_pow_ui(power, base, times);
  } else if (!power_by_steps(call, base, times, power)) {
    return Status::Interrupted;
  }
  return give(call, power);
}

Status native_big_shift(Call& call) {
  const Operand a(call, 0);
  const std::int64_t by = int_arg(call, 2);
  const std::uint64_t bits = bits_of(a);
  Number shifted;
  if (bits == 0) return give(call, shifted);
  if (by <= 0) {
    const std::uint64_t down = 0 - static_cast<std::uint64_t>(by);
    const Charge charge(call, bits / 8);
    if (!charge.is_ok()) return Status::NoMemory;
    mpz_fdiv_q_2exp(shifted, a, std::min(down, bits + 1));
    return give(call, shifted);
  }
  if (static_cast<std::uint64_t>(by) > kMostBits - bits) return too_large(call);
  const Charge charge(call, (bits + static_cast<std::uint64_t>(by)) / 8);
  if (!charge.is_ok()) return Status::NoMemory;
  mpz_mul_2exp(shifted, a, static_cast<std::uint64_t>(by));
  return give(call, shifted);
}

Status native_big_combine(Call& call) {
  switch (int_arg(call, 4)) {
    case 0: return give_sum(call, mpz_and);
    case 1: return give_sum(call, mpz_ior);
    case 2: return give_sum(call, mpz_xor);
    default: return panic(call, "there is no such operation on bits");
  }
}

Status native_big_bit(Call& call) {
  const Operand a(call, 0);
  const std::int64_t at = int_arg(call, 2);
  if (at < 0) return panic(call, "there is no bit " + std::to_string(at));
  return give_bool(call, mpz_tstbit(a, call.args[2]) != 0);
}

Status native_big_trailing_zeros(Call& call) {
  const Operand a(call, 0);
  return give_int(call, sign_of(a) == 0 ? 0 : static_cast<std::int64_t>(mpz_scan1(a, 0)));
}

Status native_big_to_float(Call& call) {
  const Operand a(call, 0);
  const std::uint64_t bits = bits_of(a);
  const std::uint64_t below = bits > 64 ? bits - 64 : 0;
  // The first 64 bits, and in the last of them whether there are others: enough to round rightly once.
  Number top;
  mpz_tdiv_q_2exp(top, a, below);
  std::uint64_t word = mpz_get_ui(top);
  if (below > 0 && mpz_scan1(a, 0) < below) word |= 1;
  const double magnitude =
      std::ldexp(static_cast<double>(word), static_cast<int>(std::min<std::uint64_t>(below, 2000)));
  call.results[0] = std::bit_cast<std::uint64_t>(sign_of(a) < 0 ? -magnitude : magnitude);
  return Status::Ok;
}

}  // namespace noodle::room
