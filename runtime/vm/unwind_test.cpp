// Panics, handlers, traces, and what stops a program from outside.

#include <array>
#include <atomic>
#include <chrono>
#include <thread>

#include "runtime/vm/testing/bench.h"

namespace noodle::vm {
namespace {

using nbc::kBool;
using nbc::kI64;
using nbc::kString;
using nbc::Label;
using nbc::Op;
using testing::Bench;
using testing::kLong;
using testing::word;
using testing::Words;
using Builder = nbc::FunctionBuilder;
using Slot = std::uint16_t;

nbc::NativeId write_native(Bench& bench) { return bench.m.native("io.write", {{{kString, true}}, {}}, false); }

// Writes a text from a handler or anywhere else.
void say(Bench& bench, Builder& f, std::string_view text) {
  const Slot t = f.reg(kString);
  f.constant(t, bench.m.text(text));
  f.call_native(write_native(bench), std::array{t}, {});
  f.drop(t);
}

// ---- panics ------------------------------------------------------------------------------------

TEST(Unwind, PanicsSayWhatTheyWereGiven) {
  Bench bench;
  const nbc::FunctionId text =
      bench.function("text", {{{kString}}, {}}, [](Builder& f) { f.abc(Op::Panic, f.param(0)); });
  const nbc::FunctionId constant = bench.function("constant", {{}, {}}, [](Builder& f) { f.panic_text("no way"); });
  const nbc::FunctionId nowhere = bench.function("nowhere", {{}, {}}, [](Builder& f) { f.abc(Op::Unreachable); });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  EXPECT_EQ(bench.panic(text, bench.make_text(kLong)), kLong);
  EXPECT_EQ(bench.panic(text, bench.make_text("")), "");
  EXPECT_EQ(bench.panic(constant), "no way");
  EXPECT_EQ(bench.panic(nowhere), "unreachable code was reached");
  const Stop stop = bench.stop(constant);
  EXPECT_EQ(stop.exit_code, 101);
  EXPECT_EQ(stop.text(), "panic: no way\n  in constant\n");
}

TEST(Unwind, FramesReleaseWhatTheyOwn) {
  Bench bench;
  const nbc::TypeId list = bench.m.types().list(kString);
  const nbc::FunctionId inner = bench.function("inner", {{{kString}, {kString, true}}, {kI64}}, [&](Builder& f) {
    const Slot l = f.reg(list), own = f.reg(kString);
    f.list(Op::ListLit, l, 0, f.expand({f.param(0)}));
    f.copy(own, f.param(1));
    f.panic_text("inside");
  });
  const nbc::FunctionId outer = bench.function("outer", {{{kString}}, {}}, [&](Builder& f) {
    const Slot a = f.reg(kString), b = f.reg(kString), r = f.reg(kI64);
    f.copy(a, f.param(0));
    f.copy(b, f.param(0));
    f.call(inner, std::array{a, b}, std::array{r});
    f.drop(b);
    f.drop(f.param(0));
    f.ret({});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  EXPECT_EQ(bench.stop(outer, bench.make_text(kLong)).text(), "panic: inside\n  in inner\n  in outer\n");
}

// ---- handlers ----------------------------------------------------------------------------------

// f(s) runs `body` in a range whose handler writes its kept string, then `more`, and resumes.
template <typename Body, typename More>
nbc::FunctionId guarded(Bench& bench, std::string_view name, Body body, More more) {
  return bench.function(name, {{{kString}}, {}}, [&](Builder& f) {
    const Label first = f.label(), end = f.label(), handler = f.label();
    const Slot other = f.reg(kString);
    f.copy(other, f.param(0));
    f.bind(first);
    body(f);
    f.bind(end);
    f.drop(other);
    f.drop(f.param(0));
    f.ret({});
    f.bind(handler);
    f.call_native(write_native(bench), std::array{f.param(0)}, {});
    f.drop(f.param(0));
    more(f);
    f.abc(Op::Resume);
    f.cleanup(first, end, handler, {f.param(0)});
  });
}

void nothing(Builder&) {}

// Divides by zero: an instruction that panics, behind which code can follow.
void divide_by_zero(Builder& f) {
  const Slot n = f.reg(kI64);
  f.integer(n, 0);
  f.abc(Op::DivI64, n, n, n);
}

TEST(Unwind, HandlersRunOnTheWayOut) {
  Bench bench;
  const nbc::FunctionId inner = guarded(bench, "inner", divide_by_zero, nothing);
  const nbc::FunctionId outer = guarded(
      bench, "outer",
      [&](Builder& f) {
        const Slot s = f.reg(kString);
        f.constant(s, bench.m.text("first "));
        f.call(inner, std::array{s}, {});
      },
      nothing);
  ASSERT_NO_FATAL_FAILURE(bench.load());
  EXPECT_EQ(bench.stop(outer, bench.make_text("second")).text(), "panic: division by zero\n  in inner\n  in outer\n");
  EXPECT_EQ(bench.world.out, "first second");
  EXPECT_EQ(bench.panic(inner, bench.make_text(kLong)), "division by zero");
}

TEST(Unwind, HandlersDoNotRunWithoutAPanic) {
  Bench bench;
  const nbc::FunctionId quiet = guarded(
      bench, "quiet",
      [](Builder& f) {
        const Slot n = f.reg(kI64);
        f.integer(n, 1);
        f.abc(Op::DivI64, n, n, n);
      },
      nothing);
  ASSERT_NO_FATAL_FAILURE(bench.load());
  EXPECT_TRUE(bench.results(quiet, bench.make_text(kLong)).empty());
  EXPECT_EQ(bench.world.out, "");
}

TEST(Unwind, NestedRangesRunFromTheInsideOut) {
  Bench bench;
  const nbc::FunctionId f1 = bench.function("f", {{}, {}}, [&](Builder& f) {
    const Label a = f.label(), b = f.label(), c = f.label(), d = f.label(), inner = f.label(), outer = f.label();
    f.bind(a);
    f.bind(b);
    divide_by_zero(f);
    f.bind(c);
    const Slot n = f.reg(kI64);
    f.integer(n, 1);
    f.ret({});
    f.bind(inner);
    say(bench, f, "inner ");
    f.abc(Op::Resume);
    f.bind(d);
    f.bind(outer);
    say(bench, f, "outer");
    f.abc(Op::Resume);
    f.cleanup(a, d, outer, {});
    f.cleanup(b, c, inner, {});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  EXPECT_EQ(bench.panic(f1), "division by zero");
  EXPECT_EQ(bench.world.out, "inner outer");
}

TEST(Unwind, APanicInAHandlerDoesNotReplaceTheFirst) {
  Bench bench;
  const nbc::FunctionId inner = guarded(bench, "inner", divide_by_zero, [](Builder& f) {
    const Slot most = f.reg(kI64), text = f.reg(kString);
    f.integer(most, INT64_MAX);
    f.abc(Op::Zero, text);
    f.abc(Op::AddI64, most, most, most);
    f.drop(text);
  });
  const nbc::FunctionId outer = guarded(
      bench, "outer",
      [&](Builder& f) {
        const Slot s = f.reg(kString);
        f.constant(s, bench.m.text("first "));
        f.call(inner, std::array{s}, {});
      },
      [](Builder& f) {
        const Slot n = f.reg(kI64);
        f.integer(n, 0);
        f.abc(Op::RemI64, n, n, n);
      });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  EXPECT_EQ(bench.stop(outer, bench.make_text("second")).text(), "panic: division by zero\n  in inner\n  in outer\n");
  EXPECT_EQ(bench.world.out, "first second");
}

TEST(Unwind, HandlersCallFunctionsThatReturn) {
  Bench bench;
  const nbc::FunctionId twice = bench.function("twice", {{{kI64}}, {kI64}}, [](Builder& f) {
    f.abc(Op::AddI64, f.param(0), f.param(0), f.param(0));
    f.ret({f.param(0)});
  });
  const nbc::NativeId to_string = bench.m.native("int.to_string", {{{kI64}}, {kString}}, true);
  const nbc::FunctionId f1 = guarded(bench, "f", divide_by_zero, [&](Builder& f) {
    const Slot n = f.reg(kI64), digits = f.reg(kString);
    f.integer(n, 21);
    f.call(twice, std::array{n}, std::array{n});
    f.call_native(to_string, std::array{n}, std::array{digits});
    f.call_native(write_native(bench), std::array{digits}, {});
    f.drop(digits);
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  EXPECT_EQ(bench.panic(f1, bench.make_text("it is ")), "division by zero");
  EXPECT_EQ(bench.world.out, "it is 42");
}

// ---- limits ------------------------------------------------------------------------------------

TEST(Unwind, StackOverflowIsAPanicWithBothEndsOfTheTrace) {
  Bench bench({.stack_slots = 1'000});
  const nbc::FunctionId deep = bench.m.declare("deep", {{{kString}}, {}});
  bench.define(deep, [&](Builder& f) {
    const Slot copy = f.reg(kString);
    f.copy(copy, f.param(0));
    f.call(deep, std::array{copy}, {});
    f.drop(f.param(0));
    f.ret({});
  });
  const nbc::FunctionId start = bench.function("start", {{{kString}}, {}}, [&](Builder& f) {
    f.call(deep, std::array{f.param(0)}, {});
    f.ret({});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  const Stop stop = bench.stop(start, bench.make_text(kLong));
  EXPECT_EQ(stop.kind, Stop::Kind::Panic);
  EXPECT_EQ(stop.message, "stack overflow: calls are nested too deeply");
  ASSERT_EQ(stop.trace.size(), Stop::kTraceHead + Stop::kTraceTail);
  EXPECT_EQ(stop.head_frames, Stop::kTraceHead);
  EXPECT_EQ(stop.trace.back().function, "start");
  EXPECT_GT(stop.omitted, 50u);
  std::string expected = "panic: stack overflow: calls are nested too deeply\n";
  for (int i = 0; i < 20; ++i) expected += "  in deep\n";
  expected += "  … " + std::to_string(stop.omitted) + " more\n";
  for (int i = 0; i < 9; ++i) expected += "  in deep\n";
  EXPECT_EQ(stop.text(), expected + "  in start\n");
}

TEST(Unwind, TracesOfThirtyFramesAreWhole) {
  for (const std::int64_t depth : {29, 30, 31}) {
    Bench bench;
    const nbc::FunctionId down = bench.m.declare("down", {{{kI64}}, {}});
    bench.define(down, [&](Builder& f) {
      const Label stop = f.label();
      f.abc(Op::SubImmI64, f.param(0), f.param(0), 1);
      f.compare_jump(Op::JeqImmI64, f.param(0), 0, stop);
      f.call(down, std::array{f.param(0)}, {});
      f.ret({});
      f.bind(stop);
      f.panic_text("bottom");
    });
    ASSERT_NO_FATAL_FAILURE(bench.load());
    const Stop stop = bench.stop(down, {word(depth)});
    EXPECT_EQ(stop.trace.size(), 30u - (depth < 30));
    EXPECT_EQ(stop.omitted, depth > 30 ? 1u : 0u);
    EXPECT_EQ(stop.text().find("… 1 more") != std::string::npos, depth > 30);
  }
}

// Never ends by itself.
void spin(Builder& f) {
  const Slot b = f.reg(kBool);
  const Label head = f.label();
  f.integer(b, 1);
  f.bind(head);
  f.br_true(b, head);
}

TEST(Unwind, TheStepLimitStopsLoopsAndCalls) {
  for (const std::uint64_t limit : {0u, 1u, 1'000u, 16'384u, 16'385u, 100'000u}) {
    Bench bench({.step_limit = limit});
    const nbc::FunctionId loop = bench.function("loop", {{{kString}}, {}}, [](Builder& f) {
      spin(f);
      f.drop(f.param(0));
      f.ret({});
    });
    ASSERT_NO_FATAL_FAILURE(bench.load());
    EXPECT_EQ(bench.panic(loop, bench.make_text(kLong)), "the limit of steps is reached");
    EXPECT_EQ(bench.runtime().steps(), limit);
    // What was used up stays used up.
    EXPECT_EQ(bench.panic(loop, bench.make_text(kLong)), "the limit of steps is reached");
    EXPECT_EQ(bench.runtime().steps(), limit);
  }
}

TEST(Unwind, StepsAreCountedExactly) {
  Bench bench({.step_limit = 100});
  const nbc::FunctionId count = bench.function("count", {{{kI64}}, {}}, [](Builder& f) {
    const Label head = f.label();
    f.bind(head);
    f.abc(Op::SubImmI64, f.param(0), f.param(0), 1);
    f.compare_jump(Op::JneImmI64, f.param(0), 0, head);
    f.ret({});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  bench.results(count, {61});
  EXPECT_EQ(bench.runtime().steps(), 60u);
  bench.results(count, {41});
  EXPECT_EQ(bench.runtime().steps(), 100u);
  EXPECT_EQ(bench.panic(count, {2}), "the limit of steps is reached");
}

TEST(Unwind, HandlersHaveNoStepsBeyondTheLimit) {
  Bench bench({.step_limit = 1'000});
  const nbc::FunctionId f1 = bench.function("f", {{}, {}}, [](Builder& f) {
    const Label first = f.label(), end = f.label(), handler = f.label();
    f.bind(first);
    spin(f);
    f.bind(end);
    f.ret({});
    f.bind(handler);
    spin(f);
    f.abc(Op::Resume);
    f.cleanup(first, end, handler, {});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  // A handler that got more would not come back.
  std::atomic<bool> done = false;
  std::thread rescue([&] {
    for (int i = 0; i < 500 && !done; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    if (!done) std::abort();
  });
  EXPECT_EQ(bench.panic(f1), "the limit of steps is reached");
  done = true;
  rescue.join();
}

TEST(Unwind, AnotherThreadMayInterrupt) {
  Bench bench;
  const nbc::FunctionId loop = bench.function("loop", {{{kString}}, {}}, [&](Builder& f) {
    const Label first = f.label(), end = f.label(), handler = f.label();
    f.bind(first);
    spin(f);
    f.bind(end);
    f.drop(f.param(0));
    f.ret({});
    // Handlers still run to their end, loops and all.
    f.bind(handler);
    const Slot n = f.reg(kI64);
    const Label head = f.label();
    f.integer(n, 50'000);
    f.bind(head);
    f.abc(Op::SubImmI64, n, n, 1);
    f.compare_jump(Op::JneImmI64, n, 0, head);
    say(bench, f, "cleaned");
    f.abc(Op::Resume);
    f.cleanup(first, end, handler, {});
  });
  const nbc::FunctionId quick = bench.function("quick", {{}, {}}, [](Builder& f) { f.ret({}); });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    bench.runtime().interrupt();
  });
  const Stop stop = bench.stop(loop, bench.make_text(kLong));
  other.join();
  EXPECT_EQ(stop.kind, Stop::Kind::Interrupted);
  EXPECT_EQ(stop.message, "interrupted");
  EXPECT_EQ(stop.exit_code, 130);
  EXPECT_TRUE(stop.trace.empty());
  EXPECT_EQ(bench.world.out, "cleaned");
  bench.runtime().clear_interrupt();
  EXPECT_TRUE(bench.results(quick).empty());
}

TEST(Unwind, AnInterruptBeforeTheRunStopsItAtItsFirstStep) {
  Bench bench;
  const nbc::FunctionId loop = bench.function("loop", {{}, {}}, [&](Builder& f) {
    spin(f);
    f.ret({});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  bench.runtime().interrupt();
  EXPECT_EQ(bench.stop(loop).kind, Stop::Kind::Interrupted);
  EXPECT_EQ(bench.stop(loop).kind, Stop::Kind::Interrupted);
}

// ---- traces ------------------------------------------------------------------------------------

TEST(Unwind, TracesNameLinesAndInlinedCalls) {
  Bench bench;
  auto& m = bench.m;
  m.module.debug.files = {m.string("main.noodle"), m.string("other.noodle")};
  const nbc::FunctionId inner = bench.function("inner", {{}, {}}, [&](Builder& f) {
    f.line(1, 3, 5);
    const Slot n = f.reg(kI64);
    f.integer(n, 0);
    const std::uint32_t outer_call = f.inlined_call(m.string("middle"), 1, 20, 9);
    const std::uint32_t inner_call = f.inlined_call(m.string("least"), 0, 30, 7, outer_call);
    f.line(0, 40, 2, inner_call);
    f.abc(Op::DivI64, n, n, n);
    f.line(1, 4, 1);
    f.ret({});
  });
  const nbc::FunctionId outer = bench.function("outer", {{}, {}}, [&](Builder& f) {
    f.line(0, 7, 3);
    f.call(inner, {}, {});
    f.line(0, 8, 1);
    f.ret({});
  });
  const nbc::FunctionId start = bench.function("start", {{}, {}}, [&](Builder& f) {
    f.call(outer, {}, {});
    f.ret({});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  // What called `outer` has no line, and so no place in the trace.
  EXPECT_EQ(bench.stop(start).text(),
            "panic: division by zero\n"
            "  in least at main.noodle:40:2\n"
            "  in middle at main.noodle:30:7\n"
            "  in inner at other.noodle:20:9\n"
            "  in outer at main.noodle:7:3\n");
}

// ---- probes ------------------------------------------------------------------------------------

TEST(Unwind, ProbesLetEachCheckedOperationFail) {
  Bench bench({.probes = true});
  const nbc::FunctionId f1 = bench.function("f", {{}, {kString}}, [&](Builder& f) {
    const Slot n = f.reg(kI64), a = f.reg(kString), b = f.reg(kString), c = f.reg(kString);
    f.integer(n, 3);
    f.abc(Op::AddI64, n, n, n);
    f.constant(a, bench.m.text(kLong));
    f.list(Op::StringConcat, b, 0, f.expand({a, a}));
    f.list(Op::StringConcat, c, 0, f.expand({b, a}));
    f.drop(a);
    f.drop(b);
    f.ret({c});
  });
  const nbc::FunctionId handled = guarded(
      bench, "g",
      [&](Builder& f) {
        const Slot out = f.reg(kString);
        f.call(f1, {}, std::array{out});
        f.drop(out);
      },
      nothing);
  ASSERT_NO_FATAL_FAILURE(bench.load());
  bench.fail_everywhere(f1);
  EXPECT_EQ(bench.runtime().checks(), 0u);
  bench.runtime().fail_at(0);
  EXPECT_EQ(bench.text(f1).size(), 3 * kLong.size());
  EXPECT_EQ(bench.runtime().checks(), 3u);
  for (std::uint64_t i = 1; i <= 4; ++i) {
    bench.runtime().fail_at(i);
    EXPECT_EQ(bench.panic(handled, bench.make_text("h")), "injected");
    EXPECT_EQ(bench.runtime().live_objects(), 0);
  }
  EXPECT_EQ(bench.world.out, "hhhh");
}

}  // namespace
}  // namespace noodle::vm
