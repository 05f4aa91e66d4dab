// Moves, integers, conversions.

#include <cstring>
#include <limits>
#include <type_traits>

#include "runtime/vm/arithmetic.h"
#include "runtime/vm/handlers.h"

namespace noodle::vm {

// --- moving values: registers can't be read again before they are written, so a source that was moved
// from needs no clearing --------------------------------------------------------------------------

HANDLER(Move1) {
  fp[A] = fp[B];
  NEXT(1);
}
HANDLER(Move2) {
  const std::uint64_t low = fp[B];
  const std::uint64_t high = fp[B + 1];
  fp[A] = low;
  fp[A + 1] = high;
  NEXT(1);
}
HANDLER(MoveN) {
  std::memmove(fp + A, fp + B, C * std::size_t{8});
  NEXT(1);
}
HANDLER(CopyObject) {
  const std::uint64_t word = fp[B];
  if (word != 0) memory::retain(reinterpret_cast<memory::Object*>(word));
  fp[A] = word;
  NEXT(1);
}
HANDLER(CopyString) {
  value::retain_string(fp + B);
  const std::uint64_t low = fp[B];
  const std::uint64_t high = fp[B + 1];
  fp[A] = low;
  fp[A + 1] = high;
  NEXT(1);
}
HANDLER(CopyEnum) {
  const TypeInfo& type = type_at(fp, C);
  value::retain_fields(type.slot_fields, fp + B);
  std::memmove(fp + A, fp + B, type.slots * std::size_t{8});
  NEXT(1);
}
HANDLER(ZeroN) {
  std::memset(fp + A, 0, C * std::size_t{8});
  NEXT(1);
}
HANDLER(ConstWord) {
  fp[A] = vm->module->constants[std::size_t{UIMM} * 2];
  NEXT(1);
}
HANDLER(ConstPair) {
  const std::uint64_t* constant = &vm->module->constants[std::size_t{UIMM} * 2];
  fp[A] = constant[0];
  fp[A + 1] = constant[1];
  NEXT(1);
}
HANDLER(Int) {
  fp[A] = static_cast<std::uint64_t>(std::int64_t{IMM});
  NEXT(1);
}
HANDLER(DropNothing) { NEXT(1); }
HANDLER(DropObject) {
  if (fp[A] != 0) memory::release(vm->account, reinterpret_cast<memory::Object*>(fp[A]));
  NEXT(1);
}
HANDLER(DropString) {
  value::release_string(vm->account, fp + A);
  NEXT(1);
}
HANDLER(DropEnum) {
  value::release_fields(vm->account, vm->module->type_infos[UIMM]->slot_fields, fp + A);
  NEXT(1);
}

// --- integers -----------------------------------------------------------------------------------

#define CHECKED(name, T, function)                                                      \
  HANDLER(name) {                                                                       \
    T result;                                                                           \
    if (function(static_cast<T>(fp[B]), static_cast<T>(fp[C]), &result)) [[unlikely]] { \
      RAISE(Instruction);                                                               \
    }                                                                                   \
    fp[A] = extend(result);                                                             \
    NEXT(1);                                                                            \
  }
#define WRAPPING(name, T, op)                       \
  HANDLER(name) {                                   \
    fp[A] = extend(static_cast<T>(fp[B] op fp[C])); \
    NEXT(1);                                        \
  }
#define INTS(T, type)                                                                      \
  CHECKED(Add##T, type, __builtin_add_overflow)                                            \
  CHECKED(Sub##T, type, __builtin_sub_overflow)                                            \
  CHECKED(Mul##T, type, __builtin_mul_overflow)                                            \
  CHECKED(Div##T, type, divide)                                                            \
  CHECKED(Rem##T, type, remainder)                                                         \
  CHECKED(Pow##T, type, power)                                                             \
  CHECKED(Shl##T, type, shift_left)                                                        \
  CHECKED(Shr##T, type, shift_right)                                                       \
  HANDLER(Neg##T) {                                                                        \
    type result;                                                                           \
    if (__builtin_sub_overflow(type{0}, static_cast<type>(fp[B]), &result)) [[unlikely]] { \
      RAISE(Instruction);                                                                  \
    }                                                                                      \
    fp[A] = extend(result);                                                                \
    NEXT(1);                                                                               \
  }                                                                                        \
  WRAPPING(AddWrap##T, type, +)                                                            \
  WRAPPING(SubWrap##T, type, -)                                                            \
  WRAPPING(MulWrap##T, type, *)                                                            \
  HANDLER(Not##T) {                                                                        \
    fp[A] = extend(static_cast<type>(~fp[B]));                                             \
    NEXT(1);                                                                               \
  }
INTS(I8, std::int8_t)
INTS(I16, std::int16_t)
INTS(I32, std::int32_t)
INTS(I64, std::int64_t)
INTS(U8, std::uint8_t)
INTS(U16, std::uint16_t)
INTS(U32, std::uint32_t)
INTS(U64, std::uint64_t)

#define PLAIN(name, expression) \
  HANDLER(name) {               \
    fp[A] = (expression);       \
    NEXT(1);                    \
  }
PLAIN(NotBool, fp[B] ^ 1)
PLAIN(And, fp[B] & fp[C])
PLAIN(Or, fp[B] | fp[C])
PLAIN(Xor, fp[B] ^ fp[C])
PLAIN(EqInt, fp[B] == fp[C])
PLAIN(NeInt, fp[B] != fp[C])
PLAIN(LtSigned, as_signed(fp[B]) < as_signed(fp[C]))
PLAIN(LeSigned, as_signed(fp[B]) <= as_signed(fp[C]))
PLAIN(LtUnsigned, fp[B] < fp[C])
PLAIN(LeUnsigned, fp[B] <= fp[C])
PLAIN(CmpSigned, static_cast<std::uint64_t>(std::int64_t{as_signed(fp[B]) > as_signed(fp[C])} -
                                            std::int64_t{as_signed(fp[B]) < as_signed(fp[C])}))
PLAIN(CmpUnsigned, static_cast<std::uint64_t>(std::int64_t{fp[B] > fp[C]} - std::int64_t{fp[B] < fp[C]}))
PLAIN(EqImmI64, as_signed(fp[B]) == signed16(C))
PLAIN(NeImmI64, as_signed(fp[B]) != signed16(C))
PLAIN(LtImmI64, as_signed(fp[B]) < signed16(C))
PLAIN(LeImmI64, as_signed(fp[B]) <= signed16(C))
PLAIN(GtImmI64, as_signed(fp[B]) > signed16(C))
PLAIN(GeImmI64, as_signed(fp[B]) >= signed16(C))

#define CHECKED_IMM(name, function)                                                    \
  HANDLER(name) {                                                                      \
    std::int64_t result;                                                               \
    if (function(as_signed(fp[B]), std::int64_t{signed16(C)}, &result)) [[unlikely]] { \
      RAISE(Instruction);                                                              \
    }                                                                                  \
    fp[A] = static_cast<std::uint64_t>(result);                                        \
    NEXT(1);                                                                           \
  }
CHECKED_IMM(AddImmI64, __builtin_add_overflow)
CHECKED_IMM(SubImmI64, __builtin_sub_overflow)
CHECKED_IMM(MulImmI64, __builtin_mul_overflow)
CHECKED_IMM(DivImmI64, divide)
HANDLER(RemImmI64) {
  std::int64_t result = 0;
  static_cast<void>(remainder(as_signed(fp[B]), std::int64_t{signed16(C)}, &result));  // C is not 0
  fp[A] = static_cast<std::uint64_t>(result);
  NEXT(1);
}

// --- conversions --------------------------------------------------------------------------------

HANDLER(Conv) {
  std::uint64_t result;
  if (!convert(static_cast<nbc::Kind>(C >> 8), static_cast<nbc::Kind>(C & 0xFF), fp[B], &result)) [[unlikely]] {
    RAISE(Instruction);
  }
  fp[A] = result;
  NEXT(1);
}
HANDLER(Fits) {
  std::uint64_t result;
  fp[A] = convert(static_cast<nbc::Kind>(C >> 8), static_cast<nbc::Kind>(C & 0xFF), fp[B], &result);
  NEXT(1);
}
HANDLER(Wrap) {
  fp[A] = canonical(static_cast<nbc::Kind>(C & 0xFF), fp[B]);
  NEXT(1);
}

}  // namespace noodle::vm
