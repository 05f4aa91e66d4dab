#pragma once

// Integers between slots and GMP. Arguments are read where they lie; results are copied out of GMP's memory once they
// are known. What GMP takes meanwhile is bounded by the sizes of results, and charged beforehand.

#include <gmp.h>

#include <cstddef>
#include <cstdint>

#include "runtime/room/natives.h"

namespace noodle::big {

using room::Call;
using room::Status;

/// No integer has more bits.
inline constexpr std::uint64_t kMostBits = std::uint64_t{1} << 31;

/// The integer in argument slots [slot, slot + 2), whatever their bits are: who calls may be a module that nobody
/// compiled.
class Operand {
 public:
  Operand(const Call& call, std::size_t slot);
  Operand(const Operand&) = delete;
  Operand& operator=(const Operand&) = delete;

  operator mpz_srcptr() const { return value_; }

 private:
  mp_limb_t limb_ = 0;
  mpz_t value_;
};

/// One of our own.
class Number {
 public:
  Number() { mpz_init(value_); }
  explicit Number(mpz_srcptr other) { mpz_init_set(value_, other); }
  Number(Number&& other) noexcept : Number() { mpz_swap(value_, other.value_); }
  Number& operator=(Number&& other) noexcept {
    mpz_swap(value_, other.value_);
    return *this;
  }
  Number(const Number&) = delete;
  Number& operator=(const Number&) = delete;
  ~Number() { mpz_clear(value_); }

  operator mpz_ptr() { return value_; }
  operator mpz_srcptr() const { return value_; }

 private:
  mpz_t value_;
};

/// GMP has macros for these, which want pointers.
inline int sign_of(mpz_srcptr value) { return mpz_sgn(value); }
inline int compare(mpz_srcptr value, unsigned long other) { return mpz_cmp_ui(value, other); }
/// The bits of a magnitude; 0 for zero.
inline std::uint64_t bits_of(mpz_srcptr value) { return mpz_sgn(value) == 0 ? 0 : mpz_sizeinbase(value, 2); }
inline bool is_told_to_stop(const Call& call) { return call.host.is_told_to_stop(call); }
/// Gives an integer in results [slot, slot + 2), or panics when it is too large.
Status give(Call& call, mpz_srcptr value, std::size_t slot = 0);
Status too_large(Call& call);
Status zero_divisor(Call& call);

}  // namespace noodle::big
