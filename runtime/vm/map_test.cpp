// Maps, anys and strings through their instructions, and the end of memory at every allocation.

#include <array>

#include "runtime/vm/testing/bench.h"

namespace noodle::vm {
namespace {

using nbc::kBool;
using nbc::kF64;
using nbc::kI64;
using nbc::kString;
using nbc::kU64;
using nbc::Op;
using nbc::TypeId;
using testing::Bench;
using testing::number;
using testing::word;
using testing::Words;
using Builder = nbc::FunctionBuilder;
using Slot = std::uint16_t;

const std::string kLong = "a string too long for its register";

TEST(Maps, KeepOrderThroughEveryInstruction) {
  Bench bench;
  const TypeId map = bench.m.types().map(kI64, kString);
  const nbc::FunctionId f1 = bench.function("f", {{{kString}}, {kString, kI64}}, [&](Builder& f) {
    const Slot a = f.reg(map), b = f.reg(map), k = f.reg(kI64), e = f.reg(kI64), n = f.reg(kI64), is = f.reg(kBool);
    const Slot v = f.reg(kString), view = f.reg(kString), out = f.reg(kString), key = f.reg(kI64);
    f.integer(n, -3);
    f.abc(Op::MapNew, a, n);
    f.integer(n, 40);
    f.abc(Op::MapReserve, a, n);
    for (const int i : {5, 3, 9}) {
      f.integer(k, i);
      f.copy(v, f.param(0));
      f.list(Op::MapInsert, a, 0, f.expand({k, v}));
    }
    // A hole in the order, and then a shared map that take has to copy: the entry keeps its number.
    f.integer(k, 5);
    f.list(Op::MapRemove, is, a, f.expand({k}));
    f.list(Op::MapRemove, is, a, f.expand({k}));
    f.copy(b, a);
    f.integer(k, 9);
    f.list(Op::MapFind, e, b, f.expand({k}));
    f.list(Op::MapTake, b, e, f.expand({v}));
    f.abc(Op::StringAppend, v, f.param(0));
    f.list(Op::MapPut, b, e, f.expand({v}));
    f.list(Op::MapPeekKey, b, e, f.expand({key}));
    f.list(Op::MapKey, b, e, f.expand({key}));
    f.list(Op::MapPeek, a, e, f.expand({view}));
    f.copy(out, view);
    f.list(Op::MapValue, b, e, f.expand({v}));
    f.abc(Op::StringAppend, out, v);
    f.drop(v);
    // A slot that is there, and one that is new.
    f.integer(k, 3);
    f.list_xyz(Op::MapSlot, b, e, 0, is, f.expand({k}));
    f.integer(k, 4);
    f.list_xyz(Op::MapSlot, b, e, 0, is, f.expand({k}));
    f.integer(n, -7);
    f.abc(Op::MapNext, e, b, n);
    f.list(Op::MapKey, b, e, f.expand({k}));
    f.abc(Op::MapLen, n, b);
    for (int i = 0; i < 2; ++i) {  // 9 * 1000 + 3 * 10 + 3 entries
      f.abc(Op::MulImmI64, key, key, i == 0 ? 100 : 10);
      f.abc(Op::AddI64, key, key, i == 0 ? k : n);
    }
    f.abc(Op::MapClear, a);
    f.abc(Op::MapLen, n, a);
    f.abc(Op::AddI64, key, key, n);
    f.drop(a);
    f.drop(b);
    f.drop(f.param(0));
    f.ret({out, key});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  const Words got = bench.results(f1, bench.make_text(kLong));
  EXPECT_EQ(Runtime::text(got.data()), kLong + kLong + kLong);
  EXPECT_EQ(got[2], 9'033u);
  bench.runtime().release(bench.module(), f1, got);
}

TEST(Maps, EntriesThatAreNotTherePanic) {
  Bench bench;
  const TypeId map = bench.m.types().map(kI64, kString);
  std::vector<nbc::FunctionId> functions;
  for (const Op op : {Op::MapKey, Op::MapPeekKey, Op::MapValue, Op::MapPeek, Op::MapTake, Op::MapPut}) {
    functions.push_back(bench.function("f", {{{kI64}}, {}}, [&](Builder& f) {
      const Slot a = f.reg(map), k = f.reg(kI64), v = f.reg(kString), is = f.reg(kBool);
      f.abc(Op::Zero, a);
      for (const int i : {1, 2}) {
        f.integer(k, i);
        f.constant(v, bench.m.text(kLong));
        f.list(Op::MapInsert, a, 0, f.expand({k, v}));
      }
      f.integer(k, 1);
      f.list(Op::MapRemove, is, a, f.expand({k}));
      const bool key = op == Op::MapKey || op == Op::MapPeekKey;
      if (op == Op::MapPut) f.constant(v, bench.m.text(kLong));
      f.list(op, a, f.param(0), f.expand({key ? k : v}));
      if (op == Op::MapValue || op == Op::MapTake) f.drop(v);
      f.drop(a);
      f.ret({});
    }));
  }
  ASSERT_NO_FATAL_FAILURE(bench.load());
  for (const nbc::FunctionId f : functions) {
    for (const std::int64_t e : {std::int64_t{0}, std::int64_t{2}, std::int64_t{-1}, INT64_MAX, INT64_MIN}) {
      EXPECT_EQ(bench.panic(f, {word(e)}), "the map has no entry " + std::to_string(e));
    }
    EXPECT_TRUE(bench.results(f, {1}).empty());
  }
}

TEST(Anys, HoldAValueOfOneType) {
  Bench bench;
  auto& m = bench.m;
  const nbc::TraitId trait(0u);
  const TypeId any = m.types().any(trait);
  m.trait("Thing", {});
  const nbc::VTableId texts = m.vtable(trait, kString, {});
  const nbc::FunctionId f1 = bench.function("f", {{{kString}}, {kString, kBool, kBool}}, [&](Builder& f) {
    const Slot a = f.reg(any), b = f.reg(any), s = f.reg(kString), yes = f.reg(kBool), no = f.reg(kBool),
               t = f.reg(kString);
    f.list_xyz(Op::AnyNew, a, 0, texts.index, 0, f.expand({f.param(0)}));
    f.copy(b, a);
    f.list_xyz(Op::AnyTake, b, 0, kString.index, 0, f.expand({s}));
    f.list_xyz(Op::AnyPeek, a, 0, kString.index, 0, f.expand({t}));
    f.abc(Op::StringAppend, s, t);
    f.list_xyz(Op::AnyPut, b, 0, kString.index, 0, f.expand({s}));
    f.list_xyz(Op::AnyTake, b, 0, kString.index, 0, f.expand({s}));
    f.abc_xyz(Op::AnyIs, yes, b, 0, kString.index);
    f.abc_xyz(Op::AnyIs, no, b, 0, kI64.index);
    f.drop(a);
    f.drop(b);
    f.ret({s, yes, no});
  });
  std::vector<nbc::FunctionId> wrong, null;
  for (const bool is_null : {false, true}) {
    for (const Op op : {Op::AnyPeek, Op::AnyTake, Op::AnyPut}) {
      (is_null ? null : wrong).push_back(bench.function("g", {{{kString}}, {}}, [&](Builder& f) {
        const Slot a = f.reg(any), n = f.reg(kI64);
        f.integer(n, 0);
        if (is_null) {
          f.abc(Op::Zero, a);
          f.drop(f.param(0));
        } else {
          f.list_xyz(Op::AnyNew, a, 0, texts.index, 0, f.expand({f.param(0)}));
        }
        f.list_xyz(op, a, 0, kI64.index, 0, f.expand({n}));
        f.drop(a);
        f.ret({});
      }));
    }
  }
  ASSERT_NO_FATAL_FAILURE(bench.load());
  const Words got = bench.results(f1, bench.make_text(kLong));
  EXPECT_EQ(Runtime::text(got.data()), kLong + kLong);
  EXPECT_EQ(got[2], 1u);
  EXPECT_EQ(got[3], 0u);
  bench.runtime().release(bench.module(), f1, got);
  for (const nbc::FunctionId f : wrong) {
    EXPECT_EQ(bench.panic(f, bench.make_text(kLong)), "the value behind the trait is of another type");
  }
  for (const nbc::FunctionId f : null) {
    EXPECT_EQ(bench.panic(f, bench.make_text(kLong)), "use of a value that was moved out");
  }
}

TEST(Strings, AreMeasuredComparedAndJoined) {
  Bench bench;
  const nbc::Param text{kString, true};
  const nbc::FunctionId f1 =
      bench.function("f", {{text, text}, {kI64, kI64, kBool, kI64, kBool, kBool}}, [&](Builder& f) {
        const Slot a = f.param(0), b = f.param(1), n = f.reg(kI64), k = f.reg(kI64), c = f.reg(kI64);
        const Slot eq = f.reg(kBool), whole = f.reg(kBool), same = f.reg(kBool), h = f.reg(kU64), i = f.reg(kU64);
        f.abc(Op::StringLen, n, a);
        f.abc(Op::StringByteLen, k, a);
        f.abc(Op::StringEq, eq, a, b);
        f.abc(Op::StringCmp, c, a, b);
        f.list_xyz(Op::Eq, whole, 0, kString.index, 0, f.expand({a, b}));
        f.list_xyz(Op::Hash, h, 0, kString.index, 0, f.expand({a}));
        f.list_xyz(Op::Hash, i, 0, kString.index, 0, f.expand({b}));
        f.abc(Op::EqInt, same, h, i);
        f.ret({n, k, eq, c, whole, same});
      });
  const nbc::FunctionId drop = bench.function("drop", {{{kString}}, {}}, [](Builder& f) {
    f.drop(f.param(0));
    f.ret({});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  const std::string texts[] = {"", "a", "é", "fifteen bytes..", "sixteen bytes...", kLong, kLong + "é", "\U0001F600"};
  for (const std::string& a : texts) {
    for (const std::string& b : texts) {
      const Words x = bench.make_text(a), y = bench.make_text(b);
      const Words got = bench.results(f1, {x[0], x[1], y[0], y[1]});
      std::size_t characters = 0;
      for (const char c : a) characters += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
      const bool equal = a == b;
      EXPECT_EQ(got, (Words{characters, a.size(), equal, word(std::int64_t{(a > b) - (a < b)}), equal, equal}))
          << a << "|" << b;
      bench.results(drop, x);
      bench.results(drop, y);
    }
  }
}

TEST(Strings, AndFloatsInsideValuesCompareAsIeee) {
  Bench bench;
  const TypeId list = bench.m.types().list(kF64);
  const nbc::FunctionId f1 = bench.function("f", {{{kF64}, {kF64}}, {kBool}}, [&](Builder& f) {
    const Slot a = f.reg(list), b = f.reg(list), r = f.reg(kBool);
    f.list(Op::ListLit, a, 0, f.expand({f.param(0)}));
    f.list(Op::ListLit, b, 0, f.expand({f.param(1)}));
    f.list_xyz(Op::Eq, r, 0, list.index, 0, f.expand({a, b}));
    f.drop(a);
    f.drop(b);
    f.ret({r});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  EXPECT_EQ(bench.result(f1, {word(0.0), word(-0.0)}), 1u);
  EXPECT_EQ(bench.result(f1, {word(__builtin_nan("")), word(__builtin_nan(""))}), 0u);
  EXPECT_EQ(bench.result(f1, {word(1.0), word(2.0)}), 0u);
}

// Allocates in every way that instructions and natives have, some of it on shared values.
nbc::FunctionId allocating(Bench& bench) {
  auto& m = bench.m;
  const TypeId list = m.types().list(kString), map = m.types().map(kString, list), box = m.types().box(list);
  const nbc::TraitId trait(0u);
  const TypeId any = m.types().any(trait), fn = m.types().fn({}, {});
  m.trait("Thing", {});
  const nbc::VTableId lists = m.vtable(trait, list, {});
  const nbc::FunctionId body = bench.function("body", {{{kString, true}}, {}}, [](Builder& f) { f.ret({}); });
  const nbc::NativeId split = m.native("string.split", {{{kString, true}, {kString, true}}, {list}}, true);
  const nbc::NativeId append = m.native("string.append", {{{kString}, {kString, true}}, {kString}}, true);
  return bench.function("f", {{}, {}}, [&](Builder& f) {
    const Slot a = f.reg(kString), b = f.reg(kString), c = f.reg(kString), space = f.reg(kString), n = f.reg(kI64),
               e = f.reg(kI64);
    const Slot l = f.reg(list), k = f.reg(list), h = f.reg(map), g = f.reg(map), x = f.reg(box), y = f.reg(box),
               is = f.reg(kBool);
    const Slot p = f.reg(any), q = f.reg(any), closure = f.reg(fn);
    f.constant(a, m.text(kLong));
    f.constant(space, m.text(" "));
    f.list(Op::StringConcat, b, 0, f.expand({a, space, a}));
    f.copy(c, b);
    f.abc(Op::StringAppend, c, b);
    f.call_native(append, std::array{c, b}, std::array{c});
    f.call_native(split, std::array{c, space}, std::array{l});
    f.copy(k, l);
    f.list(Op::ListPush, k, 0, f.expand({c}));
    f.abc(Op::ListAppend, k, l);
    f.copy(c, b);
    f.integer(n, 1);
    f.list(Op::ListInsert, l, n, f.expand({c}));
    f.copy(c, b);
    f.list_xyz(Op::FnNew, closure, 0, body.index, 0, f.expand({c}));
    f.call_fn(closure, {}, {});
    f.integer(n, 20);
    f.abc(Op::MapNew, h, n);
    f.copy(c, b);
    f.list(Op::MapInsert, h, 0, f.expand({c, k}));
    f.copy(g, h);
    f.copy(c, a);
    f.list_xyz(Op::MapSlot, g, e, 0, is, f.expand({c}));
    f.list(Op::MapRemove, is, h, f.expand({b}));
    f.list(Op::BoxNew, x, 0, f.expand({l}));
    f.copy(y, x);
    f.list(Op::BoxTake, y, 0, f.expand({l}));
    f.abc(Op::ListReverse, l);
    f.list_xyz(Op::AnyNew, p, 0, lists.index, 0, f.expand({l}));
    f.copy(q, p);
    f.list_xyz(Op::AnyTake, q, 0, list.index, 0, f.expand({l}));
    f.integer(n, 0);
    f.integer(e, 2);
    f.abc_xyz(Op::ListSlice, k, l, n, 0, e);
    f.abc(Op::ListSwap, l, n, e);
    f.drop(k);
    f.list(Op::ListFilled, k, e, f.expand({b}));
    for (const Slot s : {a, b, space, l, k, h, g, x, y, p, q, closure}) f.drop(s);
    f.ret({});
  });
}

TEST(Memory, EndsInAPanicAtEveryAllocation) {
  std::int64_t constants = 0;
  int failed = 0;
  for (std::int64_t limit = 0;; limit += 16) {
    Bench bench({.memory_limit = limit});
    const nbc::FunctionId f = allocating(bench);
    const std::string refused = bench.try_load();
    if (!refused.empty()) {
      ASSERT_EQ(refused, "there is no memory for the module's constants");
      constants = limit;
      continue;
    }
    const std::int64_t before = bench.runtime().used_bytes();
    const auto done = bench.run(f);
    EXPECT_EQ(bench.runtime().live_objects(), 0) << limit;
    EXPECT_EQ(bench.runtime().used_bytes(), before) << limit;
    if (done) break;
    ++failed;
    ASSERT_EQ(done.error().message, "out of memory: the limit is " + std::to_string(limit) + " bytes");
    ASSERT_LT(limit, 1 << 20);
  }
  EXPECT_LT(constants, 200);
  EXPECT_GT(failed, 50);
}

TEST(Memory, IsReleasedWhereverAnOperationFails) {
  Bench bench({.probes = true});
  const nbc::FunctionId f = allocating(bench);
  ASSERT_NO_FATAL_FAILURE(bench.load());
  bench.fail_everywhere(f);
}

}  // namespace
}  // namespace noodle::vm
