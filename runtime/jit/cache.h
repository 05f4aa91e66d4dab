#pragma once

// Machine code that outlives its process: a folder with one file for each program, found by a hash of all that its
// code depends on. The code is run without another look, so the folder must be the user's alone.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/jit/cache_entry.h"

namespace noodle::jit {

struct CacheOptions {
  std::string folder;                            // empty: nothing is kept
  std::uint64_t most_bytes = 256ull << 20;       // of all files; those used longest ago go first
  std::function<void(const std::string&)> warn;  // what is wrong with the folder or a file, once
};

/// The folder that the environment names: $NOODLE_CACHE, $XDG_CACHE_HOME/noodle or ~/.cache/noodle. Empty when there
/// is none, when NOODLE_CACHE is `off`, and when the process has rights that its user has not.
std::string cache_folder();

class Descriptor;

/// Images in files. Any number of processes may use one folder; an object is for one thread at a time.
class Cache {
 public:
  explicit Cache(CacheOptions options) : options_(std::move(options)) {}

  /// What is kept under a key.
  std::vector<KeptImage> load(std::string_view key);
  /// Keeps more images under a key. False when that can't be done, for which `trouble` has the reason.
  bool add(std::string_view key, const std::vector<KeptImage>& images);
  /// What went wrong last. Only what looks like somebody's doing is warned of, not a folder that can't be made.
  const std::string& trouble() const { return trouble_; }

 private:
  bool open_folder(bool make, Descriptor& folder);
  bool read(const Descriptor& folder, const std::string& name, std::string& bytes);
  std::vector<KeptImage> load_from(const Descriptor& folder, std::string_view key);
  bool replace(const Descriptor& folder, const std::string& name, std::string_view bytes);
  void evict(const Descriptor& folder, const std::string& keep);
  bool refuse(const std::string& what);
  bool give_up(const std::string& what);

  const CacheOptions options_;
  std::string trouble_;
  bool warned_ = false;
  bool off_ = false;  // the folder is wrong
};

}  // namespace noodle::jit
