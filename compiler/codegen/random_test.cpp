// Random structured functions over counted values: whatever lowering may hand on, the counts must be
// linear (NIR's verifier) and the code must verify (NBC's).

#include <gtest/gtest.h>

#include <random>

#include "compiler/codegen/codegen.h"
#include "compiler/nir/builder.h"
#include "compiler/nir/passes/passes.h"
#include "compiler/nir/text.h"
#include "compiler/nir/verify.h"
#include "nbc/text.h"
#include "nbc/verify.h"

namespace noodle::codegen {
namespace {

using nir::BlockId;
using nir::Op;
using nir::TypeId;
using nir::ValueId;

constexpr std::string_view kPrelude = R"(
enum #Option<1> core { Some(value: $0), None() }
enum #Tree { Node(left: #Tree, right: #Tree, at: string), Leaf() }
enum #Both { Pair(a: string, b: list<i64>, n: i64), One(s: #Option<string>), Nothing() }
native "show"(borrowed string) -> (bool)
fn flat "change"(owned list<string>, borrowed string) -> (i64, list<string>) {
^0(%0: list<string>, %1: string):
  %2: list<string> = list.push %0, %1
  %3: i64 = list.len %2
  ret %3, %2
}
fn flat "types"(borrowed #Both, borrowed #Tree, borrowed #Option<string>, borrowed list<i64>, borrowed list<string>, borrowed string, borrowed i64, borrowed bool) -> () {
^0(%0: #Both, %1: #Tree, %2: #Option<string>, %3: list<i64>, %4: list<string>, %5: string, %6: i64, %7: bool):
  ret
}
)";

class Generator {
 public:
  Generator(const nir::Module& module, nir::Layout& layout, unsigned seed) : layout_(layout), random_(seed), b_(f_) {
    for (const nir::Param& p : module.functions[1].params) types_.push_back(p.type);
  }

  nir::Function make(Symbol name) {
    f_.stage = nir::Stage::Flat;
    f_.name = name;
    b_.at = b_.new_block();
    for (std::size_t t = 0; t < types_.size(); ++t) {
      auto ownership = pick(2) == 0 ? nir::Ownership::Owned : nir::Ownership::Borrowed;
      f_.params.push_back({types_[t], ownership});
      b_.add_param(b_.at, types_[t]);
    }
    env_ = f_.blocks[0].params;
    for (int i = 0; i < 6; ++i) env_.push_back(make_value(type_at(pick(types_.size()))));
    statements(3, 6);
    std::vector<ValueId> results;
    for (std::size_t i = 0; i < 3; ++i) {
      results.push_back(env_[pick(env_.size())]);
      f_.results.push_back(f_.type(results.back()));
    }
    b_.ret(results);
    return std::move(f_);
  }

 private:
  enum { kBoth, kTree, kOption, kInts, kStrings, kString, kInt, kBool };

  std::size_t pick(std::size_t n) { return random_() % n; }
  TypeId type_at(std::size_t t) const { return types_[t]; }
  std::vector<TypeId> leaves(std::span<const TypeId> span) { return {span.begin(), span.end()}; }

  /// Some variable of a type, or a fresh value.
  ValueId any(TypeId type) {
    std::vector<ValueId> found;
    for (ValueId v : env_) {
      if (f_.type(v) == type) found.push_back(v);
    }
    return found.empty() ? make_value(type) : found[pick(found.size())];
  }
  std::vector<ValueId> all(std::span<const TypeId> types) {
    std::vector<ValueId> values;
    for (TypeId t : leaves(types)) values.push_back(any(t));
    return values;
  }

  ValueId make_value(TypeId type) {
    if (type == types_[kInt]) return b_.value(Op::ConstInt, {}, type, type, pick(100));
    if (type == types_[kBool]) return b_.value(Op::Lt, {any(types_[kInt]), any(types_[kInt])}, type);
    if (type == types_[kString]) return b_.value(Op::ConstString, {}, type, type, 0);
    if (type == types_[kInts] || type == types_[kStrings]) return b_.value(Op::ListLit, {}, type, type);
    if (type == types_[kTree]) {
      TypeId flat = layout_.flat(type);
      ValueId leaf = b_.value(Op::EnumMake, {}, flat, flat, 1);
      return b_.value(Op::BoxNew, {leaf}, type, type);
    }
    const auto last = layout_.variant_count(type) - 1;
    return b_.value(Op::EnumMake, {}, type, type, last);
  }

  void statements(int depth, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) statement(depth);
  }

  void set(ValueId v) {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < env_.size(); ++i) {
      if (f_.type(env_[i]) == f_.type(v)) places.push_back(i);
    }
    if (!places.empty()) env_[places[pick(places.size())]] = v;
  }
  void set_results(nir::InstId id) {
    const nir::Inst inst = f_.inst(id);
    for (std::uint32_t k = 0; k < inst.result_count; ++k) {
      if (pick(4) != 0) set(f_.result(inst, k));
    }
  }
  nir::InstId emit(Op op, std::vector<ValueId> operands, std::vector<TypeId> results, TypeId type = {},
                   std::uint64_t imm = 0) {
    return b_.emit(op, operands, results, type, imm);
  }

  void statement(int depth) {
    const TypeId s = types_[kString], i = types_[kInt], strings = types_[kStrings];
    switch (pick(depth > 0 ? 19 : 14)) {
      case 0: return set(b_.value(Op::StringConcat, {any(s), any(s)}, s));
      case 1: return set(b_.value(Op::ListPush, {any(strings), any(s)}, strings));
      case 2: return set_results(emit(Op::ListPeek, {any(strings), any(i)}, {s}));
      case 3: return set_results(emit(Op::ListGet, {any(strings), any(i)}, {s}));
      case 4: return set_results(emit(Op::ListPop, {any(strings)}, {strings, s}));
      case 5: return set(b_.value(Op::ListAppend, {any(strings), any(strings)}, strings));
      case 6: return set(b_.value(Op::StringAppend, {any(s), any(s)}, s));
      case 7: return set(b_.value(Op::ListPush, {any(types_[kInts]), any(i)}, types_[kInts]));
      case 8: {
        const TypeId e = pick(2) == 0 ? types_[kBoth] : types_[kOption];
        const auto v = static_cast<std::uint32_t>(pick(layout_.variant_count(e)));
        return set(b_.value(Op::EnumMake, all(layout_.payload(e, v)), e, e, v));
      }
      case 9: {
        const TypeId flat = layout_.flat(types_[kTree]);
        ValueId node = b_.value(Op::EnumMake, all(layout_.payload(flat, 0)), flat, flat, 0);
        return set(b_.value(Op::BoxNew, {node}, types_[kTree], types_[kTree]));
      }
      case 10: return set(b_.value(pick(2) == 0 ? Op::Add : Op::Mul, {any(i), make_value(i)}, i));
      case 11: return set_results(emit(Op::Call, {any(strings), any(s)}, {i, strings}, {}, 0));
      case 12: return set_results(emit(Op::CallNative, {any(s)}, {types_[kBool]}, {}, 0));
      case 13: return set_results(emit(Op::ListTake, {any(strings), any(i)}, {strings, s}));
      case 14: return branch(depth);
      case 15: return loop(depth);
      case 16: return match(depth, any(types_[kBoth]));
      case 17: return match(depth, any(types_[kOption]));
      default: {
        const TypeId flat = layout_.flat(types_[kTree]);
        return match(depth, b_.value(Op::BoxPeek, {any(types_[kTree])}, flat));
      }
    }
  }

  /// Ends the ways in `ends`, each with its own variables, in one block that has them as parameters.
  void join(const std::vector<std::pair<BlockId, std::vector<ValueId>>>& ends) {
    BlockId after = b_.new_block();
    for (const auto& [block, env] : ends) {
      b_.at = block;
      b_.jump(after, env);
    }
    const std::vector<ValueId> old = ends[0].second;
    env_.clear();
    for (ValueId v : old) env_.push_back(b_.add_param(after, f_.type(v)));
    b_.at = after;
  }

  void branch(int depth) {
    ValueId condition = any(types_[kBool]);
    BlockId yes = b_.new_block();
    BlockId no = b_.new_block();
    b_.branch(condition, yes, no);
    const auto before = env_;
    std::vector<std::pair<BlockId, std::vector<ValueId>>> ends;
    for (BlockId side : {yes, no}) {
      b_.at = side;
      env_ = before;
      statements(depth - 1, pick(4));
      if (side == no && pick(5) == 0) {
        emit(Op::Panic, {any(types_[kString])}, {});
      } else {
        ends.emplace_back(b_.at, env_);
      }
    }
    join(ends);
  }

  void loop(int depth) {
    BlockId head = b_.new_block();
    b_.jump(head, env_);
    for (ValueId& v : env_) v = b_.add_param(head, f_.type(v));
    b_.at = head;
    const auto at_head = env_;
    ValueId condition = b_.value(Op::Lt, {any(types_[kInt]), any(types_[kInt])}, types_[kBool]);
    BlockId body = b_.new_block();
    BlockId exit = b_.new_block();
    b_.branch(condition, body, exit);
    b_.at = body;
    statements(depth - 1, 1 + pick(4));
    b_.jump(head, env_);
    b_.at = exit;
    env_ = at_head;
  }

  void match(int depth, ValueId subject) {
    const TypeId type = f_.type(subject);
    const auto n = layout_.variant_count(type);
    nir::InstId last = emit(Op::Switch, {subject}, {});
    std::vector<BlockId> arms;
    for (std::uint32_t v = 0; v < n; ++v) arms.push_back(b_.new_block());
    for (BlockId arm : arms) b_.add_edge(last, arm);
    const auto before = env_;
    std::vector<std::pair<BlockId, std::vector<ValueId>>> ends;
    for (std::uint32_t v = 0; v < n; ++v) {
      b_.at = arms[v];
      env_ = before;
      if (pick(3) == 0) branch(1);  // so that the payload is looked at behind a join
      set_results(emit(Op::Payload, {subject}, leaves(layout_.payload(type, v)), {}, v));
      statements(depth - 1, pick(4));
      ends.emplace_back(b_.at, env_);
    }
    join(ends);
  }

  nir::Layout& layout_;
  std::minstd_rand random_;
  nir::Function f_;
  nir::Builder b_;
  std::vector<TypeId> types_;
  std::vector<ValueId> env_;
};

TEST(CodegenRandom, WhatLoweringMayMakeVerifies) {
  for (unsigned seed = 1; seed <= 4000; ++seed) {
    Interner names;
    sema::TypeTable types(names);
    names.intern("text");
    auto parsed = nir::parse(kPrelude, types);
    ASSERT_TRUE(parsed) << parsed.error();
    nir::Layout layout(types);
    parsed->module.functions.push_back(Generator(parsed->module, layout, seed * 7919).make(names.intern("random")));
    const std::string before = nir::print(types, parsed->module);
    auto whole = nir::verify(parsed->module, layout);
    ASSERT_TRUE(whole) << "seed " << seed << ": " << whole.error() << "\n" << before;
    auto passed = nir::run_passes(parsed->module, layout, {.verify = true});
    ASSERT_TRUE(passed) << "seed " << seed << ": " << passed.error() << "\n"
                        << before << nir::print(types, parsed->module);
    auto made = generate(parsed->module, layout);
    ASSERT_TRUE(made) << "seed " << seed << ": " << made.error();
    auto checked = nbc::check(*made);
    ASSERT_TRUE(checked) << "seed " << seed << ": " << checked.error().text(*made) << "\n"
                         << nir::print(types, parsed->module) << nbc::disassemble(*made);
  }
}

}  // namespace
}  // namespace noodle::codegen
