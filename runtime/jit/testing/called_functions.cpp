#include "runtime/jit/testing/called_functions.h"

namespace noodle::jit::testing {

using nbc::FunctionBuilder;
using nbc::Label;
using nbc::Op;
using nbc::TypeId;
using Slots = std::vector<std::uint16_t>;

void make_leaf(Shared& s) {
  s.leaf = s.m.declare("leaf", {{{nbc::kI64}, {nbc::kF64}, {nbc::kI64}}, {nbc::kI64, nbc::kF64}});
  FunctionBuilder f(s.m, s.leaf);
  const std::uint16_t x = f.param(1), a = f.param(0), c = f.param(2), y = f.reg(nbc::kF64), t = f.reg(nbc::kI64);
  const Label calm = f.label();
  f.abc(Op::Xor, t, a, c);
  f.compare_jump(Op::JneImmI64, t, 5, calm);
  f.abc(Op::MulI64, t, a, a);
  f.abc(Op::MulI64, t, t, t);
  f.bind(calm);
  f.abc(Op::Conv, y, t, nbc::pair_of(nbc::kI64.index, nbc::kF64.index));
  f.abc(s.random.chance(50) ? Op::SubF64 : Op::DivF64, y, x, y);
  f.abc(Op::MulWrapI64, t, t, c);
  f.ret({t, y});
  f.finish();
}

void make_deep(Shared& s) {
  s.deep = s.m.declare("deep", {{{nbc::kI64}, {nbc::kF64}}, {nbc::kI64, nbc::kF64}});
  FunctionBuilder f(s.m, s.deep);
  const std::uint16_t n = f.param(0), x = f.param(1), less = f.reg(nbc::kI64), text = f.reg(nbc::kString);
  const Label more = f.label();
  f.compare_jump(Op::JgtImmI64, n, 0, more);
  f.ret({n, x});
  f.bind(more);
  f.constant(text, s.m.text("held while it calls itself"));
  f.abc(Op::SubImmI64, less, n, 1);
  f.abc(Op::AddF64, x, x, x);
  f.call(s.deep, Slots{less, x}, Slots{less, x});
  f.abc(Op::AddI64, less, less, n);
  f.drop(text);
  f.ret({less, x});
  f.finish();
}

void make_first_word(Shared& s) {
  const TypeId list = s.m.types().list(nbc::kI64);
  s.first_word = s.m.declare("first_word", {{{list, true}, {nbc::kI64}, {nbc::kI64}, {nbc::kI64}}, {nbc::kI64}});
  FunctionBuilder f(s.m, s.first_word);
  const std::uint16_t counter = f.param(1), bound = f.param(2), sum = f.param(3), one = f.reg(nbc::kI64);
  const Label head = f.label();
  f.bind(head);
  f.list(Op::ListGet, f.param(0), counter, Slots{one});
  f.abc(Op::AddWrapI64, sum, sum, one);
  f.abc(Op::AddImmI64, counter, counter, 1);
  f.compare_jump(Op::JltI64, counter, bound, head);
  f.ret({sum});
  f.finish();
}

}  // namespace noodle::jit::testing
