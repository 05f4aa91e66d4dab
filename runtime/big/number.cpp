#include "runtime/big/number.h"

#include <algorithm>
#include <bit>

namespace noodle::big {

static_assert(sizeof(mp_limb_t) == 8 && GMP_NAIL_BITS == 0 && std::endian::native == std::endian::little);

Operand::Operand(const Call& call, std::size_t slot) {
  const std::int64_t small = room::int_arg(call, slot);
  const std::string_view bytes = room::bytes_arg(call, slot + 1);
  const auto words = static_cast<mp_size_t>(std::min(bytes.size() / 8, std::size_t{kMostBits / 64}));
  if (words == 0) {
    const auto magnitude = static_cast<std::uint64_t>(small);
    limb_ = small < 0 ? 0 - magnitude : magnitude;
    mpz_roinit_n(value_, &limb_, small < 0 ? -1 : 1);
    return;
  }
  // Bytes begin at a multiple of eight, as all objects do, and so do their data.
  static_assert(memory::ArrayObject::kDataOffset % alignof(mp_limb_t) == 0);
  mpz_roinit_n(value_, reinterpret_cast<mp_srcptr>(bytes.data()), small < 0 ? -words : words);
}

Status too_large(Call& call) { return room::panic(call, "the result would have more than 2^31 bits"); }

Status zero_divisor(Call& call) { return room::panic(call, "division by zero"); }

Status give(Call& call, mpz_srcptr value, std::size_t slot) {
  call.results[slot + 1] = 0;
  if (mpz_fits_slong_p(value) != 0) return room::give_int(call, mpz_get_si(value), slot);
  if (bits_of(value) > kMostBits) return too_large(call);
  room::give_int(call, mpz_sgn(value), slot);
  const auto* words = reinterpret_cast<const char*>(mpz_limbs_read(value));
  return room::give_bytes(call, {words, mpz_size(value) * sizeof(mp_limb_t)}, slot + 1);
}

}  // namespace noodle::big
