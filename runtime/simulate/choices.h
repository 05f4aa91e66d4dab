#pragma once

// All that a simulated run leaves to chance goes through one place, so that a number brings it back.
//
// Every choice has an ordinary outcome, 0, and others: *twists*. Each choice has a place in the order in which they
// are made; what happens there depends on the seed and that place alone. So a run can be repeated with some of its
// twists left out, which is how a failure is shrunk: what follows may go another way, but is a run like any other.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace noodle::simulate {

/// Kinds of twists.
enum class Twist : std::uint8_t {
  Turn,     // another task runs next than usual
  Preempt,  // a task loses its turn early
  Delay,    // something arrives later than usual
  Short,    // fewer bytes are read or written than could be
  Reset,    // a connection breaks
  Refuse,   // a connection is refused
  Full,     // the disk is full
  Lost,     // a datagram is lost
};
inline constexpr std::size_t kTwists = 8;

/// What people call a kind of twist.
struct TwistName {
  std::string_view fault;  // by which it is asked for; empty for one that is always there
  std::string_view one, several;
};
inline constexpr std::array<TwistName, kTwists> kTwistNames = {{
    {"", "turn out of order", "turns out of order"},
    {"", "preemption", "preemptions"},
    {"delays", "delay", "delays"},
    {"short", "short read or write", "short reads and writes"},
    {"resets", "reset", "resets"},
    {"refusals", "refused connection", "refused connections"},
    {"disk", "full disk", "full disks"},
    {"loss", "lost datagram", "lost datagrams"},
}};
constexpr const TwistName& name_of(Twist kind) { return kTwistNames[static_cast<std::size_t>(kind)]; }

/// Which kinds a run may have: a set of bits.
using Twists = std::uint32_t;
constexpr Twists bit(Twist kind) { return Twists{1} << static_cast<unsigned>(kind); }
inline constexpr Twists kSchedule = bit(Twist::Turn) | bit(Twist::Preempt);
inline constexpr Twists kAllTwists = (Twists{1} << kTwists) - 1;

/// A twist that a run had.
struct Happened {
  std::uint64_t place = 0;
  Twist kind = Twist::Turn;
  std::string what;  // for people; empty unless asked for
};

class Choices {
 public:
  /// Those of a seed. How often which twist happens is drawn from the seed, too: some runs are wild, some calm.
  Choices(std::uint64_t seed, Twists allowed);
  /// Those of the same seed, but only with the twists at these places, which are sorted.
  Choices(std::uint64_t seed, Twists allowed, std::span<const std::uint64_t> kept);

  /// One of `ways` outcomes.
  std::uint32_t choose(Twist kind, std::uint32_t ways);
  /// What the last twist, or an earlier one by its number, was about, for people.
  void say(std::string what) { happened_.back().what = std::move(what); }
  void say(std::size_t number, std::string what) { happened_[number].what = std::move(what); }
  /// Whether somebody will read what `say` is told.
  bool explains() const { return kept_only_; }
  /// A number that is the same in each run with this seed.
  std::uint64_t draw();

  /// Takes something that happened into the trace.
  void note(std::uint64_t word);
  void note(std::string_view text);
  /// Identifies all that was chosen and noted.
  std::uint64_t trace() const { return trace_; }
  const std::vector<Happened>& happened() const { return happened_; }

 private:
  std::uint64_t seed_;
  std::array<std::uint32_t, kTwists> often_{};  // of 2^24
  std::uint64_t place_ = 0;
  std::uint64_t draws_ = 0;
  std::uint64_t trace_ = 0;
  bool kept_only_ = false;
  std::vector<std::uint64_t> kept_;
  std::size_t next_kept_ = 0;
  std::vector<Happened> happened_;
};

}  // namespace noodle::simulate
