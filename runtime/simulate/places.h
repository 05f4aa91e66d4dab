#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/simulate/ends.h"

namespace noodle::simulate {

/// An IP address in its normal form.
struct Place {
  std::string host;  // `127.0.0.1`, `[::1]`
  int number = 0;
  /// Fails for what is no address.
  static world::OrError<Place> of(const std::string& text);
  std::string text() const { return host + ":" + std::to_string(number); }
  bool is_v6() const { return host.starts_with('['); }
  /// Whether it stands for all addresses of this computer.
  bool is_any() const { return host == "0.0.0.0" || host == "[::]"; }
  /// How somebody who talks to `other` on this computer appears there, or where messages to it go: as a loopback
  /// address instead of any.
  Place towards(const Place& other) const;
};

/// The addresses that sockets of one kind have.
class Places {
 public:
  /// The address that somebody gets: the wanted one, or for number 0 one that is free. Nothing when it is in use.
  std::optional<Place> claim(Place place);
  void occupy(const Place& place, std::weak_ptr<End> end) { taken_[place.text()] = {place, std::move(end)}; }
  void leave(const Place& place) { taken_.erase(place.text()); }
  /// Who gets what is sent to an address; null for nobody.
  std::shared_ptr<End> find(const Place& place) const;

 private:
  bool is_taken(const Place& place) const;
  std::shared_ptr<End> at(const std::string& text) const;

  struct Taken {
    Place place;
    std::weak_ptr<End> end;
  };
  std::map<std::string, Taken> taken_;
  static constexpr int kFirstNumber = 40'000, kLastNumber = 65'535;
  int next_number_ = kFirstNumber;
};

}  // namespace noodle::simulate
