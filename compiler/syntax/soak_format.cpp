// Formats random sentences of the grammar, as many as fit into the time: ./dev soak format.

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "compiler/syntax/format_check.h"
#include "compiler/syntax/sentences.h"

int main(int count, char** words) {
  using namespace noodle::syntax::testing;
  using Clock = std::chrono::steady_clock;
  if (count != 3) return 2;
  const auto rules = documented_rules();
  const auto end = Clock::now() + std::chrono::seconds(std::atoi(words[2]));
  unsigned long seed = std::strtoul(words[1], nullptr, 10);
  unsigned long executions = 0, findings = 0;
  for (; Clock::now() < end && findings < 10; ++seed) {
    Generator generator(rules, static_cast<std::uint32_t>(seed), seed % 2 == 0);
    for (int i = 0; i < 100; ++i, ++executions) {
      const std::string problem = format_problem(generator.sentence(10 + i % 60));
      if (problem.empty()) continue;
      std::printf("seed %lu, sentence %d %s\n", seed, i, problem.c_str());
      ++findings;
    }
  }
  std::printf("%lu %lu %lu\n", executions, findings, seed);
  return findings == 0 ? 0 : 1;
}
