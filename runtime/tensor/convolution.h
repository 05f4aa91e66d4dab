#pragma once

// The ways to compute a convolution.

#include <atomic>
#include <deque>
#include <vector>

#include "runtime/tensor/windows.h"

namespace noodle::tensor {

struct ConvolutionSizes {
  std::int64_t images, channels;  // channels of one group
  std::int64_t planes, groups;    // planes of results of one group
};

/// Some of the images, and some of each group's planes of results, which are computed without regard to the others.
struct Portion {
  std::int64_t image, images;
  std::int64_t plane, planes;
};

/// Portions for as many threads as there are, if each is worth it. Planes are cut at multiples of `height`.
std::vector<Portion> portions(const Call& call, const ConvolutionSizes& sizes, const Window& window,
                              std::int64_t height);

/// Does all portions by `way.convolve(portion, rooms)`, which is false when the results aren't wanted any more. Each
/// portion has `Way::Rooms` of its own, made here, since only the calling thread may ask for memory.
template <typename Way>
Status convolve_portions(Call& call, const std::vector<Portion>& portions, const Way& way) {
  std::deque<typename Way::Rooms> rooms;
  for (const Portion& portion : portions) {
    if (!rooms.emplace_back(call, way, portion).has_memory()) return Status::NoMemory;
  }
  struct All {
    const std::vector<Portion>& portions;
    const Way& way;
    std::deque<typename Way::Rooms>& rooms;
    std::atomic<bool> is_wanted = true;
  } all{portions, way, rooms};
  const auto part = [](void* data, std::size_t i) {
    auto& its = *static_cast<All*>(data);
    if (!its.way.convolve(its.portions[i], its.rooms[i])) its.is_wanted = false;
  };
  const bool is_done = call.host.share(call, portions.size(), part, &all);
  return is_done && all.is_wanted ? Status::Ok : Status::Interrupted;
}

/// Whether Winograd's way is worth it: windows of 3 by 3 that move by single steps over enough planes.
bool has_tiles(const ConvolutionSizes& sizes, const Window& window);
/// Convolves by Winograd's way. Sets `is_finite` to false where a result isn't, which then may be wrong: what isn't
/// finite reaches neighbours here that don't see it.
template <typename T>
Status convolve_tiles(Call& call, const Operand& x, const Operand& weights, const ConvolutionSizes& sizes,
                      const Window& window, TensorObject* out, bool& is_finite);

}  // namespace noodle::tensor
