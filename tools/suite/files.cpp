#include "tools/suite/files.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <sys/stat.h>

#include "base/hash.h"
#include "runtime/jit/cache.h"
#include "tools/child.h"
#include "tools/roots.h"
#include "tools/sources.h"

namespace noodle::tools {

namespace fs = std::filesystem;

namespace {

/// The lines of a text, at their tabulators.
std::vector<std::vector<std::string>> table(std::string_view text) {
  std::vector<std::vector<std::string>> rows;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    auto& row = rows.emplace_back();
    for (std::size_t tab = 0; tab != std::string_view::npos;) {
      tab = line.find('\t');
      row.emplace_back(line.substr(0, tab));
      if (tab != std::string_view::npos) line.remove_prefix(tab + 1);
    }
  }
  return rows;
}

}  // namespace

OrExit<std::vector<TestFile>> find_test_files(const std::vector<std::string>& paths) {
  std::vector<TestFile> files;
  std::set<std::string> seen;
  for (std::string path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      // One that can't be read is reported by whoever compiles it.
      if (seen.insert(path).second) files.push_back({path, import_root(path)});
      continue;
    }
    const bool here = path == ".";
    if (!path.ends_with('/')) path += '/';
    const std::string_view folder = path;
    auto below = source_files({&folder, 1});
    if (!below) return std::unexpected(refuse(below.error()));
    std::ranges::sort(*below);
    for (std::string& file : *below) {
      if (here) file.erase(0, path.size());
      if (seen.insert(file).second) files.push_back({file, import_root(file, here ? "" : path)});
    }
  }
  if (files.empty()) {
    return std::unexpected(refuse("there is no Noodle file in `" + (paths.empty() ? "" : paths.front()) + "`"));
  }
  return files;
}

const ImportGraph::Node& ImportGraph::node(const std::string& path, const std::string& root) {
  const auto [it, is_new] = nodes_.try_emplace({path, root});
  Node& node = it->second;
  if (!is_new) return node;
  const auto text = read_file(path);
  if (!text) return node;
  node.hash = hash_bytes(*text);
  for (const std::string& import : imported_files(*text)) {
    if (std::error_code error; fs::is_regular_file(root + import, error)) node.imports.push_back(root + import);
  }
  return node;
}

std::set<std::string> ImportGraph::reach(const TestFile& file) {
  std::set<std::string> found{file.path};
  std::vector<std::string> work{file.path};
  while (!work.empty()) {
    const std::string path = std::move(work.back());
    work.pop_back();
    for (const std::string& import : node(path, file.root).imports) {
      if (found.insert(import).second) work.push_back(import);
    }
  }
  return found;
}

std::uint64_t ImportGraph::hash(const TestFile& file) {
  std::uint64_t hash = 0;
  for (const std::string& path : reach(file)) {
    hash = hash_combine(hash_combine(hash, hash_bytes(path)), node(path, file.root).hash);
  }
  return hash;
}

TestMemory::TestMemory() {
  const std::string folder = jit::cache_folder();
  if (folder.empty()) return;
  char name[32];
  std::snprintf(name, sizeof name, "tests-%016llx", static_cast<unsigned long long>(hash_bytes(real_path("."))));
  path_ = folder + "/" + name;
  const auto text = read_file(path_);
  if (!text) return;
  for (const auto& row : table(*text)) {
    if (row.size() != 3) continue;
    if (row[0] == "failed") failed_.insert({row[1], row[2]});
    if (row[0] == "passed") passed_[row[1]] = whole_number(row[2]).value_or(0);
  }
}

bool TestMemory::has_failures_in(const std::string& path) const {
  const auto it = failed_.lower_bound({real_path(path), ""});
  return it != failed_.end() && it->first == real_path(path);
}

bool TestMemory::passed(const std::string& path, std::uint64_t hash) const {
  const auto it = passed_.find(real_path(path));
  return it != passed_.end() && it->second == hash;
}

void TestMemory::set_failed(const std::string& path, const std::string& test, bool failed) {
  if (failed) {
    failed_.insert({real_path(path), test});
  } else {
    failed_.erase({real_path(path), test});
  }
}

void TestMemory::set_passed(const std::string& path, std::optional<std::uint64_t> hash) {
  if (hash) {
    passed_[real_path(path)] = *hash;
  } else {
    passed_.erase(real_path(path));
  }
}

void TestMemory::save() const {
  if (!is_on()) return;
  std::error_code error;
  const fs::path folder = fs::path(path_).parent_path();
  fs::create_directories(folder.parent_path(), error);
  mkdir(folder.c_str(), 0700);
  std::string text;
  for (const auto& [path, test] : failed_) text += "failed\t" + path + "\t" + test + "\n";
  for (const auto& [path, hash] : passed_) text += "passed\t" + path + "\t" + std::to_string(hash) + "\n";
  // Nothing is lost but comfort when it can't be written.
  std::FILE* file = std::fopen(path_.c_str(), "wb");
  if (file == nullptr) return;
  std::fwrite(text.data(), 1, text.size(), file);
  std::fclose(file);
}

std::expected<std::set<std::string>, std::string> changed_since(const std::string& ref) {
  const auto top = output_of({"git", "rev-parse", "--show-toplevel"});
  if (!top) return std::unexpected(top.error());
  const auto changed = output_of({"git", "diff", "--name-only", "-z", ref, "--"});
  if (!changed) return std::unexpected(changed.error());
  const auto fresh = output_of({"git", "ls-files", "--others", "--exclude-standard", "--full-name", "-z"});
  if (!fresh) return std::unexpected(fresh.error());
  const std::string folder = top->substr(0, top->find('\n')) + "/";
  std::set<std::string> files;
  const std::string names = *changed + *fresh;  // each ends with a zero, since git quotes some names between lines
  for (std::size_t begin = 0, end = 0; (end = names.find('\0', begin)) != std::string::npos; begin = end + 1) {
    files.insert(real_path(folder + names.substr(begin, end - begin)));
  }
  return files;
}

std::string real_path(const std::string& path) {
  std::error_code error;
  const fs::path found = fs::canonical(path, error);
  return error ? path : found.string();
}

}  // namespace noodle::tools
