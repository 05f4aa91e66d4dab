// Natives on numbers.

#include <bit>
#include <cmath>

#include "base/format_spec.h"
#include "runtime/vm/natives.h"

namespace noodle::vm {

NativeStatus native_int_to_string(NativeCall& call) { return call.give_text(value::print_int(int_arg(call, 0))); }
NativeStatus native_uint_to_string(NativeCall& call) { return call.give_text(value::print_uint(call.args[0])); }
NativeStatus native_float_to_string(NativeCall& call) { return call.give_text(value::print_f64(float_arg(call, 0))); }
NativeStatus native_f32_to_string(NativeCall& call) {
  return call.give_text(value::print_f32(value::as_f32(call.args[0])));
}
NativeStatus native_f16_to_string(NativeCall& call) {
  return call.give_text(value::print_f16(static_cast<std::uint16_t>(call.args[0])));
}
NativeStatus native_bf16_to_string(NativeCall& call) {
  return call.give_text(value::print_bf16(static_cast<std::uint16_t>(call.args[0])));
}
NativeStatus native_bool_to_string(NativeCall& call) { return call.give_text(call.args[0] != 0 ? "true" : "false"); }

namespace {

template <typename Format>
NativeStatus formatted(NativeCall& call, std::string_view text, Format format) {
  if (const auto spec = parse_format(text)) {
    if (const auto done = format(*spec)) return call.give_text(*done);
  }
  return call.panic("`" + std::string(text) + "` is not a format for this value");
}

}  // namespace

NativeStatus native_int_format(NativeCall& call) {
  return formatted(call, text_arg(call, 1),
                   [&](const auto& spec) { return value::format_int(int_arg(call, 0), spec); });
}
NativeStatus native_uint_format(NativeCall& call) {
  return formatted(call, text_arg(call, 1), [&](const auto& spec) { return value::format_uint(call.args[0], spec); });
}
NativeStatus native_float_format(NativeCall& call) {
  return formatted(call, text_arg(call, 1),
                   [&](const auto& spec) { return value::format_float(float_arg(call, 0), spec); });
}
NativeStatus native_string_format(NativeCall& call) {
  return formatted(call, text_arg(call, 2),
                   [&](const auto& spec) { return value::format_text(text_arg(call, 0), spec); });
}

#define UNARY(name, function) \
  NativeStatus native_float_##name(NativeCall& call) { return give_float(call, function(float_arg(call, 0))); }
UNARY(sin, std::sin)
UNARY(cos, std::cos)
UNARY(tan, std::tan)
UNARY(asin, std::asin)
UNARY(acos, std::acos)
UNARY(atan, std::atan)
UNARY(sinh, std::sinh)
UNARY(cosh, std::cosh)
UNARY(tanh, std::tanh)
UNARY(exp, std::exp)
UNARY(exp2, std::exp2)
UNARY(log, std::log)
UNARY(log2, std::log2)
UNARY(log10, std::log10)
UNARY(sqrt, std::sqrt)
UNARY(cbrt, std::cbrt)
UNARY(floor, std::floor)
UNARY(ceil, std::ceil)
UNARY(round, std::round)
UNARY(trunc, std::trunc)
UNARY(abs, std::fabs)

NativeStatus native_float_atan2(NativeCall& call) {
  return give_float(call, std::atan2(float_arg(call, 0), float_arg(call, 1)));
}
NativeStatus native_float_pow(NativeCall& call) {
  return give_float(call, std::pow(float_arg(call, 0), float_arg(call, 1)));
}
NativeStatus native_float_hypot(NativeCall& call) {
  return give_float(call, std::hypot(float_arg(call, 0), float_arg(call, 1)));
}
NativeStatus native_float_is_nan(NativeCall& call) { return give_int(call, std::isnan(float_arg(call, 0))); }
NativeStatus native_float_compare(NativeCall& call) {
  return give_int(call, value::compare_total(float_arg(call, 0), float_arg(call, 1)));
}
NativeStatus native_float_to_bits(NativeCall& call) {
  call.results[0] = call.args[0];
  return NativeStatus::Ok;
}
NativeStatus native_float_from_bits(NativeCall& call) {
  call.results[0] = call.args[0];
  return NativeStatus::Ok;
}
NativeStatus native_int_count_ones(NativeCall& call) { return give_int(call, std::popcount(call.args[0])); }
NativeStatus native_int_leading_zeros(NativeCall& call) { return give_int(call, std::countl_zero(call.args[0])); }
NativeStatus native_int_trailing_zeros(NativeCall& call) { return give_int(call, std::countr_zero(call.args[0])); }

namespace {

NativeStatus give_order(NativeCall& call, value::Kind kind) {
  const bool made = value::list_order(call.account, *call.result_types[0], kind, call.args[0], call.results);
  return made ? NativeStatus::Ok : NativeStatus::NoMemory;
}

}  // namespace

NativeStatus native_list_order_ints(NativeCall& call) { return give_order(call, value::Kind::I64); }
NativeStatus native_list_order_floats(NativeCall& call) { return give_order(call, value::Kind::F64); }
NativeStatus native_list_order_texts(NativeCall& call) { return give_order(call, value::Kind::String); }

}  // namespace noodle::vm
