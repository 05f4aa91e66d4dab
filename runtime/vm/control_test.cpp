// Branches, switches, calls, and what stops a program from outside.

#include <array>
#include <cmath>
#include <functional>
#include <limits>

#include "runtime/vm/testing/bench.h"

namespace noodle::vm {
namespace {

using nbc::kBool;
using nbc::kF64;
using nbc::kI64;
using nbc::kString;
using nbc::Label;
using nbc::Op;
using testing::Bench;
using testing::number;
using testing::word;
using testing::Words;
using Builder = nbc::FunctionBuilder;
using Slot = std::uint16_t;

const double kNan = std::numeric_limits<double>::quiet_NaN();

// ---- branches ----------------------------------------------------------------------------------

// f(a, b) = 1 if the branch is taken, else 0; the branch goes forward, or backward to a block that
// stands before it.
template <typename Branch>
nbc::FunctionId taken(Bench& bench, nbc::TypeId type, bool backward, Branch branch) {
  return bench.function("f", {{{type}, {type}}, {kI64}}, [&](Builder& f) {
    const Slot r = f.reg(kI64), first = f.reg(kBool);
    const Label yes = f.label(), test = f.label();
    f.integer(first, 1);
    if (backward) {
      f.bind(yes);
      f.br_true(first, test);
      f.integer(r, 1);
      f.ret({r});
      f.bind(test);
      f.integer(first, 0);
      branch(f, f.param(0), f.param(1), yes);
      f.integer(r, 0);
      f.ret({r});
    } else {
      branch(f, f.param(0), f.param(1), yes);
      f.integer(r, 0);
      f.ret({r});
      f.bind(yes);
      f.integer(r, 1);
      f.ret({r});
    }
  });
}

TEST(Control, FusedIntegerBranchesCompare) {
  const std::pair<Op, std::function<bool(std::int64_t, std::int64_t)>> ops[] = {
      {Op::JeqI64, std::equal_to<>()},
      {Op::JneI64, std::not_equal_to<>()},
      {Op::JltI64, std::less<>()},
      {Op::JleI64, std::less_equal<>()},
  };
  const std::int64_t values[] = {0, 1, -1, 5, INT64_MIN, INT64_MAX, std::int64_t{1} << 32};
  for (const auto& [op, oracle] : ops) {
    Bench bench;
    std::array<nbc::FunctionId, 2> functions;
    for (const bool backward : {false, true}) {
      functions[backward] = taken(bench, kI64, backward,
                                  [&, op = op](Builder& f, Slot a, Slot b, Label to) { f.compare_jump(op, a, b, to); });
    }
    ASSERT_NO_FATAL_FAILURE(bench.load());
    for (const std::int64_t a : values) {
      for (const std::int64_t b : values) {
        for (const nbc::FunctionId f : functions) {
          EXPECT_EQ(bench.result(f, {word(a), word(b)}), std::uint64_t{oracle(a, b)}) << nbc::info(op).mnemonic;
        }
      }
    }
  }
}

TEST(Control, FusedImmediateBranchesCompare) {
  const std::pair<Op, std::function<bool(std::int64_t, std::int64_t)>> ops[] = {
      {Op::JeqImmI64, std::equal_to<>()}, {Op::JneImmI64, std::not_equal_to<>()},
      {Op::JltImmI64, std::less<>()},     {Op::JleImmI64, std::less_equal<>()},
      {Op::JgtImmI64, std::greater<>()},  {Op::JgeImmI64, std::greater_equal<>()},
  };
  for (const auto& [op, oracle] : ops) {
    for (const std::int16_t imm : {0, 1, -1, 32'767, -32'768}) {
      Bench bench;
      std::array<nbc::FunctionId, 2> functions;
      for (const bool backward : {false, true}) {
        functions[backward] = taken(bench, kI64, backward, [&, op = op](Builder& f, Slot a, Slot, Label to) {
          f.compare_jump(op, a, static_cast<Slot>(imm), to);
        });
      }
      ASSERT_NO_FATAL_FAILURE(bench.load());
      for (const std::int64_t a : {std::int64_t{imm}, imm - std::int64_t{1}, imm + std::int64_t{1}, INT64_MIN,
                                   INT64_MAX, std::int64_t{65'535}}) {
        for (const nbc::FunctionId f : functions) {
          EXPECT_EQ(bench.result(f, {word(a), 0}), std::uint64_t{oracle(a, imm)})
              << nbc::info(op).mnemonic << " " << a << " " << imm;
        }
      }
    }
  }
}

TEST(Control, FusedFloatBranchesCompareAsIeeeDoes) {
  const std::pair<Op, std::function<bool(double, double)>> ops[] = {
      {Op::JeqF64, std::equal_to<>()},
      {Op::JneF64, std::not_equal_to<>()},
      {Op::JltF64, std::less<>()},
      {Op::JleF64, std::less_equal<>()},
      {Op::JnltF64, [](double a, double b) { return !(a < b); }},
      {Op::JnleF64, [](double a, double b) { return !(a <= b); }},
  };
  const double values[] = {0.0, -0.0, 1.0, -1.0, INFINITY, -INFINITY, kNan};
  for (const auto& [op, oracle] : ops) {
    Bench bench;
    std::array<nbc::FunctionId, 2> functions;
    for (const bool backward : {false, true}) {
      functions[backward] = taken(bench, kF64, backward,
                                  [&, op = op](Builder& f, Slot a, Slot b, Label to) { f.compare_jump(op, a, b, to); });
    }
    ASSERT_NO_FATAL_FAILURE(bench.load());
    for (const double a : values) {
      for (const double b : values) {
        for (const nbc::FunctionId f : functions) {
          EXPECT_EQ(bench.result(f, {word(a), word(b)}), std::uint64_t{oracle(a, b)})
              << nbc::info(op).mnemonic << " " << a << " " << b;
        }
      }
    }
  }
}

TEST(Control, PlainBranchesGoBothWays) {
  for (const bool sense : {false, true}) {
    Bench bench;
    std::array<nbc::FunctionId, 2> functions;
    for (const bool backward : {false, true}) {
      functions[backward] = taken(bench, kBool, backward, [&](Builder& f, Slot a, Slot, Label to) {
        sense ? f.br_true(a, to) : f.br_false(a, to);
      });
    }
    ASSERT_NO_FATAL_FAILURE(bench.load());
    for (const bool a : {false, true}) {
      for (const nbc::FunctionId f : functions) EXPECT_EQ(bench.result(f, {a, 0}), std::uint64_t{a == sense});
    }
  }
}

TEST(Control, LoopsAddUp) {
  Bench bench;
  const nbc::FunctionId sum = bench.function("sum", {{{kI64}}, {kI64}}, [](Builder& f) {
    const Slot i = f.reg(kI64), s = f.reg(kI64);
    const Label head = f.label(), end = f.label();
    f.integer(i, 0);
    f.integer(s, 0);
    f.bind(head);
    f.compare_jump(Op::JeqI64, i, f.param(0), end);
    f.abc(Op::AddImmI64, i, i, 1);
    f.abc(Op::AddI64, s, s, i);
    f.jump(head);
    f.bind(end);
    f.ret({s});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  EXPECT_EQ(bench.result(sum, {0}), 0u);
  const std::uint64_t before = bench.runtime().steps();
  EXPECT_EQ(bench.result(sum, {100'000}), 5'000'050'000u);
  EXPECT_EQ(bench.runtime().steps() - before, 100'000u);
}

TEST(Control, FarBranchesAreWidened) {
  Bench bench;
  const nbc::FunctionId far = taken(bench, kI64, false, [](Builder& f, Slot a, Slot b, Label to) {
    const Slot pad = f.reg(kI64);
    f.compare_jump(Op::JltI64, a, b, to);
    for (int i = 0; i < 40'000; ++i) f.integer(pad, i);
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  EXPECT_EQ(bench.result(far, {1, 2}), 1u);
  EXPECT_EQ(bench.result(far, {2, 1}), 0u);
}

// ---- switches ----------------------------------------------------------------------------------

TEST(Control, IntegerSwitchesHaveADefault) {
  for (const std::uint32_t cases : {0u, 1u, 2u, 3u, 8u}) {
    Bench bench;
    const nbc::FunctionId choose = bench.function("f", {{{kI64}}, {kI64}}, [&](Builder& f) {
      std::vector<Label> targets;
      for (std::uint32_t i = 0; i <= cases; ++i) targets.push_back(f.label());
      f.switch_int(f.param(0), targets);
      const Slot r = f.reg(kI64);
      for (std::uint32_t i = 0; i <= cases; ++i) {
        f.bind(targets[i]);
        f.integer(r, i == cases ? -1 : 100 + std::int64_t{i});
        f.ret({r});
      }
    });
    ASSERT_NO_FATAL_FAILURE(bench.load());
    for (const std::int64_t x : {-1l, 0l, 1l, 2l, 3l, 7l, 8l, 9l, INT64_MAX, INT64_MIN}) {
      const bool is_case = x >= 0 && x < cases;
      EXPECT_EQ(number(bench.result(choose, {word(x)})), is_case ? 100 + x : -1) << x;
    }
  }
}

TEST(Control, SwitchesMayGoBackward) {
  Bench bench;
  const nbc::FunctionId count = bench.function("f", {{{kI64}}, {kI64}}, [](Builder& f) {
    const Slot n = f.reg(kI64);
    const Label again = f.label(), done = f.label();
    f.integer(n, 0);
    f.bind(again);
    f.abc(Op::AddImmI64, n, n, 1);
    f.abc(Op::SubImmI64, f.param(0), f.param(0), 1);
    f.switch_int(f.param(0), std::array{done, again});
    f.bind(done);
    f.ret({n});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  EXPECT_EQ(bench.result(count, {1'000}), 1'000u);
}

// ---- calls -------------------------------------------------------------------------------------

TEST(Control, CallsPassAnyNumberOfArgumentsAndResults) {
  for (const std::size_t params : {0u, 1u, 2u, 3u, 4u, 5u, 17u, 300u}) {
    for (const std::size_t results : {0u, 1u, 2u, 5u, 300u}) {
      Bench bench;
      nbc::Signature signature{std::vector<nbc::Param>(params, {kI64}), std::vector<nbc::TypeId>(results, kI64)};
      // Result i is i plus all parameters, weighted.
      const nbc::FunctionId callee = bench.function("callee", signature, [&](Builder& f) {
        const Slot sum = f.reg(kI64), weight = f.reg(kI64), one = f.reg(kI64);
        f.integer(sum, 0);
        for (std::size_t i = 0; i < params; ++i) {
          f.integer(weight, static_cast<std::int64_t>(i) + 1);
          f.abc(Op::MulI64, weight, weight, f.param(i));
          f.abc(Op::AddI64, sum, sum, weight);
        }
        f.integer(one, 1);
        std::vector<Slot> out;
        for (std::size_t i = 0; i < results; ++i) {
          out.push_back(f.reg(kI64));
          f.abc(Op::Copy, out.back(), sum);
          f.abc(Op::AddI64, sum, sum, one);
        }
        f.ret(out);
      });
      const nbc::FunctionId caller = bench.function("caller", {{}, signature.results}, [&](Builder& f) {
        std::vector<Slot> in, out;
        for (std::size_t i = 0; i < params; ++i) {
          in.push_back(f.reg(kI64));
          f.integer(in.back(), static_cast<std::int64_t>(i * i));
        }
        for (std::size_t i = 0; i < results; ++i) out.push_back(f.reg(kI64));
        f.call(callee, in, out);
        f.ret(out);
      });
      ASSERT_NO_FATAL_FAILURE(bench.load());
      std::uint64_t sum = 0;
      for (std::size_t i = 0; i < params; ++i) sum += (i + 1) * i * i;
      const Words got = bench.results(caller);
      ASSERT_EQ(got.size(), results);
      for (std::size_t i = 0; i < results; ++i) EXPECT_EQ(got[i], sum + i);
    }
  }
}

TEST(Control, ResultsMayGoWhereArgumentsWere) {
  Bench bench;
  const nbc::FunctionId swap =
      bench.function("swap", {{{kI64}, {kI64}}, {kI64, kI64}}, [](Builder& f) { f.ret({f.param(1), f.param(0)}); });
  const nbc::FunctionId caller = bench.function("f", {{{kI64}, {kI64}}, {kI64, kI64}}, [&](Builder& f) {
    f.call(swap, std::array{f.param(0), f.param(1)}, std::array{f.param(0), f.param(1)});
    f.ret({f.param(0), f.param(1)});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  EXPECT_EQ(bench.results(caller, {1, 2}), (Words{2, 1}));
}

TEST(Control, RecursionComputesFibonacci) {
  Bench bench;
  const nbc::FunctionId fib = bench.m.declare("fib", {{{kI64}}, {kI64}});
  bench.define(fib, [&](Builder& f) {
    const Slot n = f.param(0), a = f.reg(kI64), b = f.reg(kI64);
    const Label more = f.label();
    f.compare_jump(Op::JgeImmI64, n, 2, more);
    f.ret({n});
    f.bind(more);
    f.abc(Op::SubImmI64, a, n, 1);
    f.call(fib, std::array{a}, std::array{a});
    f.abc(Op::SubImmI64, b, n, 2);
    f.call(fib, std::array{b}, std::array{b});
    f.abc(Op::AddI64, a, a, b);
    f.ret({a});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  EXPECT_EQ(bench.result(fib, {20}), 6'765u);
}

TEST(Control, OwnedArgumentsMoveAndBorrowedOnesStay) {
  Bench bench;
  const nbc::FunctionId join = bench.function("join", {{{kString}, {kString, true}}, {kString}}, [](Builder& f) {
    f.abc(Op::StringAppend, f.param(0), f.param(1));
    f.ret({f.param(0)});
  });
  const nbc::FunctionId caller = bench.function("f", {{{kString, true}}, {kString}}, [&](Builder& f) {
    const Slot own = f.reg(kString), out = f.reg(kString);
    f.copy(own, f.param(0));
    f.call(join, std::array{own, f.param(0)}, std::array{out});
    f.ret({out});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  const Words text = bench.make_text("a string too long for its register. ");
  EXPECT_EQ(bench.text(caller, text), "a string too long for its register. a string too long for its register. ");
  EXPECT_EQ(bench.runtime().live_objects(), 1);  // the borrowed argument is still ours
  EXPECT_EQ(bench.text(join, {text[0], text[1], 0, 0}), "a string too long for its register. ");
}

TEST(Control, ClosuresPutTheirCapturesFirst) {
  Bench bench;
  const nbc::TypeId fn = bench.m.types().fn({{kI64}}, {kString});
  const nbc::NativeId to_string = bench.m.native("int.to_string", {{{kI64}}, {kString}}, true);
  const nbc::FunctionId body = bench.function("body", {{{kString, true}, {kI64}, {kI64}}, {kString}}, [&](Builder& f) {
    const Slot sum = f.reg(kI64), digits = f.reg(kString), out = f.reg(kString);
    f.abc(Op::AddI64, sum, f.param(1), f.param(2));
    f.call_native(to_string, std::array{sum}, std::array{digits});
    f.list(Op::StringConcat, out, 0, f.expand({f.param(0), digits}));
    f.drop(digits);
    f.ret({out});
  });
  const nbc::FunctionId f1 = bench.function("f", {{{kI64}}, {kString}}, [&](Builder& f) {
    const Slot name = f.reg(kString), base = f.reg(kI64), closure = f.reg(fn), other = f.reg(fn), out = f.reg(kString);
    f.constant(name, bench.m.text("the number of the day is "));
    f.integer(base, 40);
    f.list_xyz(Op::FnNew, closure, 0, body.index, 0, f.expand({name, base}));
    f.copy(other, closure);
    f.drop(closure);
    f.call_fn(other, std::array{f.param(0)}, std::array{out});
    f.drop(other);
    f.ret({out});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  EXPECT_EQ(bench.text(f1, {2}), "the number of the day is 42");
}

TEST(Control, FunctionConstantsAreClosuresToo) {
  Bench bench;
  const nbc::TypeId fn = bench.m.types().fn({{kI64}, {kI64}, {kI64}, {kI64}}, {kI64});
  const nbc::FunctionId last =
      bench.function("last", {{{kI64}, {kI64}, {kI64}, {kI64}}, {kI64}}, [](Builder& f) { f.ret({f.param(3)}); });
  const nbc::FunctionId caller = bench.function("f", {{{kI64}}, {kI64}}, [&](Builder& f) {
    const Slot closure = f.reg(fn), a = f.param(0), r = f.reg(kI64), nine = f.reg(kI64);
    f.constant(closure, bench.m.function_value(fn, last));
    f.integer(nine, 9);
    f.call_fn(closure, std::array{a, a, a, nine}, std::array{r});
    f.drop(closure);
    f.ret({r});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  EXPECT_EQ(bench.result(caller, {1}), 9u);
}

TEST(Control, CallingWhatWasMovedOutPanics) {
  Bench bench;
  const nbc::TypeId fn = bench.m.types().fn({{kString}}, {});
  const nbc::FunctionId caller = bench.function("f", {{{kString}}, {}}, [&](Builder& f) {
    const Slot closure = f.reg(fn);
    f.abc(Op::Zero, closure);
    f.call_fn(closure, std::array{f.param(0)}, {});
    f.drop(closure);
    f.ret({});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  EXPECT_EQ(bench.panic(caller, bench.make_text("released though the call never began")),
            "use of a value that was moved out");
}

TEST(Control, AnyCallsGoToTheMethodOfTheConcreteType) {
  for (const bool borrowed : {true, false}) {
    Bench bench;
    auto& m = bench.m;
    const nbc::TraitId trait(0u);
    const nbc::TypeId any = m.types().any(trait);
    const nbc::Signature describe{{{any, borrowed}, {kI64}}, borrowed ? std::vector{kI64} : std::vector{kI64, any}};
    m.trait("Shape", {{m.string("describe"), describe}, {m.string("again"), describe}});
    // A method on strings gives the length times the argument, one on numbers the sum.
    auto method = [&](nbc::TypeId concrete) {
      return bench.function("method", describe, [&](Builder& f) {
        const Slot content = f.reg(concrete), r = f.reg(kI64);
        f.list_xyz(Op::AnyPeek, f.param(0), 0, concrete.index, 0, f.expand({content}));
        if (concrete == kString) {
          f.abc(Op::StringLen, r, content);
          f.abc(Op::MulI64, r, r, f.param(1));
        } else {
          f.abc(Op::AddI64, r, content, f.param(1));
        }
        borrowed ? f.ret({r}) : f.ret({r, f.param(0)});
      });
    };
    const nbc::FunctionId on_text = method(kString), on_number = method(kI64);
    const nbc::VTableId texts = m.vtable(trait, kString, {on_text, on_number});
    const nbc::VTableId numbers = m.vtable(trait, kI64, {on_number, on_number});
    const nbc::FunctionId caller = bench.function("f", {{{kBool}, {kI64}}, {kI64}}, [&](Builder& f) {
      const Slot a = f.reg(any), text = f.reg(kString), n = f.reg(kI64), r = f.reg(kI64);
      const Label other = f.label(), call = f.label();
      f.br_true(f.param(0), other);
      f.constant(text, m.text("seventeen letters"));
      f.list_xyz(Op::AnyNew, a, 0, texts.index, 0, f.expand({text}));
      f.jump(call);
      f.bind(other);
      f.integer(n, 40);
      f.list_xyz(Op::AnyNew, a, 0, numbers.index, 0, f.expand({n}));
      f.bind(call);
      borrowed ? f.call_any(a, 0, std::array{f.param(1)}, std::array{r})
               : f.call_any(a, 0, std::array{f.param(1)}, std::array{r, a});
      f.drop(a);
      f.ret({r});
    });
    const nbc::FunctionId null = bench.function("null", {{}, {}}, [&](Builder& f) {
      const Slot a = f.reg(any), r = f.reg(kI64);
      f.abc(Op::Zero, a);
      f.integer(r, 0);
      borrowed ? f.call_any(a, 1, std::array{r}, std::array{r}) : f.call_any(a, 1, std::array{r}, std::array{r, a});
      f.drop(a);
      f.ret({});
    });
    ASSERT_NO_FATAL_FAILURE(bench.load());
    EXPECT_EQ(bench.result(caller, {0, 2}), 34u);
    EXPECT_EQ(bench.result(caller, {1, 2}), 42u);
    EXPECT_EQ(bench.panic(null), "use of a value that was moved out");
  }
}

}  // namespace
}  // namespace noodle::vm
