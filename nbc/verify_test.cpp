#include "nbc/verify.h"

#include <array>

#include <gtest/gtest.h>

#include "nbc/builder.h"

namespace noodle::nbc {
namespace {

std::string problem(const Module& module) {
  auto right = check(module);
  return right ? "" : right.error().text(module);
}

TEST(Verify, AcceptsFibonacci) {
  ModuleBuilder m;
  FunctionId fib = m.declare("fib", {{{kI64}}, {kI64}});
  FunctionBuilder f(m, fib);
  std::uint16_t n = f.param(0), a = f.reg(kI64), b = f.reg(kI64);
  Label recurse = f.label();
  f.compare_jump(Op::JgeImmI64, n, 2, recurse);
  f.ret({n});
  f.bind(recurse);
  f.abc(Op::SubImmI64, a, n, 1);
  f.call(fib, std::array{a}, std::array{a});
  f.abc(Op::SubImmI64, b, n, 2);
  f.call(fib, std::array{b}, std::array{b});
  f.abc(Op::AddI64, a, a, b);
  f.ret({a});
  f.finish();
  EXPECT_EQ(problem(m.module), "");
  auto verified = verify(std::move(m.module));
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->facts(fib).slots(), 3u);
  EXPECT_EQ(verified->facts(fib).sites().size(), 5u);
}

// match option { Some(text) => consume(text), None => ... } with the enum owned.
TEST(Verify, PayloadMovesOutUnderASwitch) {
  ModuleBuilder m;
  TypeId option = m.enum_type("Option", {{m.string("None"), {}}, {m.string("Some"), {m.field("0", kString)}}});
  FunctionId id = m.declare("unwrap", {{{option}}, {kString}});
  FunctionBuilder f(m, id);
  std::uint16_t o = f.param(0), text = f.reg(kString);
  Label none = f.label(), some = f.label(), join = f.label();
  f.switch_enum(o, std::array{none, some});
  f.bind(none);
  f.constant(text, m.text("nothing"));
  f.jump(join);
  f.bind(some);
  f.move(text, std::uint16_t(o + 1));
  f.bind(join);
  f.ret({text});
  f.finish();
  EXPECT_EQ(problem(m.module), "");
}

TEST(Verify, LoopsKeepBorrowsThatNothingInThemEnds) {
  for (bool pushes : {false, true}) {
    ModuleBuilder m;
    TypeId list = m.types().list(kString);
    FunctionId id = m.declare("f", {{{list}}, {}});
    FunctionBuilder f(m, id);
    std::uint16_t l = f.param(0), i = f.reg(kI64), view = f.reg(kString), again = f.reg(kBool), own = f.reg(kString);
    Label head = f.label();
    f.integer(i, 0);
    f.list(Op::ListPeek, l, i, f.expand({view}));
    f.bind(head);
    if (pushes) {
      f.constant(own, m.text("more"));
      f.list(Op::ListPush, l, 0, f.expand({own}));
    }
    f.abc(Op::StringEq, again, view, view);
    f.br_true(again, head);
    f.drop(l);
    f.ret({});
    f.finish();
    if (pushes) {
      EXPECT_NE(problem(m.module).find("read-empty"), std::string::npos) << problem(m.module);
    } else {
      EXPECT_EQ(problem(m.module), "");
    }
  }
}

TEST(Verify, ReborrowKeepsABorrowThroughALoop) {
  enum class How { Right, OtherRoot, Owned, AlsoBorrowed, Root, Scalar, RootChanged };
  auto verified = [](How how) {
    ModuleBuilder m;
    TypeId list = m.types().list(kString);
    FunctionId id = m.declare("f", {{{kString, true}, {kString, true}, {kString}, {list}}, {}});
    FunctionBuilder f(m, id);
    const std::uint16_t p = f.param(0), q = f.param(1), own = f.param(2), items = f.param(3);
    const std::uint16_t at = f.reg(kString), flag = f.reg(kBool), n = f.reg(kI64), more = f.reg(kString);
    const Label head = f.label();
    f.integer(n, 0);
    if (how == How::RootChanged) {
      f.list(Op::ListPeek, items, n, f.expand({at}));
    } else {
      f.borrow(at, how == How::Owned ? own : p);
    }
    f.bind(head);
    f.abc(Op::StringEq, flag, at, q);
    switch (how) {
      case How::Right: f.reborrow(at, p); break;
      case How::OtherRoot: f.reborrow(at, q); break;
      case How::Owned: f.reborrow(at, own); break;
      case How::AlsoBorrowed:
        f.borrow(at, p);
        f.reborrow(at, p);
        break;
      case How::Root: f.reborrow(p, at); break;
      case How::Scalar: f.reborrow(n, n); break;
      case How::RootChanged:
        f.constant(more, m.text("more"));
        f.list(Op::ListPush, items, 0, f.expand({more}));
        f.reborrow(at, p);
        break;
    }
    f.br_true(flag, head);
    f.drop(own);
    f.drop(items);
    f.ret({});
    f.finish();
    return problem(m.module);
  };
  EXPECT_EQ(verified(How::Right), "");
  EXPECT_EQ(verified(How::Owned), "");  // any root will do that the loop leaves alone
  EXPECT_NE(verified(How::OtherRoot).find("reborrow-root"), std::string::npos) << verified(How::OtherRoot);
  EXPECT_NE(verified(How::AlsoBorrowed).find("read-empty"), std::string::npos) << verified(How::AlsoBorrowed);
  EXPECT_NE(verified(How::Root).find("reborrow-root"), std::string::npos) << verified(How::Root);
  EXPECT_NE(verified(How::Scalar).find("reborrow-root"), std::string::npos) << verified(How::Scalar);
  EXPECT_NE(verified(How::RootChanged).find("read-empty"), std::string::npos) << verified(How::RootChanged);
}

TEST(Verify, LoopsThatOverlapAreOne) {
  ModuleBuilder m;
  FunctionId id = m.declare("f", {{{kString, true}, {kString, true}, {kBool}}, {}});
  FunctionBuilder f(m, id);
  const std::uint16_t view = f.reg(kString), flag = f.reg(kBool);
  const Label first = f.label(), second = f.label(), end = f.label();
  f.integer(flag, 0);
  f.borrow(view, f.param(0));
  f.bind(first);
  f.br_false(f.param(2), end);
  f.bind(second);
  f.br_true(flag, first);  // before the other loop's end, where the register is another's
  f.borrow(view, f.param(1));
  f.abc(Op::StringEq, flag, view, f.param(0));
  f.br_true(f.param(2), second);
  f.bind(end);
  f.ret({});
  f.finish();
  EXPECT_EQ(problem(m.module), "");
}

TEST(Verify, UnwindTableNamesWhatIsOwned) {
  ModuleBuilder m;
  FunctionId callee = m.declare("g", {{{kString}, {kString, true}}, {}});
  FunctionId id = m.declare("f", {{{kString}, {kString}, {kString, true}}, {}});
  for (FunctionId which : {callee, id}) {
    FunctionBuilder f(m, which);
    if (which == id) f.call(callee, std::array{f.param(0), f.param(1)}, {});
    f.drop(f.param(which == id ? 1 : 0));
    f.ret({});
    f.finish();
  }
  auto verified = verify(std::move(m.module));
  ASSERT_TRUE(verified);
  const FunctionFacts& facts = verified->facts(id);
  const UnwindSite* site = facts.site(0);
  ASSERT_NE(site, nullptr);
  ASSERT_EQ(facts.owned(*site).size(), 1u);
  EXPECT_EQ(facts.owned(*site)[0], (OwnedSlot{2, kString}));
  EXPECT_EQ(site->handler, kNoHandler);
}

TEST(Verify, CleanupKeepsRegistersAndResumes) {
  ModuleBuilder m;
  FunctionId id = m.declare("f", {{{kString}, {kString}, {kI64}}, {kI64}});
  FunctionBuilder f(m, id);
  Label first = f.label(), end = f.label(), handler = f.label();
  std::uint16_t kept = f.param(0), other = f.param(1), n = f.param(2), r = f.reg(kI64);
  f.bind(first);
  f.abc(Op::AddI64, r, n, n);
  f.bind(end);
  f.drop(kept);
  f.drop(other);
  f.ret({r});
  f.bind(handler);
  f.drop(kept);
  f.abc(Op::Resume);
  f.cleanup(first, end, handler, {kept});
  f.finish();
  EXPECT_EQ(problem(m.module), "");
  auto verified = verify(std::move(m.module));
  ASSERT_TRUE(verified);
  const FunctionFacts& facts = verified->facts(id);
  ASSERT_EQ(facts.sites().size(), 2u);
  EXPECT_EQ(facts.sites()[0].handler, facts.sites()[1].pc - 1);
  ASSERT_EQ(facts.owned(facts.sites()[0]).size(), 1u);
  EXPECT_EQ(facts.owned(facts.sites()[0])[0].slot, other);
  EXPECT_TRUE(facts.owned(facts.sites()[1]).empty());
}

}  // namespace
}  // namespace noodle::nbc
