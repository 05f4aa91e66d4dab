// Task-local values, as modules use them that no compiler wrote.

#include <array>

#include "runtime/vm/testing/bench.h"

namespace noodle::vm {
namespace {

using nbc::kBool;
using nbc::kI64;
using nbc::kString;
using nbc::Label;
using nbc::Op;
using nbc::TypeId;
using testing::Bench;
using testing::kLong;
using testing::word;
using testing::Words;
using Builder = nbc::FunctionBuilder;
using Slot = std::uint16_t;

void push(Builder& f, Slot depth, TypeId type, std::initializer_list<Slot> parts) {
  f.list_xyz(Op::LocalPush, depth, 0, type.index, 0, f.expand(parts));
}
void get(Builder& f, Slot found, TypeId type, std::initializer_list<Slot> parts) {
  f.list_xyz(Op::LocalGet, found, 0, type.index, 0, f.expand(parts));
}

// Pushes a constant text, which stays as long as the task or until it is popped.
void push_text(Bench& bench, Builder& f, Slot depth, std::string_view text) {
  const Slot s = f.reg(kString);
  f.constant(s, bench.m.text(text));
  push(f, depth, kString, {s});
}

TEST(Locals, AreFoundByTypeTheForemostFirst) {
  Bench bench;
  const nbc::FunctionId f1 = bench.function("f", {{{kString}}, {kI64, kString, kString, kBool, kI64}}, [&](Builder& f) {
    const Slot d = f.reg(kI64), n = f.reg(kI64), yes = f.reg(kBool), inner = f.reg(kString), outer = f.reg(kString);
    push(f, d, kString, {f.param(0)});
    f.integer(n, 7);
    push(f, d, kI64, {n});
    push_text(bench, f, d, "in front");
    get(f, yes, kString, {inner});
    get(f, yes, kI64, {n});
    f.abc(Op::LocalPop, d);
    get(f, yes, kString, {outer});
    f.ret({d, inner, outer, yes, n});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  const Words got = bench.results(f1, bench.make_text(kLong));
  EXPECT_EQ(got[0], 2u);
  EXPECT_EQ(Runtime::text(got.data() + 1), "in front");
  EXPECT_EQ(Runtime::text(got.data() + 3), kLong);
  EXPECT_EQ(got[5], 1u);
  EXPECT_EQ(got[6], 7u);
  bench.runtime().release(bench.module(), f1, got);
}

TEST(Locals, ThatAreNotThereAreZeros) {
  Bench bench;
  // The next run begins without what this one leaves.
  const nbc::FunctionId f1 = bench.function("f", {{}, {kBool, kString, kBool, kI64}}, [&](Builder& f) {
    const Slot yes = f.reg(kBool), s = f.reg(kString), also = f.reg(kBool), n = f.reg(kI64), d = f.reg(kI64);
    f.integer(n, 5);
    f.integer(yes, 1);
    get(f, yes, kString, {s});
    get(f, also, kI64, {n});
    push_text(bench, f, d, kLong);
    f.ret({yes, s, also, n});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  for (int i = 0; i < 2; ++i) EXPECT_EQ(bench.results(f1), Words(5));
}

TEST(Locals, OfATypeThatLooksTheSameAreOthers) {
  Bench bench;
  auto& m = bench.m;
  // Two entries of the type table with the same name and parts, and lists that are one pointer each.
  const TypeId number = m.struct_type("T", {m.field("x", kI64)});
  const TypeId twin = m.struct_type("T", {m.field("x", kI64)});
  const TypeId texts = m.types().list(kString), numbers = m.types().list(kI64);
  const nbc::FunctionId f1 = bench.function("f", {{}, {kBool, kBool, kBool, kBool}}, [&](Builder& f) {
    const Slot n = f.reg(kI64), d = f.reg(kI64), l = f.reg(numbers), other = f.reg(texts);
    const Slot a = f.reg(kBool), b = f.reg(kBool), c = f.reg(kBool), e = f.reg(kBool);
    f.integer(n, 3);
    push(f, d, number, {n});
    f.list(Op::ListLit, l, 0, f.expand({n}));
    push(f, d, numbers, {l});
    get(f, a, twin, {n});
    get(f, b, texts, {other});
    get(f, c, number, {n});
    get(f, e, numbers, {l});
    f.drop(other);
    f.drop(l);
    f.ret({a, b, c, e});
  });
  ASSERT_NE(number, twin);
  ASSERT_NO_FATAL_FAILURE(bench.load());
  EXPECT_EQ(bench.results(f1), (Words{0, 0, 1, 1}));
}

TEST(Locals, ArePoppedByAnyNumber) {
  Bench bench;
  const nbc::FunctionId f1 = bench.function("f", {{{kI64}}, {kBool, kI64}}, [&](Builder& f) {
    const Slot n = f.reg(kI64), d = f.reg(kI64), yes = f.reg(kBool);
    for (int i = 0; i < 3; ++i) {
      f.integer(n, i);
      push(f, d, kI64, {n});
      push_text(bench, f, d, kLong);
    }
    f.abc(Op::LocalPop, f.param(0));
    f.abc(Op::LocalPop, f.param(0));
    get(f, yes, kI64, {n});
    f.ret({yes, n});
  });
  const nbc::FunctionId nothing = bench.function("nothing", {{{kI64}}, {}}, [&](Builder& f) {
    f.abc(Op::LocalPop, f.param(0));
    f.ret({});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  for (const std::int64_t kept : {std::int64_t{6}, std::int64_t{7}, std::int64_t{-1}, INT64_MAX, INT64_MIN}) {
    EXPECT_EQ(bench.results(f1, {word(kept)}), (Words{1, 2})) << kept;
    EXPECT_TRUE(bench.results(nothing, {word(kept)}).empty());
  }
  EXPECT_EQ(bench.results(f1, {3}), (Words{1, 1}));
  EXPECT_EQ(bench.results(f1, {1}), (Words{1, 0}));
  EXPECT_EQ(bench.results(f1, {0}), (Words{0, 0}));
  EXPECT_TRUE(bench.results(nothing, {0}).empty());
}

// A module that never pops: what it pushes counts as its memory, and goes with the task.
TEST(Locals, WithoutEndRunOutOfMemory) {
  Bench bench({.memory_limit = 1 << 20});
  const nbc::FunctionId f1 = bench.function("f", {{{kI64}}, {}}, [&](Builder& f) {
    const Slot d = f.reg(kI64);
    const Label again = f.label();
    f.bind(again);
    push(f, d, kI64, {f.param(0)});
    f.compare_jump(Op::JltI64, d, f.param(0), again);
    f.ret({});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  EXPECT_TRUE(bench.results(f1, {10'000}).empty());
  EXPECT_EQ(bench.runtime().used_bytes(), 0);
  EXPECT_EQ(bench.panic(f1, {1'000'000}), "out of memory: the limit is 1048576 bytes");
  EXPECT_EQ(bench.runtime().live_objects(), 0);
}

// A child keeps what it began with, whatever its parent does; a million of them are freed without recursion.
TEST(Locals, AreInheritedByChildren) {
  Bench bench;
  const TypeId task = bench.m.types().handle(kString), work = bench.m.types().fn({}, {kString});
  const nbc::FunctionId child = bench.function("child", {{}, {kString}}, [&](Builder& f) {
    const Slot yes = f.reg(kBool), s = f.reg(kString), zero = f.reg(kI64), t = f.reg(kString), all = f.reg(kString);
    get(f, yes, kString, {s});
    f.integer(zero, 0);
    f.abc(Op::LocalPop, zero);
    get(f, yes, kString, {t});
    f.list(Op::StringConcat, all, 0, f.expand({s, t}));
    f.drop(s);
    f.drop(t);
    f.ret({all});
  });
  const nbc::FunctionId f1 = bench.function("f", {{{kI64}}, {kString, kString, kBool}}, [&](Builder& f) {
    const Slot d = f.reg(kI64), scope = f.reg(kI64), zero = f.reg(kI64), c = f.reg(work), h = f.reg(task);
    const Slot first = f.reg(kString), second = f.reg(kString), yes = f.reg(kBool);
    const Label again = f.label();
    f.abc(Op::ScopeOpen, scope);
    push_text(bench, f, d, kLong);
    f.bind(again);
    push(f, d, kI64, {scope});
    f.compare_jump(Op::JltI64, d, f.param(0), again);
    f.list_xyz(Op::FnNew, c, 0, child.index, 0, {});
    f.abc(Op::TaskNew, h, c, scope);
    f.integer(zero, 0);
    f.abc(Op::LocalPop, zero);
    f.list(Op::TaskAwait, h, 0, f.expand({first}));
    f.list_xyz(Op::FnNew, c, 0, child.index, 0, {});
    f.abc(Op::TaskNew, h, c, scope);
    f.list(Op::TaskAwait, h, 0, f.expand({second}));
    f.abc(Op::ScopeJoin, scope);
    const Slot mine = f.reg(kString);
    get(f, yes, kString, {mine});
    f.drop(mine);
    f.ret({first, second, yes});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  const Words got = bench.results(f1, {1'000'000});
  EXPECT_EQ(Runtime::text(got.data()), kLong);
  EXPECT_EQ(Runtime::text(got.data() + 2), "");
  EXPECT_EQ(got[4], 0u);
  bench.runtime().release(bench.module(), f1, got);
}

// Children on other threads read, hide and give up what they all share, while their parent does the same.
TEST(Locals, AreSharedBetweenThreads) {
  Bench bench({.workers = 4, .spread = true});
  const TypeId task = bench.m.types().handle(kBool), work = bench.m.types().fn({}, {kBool});
  const nbc::FunctionId child = bench.function("child", {{}, {kBool}}, [&](Builder& f) {
    const Slot yes = f.reg(kBool), s = f.reg(kString), t = f.reg(kString), d = f.reg(kI64), n = f.reg(kI64);
    const Slot same = f.reg(kBool), most = f.reg(kI64);
    const Label again = f.label();
    f.integer(n, 0);
    f.integer(most, 100);
    f.bind(again);
    get(f, yes, kString, {s});
    f.list(Op::StringConcat, t, 0, f.expand({s, s}));
    f.drop(s);
    push(f, d, kString, {t});
    get(f, yes, kString, {t});
    f.abc(Op::LocalPop, d);
    get(f, yes, kString, {s});
    f.abc(Op::StringEq, same, s, t);
    f.drop(s);
    f.drop(t);
    f.abc(Op::AddImmI64, n, n, 1);
    f.compare_jump(Op::JltI64, n, most, again);
    f.ret({same});
  });
  const nbc::FunctionId f1 = bench.function("f", {{{kI64}}, {kBool}}, [&](Builder& f) {
    const Slot d = f.reg(kI64), scope = f.reg(kI64), n = f.reg(kI64), c = f.reg(work), h = f.reg(task);
    const Slot s = f.reg(kString), t = f.reg(kString), yes = f.reg(kBool);
    const Label again = f.label();
    f.abc(Op::ScopeOpen, scope);
    f.constant(s, bench.m.text(kLong));
    f.list(Op::StringConcat, t, 0, f.expand({s, s}));
    f.drop(s);
    push(f, d, kString, {t});
    f.integer(n, 0);
    f.bind(again);
    push(f, d, kI64, {n});
    f.list_xyz(Op::FnNew, c, 0, child.index, 0, {});
    f.abc(Op::TaskNew, h, c, scope);
    f.drop(h);
    f.abc(Op::LocalPop, d);
    get(f, yes, kString, {s});
    f.drop(s);
    f.abc(Op::AddImmI64, n, n, 1);
    f.compare_jump(Op::JltI64, n, f.param(0), again);
    f.integer(n, 0);
    f.abc(Op::LocalPop, n);
    f.abc(Op::ScopeJoin, scope);
    f.ret({yes});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  EXPECT_EQ(bench.result(f1, {200}), 1u);
  EXPECT_EQ(bench.runtime().live_tasks(), 0);
}

TEST(Locals, LeaveNothingBehindWhenAnythingFails) {
  Bench bench({.probes = true});
  const TypeId pair = bench.m.struct_type("P", {bench.m.field("a", kString), bench.m.field("b", kI64)});
  const nbc::FunctionId f1 = bench.function("f", {{}, {}}, [&](Builder& f) {
    const Slot d = f.reg(kI64), s = f.reg(kString), t = f.reg(kString), yes = f.reg(kBool), n = f.reg(kI64);
    f.constant(t, bench.m.text(kLong));
    f.list(Op::StringConcat, s, 0, f.expand({t, t}));
    f.integer(n, 1);
    push(f, d, pair, {s, n});
    push(f, d, kString, {t});
    get(f, yes, pair, {s, n});
    f.list(Op::StringConcat, t, 0, f.expand({s, s}));
    f.drop(s);
    push(f, d, kString, {t});
    f.abc(Op::LocalPop, d);
    f.ret({});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  bench.fail_everywhere(f1);
}

}  // namespace
}  // namespace noodle::vm
