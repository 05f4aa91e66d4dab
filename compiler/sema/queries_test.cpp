#include "compiler/sema/queries.h"

#include <gtest/gtest.h>

namespace noodle::sema {
namespace {

/// Nominal n is the sum of inputs and of other nominals, as `sums` says; Signature is its parity.
class Sums final : public QueryAnswers {
 public:
  Queries queries{*this};
  std::vector<std::uint64_t> inputs = std::vector<std::uint64_t>(10);
  std::vector<std::vector<std::uint32_t>> others = std::vector<std::vector<std::uint32_t>>(400);
  std::vector<std::uint64_t> sums = std::vector<std::uint64_t>(400);
  std::vector<Queries::Outcome> refused;

  void set(std::uint32_t i, std::uint64_t value) {
    inputs[i] = value;
    queries.set_input({QueryKind::HeaderText, i}, value);
  }
  std::uint64_t answer(QueryKey key) override {
    if (key.kind == QueryKind::Signature) {
      queries.ask({QueryKind::Nominal, key.index});
      return sums[key.index] % 2;
    }
    if (key.kind == QueryKind::Body) {
      queries.ask({QueryKind::Signature, key.index});
      return 0;
    }
    std::uint64_t sum = 0;
    if (key.index < inputs.size()) {
      queries.ask({QueryKind::HeaderText, key.index});
      sum = inputs[key.index];
    }
    for (std::uint32_t other : others[key.index]) {
      const auto outcome = queries.ask({QueryKind::Nominal, other});
      if (outcome == Queries::Outcome::Current) sum += sums[other];
      if (outcome != Queries::Outcome::Current) refused.push_back(outcome);
    }
    sums[key.index] = sum;
    return sum;
  }
};

TEST(Queries, AnswerOnceUntilAnInputChanges) {
  Sums s;
  for (std::uint32_t i = 0; i < 3; ++i) s.set(i, i + 1);
  s.others[0] = {1, 2};
  s.queries.ask({QueryKind::Nominal, 0});
  EXPECT_EQ(s.sums[0], 6u);
  s.queries.ask({QueryKind::Nominal, 0});
  EXPECT_EQ(s.queries.computed(QueryKind::Nominal), 3u);
  s.queries.next_revision();
  s.set(2, 10);
  s.queries.ask({QueryKind::Nominal, 0});
  EXPECT_EQ(s.sums[0], 13u);
  EXPECT_EQ(s.queries.computed(QueryKind::Nominal), 5u) << "1 must not be computed again";
}

TEST(Queries, EqualAnswersStopTheWave) {
  Sums s;
  s.set(0, 3);
  s.queries.ask({QueryKind::Body, 0});
  s.queries.next_revision();
  s.set(0, 5);
  s.queries.ask({QueryKind::Body, 0});
  EXPECT_EQ(s.queries.computed(QueryKind::Signature), 2u);
  EXPECT_EQ(s.queries.computed(QueryKind::Body), 1u) << "the parity is the same";
  s.queries.next_revision();
  s.set(0, 6);
  s.queries.ask({QueryKind::Body, 0});
  EXPECT_EQ(s.queries.computed(QueryKind::Body), 2u);
}

TEST(Queries, ACircleIsToldToWhoeverClosesIt) {
  Sums s;
  s.set(0, 1);
  s.set(1, 1);
  s.others[0] = {1};
  s.others[1] = {0};
  s.queries.ask({QueryKind::Nominal, 0});
  ASSERT_EQ(s.refused.size(), 1u);
  EXPECT_EQ(s.refused[0], Queries::Outcome::Cycle);
  EXPECT_TRUE(s.queries.running().empty());
}

TEST(Queries, ALongChainIsRefusedRatherThanFollowed) {
  Sums s;
  for (std::uint32_t i = 0; i + 1 < 400; ++i) s.others[i] = {i + 1};
  s.queries.ask({QueryKind::Nominal, 0});
  ASSERT_EQ(s.refused.size(), 1u);
  EXPECT_EQ(s.refused[0], Queries::Outcome::TooDeep);
}

TEST(Queries, KeepWhatWasReportedWithTheAnswer) {
  Sums s;
  s.set(0, 1);
  s.queries.ask({QueryKind::Nominal, 0});
  EXPECT_EQ(s.queries.diagnostics({QueryKind::Nominal, 0}), nullptr);
  s.queries.sink().report(source::Code::CannotReadFile, {}, "outside of any question");
  std::size_t sinks = 0;
  s.queries.for_each_sink([&](QueryKey, const source::DiagnosticSink& sink) { sinks += sink.errors(); });
  EXPECT_EQ(sinks, 1u);
  s.queries.invalidate({QueryKind::Nominal, 0});
  s.queries.ask({QueryKind::Nominal, 0});
  EXPECT_EQ(s.queries.computed(QueryKind::Nominal), 2u);
}

}  // namespace
}  // namespace noodle::sema
