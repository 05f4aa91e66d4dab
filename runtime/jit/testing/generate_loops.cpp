#include "runtime/jit/testing/generate_loops.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>

#include "runtime/jit/testing/called_functions.h"
#include "runtime/jit/testing/some_numbers.h"

namespace noodle::jit::testing {

namespace {

using nbc::FunctionBuilder;
using nbc::FunctionId;
using nbc::Label;
using nbc::ModuleBuilder;
using nbc::Op;
using nbc::TypeId;
using nbc::testing::Random;
using Slots = std::vector<std::uint16_t>;

// The operations on one type of integers follow one another in opcodes.def, type by type.
enum Operation { Add, Sub, Mul, Div, Rem, Pow, Neg, Shl, Shr, AddWrap, SubWrap, MulWrap, Not };
Op integer_op(TypeId type, Operation what) {
  const auto step = static_cast<std::uint32_t>(Op::AddI16) - static_cast<std::uint32_t>(Op::AddI8);
  return Op(static_cast<std::uint32_t>(Op::AddI8) + (type.index - nbc::kI8.index) * step +
            static_cast<std::uint32_t>(what));
}

class LoopGenerator {
 public:
  LoopGenerator(Shared& shared, FunctionId id, const std::vector<TypeId>& lists)
      : s_(shared), random_(shared.random), f_(shared.m, id), list_types_(lists) {}

  void run() {
    registers();
    constexpr std::int64_t kDepths[] = {1000, 9000, 60'000, 400'000};
    if (random_.chance(15)) descend(kDepths[random_.below(std::size(kDepths))]);
    if (random_.chance(15)) call_loop_at_first_word();
    make_lists();
    for (std::uint32_t n = 1 + random_.below(2); n > 0; --n) nest();
    Slots results = lists_;
    for (const TypeId type : numbers()) results.push_back(registers_[type.index][0]);
    f_.drop(text_);
    f_.ret(results);
    f_.finish();
  }

  /// The types of numbers of which functions have registers, one of each being a result.
  static std::vector<TypeId> numbers() {
    std::vector<TypeId> types;
    for (std::uint32_t i = 0; i <= nbc::kU64.index; ++i) types.emplace_back(std::size_t{i});
    types.push_back(nbc::kF32);
    types.push_back(nbc::kF64);
    return types;
  }

 private:
  std::uint16_t any(TypeId type) {
    const Slots& all = registers_[type.index];
    return all[random_.below(all.size())];
  }
  /// To be read: often the counter.
  std::uint16_t source(TypeId type) { return type == nbc::kI64 && random_.chance(25) ? counter_ : any(type); }
  TypeId integer_type() { return random_.chance(50) ? nbc::kI64 : TypeId(std::size_t{1 + random_.below(8)}); }

  void put_integer(std::uint16_t slot, TypeId type, std::int64_t value) {
    f_.constant(slot, s_.m.scalar(type, static_cast<std::uint64_t>(value)));
  }

  void put_some(std::uint16_t slot, TypeId type) {
    if (type == nbc::kBool) {
      f_.integer(slot, random_.below(2));
    } else if (type == nbc::kF64) {
      f_.constant(slot, s_.m.f64(some_float(random_)));
    } else if (type == nbc::kF32) {
      f_.constant(slot, s_.m.f32(static_cast<float>(random_.below(50)) - 7.5f));
    } else {
      put_integer(slot, type, some_integer(random_, type));
    }
  }

  void registers() {
    for (const TypeId type : numbers()) {
      for (int n = type == nbc::kI64 || type == nbc::kF64 ? 4 : 2; n > 0; --n) {
        registers_[type.index].push_back(f_.reg(type));
        put_some(registers_[type.index].back(), type);
      }
    }
    text_ = f_.reg(nbc::kString);
    f_.constant(text_, s_.m.text(random_.chance(50) ? "short" : "a text that is too long for its two words"));
    index_ = counter_ = f_.reg(nbc::kI64);
    f_.integer(index_, 0);
  }

  // Slots of values for each leaf of an element; of text it is a new reference.
  Slots element_slots(TypeId list, bool taken) {
    Slots slots;
    for (const nbc::Leaf& leaf : s_.m.types().flatten(s_.m.types()[list].element)) {
      if (leaf.type == nbc::kString) {
        std::uint16_t slot = text_;
        if (taken) {
          slot = f_.reg(nbc::kString);
          f_.copy(slot, text_);
        }
        slots.insert(slots.end(), {slot, static_cast<std::uint16_t>(slot + 1)});
      } else {
        slots.push_back(taken ? source(leaf.type) : any(leaf.type));
      }
    }
    return slots;
  }

  void make_lists() {
    constexpr std::int64_t kLengths[] = {0, 1, 2, 3, 7, 64, 100, 4095, 4096, 4097, 9000};
    length_ = kLengths[random_.below(std::size(kLengths))];
    for (const TypeId type : list_types_) {
      const std::uint16_t list = f_.reg(type);
      const auto same = std::ranges::find_if(lists_, [&](std::uint16_t at) { return f_.type_at(at) == type; });
      if (same != lists_.end() && random_.chance(50)) {
        f_.copy(list, *same);
      } else if (random_.chance(8)) {
        f_.abc(Op::Zero, list);
      } else {
        f_.integer(index_, random_.chance(90) ? length_ : random_.below(10));
        f_.list(Op::ListFilled, list, index_, element_slots(type, false));
      }
      lists_.push_back(list);
    }
    f_.integer(index_, 0);
  }

  // A loop around one or two others, or just one.
  void nest() {
    if (random_.chance(40)) return loop();
    const std::uint16_t counter = f_.reg(nbc::kI64);
    f_.integer(counter, 0);
    counter_ = counter;
    wild_ = random_.chance(50);
    const Label head = f_.label();
    f_.bind(head);
    if (random_.chance(30)) statement();
    loop();
    if (random_.chance(30)) loop();
    f_.abc(Op::AddImmI64, counter, counter, 1);
    f_.compare_jump(Op::JltImmI64, counter, static_cast<std::uint16_t>(1 + random_.below(3)), head);
  }

  // Where the counter begins and ends; not too far from one another.
  void bounds(std::uint16_t counter, std::uint16_t bound) {
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
    std::int64_t from = 0, to = length_;
    switch (random_.below(30)) {
      case 0: from = kMost - random_.below(4), to = kMost - random_.below(3); break;
      case 1: from = -static_cast<std::int64_t>(random_.below(5)); break;
      case 2: from = std::numeric_limits<std::int64_t>::min(), to = from + random_.below(5); break;
      case 3: to = length_ + 1; break;
      case 4: to = length_ - 1; break;
      case 5: from = random_.below(5), to = random_.below(5); break;
      case 6: to = 4096 + random_.below(3) - 1; break;
      case 7: from = length_; break;
      default: break;
    }
    below_nothing_ = from < -100;
    f_.constant(counter, s_.m.scalar(nbc::kI64, static_cast<std::uint64_t>(from)));
    f_.constant(bound, s_.m.scalar(nbc::kI64, static_cast<std::uint64_t>(to)));
  }

  // A number that each turn of a loop moves towards the end of its type, maybe beyond.
  struct Climber {
    TypeId type;
    std::uint16_t number, step;
    Operation what;
  };

  Climber climber() {
    const TypeId type = integer_type();
    const bool up = random_.chance(50);
    const auto [least, most] = limits(type);
    constexpr std::uint64_t kFar[] = {1, 6, 100, 10'000};
    const std::uint64_t far = std::min<std::uint64_t>(kFar[random_.below(std::size(kFar))] + random_.below(8), most);
    Climber made{.type = type, .number = f_.reg(type), .step = f_.reg(type), .what = up ? Add : Sub};
    put_integer(made.number, type, static_cast<std::int64_t>(up ? most - far : least + far));
    put_integer(made.step, type, 1 + random_.below(3));
    return made;
  }

  void climb(const Climber& by) {
    f_.abc(integer_op(by.type, by.what), by.number, by.number, by.step);
    if (random_.chance(50)) f_.abc(Op::Xor, any(by.type), any(by.type), by.number);
  }

  void loop() {
    const std::uint16_t counter = f_.reg(nbc::kI64), bound = f_.reg(nbc::kI64);
    bounds(counter, bound);
    counter_ = counter;
    std::optional<Climber> climbs;
    if (random_.chance(8)) climbs = climber();
    const Label head = f_.label(), next = f_.label(), end = f_.label();
    const bool test_first = random_.chance(50);
    if (test_first) f_.compare_jump(Op::JleI64, bound, counter, end);
    f_.bind(head);
    wild_ = random_.chance(25);
    for (std::uint32_t n = 1 + random_.below(5); n > 0; --n) {
      if (random_.chance(15)) {
        f_.br_true(any(nbc::kBool), next);
      } else if (random_.chance(3)) {
        f_.br_true(any(nbc::kBool), end);
      }
      statement();
    }
    if (random_.chance(5)) shrink(bound);
    if (climbs) climb(*climbs);
    f_.bind(next);
    f_.abc(Op::AddImmI64, counter, counter, 1);
    switch (below_nothing_ ? 9 : random_.below(10)) {
      case 0: f_.compare_jump(Op::JltImmI64, counter, static_cast<std::uint16_t>(random_.below(200)), head); break;
      case 1:
        f_.compare_jump(Op::JleI64, bound, counter, end);
        f_.jump(head);
        break;
      default: f_.compare_jump(Op::JltI64, counter, bound, head);
    }
    f_.bind(end);
  }

  // Moves the end of a loop towards its counter.
  void shrink(std::uint16_t bound) {
    const Label stays = f_.label();
    f_.br_true(any(nbc::kBool), stays);
    f_.move(bound, counter_);
    f_.bind(stays);
  }

  void statement() {
    f_.line(0, ++line_, 1);
    switch (random_.below(wild_ ? 15 : 10)) {
      case 0:
      case 1: return arithmetic();
      case 2: return compare();
      case 3: return floats();
      case 4: return convert();
      case 5: return branch();
      case 6:
      case 7: return read_list();
      case 8:
      case 9: return change_list();
      case 10: return share();
      case 11: return grow();
      case 12: return call();
      case 13: return boxes();
      default: return texts();
    }
  }

  void arithmetic() {
    const TypeId type = integer_type();
    constexpr Operation kCalm[] = {AddWrap, SubWrap, MulWrap, Not};
    constexpr Operation kHarsh[] = {Add, Sub, Mul, Div, Rem, Neg, Shl, Shr};
    const bool harsh = random_.chance(8);
    const Operation what = harsh ? kHarsh[random_.below(std::size(kHarsh))] : kCalm[random_.below(std::size(kCalm))];
    std::uint16_t y = any(type);
    if (harsh && random_.chance(75)) {
      // Seldom in vain.
      y = registers_[type.index].back();
      put_integer(y, type, 1 + random_.below(7));
    }
    if (type == nbc::kI64 && random_.chance(30)) {
      constexpr Op kImmediate[] = {Op::RemImmI64, Op::DivImmI64, Op::RemImmI64};
      constexpr std::int16_t kBy[] = {1, -1, 2, 7, -3, 1000, 32767, -32768};
      f_.abc(kImmediate[random_.below(3)], any(type), source(type), static_cast<std::uint16_t>(kBy[random_.below(8)]));
      return;
    }
    const bool one = what == Not || what == Neg;
    f_.abc(integer_op(type, what), any(type), source(type), one ? std::uint16_t{0} : y);
    if (random_.chance(20)) f_.abc(Op::Xor, any(type), any(type), any(type));
  }

  void compare() {
    const TypeId type = integer_type();
    const bool is_signed = nbc::is_signed(nbc::Kind(type.index));
    const Op ops[] = {Op::EqInt, Op::NeInt, is_signed ? Op::LtSigned : Op::LtUnsigned,
                      is_signed ? Op::LeSigned : Op::LeUnsigned};
    f_.abc(ops[random_.below(4)], any(nbc::kBool), source(type), any(type));
    if (random_.chance(20)) f_.abc(is_signed ? Op::CmpSigned : Op::CmpUnsigned, any(nbc::kI64), any(type), any(type));
    if (random_.chance(20)) f_.abc(Op::NotBool, any(nbc::kBool), any(nbc::kBool));
    if (random_.chance(20)) f_.abc(Op::GeImmI64, any(nbc::kBool), any(nbc::kI64), 3);
  }

  void floats() {
    constexpr Op kTwo[] = {Op::AddF64, Op::SubF64, Op::MulF64, Op::DivF64};
    constexpr Op kOne[] = {Op::NegF64, Op::SqrtF64, Op::FloorF64, Op::CeilF64, Op::AbsF64};
    constexpr Op kTests[] = {Op::EqF64, Op::NeF64, Op::LtF64, Op::LeF64};
    const std::uint16_t a = any(nbc::kF64), x = any(nbc::kF64), y = any(nbc::kF64);
    switch (random_.below(5)) {
      case 0: f_.abc(kOne[random_.below(std::size(kOne))], a, x); break;
      case 1: f_.abc(kTests[random_.below(4)], any(nbc::kBool), x, y); break;
      case 2: f_.abc(Op::AddF32, any(nbc::kF32), any(nbc::kF32), any(nbc::kF32)); break;
      default: f_.abc(kTwo[random_.below(4)], a, x, y);
    }
    if (random_.chance(20)) f_.abc(kTwo[random_.below(4)], any(nbc::kF64), a, y);
  }

  void convert() {
    const TypeId from = integer_type(), to = integer_type();
    auto pair = [](TypeId a, TypeId b) {
      return nbc::pair_of(static_cast<std::uint8_t>(a.index), static_cast<std::uint8_t>(b.index));
    };
    switch (random_.below(8)) {
      case 0:
        if (random_.chance(20)) f_.abc(Op::Conv, any(to), any(from), pair(from, to));
        break;
      case 1: f_.abc(Op::Conv, any(nbc::kF64), source(from), pair(from, nbc::kF64)); break;
      case 2: f_.abc(Op::Fits, any(nbc::kBool), any(from), pair(from, to)); break;
      case 3:
        if (random_.chance(20)) f_.abc(Op::Conv, any(to), any(nbc::kF64), pair(nbc::kF64, to));
        break;
      default: f_.abc(Op::Wrap, any(to), source(from), pair(from, to));
    }
  }

  void branch() {
    const Label over = f_.label();
    constexpr Op kTwo[] = {Op::JeqI64, Op::JneI64, Op::JltI64, Op::JleI64};
    constexpr Op kImmediate[] = {Op::JeqImmI64, Op::JneImmI64, Op::JltImmI64,
                                 Op::JleImmI64, Op::JgtImmI64, Op::JgeImmI64};
    constexpr Op kFloats[] = {Op::JeqF64, Op::JneF64, Op::JltF64, Op::JleF64, Op::JnltF64, Op::JnleF64};
    switch (random_.below(4)) {
      case 0: f_.compare_jump(kTwo[random_.below(4)], any(nbc::kI64), any(nbc::kI64), over); break;
      case 1: f_.compare_jump(kFloats[random_.below(6)], any(nbc::kF64), any(nbc::kF64), over); break;
      case 2: f_.br_false(any(nbc::kBool), over); break;
      default:
        f_.compare_jump(kImmediate[random_.below(6)], random_.chance(50) ? counter_ : any(nbc::kI64),
                        static_cast<std::uint16_t>(random_.below(10) - 3), over);
    }
    for (std::uint32_t n = 1 + random_.below(2); n > 0; --n) statement();
    f_.bind(over);
  }

  // The counter, or some other number that is mostly within a list.
  std::uint16_t index() {
    if (random_.chance(60)) return counter_;
    if (random_.chance(2)) return any(nbc::kI64);
    f_.abc(Op::RemImmI64, index_, any(nbc::kI64),
           static_cast<std::uint16_t>(std::clamp<std::int64_t>(length_, 1, 9000)));
    if (random_.chance(80)) f_.abc(Op::MulWrapI64, index_, index_, index_);
    if (random_.chance(80)) {
      f_.abc(Op::RemImmI64, index_, index_, static_cast<std::uint16_t>(std::clamp<std::int64_t>(length_, 1, 9000)));
    }
    return index_;
  }

  std::uint16_t some_list() { return lists_[random_.below(lists_.size())]; }
  bool has_text(std::uint16_t list) { return s_.m.types()[f_.type_at(list)].element == nbc::kString; }

  void read_list() {
    const std::uint16_t list = some_list();
    if (random_.chance(10)) return f_.abc(Op::ListLen, any(nbc::kI64), list);
    const std::uint16_t at = index();
    if (has_text(list)) {
      const std::uint16_t text = f_.reg(nbc::kString);
      const Slots out{text, static_cast<std::uint16_t>(text + 1)};
      const bool owned = random_.chance(50);
      f_.list(owned ? Op::ListGet : Op::ListPeek, list, at, out);
      f_.abc(Op::StringByteLen, any(nbc::kI64), text);
      f_.abc(Op::StringEq, any(nbc::kBool), text, text_);
      if (owned) f_.drop(text);
      return;
    }
    const auto leaves = s_.m.types().flatten(s_.m.types()[f_.type_at(list)].element);
    if (random_.chance(30)) {
      const std::uint32_t leaf = random_.below(leaves.size());
      f_.abc_xyz(Op::ListLoad, any(leaves[leaf].type), list, at, 0, static_cast<std::uint16_t>(leaf));
      return;
    }
    f_.list(random_.chance(50) ? Op::ListGet : Op::ListPeek, list, at, element_slots(f_.type_at(list), false));
  }

  void change_list() {
    const std::uint16_t list = some_list(), at = index();
    const TypeId type = f_.type_at(list);
    const auto leaves = s_.m.types().flatten(s_.m.types()[type].element);
    if (!has_text(list) && random_.chance(30)) {
      const std::uint32_t leaf = random_.below(leaves.size());
      f_.abc_xyz(Op::ListStore, any(leaves[leaf].type), list, at, 0, static_cast<std::uint16_t>(leaf));
    } else if (!has_text(list) && random_.chance(15)) {
      f_.list(Op::ListTake, list, at, element_slots(type, false));
    } else {
      f_.list(random_.chance(50) ? Op::ListSet : Op::ListPut, list, at, element_slots(type, true));
    }
  }

  // Another reference to a list, which goes at once or is kept instead of the list.
  void share() {
    const std::uint16_t list = some_list(), other = f_.reg(f_.type_at(list));
    f_.copy(other, list);
    if (random_.chance(30)) change_list();
    if (random_.chance(50)) f_.list(Op::ListSet, list, counter_, element_slots(f_.type_at(list), true));
    f_.drop(other);
  }

  void grow() {
    const std::uint16_t list = some_list();
    const TypeId type = f_.type_at(list);
    if (random_.chance(20)) return f_.abc(Op::ListReverse, list);
    f_.list(Op::ListPush, list, 0, element_slots(type, true));
    if (random_.chance(30)) f_.abc(Op::ListSwap, list, counter_, any(nbc::kI64));
  }

  void call() {
    const Slots args{any(nbc::kI64), any(nbc::kF64), counter_}, results{any(nbc::kI64), any(nbc::kF64)};
    if (random_.chance(90)) return f_.call(s_.leaf, args, results);
    descend(3 + random_.below(20));
  }

  void descend(std::int64_t depth) {
    f_.integer(index_, depth);
    const Slots args{index_, any(nbc::kF64)}, results{any(nbc::kI64), any(nbc::kF64)};
    f_.call(s_.deep, args, results);
    f_.integer(index_, 0);
  }

  // Over a list whose length may be less than the loop's bound.
  void call_loop_at_first_word() {
    const std::uint16_t list = f_.reg(s_.m.types().list(nbc::kI64)), from = f_.reg(nbc::kI64), to = f_.reg(nbc::kI64);
    const std::int64_t length = random_.below(50);
    f_.integer(index_, length);
    f_.list(Op::ListFilled, list, index_, Slots{any(nbc::kI64)});
    f_.integer(from, random_.below(4));
    f_.integer(to, random_.chance(80) ? length : random_.below(50));
    const Slots args{list, from, to, any(nbc::kI64)}, results{any(nbc::kI64)};
    f_.call(s_.first_word, args, results);
    f_.drop(list);
  }

  // A box, maybe a shared one, that is read and filled again.
  void boxes() {
    const TypeId content = random_.chance(50) ? nbc::kF64 : integer_type();
    const std::uint16_t box = f_.reg(s_.m.types().box(content)), other = f_.reg(f_.type_at(box));
    f_.list(Op::BoxNew, box, 0, Slots{source(content)});
    const bool shared = random_.chance(50);
    if (shared) f_.copy(other, box);
    if (random_.chance(50)) f_.list(Op::BoxPut, box, 0, Slots{source(content)});
    if (random_.chance(50)) f_.list(Op::BoxTake, box, 0, Slots{any(content)});
    f_.list(Op::BoxGet, shared ? other : box, 0, Slots{any(content)});
    if (shared) f_.drop(other);
    f_.drop(box);
  }

  void texts() {
    const std::uint16_t other = f_.reg(nbc::kString);
    f_.copy(other, text_);
    if (random_.chance(20)) f_.abc(Op::StringAppend, other, text_);
    f_.abc(Op::StringLen, any(nbc::kI64), other);
    f_.drop(other);
  }

  Shared& s_;
  Random& random_;
  FunctionBuilder f_;
  std::vector<TypeId> list_types_;
  Slots registers_[nbc::kBuiltinTypes];
  Slots lists_;
  std::uint16_t text_ = 0, index_ = 0, counter_ = 0;
  std::int64_t length_ = 3;     // of most lists
  bool below_nothing_ = false;  // the loop's counter begins far below 0
  std::uint32_t line_ = 0;
  bool wild_ = false;  // the loop has more than plain instructions
};

}  // namespace

nbc::Module generate_loops(std::uint64_t seed) {
  Shared s(seed);
  s.m.module.debug.files.push_back(s.m.string("loops.noodle"));
  make_leaf(s);
  make_deep(s);
  make_first_word(s);
  for (int n = 0; n < 2; ++n) {
    std::vector<TypeId> lists;
    for (std::uint32_t k = 1 + s.random.below(3); k > 0; --k) {
      lists.push_back(!lists.empty() && s.random.chance(40) ? lists[0] : s.m.types().list(s.element()));
    }
    std::vector<TypeId> results = lists;
    for (const TypeId type : LoopGenerator::numbers()) results.push_back(type);
    const FunctionId id = s.m.declare("loops", {{}, results});
    LoopGenerator(s, id, lists).run();
  }
  return std::move(s.m.module);
}

}  // namespace noodle::jit::testing
