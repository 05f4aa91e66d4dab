#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace noodle::simulate {

/// What is left of a failing run's twists when those that it does not need are taken away: delta debugging
/// (Zeller and Hildebrandt, 2002). `fails` runs with just the given places and says whether the failure is
/// still there; it is called at most `runs` times, and `runs` is what is left then.
std::vector<std::uint64_t> shrink(std::vector<std::uint64_t> places,
                                  const std::function<bool(const std::vector<std::uint64_t>&)>& fails, unsigned& runs);

}  // namespace noodle::simulate
