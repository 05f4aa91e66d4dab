#include "runtime/simulate/places.h"

#include <algorithm>
#include <charconv>

#include "runtime/world/address.h"

namespace noodle::simulate {

namespace {

// Whether two sockets that have these addresses would both be meant by some address.
bool overlap(const Place& a, const Place& b) {
  if (a.number != b.number) return false;
  // `[::]` stands for the IPv4 addresses, too.
  if (a.host == b.host || a.host == "[::]" || b.host == "[::]") return true;
  return a.is_v6() == b.is_v6() && (a.is_any() || b.is_any());
}

}  // namespace

world::OrError<Place> Place::of(const std::string& text) {
  const auto address = world::ip_address(text);
  if (!address) return std::unexpected(address.error());
  const std::string normal = world::address_text(address->storage, address->size);
  const std::size_t colon = normal.rfind(':');
  Place place{normal.substr(0, colon), 0};
  std::from_chars(normal.data() + colon + 1, normal.data() + normal.size(), place.number);
  return place;
}

Place Place::towards(const Place& other) const {
  if (!is_any()) return *this;
  return {other.is_v6() ? "[::1]" : "127.0.0.1", number};
}

bool Places::is_taken(const Place& place) const {
  return std::ranges::any_of(
      taken_, [&](const auto& entry) { return overlap(entry.second.place, place) && !entry.second.end.expired(); });
}

std::optional<Place> Places::claim(Place place) {
  if (place.number != 0) return is_taken(place) ? std::nullopt : std::optional(place);
  for (int tries = 0; tries <= kLastNumber - kFirstNumber; ++tries) {
    place.number = next_number_;
    next_number_ = next_number_ == kLastNumber ? kFirstNumber : next_number_ + 1;
    if (!is_taken(place)) return place;
  }
  return std::nullopt;
}

std::shared_ptr<End> Places::at(const std::string& text) const {
  const auto found = taken_.find(text);
  return found != taken_.end() ? found->second.end.lock() : nullptr;
}

std::shared_ptr<End> Places::find(const Place& place) const {
  if (auto found = at(place.text())) return found;
  const std::string number = ":" + std::to_string(place.number);
  if (!place.is_v6()) {
    if (auto found = at("0.0.0.0" + number)) return found;
  }
  return at("[::]" + number);
}

}  // namespace noodle::simulate
