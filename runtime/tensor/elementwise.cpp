// Operations on each element.

#include <algorithm>
#include <atomic>

#include "runtime/tensor/walk.h"

namespace noodle::room {

namespace {

using namespace noodle::tensor;

bool is_like(const Operand& tensor, ShapeView shape) { return tensor.is_only_one() && is_same(tensor.shape(), shape); }

constexpr const char* kBinaryNames[] = {"addition",
                                        "subtraction",
                                        "multiplication",
                                        "division",
                                        "the minimum",
                                        "the maximum",
                                        "a power",
                                        "a remainder",
                                        "the angle of two numbers",
                                        "and",
                                        "or",
                                        "exclusive or",
                                        "a shift",
                                        "a shift",
                                        "a quotient",
                                        "another sign",
                                        "the next number",
                                        "the hypotenuse",
                                        "the logarithm of a sum"};
constexpr const char* kCompareNames[] = {"equality", "inequality", "an order", "an order"};
constexpr const char* kUnaryNames[] = {"the negative",
                                       "the magnitude",
                                       "the sign",
                                       "the square",
                                       "the square root",
                                       "the exponential",
                                       "the logarithm",
                                       "the sine",
                                       "the cosine",
                                       "the tangent",
                                       "the hyperbolic tangent",
                                       "rounding",
                                       "rounding",
                                       "rounding",
                                       "rounding",
                                       "the reciprocal",
                                       "not",
                                       "the exponential",
                                       "the logarithm",
                                       "the logarithm",
                                       "the logarithm",
                                       "the arc sine",
                                       "the arc cosine",
                                       "the arc tangent",
                                       "the hyperbolic sine",
                                       "the hyperbolic cosine",
                                       "the area hyperbolic sine",
                                       "the area hyperbolic cosine",
                                       "the area hyperbolic tangent",
                                       "the error function",
                                       "the conjugate"};
static_assert(std::size(kBinaryNames) == kBinaryOps && std::size(kUnaryNames) == kUnaryOps &&
              std::size(kCompareNames) == kCompareOps);

enum class Ended : std::uint8_t { Done, Zero, Stopped };

// How far a tensor's elements are apart that are repeated to so many, when that is one run.
std::optional<std::int64_t> only_step(const Operand& tensor, std::int64_t count) {
  if (tensor.count() == 1) return 0;
  if (tensor.count() == count && tensor.is_contiguous()) return 1;
  return std::nullopt;
}

// out, which is contiguous, = loop(a, b) with both repeated to its shape.
Ended run(Call& call, BinaryLoop loop, const Operand& a, const Operand& b, TensorObject& out, std::uint32_t size,
          std::uint32_t out_size) {
  if (out.count == 0) return Ended::Done;
  const auto a_step = only_step(a, out.count), b_step = only_step(b, out.count);
  if (a_step && b_step) {
    std::atomic<bool> has_zero = false;
    const bool is_done = share(call, out.count, [&](std::int64_t first, std::int64_t count) {
      const bool done = loop(a.data() + first * *a_step * size, b.data() + first * *b_step * size,
                             out.data + first * out_size, count, *a_step, *b_step);
      if (!done) has_zero = true;
    });
    return has_zero ? Ended::Zero : is_done ? Ended::Done : Ended::Stopped;
  }
  std::byte* to = out.data;
  Lookout lookout(call);
  Ended ended = Ended::Done;
  const auto walk = side_by_side({a, b}, {out.shape(), out.rank});
  walk.each_run(size, [&](std::byte* const(&at)[2], std::int64_t count, const std::int64_t(&steps)[2]) {
    if (!loop(at[0], at[1], to, count, steps[0], steps[1]))
      ended = Ended::Zero;
    else if (!lookout.goes_on(count))
      ended = Ended::Stopped;
    to += count * out_size;
    return ended == Ended::Done;
  });
  return ended;
}

Ended run(Call& call, UnaryLoop loop, const Operand& a, TensorObject& out, std::uint32_t out_size) {
  if (out.count == 0) return Ended::Done;
  if (a.is_contiguous()) {
    const std::int64_t size = element_size(a.kind());
    const bool is_done = share(call, out.count, [&](std::int64_t first, std::int64_t count) {
      loop(a.data() + first * size, out.data + first * out_size, count, 1);
    });
    return is_done ? Ended::Done : Ended::Stopped;
  }
  std::byte* to = out.data;
  Lookout lookout(call);
  const bool is_done =
      value::for_each_run(*a.object(), [&](const std::byte* from, std::int64_t count, std::int64_t step) {
        loop(from, to, count, step);
        to += count * out_size;
        return lookout.goes_on(count);
      });
  return is_done ? Ended::Done : Ended::Stopped;
}

Status finish(Call& call, Ended ended, TensorObject* out, bool is_fresh) {
  if (ended == Ended::Done) return give(call, out);
  if (is_fresh) call.host.release_tensor(call, *out);
  return ended == Ended::Stopped ? Status::Interrupted : panic(call, "an integer is divided by zero");
}

// Of two tensors whose elements lie side by side, and that have one shape, or of which one is a number: that whose
// shape the result has.
const TensorObject* straight(const Operand& a, const Operand& b) {
  const TensorObject *x = a.object(), *y = b.object();
  if (x == nullptr || y == nullptr || !a.is_contiguous() || !b.is_contiguous()) return nullptr;
  if (y->rank == 0) return x;
  return x->rank == 0 || is_same(a.shape(), b.shape()) ? y : nullptr;
}

// Most tensors are small, and then all around the loop is what costs: this is give_binary without what they don't need.
Status give_small(Call& call, BinaryLoop loop, const Operand& a, const Operand& b, const Operand& owned,
                  const TensorObject& whole) {
  const bool is_reused = owned.is_only_one() && owned.count() == whole.count && owned.rank() == whole.rank;
  TensorObject* out = is_reused ? owned.object() : make_like(call, whole);
  if (out == nullptr) return Status::NoMemory;
  loop(a.data(), b.data(), out->data, whole.count, a.count() == 1 ? 0 : 1, b.count() == 1 ? 0 : 1);
  if (!is_reused) release(call, owned);
  return give(call, out);
}

// The loops read an element before they write the one at its place, so the result may be the operand that is owned. A
// zero among divisors is found before anything of a stretch is written, but not before all is: then nothing is reused.
Status give_binary(Call& call, BinaryOp op, Kind kind, const Operand& owned, const Operand& other, bool is_right) {
  const Operand &a = is_right ? other : owned, &b = is_right ? owned : other;
  const BinaryLoop loop = kernels().binary[static_cast<std::size_t>(op)][column(kind)];
  if (loop == nullptr) return undefined(call, kBinaryNames[static_cast<std::size_t>(op)], kind);
  const bool may_fail = nbc::is_integer(kind) && divides(op);
  if (const TensorObject* whole = straight(a, b); whole != nullptr && whole->count <= kMostBriefly && !may_fail) {
    return give_small(call, loop, a, b, owned, *whole);
  }
  const CommonShape common(a, b, kind);
  if (common.error()) return panic(call, *common.error());
  if (lasts(call, common.count())) return Status::Lasts;
  const bool is_reused = !may_fail && is_like(owned, common.shape());
  TensorObject* out = is_reused ? owned.object() : make(call, common.shape());
  if (out == nullptr) return Status::NoMemory;
  const std::uint32_t size = element_size(kind);
  const Status status = finish(call, run(call, loop, a, b, *out, size, size), out, !is_reused);
  if (status == Status::Ok && !is_reused) release(call, owned);
  return status;
}

// A number as a tensor without axes, which lies on the stack.
struct Scalar {
  TensorObject tensor{};
  Word word;

  Scalar(Kind kind, const Word& element) : word(element) {
    tensor.data = reinterpret_cast<std::byte*>(&word);
    tensor.count = 1;
    tensor.element = static_cast<std::uint8_t>(kind);
    tensor.header.count = memory::kImmortal;
  }
};

}  // namespace

Status native_tensor_binary(Call& call) {
  const std::int64_t op = int_arg(call, 1);
  const Kind kind = result_kind(call);
  const Operand a(call, 0), b(call, 2);
  if (op < 0 || op >= kBinaryOps) return panic(call, "there is no such operation on tensors");
  return give_binary(call, BinaryOp(op), kind, a, b, false);
}

Status native_tensor_with_scalar(Call& call) {
  const std::int64_t op = int_arg(call, 1);
  const Kind kind = result_kind(call);
  const Operand a(call, 0);
  if (op < 0 || op >= kBinaryOps) return panic(call, "there is no such operation on tensors");
  Scalar scalar(kind, element_arg(call, 2, kind));
  const Operand number(&scalar.tensor);
  return give_binary(call, BinaryOp(op), kind, a, number, call.args[2 + slots_of(kind)] != 0);
}

Status native_tensor_compare(Call& call) {
  const std::int64_t op = int_arg(call, 0);
  const Operand a(call, 1), b(call, 2);
  if (op < 0 || op >= kCompareOps) return panic(call, "there is no such comparison of tensors");
  const Kind kind = (a.object() != nullptr ? a : b).kind();
  const BinaryLoop loop = kernels().compare[op][column(kind)];
  if (loop == nullptr) return undefined(call, kCompareNames[op], kind);
  const CommonShape common(a, b, Kind::Bool);
  if (common.error()) return panic(call, *common.error());
  if (lasts(call, common.count())) return Status::Lasts;
  TensorObject* out = make(call, common.shape());
  if (out == nullptr) return Status::NoMemory;
  return finish(call, run(call, loop, a, b, *out, element_size(kind), 1), out, true);
}

Status native_tensor_unary(Call& call) {
  const std::int64_t op = int_arg(call, 1);
  const Kind kind = result_kind(call);
  const Operand a(call, 0);
  if (op < 0 || op >= kUnaryOps) return panic(call, "there is no such operation on tensors");
  if (UnaryOp(op) == UnaryOp::Conj && nbc::is_scalar(kind)) {
    call.results[0] = call.args[0];
    return Status::Ok;
  }
  const UnaryLoop loop = kernels().unary[op][column(kind)];
  if (loop == nullptr) return undefined(call, kUnaryNames[op], kind);
  if (lasts(call, a.count())) return Status::Lasts;
  const bool is_reused = is_like(a, a.shape());
  TensorObject* out = is_reused ? a.object() : make(call, a.shape());
  if (out == nullptr) return Status::NoMemory;
  const Ended ended = run(call, loop, a, *out, element_size(kind));
  const Status status = finish(call, ended, out, !is_reused);
  if (status == Status::Ok && !is_reused) release(call, a);
  return status;
}

Status native_tensor_test(Call& call) {
  const std::int64_t op = int_arg(call, 0);
  const Operand a(call, 1);
  const Kind kind = a.kind();
  if (op < 0 || op >= kTestOps) return panic(call, "there is no such test of elements");
  if (lasts(call, a.count())) return Status::Lasts;
  TensorObject* out = make(call, a.shape());
  if (out == nullptr || out->count == 0) return give(call, out);
  const UnaryLoop loop = kernels().test[op][column(kind)];
  if (loop == nullptr) {
    call.host.release_tensor(call, *out);
    return undefined(call, "such a test", kind);
  }
  return finish(call, run(call, loop, a, *out, 1), out, true);
}

Status native_tensor_part(Call& call) {
  const std::int64_t op = int_arg(call, 0);
  const Operand a(call, 1);
  const Kind kind = a.kind(), part = result_kind(call);
  if (op < 0 || op >= kPartOps) return panic(call, "complex numbers have no such part");
  if (lasts(call, a.count())) return Status::Lasts;
  if (a.object() != nullptr && (!nbc::is_complex(kind) || value::part_kind(kind) != part)) {
    return undefined(call, "such a part", kind);
  }
  TensorObject* out = make(call, a.shape());
  if (out == nullptr || out->count == 0) return give(call, out);
  return finish(call, run(call, kernels().part[op][column(kind)], a, *out, element_size(part)), out, true);
}

Status native_tensor_cast(Call& call) {
  const Operand a(call, 0);
  const Kind to = result_kind(call), from = a.object() == nullptr ? to : a.kind();
  const UnaryLoop loop = kernels().cast[column(from)][column(to)];
  if (loop == nullptr) {
    return panic(call, std::string("complex numbers are not turned into ") + element_name(to) +
                           " as a whole: take `tensor.real`, `tensor.imag` or `tensor.abs` first");
  }
  if (lasts(call, a.count())) return Status::Lasts;
  const auto out = make_checked(call, a.shape());
  if (!out) return out.error();
  return finish(call, run(call, loop, a, **out, element_size(to)), *out, true);
}

}  // namespace noodle::room
