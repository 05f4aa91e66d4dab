// Floats as whole numbers of eight bits, times a scale and around a zero point; and back.

#include "runtime/tensor/quantize_loops.h"
#include "runtime/tensor/walk.h"

namespace noodle::room {

namespace {

using namespace noodle::tensor;

const QuantizeLoops& loops() {
  static const QuantizeLoops chosen = chosen_quantize_loops();
  return chosen;
}

// What is wrong with the types of elements, which the native's signature leaves open; empty when nothing is.
std::string wrong_kinds(Kind x, Kind real, Kind whole, Kind result, bool is_back) {
  if (real != Kind::F32 && real != Kind::F64)
    return std::string("a scale is of type f32 or Float, not ") + element_name(real);
  if (whole != Kind::I8 && whole != Kind::U8)
    return std::string("numbers are quantized as i8 or u8, not ") + element_name(whole);
  if (x != (is_back ? whole : real) || result != (is_back ? real : whole))
    return "numbers, scales and zero points whose types don't go together";
  return {};
}

Status run(Call& call, bool is_back) {
  const Operand x(call, 0), scales(call, 1), zeros(call, 2);
  const auto both = broadcast(scales.shape(), zeros.shape());
  if (!both) return panic(call, both.error());
  const auto shape = broadcast(x.shape(), *both);
  if (!shape) return panic(call, shape.error());
  const auto made = make_checked(call, *shape);
  if (!made) return made.error();
  TensorObject* out = *made;
  if (out->count == 0) return give(call, out);
  const Kind real = scales.kind(), whole = zeros.kind();
  if (const std::string wrong = wrong_kinds(x.kind(), real, whole, result_kind(call), is_back); !wrong.empty()) {
    call.host.release_tensor(call, *out);
    return panic(call, wrong);
  }
  const auto& table = is_back ? loops().dequantize : loops().quantize;
  const QuantizeLoop loop = table[real == Kind::F64 ? 1 : 0][whole == Kind::U8 ? 1 : 0];
  const std::uint32_t real_size = element_size(real);
  const std::uint32_t from_size = is_back ? 1 : real_size, to_size = is_back ? real_size : 1;
  std::byte* to = out->data;
  Lookout lookout(call);
  const bool is_done = side_by_side({x, scales, zeros}, *shape)
                           .each_run({from_size, real_size, 1},
                                     [&](std::byte* const(&at)[3], std::int64_t count, const std::int64_t(&steps)[3]) {
                                       loop(at[0], at[1], at[2], to, count, steps);
                                       to += count * to_size;
                                       return lookout.goes_on(count);
                                     });
  return give_if(call, is_done, out);
}

}  // namespace

Status native_tensor_quantize(Call& call) { return run(call, false); }

Status native_tensor_dequantize(Call& call) { return run(call, true); }

}  // namespace noodle::room
