#include "runtime/simulate/shrink.h"

#include <algorithm>
#include <utility>

namespace noodle::simulate {

namespace {

using Places = std::vector<std::uint64_t>;

Places without(const Places& places, std::size_t begin, std::size_t end) {
  Places left(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(begin));
  left.insert(left.end(), places.begin() + static_cast<std::ptrdiff_t>(end), places.end());
  return left;
}

}  // namespace

Places shrink(Places places, const std::function<bool(const Places&)>& fails, unsigned& runs) {
  const auto try_it = [&](const Places& left) {
    if (runs == 0) return false;
    --runs;
    return fails(left);
  };
  if (places.empty() || try_it({})) return {};
  // Ever smaller pieces are taken out; what follows a failure matters seldom, so the last ones go first.
  for (std::size_t piece = places.size(); piece != 0 && runs != 0;) {
    bool smaller = false;
    for (std::size_t end = places.size(); end != 0 && runs != 0;) {
      const std::size_t begin = end - std::min(piece, end);
      if (Places left = without(places, begin, end); !left.empty() && try_it(left)) {
        places = std::move(left);
        smaller = true;
      }
      end = std::min(begin, places.size());
    }
    if (piece == 1 && !smaller) break;
    if (!smaller || piece > places.size()) piece = std::max<std::size_t>(1, std::min(piece, places.size()) / 2);
  }
  return places;
}

}  // namespace noodle::simulate
