#include "tools/suite/statistics.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace noodle::tools {

Estimate estimate(std::vector<double> samples) {
  if (samples.empty()) return {};
  std::ranges::sort(samples);
  const std::size_t n = samples.size();
  const double median = n % 2 == 1 ? samples[n / 2] : (samples[n / 2 - 1] + samples[n / 2]) / 2;
  // How many of n samples lie below the median is binomial; this is its normal approximation.
  const double reach = 1.96 * std::sqrt(static_cast<double>(n)) / 2;
  const double low = std::floor(static_cast<double>(n) / 2 - reach);
  const auto first = static_cast<std::size_t>(std::max(low, 0.0));
  return {median, samples[first], samples[n - 1 - first]};
}

Comparison compare(const Estimate& before, const Estimate& now, double tolerance) {
  if (now.high < before.low) return Comparison::Faster;
  if (now.low > before.high) return Comparison::Slower;
  const double high = std::max(before.high, now.high), low = std::min(before.low, now.low);
  return high - low <= tolerance * before.median ? Comparison::Same : Comparison::Unclear;
}

std::string shown_nanos(double nanos) {
  struct Unit {
    double size;
    const char* name;
  };
  constexpr Unit kUnits[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "µs"}, {1, "ns"}};
  char text[40];
  for (const Unit& unit : kUnits) {
    if (nanos < unit.size && unit.size != 1) continue;
    const double value = nanos / unit.size;
    std::snprintf(text, sizeof text, value < 10 ? "%.2f %s" : value < 100 ? "%.1f %s" : "%.0f %s", value, unit.name);
    break;
  }
  return text;
}

std::string shown_count(double count) {
  char text[40];
  std::snprintf(text, sizeof text, count == std::floor(count) ? "%.0f" : "%.1f", count);
  std::string out = text;
  const std::size_t end = std::min(out.find('.'), out.size());
  for (std::size_t i = 3; i < end; i += 3) out.insert(end - i, ",");
  return out;
}

}  // namespace noodle::tools
