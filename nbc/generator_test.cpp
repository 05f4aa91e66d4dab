// Random modules against the reader, the verifier and the text form.

#include "nbc/testing/generator.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <set>

#include "nbc/read.h"
#include "nbc/text.h"
#include "nbc/verify.h"
#include "nbc/write.h"

namespace noodle::nbc {
namespace {

constexpr std::uint64_t kSeeds = 300;

void count_ops(const Module& module, std::vector<std::size_t>& hits) {
  for (const Function& f : module.functions) {
    for (std::uint32_t pc = 0; pc < f.code.size();) {
      Inst inst = decode(f.code, pc);
      ++hits[static_cast<std::size_t>(inst.op())];
      pc += inst.words();
    }
  }
}

TEST(Generator, ModulesVerifyAndRoundTrip) {
  std::vector<std::size_t> hits(kOpCount, 0);
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Module module = testing::generate(seed);
    auto right = check(module);
    ASSERT_TRUE(right) << "seed " << seed << ": " << right.error().text(module);
    std::string bytes = write(module);
    auto again = read(bytes);
    ASSERT_TRUE(again) << "seed " << seed << ": " << again.error().text();
    ASSERT_EQ(write(*again), bytes) << "seed " << seed;
    std::string text = disassemble(module);
    auto assembled = parse_text(text);
    ASSERT_TRUE(assembled) << "seed " << seed << ", line " << assembled.error().line << ": "
                           << assembled.error().message;
    ASSERT_EQ(write(*assembled), bytes) << "seed " << seed;
    count_ops(module, hits);
  }
  std::printf("opcodes in %llu generated modules\n", static_cast<unsigned long long>(kSeeds));
  for (std::uint32_t i = 0; i < kOpCount; ++i) {
    const OpInfo& op = info(Op(i));
    std::printf("  %-16.*s %zu\n", static_cast<int>(op.mnemonic.size()), op.mnemonic.data(), hits[i]);
    if (!(op.flags & Reserved)) EXPECT_GT(hits[i], 0u) << op.mnemonic;
  }
}

TEST(Generator, SameSeedSameModule) {
  EXPECT_EQ(write(testing::generate(7)), write(testing::generate(7)));
  EXPECT_NE(write(testing::generate(7)), write(testing::generate(8)));
}

TEST(Random, SeedsShareNoNumbers) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    testing::Random random(seed);
    for (int n = 0; n < 100; ++n) EXPECT_TRUE(seen.insert(random.next()).second) << seed << " " << n;
  }
}

// Whatever is done to a module: it is refused or accepted, and its text reads back in.
TEST(Mutator, ModulesAreRefusedOrAccepted) {
  std::size_t refused = 0, accepted = 0;
  std::vector<std::size_t> rules(kRuleCount, 0);
  testing::Random random(1);
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Module module = testing::generate(seed);
    for (int i = 0; i < 40; ++i) {
      Module mutant = module;
      testing::mutate_module(mutant, random);
      auto assembled = parse_text(disassemble(mutant));
      ASSERT_TRUE(assembled) << assembled.error().line << ": " << assembled.error().message;
      ASSERT_EQ(write(*assembled), write(mutant));
      auto right = check(mutant);
      right ? ++accepted : ++refused;
      if (!right) ++rules[static_cast<std::size_t>(right.error().rule)];
    }
  }
  std::printf("%zu mutants refused, %zu accepted; by rule\n", refused, accepted);
  for (std::uint32_t i = 0; i < kRuleCount; ++i) {
    if (rules[i])
      std::printf("  %-22.*s %zu\n", static_cast<int>(rule_name(Rule(i)).size()), rule_name(Rule(i)).data(), rules[i]);
  }
  EXPECT_GT(refused, 0u);
  EXPECT_GT(accepted, 0u);
}

TEST(Mutator, BytesAreRefusedOrAccepted) {
  testing::Random random(2);
  std::vector<std::size_t> problems(kReadProblems, 0);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::string bytes = write(testing::generate(seed));
    for (int i = 0; i < 100; ++i) {
      auto mutant = read(testing::mutate_bytes(bytes, random));
      if (!mutant) {
        ++problems[static_cast<std::size_t>(mutant.error().problem)];
        EXPECT_FALSE(mutant.error().text().empty());
        continue;
      }
      (void)check(*mutant);
      auto again = read(write(*mutant));
      ASSERT_TRUE(again) << again.error().text();
    }
  }
}

}  // namespace
}  // namespace noodle::nbc
