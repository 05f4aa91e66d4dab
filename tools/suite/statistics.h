#pragma once

// What a benchmark's samples say.

#include <span>
#include <string>
#include <vector>

namespace noodle::tools {

/// A median and the interval that holds the true one with a probability of 95%, of whatever distribution: from the
/// order of the samples alone.
struct Estimate {
  double median = 0, low = 0, high = 0;
};
Estimate estimate(std::vector<double> samples);

enum class Comparison : char { Faster, Slower, Same, Unclear };

/// How a measurement compares with an earlier one. Where the intervals meet, the noise is larger than the difference:
/// that is Unclear, or Same when even their far ends are within `tolerance` of one another.
Comparison compare(const Estimate& before, const Estimate& now, double tolerance = 0.02);

/// `12.3 µs`.
std::string shown_nanos(double nanos);
/// `1,234`.
std::string shown_count(double count);

}  // namespace noodle::tools
