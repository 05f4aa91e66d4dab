// `noodle bench` from outside, and what its samples are taken to say.

#include <filesystem>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/command_test.h"
#include "tools/suite/statistics.h"

namespace noodle::tests {
namespace {

using tools::Comparison;
using tools::Estimate;

TEST(Statistics, TheMedianHasAnInterval) {
  std::vector<double> samples;
  for (int i = 40; i >= 1; --i) samples.push_back(i);
  const Estimate all = tools::estimate(samples);
  EXPECT_EQ(all.median, 20.5);
  EXPECT_EQ(all.low, 14);  // the table of the binomial distribution has 14 and 27
  EXPECT_EQ(all.high, 27);
  EXPECT_EQ(tools::estimate({3, 1, 2}).median, 2);
  EXPECT_EQ(tools::estimate({}).median, 0);
}

TEST(Statistics, NoVerdictWithinTheNoise) {
  const Estimate old{100, 95, 105};
  EXPECT_EQ(tools::compare(old, {80, 78, 82}), Comparison::Faster);
  EXPECT_EQ(tools::compare(old, {120, 110, 130}), Comparison::Slower);
  EXPECT_EQ(tools::compare(old, {103, 100, 110}), Comparison::Unclear);
  EXPECT_EQ(tools::compare({100, 99.5, 100.5}, {100.2, 99.9, 100.7}), Comparison::Same);
}

TEST(Statistics, FiguresAreForPeople) {
  EXPECT_EQ(tools::shown_nanos(1.25), "1.25 ns");
  EXPECT_EQ(tools::shown_nanos(12'345), "12.3 µs");
  EXPECT_EQ(tools::shown_nanos(345'600'000), "346 ms");
  EXPECT_EQ(tools::shown_count(1234567), "1,234,567");
  EXPECT_EQ(tools::shown_count(123), "123");
}

class BenchCommand : public CommandTest {
 protected:
  ProcessResult bench(std::vector<std::string> words) {
    words.insert(words.begin(), {NOODLE_COMMAND, "bench", "--samples", "5", "--warm-up", "1ms"});
    return run(words);
  }
};

constexpr std::string_view kBenches = R"(import testing
bench "adding" {
    var total = 0
    for i in 0..1000 { total += i }
    expect total == 499500
}
bench "sorting" {
    let numbers = (0..100).map(i => i * 37 % 101)
    testing.measure() { numbers.sorted() }
}
bench "copying" {
    let numbers = List.filled(10, 0)
    testing.measure() {
        var mine = numbers
        mine[0] = 1
        mine.len()
    }
}
test "not measured" { expect false }
)";

TEST_F(BenchCommand, MeasuresAndCounts) {
  write("a.noodle", kBenches);
  const ProcessResult result = bench({"a.noodle", "--json", "out.json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(result.out.starts_with("adding\n  ")) << result.out;
  // What is counted is the same each time: one copy a round, and one allocation for it.
  EXPECT_TRUE(has(result.out, " 0 allocations, 0 copies\nsorting\n")) << result.out;
  EXPECT_TRUE(has(result.out, " 1 allocations, 1 copies\ncopying\n")) << result.out;
  EXPECT_FALSE(has(result.out, "not measured"));
  const std::string json = read("out.json");
  const ProcessResult checked = shell(
      "python3 -c '\n"
      "import json\nrows = [json.loads(line) for line in open(\"out.json\")]\nprint([r[\"name\"] for r in rows])\n"
      "print(all(r[\"low_ns\"] <= r[\"median_ns\"] <= r[\"high_ns\"] and r[\"instructions\"] > 0 for r in rows))'");
  EXPECT_EQ(checked.out, "['adding', 'sorting', 'copying']\nTrue\n") << json << checked.err;
}

TEST_F(BenchCommand, CountsAreTheSameEachTime) {
  write("a.noodle", kBenches);
  const auto counts = [](const std::string& text) {
    std::string out;
    for (std::size_t at = text.find(")  "); at != std::string::npos; at = text.find(")  ", at + 1)) {
      out += text.substr(at, text.find('\n', at) - at) + "\n";
    }
    return out;
  };
  const std::string first = counts(bench({"a.noodle"}).out);
  EXPECT_TRUE(has(first, "instructions"));
  EXPECT_EQ(counts(bench({"a.noodle", "--jit=off"}).out), first);
}

TEST_F(BenchCommand, ComparesWithWhatWasKept) {
  write("a.noodle", kBenches);
  EXPECT_EQ(bench({"a.noodle", "copying", "--save", "old"}).exit_code, 0);
  const std::string saved = read("old");
  EXPECT_TRUE(saved.starts_with("noodle bench 1\n"));
  // Where nothing was measured nothing is lost.
  EXPECT_EQ(bench({"a.noodle", "nothing", "--save", "old"}).exit_code, 1);
  EXPECT_EQ(read("old"), saved);
  // As if it had once taken a thousand times as long.
  write("old", "noodle bench 1\n90000000\t80000000\t99000000\t5\t1\t1\tcopying\n");
  const ProcessResult result = bench({"a.noodle", "--against", "old", "--json", "-"});
  EXPECT_TRUE(has(result.out, "\"change\": \"faster\"")) << result.out;
  const ProcessResult text = bench({"a.noodle", "copying", "--against", "old"});
  EXPECT_TRUE(has(text.out, "  before: 90.0 ms, ")) << text.out;
  EXPECT_TRUE(has(text.out, " times faster\n")) << text.out;
  EXPECT_TRUE(has(text.out, "  before: 5 instructions, 1 allocations, 1 copies\n")) << text.out;
  write("old", "noodle bench 1\n90\t0.001\t99000000\t5\t1\t1\tcopying\n");
  EXPECT_TRUE(has(bench({"a.noodle", "copying", "--against", "old"}).out,
                  "no verdict: the noise is larger than the difference"));
  write("old", "something else\n");
  const ProcessResult wrong = bench({"a.noodle", "--against", "old"});
  EXPECT_EQ(wrong.exit_code, 1);
  EXPECT_EQ(wrong.err, "noodle: can't compare with `old`: it was not written by `noodle bench --save`\n");
}

TEST_F(BenchCommand, WhatPanicsIsTold) {
  write("a.noodle", "bench \"breaks\" { panic(\"no\") }\nbench \"works\" { expect 1 == 1 }\n");
  const ProcessResult result = bench({"a.noodle"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(has(result.err, "breaks:\n  panic: no\n    in bench \"breaks\" at a.noodle:1:")) << result.err;
  EXPECT_TRUE(result.out.starts_with("works\n")) << result.out;
  write("b.noodle", "fn main() { let bench = 3\n print(bench) }\n");
  const ProcessResult none = bench({"b.noodle"});
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_EQ(none.err, "noodle: there is no such benchmark\n");
  EXPECT_EQ(bench({"b.noodle", "--samples", "2"}).exit_code, 2);
}

}  // namespace
}  // namespace noodle::tests
