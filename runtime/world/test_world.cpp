#include "base/lock.h"
#include "runtime/world/world.h"

namespace noodle::world {

void TestWorld::wait(std::atomic<std::uint32_t>& word, std::int64_t nanos) {
  if (nanos >= 0) {
    now += nanos;
  } else {
    futex_wait(word, 0, nanos);
  }
}

Written TestWorld::write_out(std::string_view text) {
  if (out_closed) return Written::Closed;
  out += text;
  return Written::Ok;
}

Written TestWorld::write_error(std::string_view text) {
  err += text;
  return Written::Ok;
}

LineRead TestWorld::read_line(std::string& line, const std::function<bool()>& stop) {
  if (stop()) return LineRead::Interrupted;
  if (in.empty()) return LineRead::End;
  const std::size_t end = in.find('\n');
  line = in.substr(0, end);
  in.erase(0, end == std::string::npos ? end : end + 1);
  return LineRead::Line;
}

bool TestWorld::env(const std::string& name, std::string& value) {
  const auto found = environment.find(name);
  if (found == environment.end()) return false;
  value = found->second;
  return true;
}

std::expected<std::string, std::string> TestWorld::read_file(const std::string& path) {
  const auto found = files.find(path);
  if (found == files.end()) return std::unexpected("no such file: " + path);
  return found->second;
}

std::expected<void, std::string> TestWorld::write_file(const std::string& path, std::string_view bytes, bool append) {
  if (path.empty()) return std::unexpected("no such file: ");
  std::string& file = files[path];
  if (!append) file.clear();
  file += bytes;
  return {};
}

std::expected<void, std::string> TestWorld::remove(const std::string& path) {
  if (files.erase(path) == 0) return std::unexpected("no such file: " + path);
  return {};
}

std::expected<void, std::string> TestWorld::make_dir(const std::string&) { return {}; }

std::expected<void, std::string> TestWorld::rename(const std::string& from, const std::string& to) {
  auto moved = files.extract(from);
  if (moved.empty()) return std::unexpected("no such file: " + from);
  files[to] = std::move(moved.mapped());
  return {};
}

std::expected<FileInfo, std::string> TestWorld::info(const std::string& path, bool) {
  if (!exists(path)) return std::unexpected("no such file: " + path);
  const auto found = files.find(path);
  if (found == files.end()) return FileInfo{FileInfo::Kind::Folder, 0, 0, 0755};
  return FileInfo{FileInfo::Kind::File, static_cast<std::int64_t>(found->second.size()), 0, 0644};
}

std::expected<void, std::string> TestWorld::set_mode(const std::string& path, std::int64_t) {
  if (!exists(path)) return std::unexpected("no such file: " + path);
  return {};
}

bool TestWorld::exists(const std::string& path) { return files.contains(path) || !list_dir(path)->empty(); }

std::expected<std::vector<std::string>, std::string> TestWorld::list_dir(const std::string& path) {
  if (files.contains(path)) return std::unexpected("not a folder: " + path);
  std::vector<std::string> names;
  for (const auto& [name, bytes] : files) {
    if (name.starts_with(path + "/")) names.push_back(name.substr(path.size() + 1));
  }
  return names;
}

}  // namespace noodle::world
