// Natives of number theory: divisors, roots, and arithmetic of remainders.

#include <array>

#include "runtime/big/number.h"

namespace noodle::room {

namespace {

using namespace noodle::big;

// With modulus and exponent not longer than this, GMP's own functions take less than a second or so.
constexpr std::uint64_t kManyBits = 8192;
// What GMP needs where numbers are large, in arguments; and a table of powers.
constexpr std::uint64_t kScratch = 8;
constexpr std::uint64_t kTable = 40;
// Of a composite number, each round finds that out with a probability of three in four or much more.
constexpr int kRounds = 30;

constexpr unsigned kWindow = 5;

/// base ** exponent % modulus, a few bits at a time; false when it was told to stop.
bool power_mod_by_steps(const Call& call, mpz_srcptr base, mpz_srcptr exponent, mpz_srcptr modulus, Number& out) {
  std::array<Number, 1u << kWindow> powers;
  mpz_set_ui(powers[0], 1);
  for (std::size_t i = 1; i < powers.size(); ++i) {
    if (is_told_to_stop(call)) return false;
    mpz_mul(powers[i], powers[i - 1], base);
    mpz_mod(powers[i], powers[i], modulus);
  }
  mpz_set_ui(out, 1);
  for (std::uint64_t windows = (bits_of(exponent) + kWindow - 1) / kWindow; windows > 0; --windows) {
    unsigned digit = 0;
    for (unsigned bit = kWindow; bit > 0; --bit) {
      if (is_told_to_stop(call)) return false;
      mpz_mul(out, out, out);
      mpz_mod(out, out, modulus);
      digit = digit << 1 | static_cast<unsigned>(mpz_tstbit(exponent, (windows - 1) * kWindow + bit - 1));
    }
    mpz_mul(out, out, powers[digit]);
    mpz_mod(out, out, modulus);
  }
  mpz_mod(out, out, modulus);
  return true;
}

bool power_mod(const Call& call, mpz_srcptr base, mpz_srcptr exponent, mpz_srcptr modulus, Number& out) {
  if (bits_of(modulus) > kManyBits || bits_of(exponent) > kManyBits) {
    return power_mod_by_steps(call, base, exponent, modulus, out);
  }
  mpz_powm(out, base, exponent, modulus);
  return true;
}

enum class Answer : std::uint8_t { No, Perhaps, Stopped };

/// A round of Miller and Rabin's test, of n = 2^twos * odd + 1.
Answer try_base(const Call& call, mpz_srcptr base, mpz_srcptr n, mpz_srcptr odd, mp_bitcnt_t twos) {
  Number before, x;
  mpz_sub_ui(before, n, 1);
  if (!power_mod(call, base, odd, n, x)) return Answer::Stopped;
  if (compare(x, 1) == 0 || mpz_cmp(x, before) == 0) return Answer::Perhaps;
  for (mp_bitcnt_t i = 1; i < twos; ++i) {
    if (is_told_to_stop(call)) return Answer::Stopped;
    mpz_mul(x, x, x);
    mpz_mod(x, x, n);
    if (mpz_cmp(x, before) == 0) return Answer::Perhaps;
  }
  return Answer::No;
}

/// Whether a long number is prime, with bases that depend on it.
Answer is_long_prime(const Call& call, mpz_srcptr n) {
  Number common;
  mpz_primorial_ui(common, 2000);
  mpz_gcd(common, common, n);
  if (compare(common, 1) != 0) return Answer::No;
  Number odd;
  mpz_sub_ui(odd, n, 1);
  const mp_bitcnt_t twos = mpz_scan1(odd, 0);
  mpz_tdiv_q_2exp(odd, odd, twos);
  gmp_randstate_t random;
  gmp_randinit_default(random);
  Number seed;
  mpz_fdiv_r_2exp(seed, n, kManyBits);
  gmp_randseed(random, seed);
  Answer answer = Answer::Perhaps;
  Number base, most;
  mpz_sub_ui(most, n, 3);
  for (int round = 0; round < kRounds && answer == Answer::Perhaps; ++round) {
    mpz_urandomm(base, random, most);
    mpz_add_ui(base, base, 2);
    answer = try_base(call, base, n, odd, twos);
  }
  gmp_randclear(random);
  return answer;
}

}  // namespace

Status native_big_gcd(Call& call) {
  const Operand a(call, 0), b(call, 2);
  const Charge charge(call, (kScratch * (bits_of(a) + bits_of(b))) / 8);
  if (!charge.is_ok()) return Status::NoMemory;
  Number gcd;
  mpz_gcd(gcd, a, b);
  return give(call, gcd);
}

Status native_big_sqrt(Call& call) {
  const Operand a(call, 0);
  if (sign_of(a) < 0) return panic(call, "the square root of a negative number");
  const Charge charge(call, (kScratch * bits_of(a)) / 8);
  if (!charge.is_ok()) return Status::NoMemory;
  Number root;
  mpz_sqrt(root, a);
  return give(call, root);
}

Status native_big_power_mod(Call& call) {
  const Operand base(call, 0), exponent(call, 2), modulus(call, 4);
  if (sign_of(exponent) < 0) return panic(call, "a negative exponent");
  if (sign_of(modulus) <= 0) return panic(call, "the modulus is not positive");
  const Charge charge(call, (kTable * bits_of(modulus) + bits_of(base) + bits_of(exponent)) / 8);
  if (!charge.is_ok()) return Status::NoMemory;
  Number reduced, power;
  mpz_mod(reduced, base, modulus);
  if (!power_mod(call, reduced, exponent, modulus, power)) return Status::Interrupted;
  return give(call, power);
}

Status native_big_inverse_mod(Call& call) {
  const Operand a(call, 0), modulus(call, 2);
  if (sign_of(modulus) <= 0) return panic(call, "the modulus is not positive");
  const Charge charge(call, (kScratch * (bits_of(a) + bits_of(modulus))) / 8);
  if (!charge.is_ok()) return Status::NoMemory;
  Number inverse;
  const bool exists = mpz_invert(inverse, a, modulus) != 0;
  if (!exists) mpz_set_ui(inverse, 0);
  give_bool(call, exists);
  return give(call, inverse, 1);
}

Status native_big_is_prime(Call& call) {
  const Operand n(call, 0);
  if (compare(n, 2) < 0) return give_bool(call, false);
  if (bits_of(n) <= kManyBits) return give_bool(call, mpz_probab_prime_p(n, kRounds) != 0);
  const Charge charge(call, (kTable * bits_of(n)) / 8);
  if (!charge.is_ok()) return Status::NoMemory;
  const Answer answer = is_long_prime(call, n);
  return answer == Answer::Stopped ? Status::Interrupted : give_bool(call, answer == Answer::Perhaps);
}

Status native_big_strip(Call& call) {
  const Operand a(call, 0);
  const Charge charge(call, (kScratch * bits_of(a)) / 8);
  if (!charge.is_ok()) return Status::NoMemory;
  Number stripped, ten;
  mp_bitcnt_t count = 0;
  mpz_set_ui(ten, 10);
  if (sign_of(a) != 0) count = mpz_remove(stripped, a, ten);
  give_int(call, static_cast<std::int64_t>(count), 2);
  return give(call, stripped);
}

}  // namespace noodle::room
