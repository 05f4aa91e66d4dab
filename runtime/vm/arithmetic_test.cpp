// Every instruction on integers, against arithmetic in 128 bits.

#include <array>
#include <functional>
#include <limits>
#include <random>

#include "runtime/vm/testing/bench.h"

namespace noodle::vm {
namespace {

using nbc::Kind;
using nbc::Op;
using nbc::TypeId;
using testing::Bench;
using testing::number;
using testing::word;
using testing::Words;
using Wide = __int128;

constexpr int kRandom = 2'000;

struct IntType {
  TypeId id;
  std::string_view text;  // in mnemonics
  std::string_view name;  // in messages
  int bits;
  bool is_signed;

  Wide min() const { return is_signed ? -(Wide{1} << (bits - 1)) : Wide{0}; }
  Wide max() const { return (Wide{1} << (is_signed ? bits - 1 : bits)) - 1; }
  bool has(Wide x) const { return x >= min() && x <= max(); }
  /// The number that a register's bits mean, and the other way round.
  Wide read(std::uint64_t bits_) const { return is_signed ? Wide{number(bits_)} : Wide{bits_}; }
  Wide wrap(Wide x) const {
    const Wide low = x & ((Wide{1} << bits) - 1);
    return is_signed && (low >> (bits - 1) & 1) != 0 ? low - (Wide{1} << bits) : low;
  }
};

constexpr std::array<IntType, 8> kInts = {{
    {nbc::kI8, "i8", "i8", 8, true},
    {nbc::kI16, "i16", "i16", 16, true},
    {nbc::kI32, "i32", "i32", 32, true},
    {nbc::kI64, "i64", "Int", 64, true},
    {nbc::kU8, "u8", "u8", 8, false},
    {nbc::kU16, "u16", "u16", 16, false},
    {nbc::kU32, "u32", "u32", 32, false},
    {nbc::kU64, "u64", "u64", 64, false},
}};

std::string decimal(Wide x) {
  if (x < 0) return "-" + decimal(-x);
  std::string out;
  do {
    out.insert(out.begin(), static_cast<char>('0' + static_cast<int>(x % 10)));
    x /= 10;
  } while (x != 0);
  return out;
}

std::vector<Wide> edges(const IntType& t) {
  std::vector<Wide> out;
  for (const Wide x : {Wide{0},     Wide{1},  Wide{2},     Wide{3},     Wide{7},         Wide{8},    Wide{15}, Wide{16},
                       Wide{31},    Wide{32}, Wide{63},    Wide{64},    Wide{-1},        Wide{-2},   Wide{-8}, t.min(),
                       t.min() + 1, t.max(),  t.max() - 1, t.max() / 2, t.max() / 2 + 1, t.min() / 2}) {
    if (t.has(x)) out.push_back(x);
  }
  return out;
}

// Numbers of all sizes: small ones are as likely as big ones.
class Numbers {
 public:
  Wide next(const IntType& t) { return t.wrap(static_cast<Wide>(random_()) >> (random_() % t.bits)); }

 private:
  std::mt19937_64 random_{7};
};

// What an instruction gives: a number, or the message of its panic.
struct Outcome {
  Wide value = 0;
  std::string message;
};

Outcome overflow(const IntType& t, Wide a, std::string_view sign, Wide b) {
  return {0, "integer overflow: " + decimal(a) + " " + std::string(sign) + " " + decimal(b) + " does not fit in " +
                 std::string(t.name)};
}
Outcome fitting(const IntType& t, Wide x, Wide a, std::string_view sign, Wide b) {
  return t.has(x) ? Outcome{x, ""} : overflow(t, a, sign, b);
}
Outcome shift_outside(const IntType& t, Wide by) {
  return {0, "shift by " + decimal(by) + " is outside the width of " + std::string(t.name)};
}
Outcome power(const IntType& t, Wide a, Wide b) {
  if (b < 0) return {0, "negative exponent: " + decimal(a) + " ** " + decimal(b)};
  Wide out = 1;
  // More than 64 factors change nothing but the sign of -1, or overflow.
  for (Wide i = 0; i < (b > 64 ? 64 + b % 2 : b); ++i) {
    if (__builtin_mul_overflow(out, a, &out) || !t.has(out)) return overflow(t, a, "**", b);
  }
  return {out, ""};
}

struct Binary {
  std::string_view verb;
  std::function<Outcome(const IntType&, Wide, Wide)> oracle;
};

const std::vector<Binary>& binaries() {
  static const std::vector<Binary> kAll = {
      {"add", [](const IntType& t, Wide a, Wide b) { return fitting(t, a + b, a, "+", b); }},
      {"sub", [](const IntType& t, Wide a, Wide b) { return fitting(t, a - b, a, "-", b); }},
      {"mul",
       [](const IntType& t, Wide a, Wide b) {
         Wide product;  // of two u64 it may pass even 128 bits
         if (__builtin_mul_overflow(a, b, &product)) return overflow(t, a, "*", b);
         return fitting(t, product, a, "*", b);
       }},
      {"div", [](const IntType& t, Wide a,
                 Wide b) { return b == 0 ? Outcome{0, "division by zero"} : fitting(t, a / b, a, "/", b); }},
      {"rem",
       [](const IntType&, Wide a, Wide b) { return b == 0 ? Outcome{0, "division by zero"} : Outcome{a % b, ""}; }},
      {"pow", power},
      {"shl",
       [](const IntType& t, Wide a, Wide b) {
         if (b < 0 || b >= t.bits) return shift_outside(t, b);
         return Outcome{t.wrap(static_cast<Wide>(static_cast<unsigned __int128>(a) << static_cast<int>(b))), ""};
       }},
      {"shr",
       [](const IntType& t, Wide a, Wide b) {
         return b < 0 || b >= t.bits ? shift_outside(t, b) : Outcome{a >> static_cast<int>(b), ""};
       }},
      {"addw", [](const IntType& t, Wide a, Wide b) { return Outcome{t.wrap(a + b), ""}; }},
      {"subw", [](const IntType& t, Wide a, Wide b) { return Outcome{t.wrap(a - b), ""}; }},
      {"mulw",
       [](const IntType& t, Wide a, Wide b) {
         const auto product = static_cast<unsigned __int128>(a) * static_cast<unsigned __int128>(b);
         return Outcome{t.wrap(static_cast<Wide>(product)), ""};
       }},
      {"and", [](const IntType&, Wide a, Wide b) { return Outcome{a & b, ""}; }},
      {"or", [](const IntType&, Wide a, Wide b) { return Outcome{a | b, ""}; }},
      {"xor", [](const IntType&, Wide a, Wide b) { return Outcome{a ^ b, ""}; }},
      {"eq.int", [](const IntType&, Wide a, Wide b) { return Outcome{a == b, ""}; }},
      {"ne.int", [](const IntType&, Wide a, Wide b) { return Outcome{a != b, ""}; }},
      {"lt", [](const IntType&, Wide a, Wide b) { return Outcome{a < b, ""}; }},
      {"le", [](const IntType&, Wide a, Wide b) { return Outcome{a <= b, ""}; }},
      {"cmp", [](const IntType&, Wide a, Wide b) { return Outcome{(a > b) - (a < b), ""}; }},
  };
  return kAll;
}

// The mnemonic of a verb for a type: some instructions serve all types, some all of one signedness.
Op op_for(std::string_view verb, const IntType& t) {
  if (Op op = nbc::find_op(verb); op != Op(nbc::kOpCount)) return op;
  const std::string name = std::string(verb) + ".";
  if (Op op = nbc::find_op(name + std::string(t.text)); op != Op(nbc::kOpCount)) return op;
  return nbc::find_op(name + (t.is_signed ? "s" : "u"));
}

TypeId result_type(std::string_view verb, const IntType& t) {
  if (verb == "cmp") return nbc::kI64;
  return verb == "lt" || verb == "le" || verb.ends_with(".int") ? nbc::kBool : t.id;
}

void expect(Bench& bench, nbc::FunctionId f, const Words& args, Wide (*read)(std::uint64_t), const Outcome& outcome,
            const std::string& what) {
  const auto done = bench.run(f, args);
  if (!done) {
    EXPECT_EQ(done.error().message, outcome.message) << what;
  } else {
    EXPECT_EQ(outcome.message, "") << what << " gives " << decimal(read((*done)[0]));
    EXPECT_EQ(decimal(read((*done)[0])), decimal(outcome.value)) << what;
  }
}
Wide read_signed(std::uint64_t x) { return number(x); }
Wide read_unsigned(std::uint64_t x) { return x; }

TEST(Integers, BinaryInstructionsAgreeWithExactArithmetic) {
  for (const IntType& t : kInts) {
    Bench bench;
    std::vector<nbc::FunctionId> functions;
    for (const Binary& binary : binaries()) {
      const TypeId result = result_type(binary.verb, t);
      functions.push_back(bench.function("f", {{{t.id}, {t.id}}, {result}}, [&](nbc::FunctionBuilder& f) {
        const std::uint16_t r = f.reg(result);
        f.abc(op_for(binary.verb, t), r, f.param(0), f.param(1));
        f.ret({r});
      }));
    }
    ASSERT_NO_FATAL_FAILURE(bench.load());
    auto check = [&](Wide a, Wide b) {
      for (std::size_t i = 0; i < functions.size(); ++i) {
        const Binary& binary = binaries()[i];
        const bool is_signed = t.is_signed || binary.verb == "cmp";
        expect(bench, functions[i], {static_cast<std::uint64_t>(a), static_cast<std::uint64_t>(b)},
               is_signed ? read_signed : read_unsigned, binary.oracle(t, a, b),
               std::string(binary.verb) + "." + std::string(t.text) + " " + decimal(a) + " " + decimal(b));
      }
    };
    for (const Wide a : edges(t)) {
      for (const Wide b : edges(t)) check(a, b);
    }
    Numbers numbers;
    for (int i = 0; i < kRandom; ++i) {
      const Wide a = numbers.next(t);
      check(a, numbers.next(t));
    }
  }
}

TEST(Integers, UnaryInstructionsAgreeWithExactArithmetic) {
  for (const IntType& t : kInts) {
    Bench bench;
    auto unary = [&](std::string_view verb) {
      return bench.function("f", {{{t.id}}, {t.id}}, [&](nbc::FunctionBuilder& f) {
        const std::uint16_t r = f.reg(t.id);
        f.abc(op_for(verb, t), r, f.param(0));
        f.ret({r});
      });
    };
    const nbc::FunctionId neg = unary("neg"), flip = unary("not");
    ASSERT_NO_FATAL_FAILURE(bench.load());
    auto check = [&](Wide a) {
      const std::string what = std::string(t.text) + " " + decimal(a);
      const Words args = {static_cast<std::uint64_t>(a)};
      const auto read = t.is_signed ? read_signed : read_unsigned;
      const Outcome fails{0, "integer overflow: -(" + decimal(a) + ") does not fit in " + std::string(t.name)};
      expect(bench, neg, args, read, t.has(-a) ? Outcome{-a, ""} : fails, "neg." + what);
      expect(bench, flip, args, read, {t.wrap(~a), ""}, "not." + what);
    };
    for (const Wide a : edges(t)) check(a);
    Numbers numbers;
    for (int i = 0; i < kRandom; ++i) check(numbers.next(t));
  }
}

TEST(Integers, ImmediateFormsAgreeWithExactArithmetic) {
  constexpr std::int16_t kImmediates[] = {1, 2, 3, 10, 100, -1, -2, -10, 255, 256, 32'767, -32'768, 0};
  const IntType& t = kInts[3];
  Bench bench;
  struct Form {
    std::string verb;
    std::int16_t imm;
    nbc::FunctionId f;
  };
  std::vector<Form> forms;
  for (const std::string_view verb : {"add", "sub", "mul", "div", "rem", "eq", "ne", "lt", "le", "gt", "ge"}) {
    for (const std::int16_t imm : kImmediates) {
      if ((verb == "div" || verb == "rem") && imm == 0) continue;
      const Op op = nbc::find_op(std::string(verb) + "i.i64");
      const TypeId result = nbc::info(op).operands[0].what == nbc::What::Bool ? nbc::kBool : nbc::kI64;
      forms.push_back(
          {std::string(verb), imm, bench.function("f", {{{nbc::kI64}}, {result}}, [&](nbc::FunctionBuilder& f) {
             const std::uint16_t r = f.reg(result);
             f.abc(op, r, f.param(0), static_cast<std::uint16_t>(imm));
             f.ret({r});
           })});
    }
  }
  ASSERT_NO_FATAL_FAILURE(bench.load());
  auto check = [&](const Form& form, Wide a) {
    Outcome outcome;
    const Wide b = form.imm;
    if (form.verb == "gt") {
      outcome.value = a > b;
    } else if (form.verb == "ge") {
      outcome.value = a >= b;
    } else {
      for (const Binary& binary : binaries()) {
        if (binary.verb == form.verb || binary.verb == form.verb + ".int") outcome = binary.oracle(t, a, b);
      }
    }
    expect(bench, form.f, {static_cast<std::uint64_t>(a)}, read_signed, outcome,
           form.verb + "i " + decimal(a) + " " + decimal(b));
  };
  for (const Form& form : forms) {
    for (const Wide a : edges(t)) check(form, a);
    for (const Wide a : {Wide{form.imm}, Wide{form.imm} - 1, Wide{form.imm} + 1}) check(form, a);
    Numbers numbers;
    for (int i = 0; i < kRandom; ++i) check(form, numbers.next(t));
  }
}

TEST(Integers, ConversionsGiveTheSameNumberOrPanic) {
  Bench bench;
  struct Pair {
    const IntType* from;
    const IntType* to;
    nbc::FunctionId conv, fits, wrap;
  };
  std::vector<Pair> pairs;
  for (const IntType& from : kInts) {
    for (const IntType& to : kInts) {
      const auto pair = nbc::pair_of(static_cast<std::uint8_t>(from.id.index), static_cast<std::uint8_t>(to.id.index));
      auto one = [&](Op op, TypeId result) {
        return bench.function("f", {{{from.id}}, {result}}, [&](nbc::FunctionBuilder& f) {
          const std::uint16_t r = f.reg(result);
          f.abc(op, r, f.param(0), pair);
          f.ret({r});
        });
      };
      pairs.push_back({&from, &to, one(Op::Conv, to.id), one(Op::Fits, nbc::kBool), one(Op::Wrap, to.id)});
    }
  }
  ASSERT_NO_FATAL_FAILURE(bench.load());
  auto check = [&](const Pair& pair, Wide a) {
    const Words args = {static_cast<std::uint64_t>(a)};
    const std::string what = std::string(pair.from->text) + "->" + std::string(pair.to->text) + " " + decimal(a);
    const auto read = pair.to->is_signed ? read_signed : read_unsigned;
    const bool fits = pair.to->has(a);
    expect(bench, pair.conv, args, read,
           fits ? Outcome{a, ""} : Outcome{0, decimal(a) + " does not fit in " + std::string(pair.to->name)},
           "conv " + what);
    expect(bench, pair.fits, args, read_unsigned, {fits, ""}, "fits " + what);
    expect(bench, pair.wrap, args, read, {pair.to->wrap(a), ""}, "wrap " + what);
  };
  for (const Pair& pair : pairs) {
    for (const Wide a : edges(*pair.from)) check(pair, a);
    for (const IntType& t : kInts) {
      for (const Wide a : {t.min() - 1, t.min(), t.max(), t.max() + 1}) {
        if (pair.from->has(a)) check(pair, a);
      }
    }
    Numbers numbers;
    for (int i = 0; i < kRandom / 4; ++i) check(pair, numbers.next(*pair.from));
  }
}

TEST(Integers, ConstantsAndImmediatesArriveAsTheyWereWritten) {
  for (const IntType& t : kInts) {
    Bench bench;
    std::vector<std::pair<nbc::FunctionId, Wide>> functions;
    for (const Wide a : edges(t)) {
      functions.emplace_back(bench.function("f", {{}, {t.id}},
                                            [&](nbc::FunctionBuilder& f) {
                                              const std::uint16_t r = f.reg(t.id), s = f.reg(t.id);
                                              f.integer(r, static_cast<std::int64_t>(a));
                                              f.abc(Op::Copy, s, r);
                                              f.abc(Op::Zero, r);
                                              f.abc(Op::Or, r, r, s);
                                              f.ret({r});
                                            }),
                             a);
    }
    ASSERT_NO_FATAL_FAILURE(bench.load());
    for (const auto& [f, a] : functions) EXPECT_EQ(bench.result(f), static_cast<std::uint64_t>(a)) << decimal(a);
  }
}

TEST(Integers, BoolsHaveTheirOwnNotAndShareTheRest) {
  Bench bench;
  const nbc::FunctionId flip = bench.function("not", {{{nbc::kBool}}, {nbc::kBool}}, [](nbc::FunctionBuilder& f) {
    f.abc(Op::NotBool, f.param(0), f.param(0));
    f.ret({f.param(0)});
  });
  std::vector<nbc::FunctionId> functions;
  const Op ops[] = {Op::And, Op::Or, Op::Xor, Op::EqInt, Op::NeInt, Op::LtUnsigned, Op::LeUnsigned};
  for (const Op op : ops) {
    functions.push_back(bench.function("f", {{{nbc::kBool}, {nbc::kBool}}, {nbc::kBool}}, [&](nbc::FunctionBuilder& f) {
      f.abc(op, f.param(0), f.param(0), f.param(1));
      f.ret({f.param(0)});
    }));
  }
  ASSERT_NO_FATAL_FAILURE(bench.load());
  EXPECT_EQ(bench.result(flip, {0}), 1u);
  EXPECT_EQ(bench.result(flip, {1}), 0u);
  for (const bool a : {false, true}) {
    for (const bool b : {false, true}) {
      const bool expected[] = {a && b, a || b, a != b, a == b, a != b, !a && b, !a || b};
      for (std::size_t i = 0; i < std::size(ops); ++i) {
        EXPECT_EQ(bench.result(functions[i], {a, b}), std::uint64_t{expected[i]}) << nbc::info(ops[i]).mnemonic;
      }
    }
  }
}

}  // namespace
}  // namespace noodle::vm
