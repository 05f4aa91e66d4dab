#include "tests/faults/faulty_world.h"

#include <cerrno>

#include "runtime/world/errors.h"
#include "tests/faults/faulty_ports.h"

namespace noodle::tests {

namespace {

using simulate::Files;
using simulate::Simulation;
using world::describe;
using world::OrError;
using world::Written;

constexpr std::int64_t kHour = 3'600'000'000'000;
constexpr std::string_view kNotText = "\xff\xfe";

std::unexpected<std::string> failure(int error, const std::string& path) {
  return std::unexpected(describe(error, path));
}

}  // namespace

FaultyWorld::FaultyWorld(world::World* below, Injection injection, std::vector<std::string> args, std::string input)
    : Simulation(simulate::Choices(0, 0), below),
      injection_(injection),
      args_(std::move(args)),
      input_(std::move(input)),
      faulty_ports_(std::make_unique<FaultyPorts>(*this, Simulation::ports())) {}

FaultyWorld::~FaultyWorld() = default;

void FaultyWorld::begin(Injection injection, std::vector<std::string> args) {
  injection_ = injection;
  args_ = std::move(args);
  counts_ = {};
  out_.clear();
  err_.clear();
  has_changes_ = false;
}

Fault FaultyWorld::meet(Call call) {
  const std::uint64_t number = ++counts_[static_cast<std::size_t>(call)];
  if (injection_.fault == Fault::None || call != injection_.call || number != injection_.number) return Fault::None;
  injected_ = true;
  if (injection_.fault == Fault::FullDisk || injection_.fault == Fault::HalfFull) full_ = true;
  return injection_.fault;
}

void FaultyWorld::collect(const std::string& folder, Contents& into) {
  for (const std::string& name : Simulation::list_dir(folder).value_or(std::vector<std::string>())) {
    const std::string path = folder == "." ? name : folder + "/" + name;
    if (auto bytes = Simulation::read_file(path)) {
      into.emplace(path, std::move(*bytes));
    } else {
      collect(path, into);
    }
  }
}

Contents FaultyWorld::contents() {
  Contents all;
  collect(".", all);
  return all;
}

void FaultyWorld::take_away(const std::string& path) {
  has_changes_ = true;
  if (const auto bytes = Simulation::read_file(path)) {
    taken_.insert(*bytes);
  } else {
    for (const std::string& name : Simulation::list_dir(path).value_or(std::vector<std::string>())) {
      take_away(path + "/" + name);
    }
  }
  (void)Simulation::remove(path);
}

world::Ports& FaultyWorld::ports() { return *faulty_ports_; }

std::int64_t FaultyWorld::unix_nanos() {
  const Fault fault = meet(Call::UnixClock);
  if (fault == Fault::Forward) day_shift_ = kHour;
  if (fault == Fault::Back) day_shift_ = -kHour;
  return Simulation::unix_nanos() + day_shift_;
}

std::int64_t FaultyWorld::monotonic_nanos() {
  if (meet(Call::MonotonicClock) == Fault::Forward) monotonic_shift_ = kHour;
  return Simulation::monotonic_nanos() + monotonic_shift_;
}

Written FaultyWorld::write_out(std::string_view text) {
  if (gone_) return Written::Closed;
  switch (meet(Call::WriteOut)) {
    case Fault::Reset: gone_ = true; return Written::Closed;
    case Fault::None: break;
    default: return Written::Failed;
  }
  if (injected_ && injection_.call == Call::WriteOut) return Written::Failed;
  out_ += text;
  return Written::Ok;
}

Written FaultyWorld::write_error(std::string_view text) {
  if (meet(Call::WriteError) != Fault::None) return Written::Failed;
  err_ += text;
  return Written::Ok;
}

world::LineRead FaultyWorld::read_line(std::string& line, const std::function<bool()>& stop) {
  if (stop()) return world::LineRead::Interrupted;
  const Fault fault = meet(Call::ReadLine);
  if (fault == Fault::Truncated) input_.clear();
  if (input_.empty()) return world::LineRead::End;
  const std::size_t end = input_.find('\n');
  line = input_.substr(0, end);
  input_.erase(0, end == std::string::npos ? end : end + 1);
  if (fault == Fault::NotText) line += kNotText;
  return world::LineRead::Line;
}

const std::vector<std::string>& FaultyWorld::args() {
  if (meet(Call::Args) == Fault::NotText && !args_.empty()) args_.front() += kNotText;
  return args_;
}

bool FaultyWorld::env(const std::string&, std::string& value) {
  if (meet(Call::Env) == Fault::None) return false;  // the same wherever the campaign runs
  value = kNotText;
  return true;
}

OrError<std::string> FaultyWorld::read_file(const std::string& path) {
  const Fault fault = meet(Call::ReadFile);
  if (fault == Fault::Unreadable) return failure(EIO, path);
  if (fault == Fault::Vanished) take_away(path);
  auto bytes = Simulation::read_file(path);
  if (bytes && fault == Fault::Truncated) bytes->resize(bytes->size() / 2);
  if (bytes && fault == Fault::Grown) *bytes += std::string(*bytes);
  return bytes;
}

OrError<void> FaultyWorld::write_file(const std::string& path, std::string_view bytes, bool append) {
  const Fault fault = meet(append ? Call::AppendFile : Call::WriteFile);
  has_changes_ = true;
  if (!full_) {
    auto done = Simulation::write_file(path, bytes, append);
    if (done && !append) torn_.erase(Files::normal(path));
    return done;
  }
  // As the system does it, which has emptied the file by the time that it finds no room for what is to be in it.
  const std::string_view some = fault == Fault::HalfFull ? bytes.substr(0, bytes.size() / 2) : std::string_view();
  const bool is_new = !Simulation::exists(path);
  if (auto done = Simulation::write_file(path, some, append); !done) return done;
  if (is_new) {
    (void)Simulation::remove(path);
  } else if (!append || !some.empty()) {
    note_torn(path);
  }
  return failure(ENOSPC, path);
}

bool FaultyWorld::exists(const std::string& path) {
  const Fault fault = meet(Call::Exists);
  const bool there = Simulation::exists(path);
  if (fault == Fault::Vanished) take_away(path);
  return there;
}

OrError<void> FaultyWorld::remove(const std::string& path) {
  const Fault fault = meet(Call::Remove);
  if (fault == Fault::Refused) return failure(EACCES, path);
  if (fault == Fault::Vanished) take_away(path);
  has_changes_ = true;
  auto done = Simulation::remove(path);
  if (done) torn_.erase(Files::normal(path));
  return done;
}

OrError<void> FaultyWorld::make_dir(const std::string& path) {
  meet(Call::MakeDir);
  has_changes_ = true;
  if (full_ && !Simulation::exists(path)) return failure(ENOSPC, path);
  return Simulation::make_dir(path);
}

OrError<void> FaultyWorld::rename(const std::string& from, const std::string& to) {
  const Fault fault = meet(Call::Rename);
  if (fault == Fault::FullDisk) return failure(ENOSPC, from);
  if (fault == Fault::Vanished) take_away(from);
  has_changes_ = true;
  auto done = Simulation::rename(from, to);
  if (done) torn_.erase(Files::normal(to));
  if (done && torn_.erase(Files::normal(from)) != 0) note_torn(to);
  return done;
}

OrError<world::FileInfo> FaultyWorld::info(const std::string& path, bool follow) {
  const Fault fault = meet(Call::Info);
  if (fault == Fault::Unreadable) return failure(EACCES, path);
  auto known = Simulation::info(path, follow);
  if (fault == Fault::Vanished) take_away(path);
  return known;
}

OrError<void> FaultyWorld::set_mode(const std::string& path, std::int64_t mode) {
  if (meet(Call::SetMode) == Fault::Refused) return failure(EPERM, path);
  return Simulation::set_mode(path, mode);
}

OrError<std::vector<std::string>> FaultyWorld::list_dir(const std::string& path) {
  const Fault fault = meet(Call::ListDir);
  if (fault == Fault::Unreadable) return failure(EACCES, path);
  auto names = Simulation::list_dir(path);
  if (!names) return names;
  if (fault == Fault::Vanished && !names->empty()) take_away(path + "/" + names->front());
  if (fault == Fault::NotText) names->insert(names->begin(), std::string(kNotText) + ".txt");
  return names;
}

}  // namespace noodle::tests
