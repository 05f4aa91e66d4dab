#pragma once

// A simulated world in which one thing goes wrong: at a call through the door that is counted out beforehand.

#include <array>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "runtime/simulate/world.h"
#include "tests/faults/fault.h"

namespace noodle::tests {

class FaultyPorts;

/// All that is in a world's files, by path.
using Contents = std::map<std::string, std::string>;

class FaultyWorld final : public simulate::Simulation {
 public:
  /// Above `below`, whose files can be read.
  FaultyWorld(world::World* below, Injection injection, std::vector<std::string> args, std::string input);
  ~FaultyWorld() override;

  /// Runs so far were only to make files: now the one begins that is looked at.
  void begin(Injection injection, std::vector<std::string> args);
  /// Counts a call: the fault that it meets.
  Fault meet(Call call);
  std::uint64_t count(Call call) const { return counts_[static_cast<std::size_t>(call)]; }
  /// Whether the call was made at which something goes wrong.
  bool was_injected() const { return injected_; }

  const std::string& out() const { return out_; }
  const std::string& err() const { return err_; }
  /// All files in the working folder and below. No call of the program's.
  Contents contents();
  /// Whether the program has changed any.
  bool has_changes() const { return has_changes_; }
  /// Files whose writing was cut off and that are there still.
  const std::set<std::string>& torn() const { return torn_; }
  /// The contents of files that a fault has taken away.
  const std::set<std::string>& taken() const { return taken_; }

  // ---- for the ports
  bool is_full() const { return full_; }
  void note_change() { has_changes_ = true; }
  void note_torn(const std::string& path) { torn_.insert(simulate::Files::normal(path)); }
  /// Takes a file away, or a folder with all that is in it.
  void take_away(const std::string& path);

  // ---- World
  world::Ports& ports() override;
  std::int64_t unix_nanos() override;
  std::int64_t monotonic_nanos() override;
  world::Written write_out(std::string_view text) override;
  world::Written write_error(std::string_view text) override;
  world::LineRead read_line(std::string& line, const std::function<bool()>& stop) override;
  const std::vector<std::string>& args() override;
  bool env(const std::string& name, std::string& value) override;
  world::OrError<std::string> read_file(const std::string& path) override;
  world::OrError<void> write_file(const std::string& path, std::string_view bytes, bool append) override;
  bool exists(const std::string& path) override;
  world::OrError<void> remove(const std::string& path) override;
  world::OrError<void> make_dir(const std::string& path) override;
  world::OrError<void> rename(const std::string& from, const std::string& to) override;
  world::OrError<world::FileInfo> info(const std::string& path, bool follow) override;
  world::OrError<void> set_mode(const std::string& path, std::int64_t mode) override;
  world::OrError<std::vector<std::string>> list_dir(const std::string& path) override;

 private:
  void collect(const std::string& folder, Contents& into);

  Injection injection_;
  std::array<std::uint64_t, kCalls> counts_{};
  bool injected_ = false, full_ = false, gone_ = false, has_changes_ = false;
  std::int64_t day_shift_ = 0, monotonic_shift_ = 0;
  std::vector<std::string> args_;
  std::string input_, out_, err_;
  std::set<std::string> torn_, taken_;
  std::unique_ptr<FaultyPorts> faulty_ports_;
};

}  // namespace noodle::tests
