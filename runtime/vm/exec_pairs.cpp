// Pairs of instructions done together. They save a dispatch, and the second has the first's result in a
// machine register instead of behind a store that was only just made.

#include "runtime/value/floats.h"
#include "runtime/vm/handlers.h"

namespace noodle::vm {

using value::as_f64;
using value::from_f64;

// Two statements: neither is contracted into the other.
#define FLOAT_PAIR(first, op1, second, expression)    \
  HANDLER(first##second##F64) {                       \
    const double x = as_f64(fp[B]) op1 as_f64(fp[C]); \
    fp[A] = from_f64(x);                              \
    w = word_at(++pc);                                \
    const double y = (expression);                    \
    fp[A] = from_f64(y);                              \
    NEXT(1);                                          \
  }
#define FLOAT_PAIRS(first, op1)                   \
  FLOAT_PAIR(first, op1, Add, x + as_f64(fp[C]))  \
  FLOAT_PAIR(first, op1, Sub, x - as_f64(fp[C]))  \
  FLOAT_PAIR(first, op1, RSub, as_f64(fp[B]) - x) \
  FLOAT_PAIR(first, op1, Mul, x* as_f64(fp[C]))
FLOAT_PAIRS(Add, +)
FLOAT_PAIRS(Sub, -)
FLOAT_PAIRS(Mul, *)

#define COUNT_AND_TEST(name, condition)                                                         \
  HANDLER(AddImm##name##Back) {                                                                 \
    std::int64_t x;                                                                             \
    if (__builtin_add_overflow(as_signed(fp[B]), std::int64_t{signed16(C)}, &x)) [[unlikely]] { \
      RAISE(Instruction);                                                                       \
    }                                                                                           \
    fp[A] = static_cast<std::uint64_t>(x);                                                      \
    w = word_at(++pc);                                                                          \
    if (condition) {                                                                            \
      STEP();                                                                                   \
      NEXT(signed16(C));                                                                        \
    }                                                                                           \
    NEXT(1);                                                                                    \
  }
COUNT_AND_TEST(JltI64, x < as_signed(fp[B]))
COUNT_AND_TEST(JleI64, x <= as_signed(fp[B]))
COUNT_AND_TEST(JltImmI64, x < signed16(B))
COUNT_AND_TEST(JleImmI64, x <= signed16(B))

}  // namespace noodle::vm
