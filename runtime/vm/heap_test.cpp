// Enums, boxes, lists, maps, anys and strings through their instructions.

#include <array>
#include <functional>

#include "runtime/vm/testing/bench.h"

namespace noodle::vm {
namespace {

using nbc::kBool;
using nbc::kF64;
using nbc::kI64;
using nbc::kString;
using nbc::kU64;
using nbc::kU8;
using nbc::Label;
using nbc::Op;
using nbc::TypeId;
using testing::Bench;
using testing::kLong;
using testing::number;
using testing::word;
using testing::Words;
using Builder = nbc::FunctionBuilder;
using Slot = std::uint16_t;

const std::string kMovedOut = "use of a value that was moved out";

// A list of i64 made by a function's body, and what is done with it.
struct Numbers {
  Bench& bench;
  TypeId list = bench.m.types().list(kI64);

  // f(i, j) makes [10, 11, 12], does something, and returns the list's elements joined to a number.
  nbc::FunctionId after(std::function<void(Builder&, Slot list, Slot i, Slot j)> change) {
    return bench.function("f", {{{kI64}, {kI64}}, {kI64}}, [&](Builder& f) {
      const Slot l = f.reg(list), a = f.reg(kI64), b = f.reg(kI64), c = f.reg(kI64), n = f.reg(kI64), k = f.reg(kI64);
      const Slot sum = f.reg(kI64);
      const Label head = f.label(), end = f.label();
      f.integer(a, 10);
      f.integer(b, 11);
      f.integer(c, 12);
      f.list(Op::ListLit, l, 0, f.expand({a, b, c}));
      change(f, l, f.param(0), f.param(1));
      f.abc(Op::ListLen, n, l);
      f.integer(k, 0);
      f.integer(sum, 0);
      f.bind(head);
      f.compare_jump(Op::JeqI64, k, n, end);
      f.list(Op::ListGet, l, k, f.expand({a}));
      f.abc(Op::MulImmI64, sum, sum, 100);
      f.abc(Op::AddI64, sum, sum, a);
      f.abc(Op::AddImmI64, k, k, 1);
      f.jump(head);
      f.bind(end);
      f.drop(l);
      f.ret({sum});
    });
  }
};

TEST(Lists, ChangeAsTheirInstructionsSay) {
  Bench bench;
  Numbers numbers{bench};
  struct Case {
    nbc::FunctionId f;
    std::int64_t i, j, expected;
  };
  const std::vector<Case> cases = {
      {numbers.after([](Builder& f, Slot l, Slot, Slot j) { f.list(Op::ListPush, l, 0, f.expand({j})); }), 0, 99,
       10111299},
      {numbers.after([](Builder& f, Slot l, Slot i, Slot) { f.list(Op::ListPop, l, 0, f.expand({i})); }), 0, 0, 1011},
      {numbers.after([](Builder& f, Slot l, Slot i, Slot j) { f.list(Op::ListSet, l, i, f.expand({j})); }), 1, 77,
       107712},
      {numbers.after([](Builder& f, Slot l, Slot i, Slot j) { f.list(Op::ListInsert, l, i, f.expand({j})); }), 3, 55,
       10111255},
      {numbers.after([](Builder& f, Slot l, Slot i, Slot j) { f.list(Op::ListInsert, l, i, f.expand({j})); }), 0, 55,
       55101112},
      {numbers.after([](Builder& f, Slot l, Slot i, Slot j) { f.list(Op::ListRemove, l, i, f.expand({j})); }), 0, 0,
       1112},
      {numbers.after([](Builder& f, Slot l, Slot i, Slot j) { f.abc(Op::ListSwap, l, i, j); }), 0, 2, 121110},
      {numbers.after([](Builder& f, Slot l, Slot i, Slot) { f.abc(Op::ListReserve, l, i); }), 1'000, 0, 101112},
      {numbers.after([](Builder& f, Slot l, Slot, Slot) { f.abc(Op::ListReverse, l); }), 0, 0, 121110},
      {numbers.after([](Builder& f, Slot l, Slot, Slot) { f.abc(Op::ListClear, l); }), 0, 0, 0},
      {numbers.after([](Builder& f, Slot l, Slot i, Slot j) {
         f.list(Op::ListTake, l, i, f.expand({j}));
         f.abc(Op::AddImmI64, j, j, 5);
         f.integer(i, 0);
         f.list(Op::ListPut, l, i, f.expand({j}));
       }),
       2, 0, 171100},
      {numbers.after([](Builder& f, Slot l, Slot i, Slot j) { f.abc_xyz(Op::ListStore, j, l, i, 0, 0); }), 2, 33,
       101133},
      {numbers.after([](Builder& f, Slot l, Slot i, Slot j) {
         f.abc_xyz(Op::ListLoad, j, l, i, 0, 0);
         f.list(Op::ListPush, l, 0, f.expand({j}));
       }),
       1, 0, 10111211},
      {numbers.after([&](Builder& f, Slot l, Slot i, Slot j) {
         const Slot part = f.reg(numbers.list);
         f.abc_xyz(Op::ListSlice, part, l, i, 0, j);
         f.abc(Op::ListAppend, l, part);
         f.drop(part);
       }),
       1, 3, 1011121112},
      {numbers.after([&](Builder& f, Slot l, Slot i, Slot j) {
         const Slot more = f.reg(numbers.list);
         f.list(Op::ListFilled, more, i, f.expand({j}));
         f.abc(Op::ListAppend, l, more);
         f.drop(more);
       }),
       2, 44, 1011124444},
      {numbers.after([&](Builder& f, Slot l, Slot i, Slot) {
         // A list that someone else has too is copied before it changes.
         const Slot other = f.reg(numbers.list), n = f.reg(kI64);
         f.copy(other, l);
         f.list(Op::ListPush, other, 0, f.expand({i}));
         f.abc(Op::ListReverse, other);
         f.abc(Op::ListLen, n, other);
         f.list(Op::ListPush, l, 0, f.expand({n}));
         f.drop(other);
       }),
       0, 0, 10111204},
      {numbers.after([&](Builder& f, Slot l, Slot i, Slot j) {
         const Slot view = f.reg(numbers.list);
         f.borrow(view, l);
         f.list(Op::ListPeek, view, i, f.expand({j}));
         f.list(Op::ListPush, l, 0, f.expand({j}));
       }),
       2, 0, 10111212},
      {numbers.after([&](Builder& f, Slot l, Slot i, Slot j) {
         const Slot empty = f.reg(numbers.list);
         f.abc(Op::ListNew, empty, i);
         f.list(Op::ListPush, empty, 0, f.expand({j}));
         f.abc(Op::ListAppend, l, empty);
         f.drop(empty);
       }),
       -5, 66, 10111266},
  };
  ASSERT_NO_FATAL_FAILURE(bench.load());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(number(bench.result(cases[i].f, {word(cases[i].i), word(cases[i].j)})), cases[i].expected)
        << "case " << i;
  }
}

TEST(Lists, IndicesOutOfBoundsPanic) {
  Bench bench;
  Numbers numbers{bench};
  const std::vector<nbc::FunctionId> indexed = {
      numbers.after([](Builder& f, Slot l, Slot i, Slot j) { f.list(Op::ListGet, l, i, f.expand({j})); }),
      numbers.after([](Builder& f, Slot l, Slot i, Slot j) { f.list(Op::ListPeek, l, i, f.expand({j})); }),
      numbers.after([](Builder& f, Slot l, Slot i, Slot j) { f.list(Op::ListSet, l, i, f.expand({j})); }),
      numbers.after([](Builder& f, Slot l, Slot i, Slot j) { f.list(Op::ListPut, l, i, f.expand({j})); }),
      numbers.after([](Builder& f, Slot l, Slot i, Slot j) { f.list(Op::ListTake, l, i, f.expand({j})); }),
      numbers.after([](Builder& f, Slot l, Slot i, Slot j) { f.list(Op::ListRemove, l, i, f.expand({j})); }),
      numbers.after([](Builder& f, Slot l, Slot i, Slot j) { f.abc_xyz(Op::ListLoad, j, l, i, 0, 0); }),
      numbers.after([](Builder& f, Slot l, Slot i, Slot j) { f.abc_xyz(Op::ListStore, j, l, i, 0, 0); }),
      numbers.after([](Builder& f, Slot l, Slot i, Slot j) { f.abc(Op::ListSwap, l, i, j); }),
      numbers.after([](Builder& f, Slot l, Slot i, Slot j) { f.abc(Op::ListSwap, l, j, i); }),
  };
  const nbc::FunctionId insert =
      numbers.after([](Builder& f, Slot l, Slot i, Slot j) { f.list(Op::ListInsert, l, i, f.expand({j})); });
  const nbc::FunctionId slice = numbers.after([&](Builder& f, Slot l, Slot i, Slot j) {
    const Slot part = f.reg(numbers.list);
    f.abc_xyz(Op::ListSlice, part, l, i, 0, j);
    f.drop(part);
  });
  const nbc::FunctionId pop = numbers.after([](Builder& f, Slot l, Slot i, Slot) {
    f.abc(Op::ListClear, l);
    f.list(Op::ListPop, l, 0, f.expand({i}));
  });
  const nbc::FunctionId empty = numbers.after([](Builder& f, Slot l, Slot i, Slot j) {
    f.abc(Op::ListClear, l);
    f.list(Op::ListGet, l, i, f.expand({j}));
  });
  const nbc::FunctionId filled = numbers.after([&](Builder& f, Slot, Slot i, Slot j) {
    const Slot more = f.reg(numbers.list);
    f.list(Op::ListFilled, more, i, f.expand({j}));
    f.drop(more);
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  for (const std::int64_t i : {std::int64_t{3}, std::int64_t{-1}, INT64_MAX, INT64_MIN}) {
    const std::string message = "index " + std::to_string(i) + " is out of bounds for a list of length 3";
    for (const nbc::FunctionId f : indexed) EXPECT_EQ(bench.panic(f, {word(i), 1}), message);
  }
  EXPECT_EQ(bench.panic(insert, {4, 1}), "index 4 is out of bounds for a list of length 3");
  EXPECT_EQ(bench.panic(insert, {word(-1l), 1}), "index -1 is out of bounds for a list of length 3");
  EXPECT_EQ(bench.panic(slice, {2, 1}), "slice 2..1 is out of bounds for a list of length 3");
  EXPECT_EQ(bench.panic(slice, {0, 4}), "slice 0..4 is out of bounds for a list of length 3");
  EXPECT_EQ(bench.panic(slice, {word(-1l), 2}), "slice -1..2 is out of bounds for a list of length 3");
  EXPECT_EQ(bench.panic(pop, {0, 0}), "pop from an empty list");
  EXPECT_EQ(bench.panic(empty, {0, 0}), "index 0 is out of bounds for a list of length 0");
  EXPECT_EQ(bench.panic(filled, {word(-1l), 0}), "a list can't have -1 elements");
  EXPECT_EQ(bench.panic(filled, {word(INT64_MAX), 0}), "out of memory: the limit is 68719476736 bytes");
}

// Elements of every shape come back as they went in: by get, peek, load, take, pop and remove.
TEST(Lists, HoldElementsOfEveryShape) {
  Bench bench;
  auto& m = bench.m;
  const TypeId pair = m.tuple_type(std::array{kU8, kString, kF64});
  const TypeId option = m.enum_type("Option", {{m.string("None"), {}}, {m.string("Some"), {m.field("0", kString)}}});
  struct Shape {
    TypeId type;
    Words sample;
  };
  const Shape shapes[] = {
      {kBool, {1}},
      {kU8, {255}},
      {nbc::kI16, {word(-300l)}},
      {nbc::kF16, {0x3C00}},
      {nbc::kI32, {word(-70'000l)}},
      {nbc::kF32, {0x3F800000}},
      {kF64, {word(2.5)}},
      {kString, {}},
      {m.types().list(kString), {0}},
      {pair, {}},
      {option, {}},
  };
  std::vector<nbc::FunctionId> functions;
  for (const Shape& shape : shapes) {
    const TypeId list = m.types().list(shape.type);
    std::vector<TypeId> leaves;
    for (const nbc::Leaf& leaf : m.types().flatten(shape.type)) leaves.push_back(leaf.type);
    std::vector<nbc::Param> params(leaves.begin(), leaves.end());
    functions.push_back(bench.function("f", {params, leaves}, [&](Builder& f) {
      const Slot l = f.reg(list), i = f.reg(kI64);
      std::vector<Slot> value, in, seen;
      for (std::size_t k = 0; k < leaves.size(); ++k) {
        in.push_back(f.param(k));
        value.push_back(f.reg(leaves[k]));
        seen.push_back(f.reg(leaves[k]));
      }
      auto drop_value = [&] {
        for (const Slot s : value) {
          if (m.types().counted(f.type_at(s))) f.drop(s);
        }
      };
      f.integer(i, 0);
      f.list(Op::ListLit, l, 0, f.expand(in));
      f.list(Op::ListPeek, l, i, f.expand(seen));
      f.list(Op::ListGet, l, i, f.expand(value));
      f.list(Op::ListPush, l, 0, f.expand(value));
      for (std::size_t k = 0; k < leaves.size(); ++k) {
        f.abc_xyz(Op::ListLoad, value[k], l, i, 0, static_cast<Slot>(k));
        f.abc_xyz(Op::ListStore, value[k], l, i, 0, static_cast<Slot>(k));
      }
      f.list(Op::ListTake, l, i, f.expand(value));
      f.list(Op::ListPut, l, i, f.expand(value));
      f.list(Op::ListGet, l, i, f.expand(value));
      f.list(Op::ListSet, l, i, f.expand(value));
      f.list(Op::ListPop, l, 0, f.expand(value));
      f.list(Op::ListInsert, l, i, f.expand(value));
      f.integer(i, 1);
      f.list(Op::ListRemove, l, i, f.expand(value));
      drop_value();
      f.integer(i, 0);
      f.list(Op::ListGet, l, i, f.expand(value));
      f.drop(l);
      f.ret(value);
    }));
  }
  ASSERT_NO_FATAL_FAILURE(bench.load());
  for (std::size_t k = 0; k < std::size(shapes); ++k) {
    Words sample = shapes[k].sample;
    if (sample.empty()) {
      const Words text = bench.make_text(kLong);
      if (shapes[k].type == kString) sample = text;
      if (shapes[k].type == pair) sample = {7, text[0], text[1], word(1.5)};
      if (shapes[k].type == option) sample = {1, text[0], text[1]};
    }
    const Words got = bench.results(functions[k], sample);
    EXPECT_EQ(got, sample) << "shape " << k;
    bench.runtime().release(bench.module(), functions[k], got);
  }
}

// ---- boxes and enums -----------------------------------------------------------------------------

/// Registers of a function that puts its first parameter, a string, into a box `b` of type `box`; `c` is a copy.
struct SharedBox {
  Slot b, c, s, t, out;
};
SharedBox shared_box(Builder& f, TypeId box) {
  const SharedBox r{f.reg(box), f.reg(box), f.reg(kString), f.reg(kString), f.reg(kString)};
  f.list(Op::BoxNew, r.b, 0, f.expand({f.param(0)}));
  f.copy(r.c, r.b);
  return r;
}

TEST(Boxes, GiveTakeAndChangeTheirContent) {
  Bench bench;
  const TypeId box = bench.m.types().box(kString);
  // Every way in and out, with a copy that must keep the first content.
  const nbc::FunctionId f1 = bench.function("f", {{{kString}}, {kString}}, [&](Builder& f) {
    const auto [b, c, s, t, out] = shared_box(f, box);
    f.list(Op::BoxPeek, b, 0, f.expand({t}));
    f.copy(s, t);
    f.list(Op::BoxPut, c, 0, f.expand({s}));
    f.list(Op::BoxTake, c, 0, f.expand({s}));
    f.drop(s);
    f.list(Op::BoxGet, b, 0, f.expand({s}));
    f.list(Op::BoxPut, c, 0, f.expand({s}));
    f.list(Op::BoxOpen, c, 0, f.expand({s}));
    f.copy(c, b);
    f.list(Op::BoxOpen, c, 0, f.expand({t}));
    f.drop(b);
    f.list(Op::StringConcat, out, 0, f.expand({s, t}));
    f.drop(s);
    f.drop(t);
    f.ret({out});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  EXPECT_EQ(bench.text(f1, bench.make_text(kLong)), std::string(kLong) + std::string(kLong));
}

TEST(Boxes, ThatAreSharedAreLetGoByATakeAndMadeByAPut) {
  Bench bench;
  const TypeId box = bench.m.types().box(kString);
  const nbc::FunctionId f1 = bench.function("f", {{{kString}}, {kString}}, [&](Builder& f) {
    const auto [b, c, s, t, out] = shared_box(f, box);
    f.list(Op::BoxTake, c, 0, f.expand({s}));  // a copy of the text, and no box
    f.list(Op::StringConcat, t, 0, f.expand({s, s}));
    f.drop(s);
    f.list(Op::BoxPut, c, 0, f.expand({t}));
    f.list(Op::BoxGet, c, 0, f.expand({s}));
    f.list(Op::BoxOpen, b, 0, f.expand({t}));  // what the other holds is as it was
    f.list(Op::StringConcat, out, 0, f.expand({s, t}));
    f.drop(s);
    f.drop(t);
    f.drop(c);
    f.ret({out});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  const std::string once(kLong);
  EXPECT_EQ(bench.text(f1, bench.make_text(kLong)), once + once + once);
}

TEST(Boxes, ThatWereMovedOutPanic) {
  Bench bench;
  auto& m = bench.m;
  const TypeId choice = m.enum_type("E", {{m.string("A"), {}}, {m.string("B"), {m.field("0", kI64)}}});
  const TypeId box = m.types().box(choice);
  std::vector<nbc::FunctionId> functions;
  for (const Op op : {Op::BoxOpen, Op::BoxPeek, Op::BoxGet, Op::BoxTake, Op::BoxTag}) {
    functions.push_back(bench.function("f", {{}, {}}, [&](Builder& f) {
      const Slot b = f.reg(box), e = f.reg(choice), n = f.reg(kI64);
      f.abc(Op::Zero, b);
      f.abc(Op::Zero, e);
      op == Op::BoxTag ? f.abc(op, n, b) : f.list(op, b, 0, f.expand({e}));
      if (op != Op::BoxOpen) f.drop(b);
      f.ret({});
    }));
  }
  const nbc::FunctionId tag = bench.function("tag", {{{choice}}, {kI64, kI64}}, [&](Builder& f) {
    const Slot b = f.reg(box), n = f.reg(kI64), k = f.reg(kI64);
    f.abc(Op::EnumTag, k, f.param(0));
    f.list(Op::BoxNew, b, 0, f.expand({f.param(0)}));
    f.abc(Op::BoxTag, n, b);
    f.drop(b);
    f.ret({n, k});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  for (const nbc::FunctionId f : functions) EXPECT_EQ(bench.panic(f), kMovedOut);
  EXPECT_EQ(bench.results(tag, {1, 5}), (Words{1, 1}));
  EXPECT_EQ(bench.results(tag, {0, 0}), (Words{0, 0}));
}

TEST(Enums, CarryTheirPayload) {
  Bench bench;
  auto& m = bench.m;
  const TypeId choice = m.enum_type("E", {{m.string("None"), {}},
                                          {m.string("Text"), {m.field("0", kString), m.field("1", kI64)}},
                                          {m.string("Number"), {m.field("0", kI64)}}});
  const nbc::FunctionId make = bench.function("make", {{{kString}}, {choice, choice}}, [&](Builder& f) {
    const Slot n = f.reg(kI64), e = f.reg(choice), g = f.reg(choice);
    f.integer(n, 9);
    f.enum_make(e, 1, std::array{f.param(0), n});
    f.enum_make(g, 2, std::array{n});
    f.ret({e, g});
  });
  const nbc::FunctionId take = bench.function("take", {{{choice}}, {kString, kI64}}, [&](Builder& f) {
    const Slot e = f.param(0), s = f.reg(kString), n = f.reg(kI64);
    const Label none = f.label(), text = f.label(), digit = f.label(), done = f.label();
    f.switch_enum(e, std::array{none, text, digit});
    f.bind(none);
    f.constant(s, m.text("none"));
    f.integer(n, 0);
    f.jump(done);
    f.bind(text);
    f.move(s, static_cast<Slot>(e + 1));
    f.copy(n, static_cast<Slot>(e + 3));
    f.jump(done);
    f.bind(digit);
    f.constant(s, m.text("number"));
    f.copy(n, static_cast<Slot>(e + 1));
    f.bind(done);
    f.ret({s, n});
  });
  ASSERT_NO_FATAL_FAILURE(bench.load());
  const Words made = bench.results(make, bench.make_text(kLong));
  EXPECT_EQ(made[0], 1u);
  EXPECT_EQ((Words{made.begin() + 4, made.end()}), (Words{2, 9, 0, 0}));
  auto taken = [&](const Words& e) {
    const Words got = bench.results(take, e);
    const std::string out = std::string(Runtime::text(got.data())) + " " + std::to_string(got[2]);
    bench.runtime().release(bench.module(), take, got);
    return out;
  };
  EXPECT_EQ(taken({made.begin(), made.begin() + 4}), std::string(kLong) + " 9");
  EXPECT_EQ(taken({made.begin() + 4, made.end()}), "number 9");
  EXPECT_EQ(taken({0, 0, 0, 0}), "none 0");
}

}  // namespace
}  // namespace noodle::vm
