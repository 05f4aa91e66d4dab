// Floats. f16 and bf16 compute in f32 and round once.

#include <cmath>

#include "runtime/value/compare.h"
#include "runtime/value/floats.h"
#include "runtime/vm/handlers.h"

namespace noodle::vm {

using value::as_bf16;
using value::as_f16;
using value::as_f32;
using value::as_f64;
using value::from_f32;
using value::from_f64;

namespace {
inline std::uint64_t from_f16(float x) { return value::f32_to_f16(x); }
inline std::uint64_t from_bf16(float x) { return value::f32_to_bf16(x); }
}  // namespace

#define PLAIN(name, expression) \
  HANDLER(name) {               \
    fp[A] = (expression);       \
    NEXT(1);                    \
  }
#define FLOATS(T, from, to, sign)                        \
  PLAIN(Add##T, to(from(fp[B]) + from(fp[C])))           \
  PLAIN(Sub##T, to(from(fp[B]) - from(fp[C])))           \
  PLAIN(Mul##T, to(from(fp[B]) * from(fp[C])))           \
  PLAIN(Div##T, to(from(fp[B]) / from(fp[C])))           \
  PLAIN(Rem##T, to(std::fmod(from(fp[B]), from(fp[C])))) \
  PLAIN(Pow##T, to(std::pow(from(fp[B]), from(fp[C]))))  \
  PLAIN(Neg##T, fp[B] ^ (std::uint64_t{1} << (sign)))    \
  PLAIN(Eq##T, from(fp[B]) == from(fp[C]))               \
  PLAIN(Ne##T, from(fp[B]) != from(fp[C]))               \
  PLAIN(Lt##T, from(fp[B]) < from(fp[C]))                \
  PLAIN(Le##T, from(fp[B]) <= from(fp[C]))               \
  PLAIN(Cmp##T, static_cast<std::uint64_t>(std::int64_t{value::compare_total(from(fp[B]), from(fp[C]))}))
FLOATS(F16, as_f16, from_f16, 15)
FLOATS(BF16, as_bf16, from_bf16, 15)
FLOATS(F32, as_f32, from_f32, 31)
FLOATS(F64, as_f64, from_f64, 63)

PLAIN(SqrtF64, from_f64(std::sqrt(as_f64(fp[B]))))
PLAIN(FloorF64, from_f64(std::floor(as_f64(fp[B]))))
PLAIN(CeilF64, from_f64(std::ceil(as_f64(fp[B]))))
PLAIN(AbsF64, fp[B] & ~(std::uint64_t{1} << 63))

}  // namespace noodle::vm
