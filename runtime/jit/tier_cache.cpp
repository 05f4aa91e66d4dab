// Where compiled code meets the cache. All of it happens on the compiler's thread. A program is looked up at its first
// sample, so one that is over before pays nothing; until then nothing else is compiled.

#include <algorithm>

#include "runtime/jit/cache_key.h"
#include "runtime/jit/tier.h"

namespace noodle::jit {

namespace {

// While more is to be compiled, images wait until there are a good many: each time, the whole file is written.
constexpr std::size_t kMany = 256 << 10;
// Code that was made quickly, and in the run that made it seemed good enough, is found running so often more before it
// is made better.
constexpr std::int32_t kGoodBefore = 20;

// Same build, same module: so this holds unless the file was made to mislead.
bool belongs_to(const KeptImage& image, const nbc::Module& module) {
  return image.function < module.functions.size() &&
         std::ranges::all_of(
             image.symbols,
             [&](const Symbol& symbol) {
               return symbol.function < module.functions.size() &&
                      symbol.loop < static_cast<std::int64_t>(module.functions[symbol.function].code.size());
             });
}

}  // namespace

// With the lock held. Whether it is known what the cache has of a module; asks for it.
bool HotTier::has_looked(vm::LoadedModule* module) {
  if (!is_keeping()) return true;
  Kept& kept = kept_[module];
  if (!kept.asked) {
    kept.asked = true;
    add_job({.module = module, .function = 0, .body = false, .loops = {}, .is_kept = true});
  }
  return kept.loaded;
}

HotTier::Kept& HotTier::kept(vm::LoadedModule& module) {
  const std::lock_guard hold(mutex_);
  return kept_[&module];
}

const std::string& HotTier::identity() {
  if (identity_) return *identity_;
  compiler_id_ = build_id(options_.library);
  identity_ = code_identity(options_.library);
  if (identity_->empty()) say("jit: no code is kept, since this build or processor can't be told from others");
  return *identity_;
}

void HotTier::load_kept(vm::LoadedModule& module) {
  const auto start = Journal::Clock::now();
  Kept& kept = this->kept(module);
  std::vector<KeptImage> images;
  if (!identity().empty()) {
    // Code with lines is kept apart from code without.
    kept.key = identity() + (wants_lines() ? "lines" : "") + module_identity(module.module());
    images = cache_.load(kept.key);
  }
  for (const KeptImage& image : images) {
    if (place_kept(module, image)) kept.bytes += image.bytes.size();
  }
  if (!images.empty()) {
    say("jit: " + std::to_string(images.size()) + " pieces of " + std::to_string(kept.bytes) +
        " bytes from the cache in " + Journal::micros_since(start));
  }
  const std::lock_guard hold(mutex_);
  kept.loaded = true;
  kept.is_known = !images.empty();
}

bool HotTier::place_kept(vm::LoadedModule& module, const KeptImage& image) {
  if (!belongs_to(image, module.module())) return false;
  const bool refused = image.bytes.empty();
  if (!refused) {
    Image code;
    code.bytes = std::as_bytes(std::span(image.bytes));
    code.symbols = image.symbols;
    code.origins = image.origins;
    if (!place(module, code, image.effort)) return false;
  }
  const std::lock_guard hold(mutex_);
  Heat& heat = heat_[{&module, image.function}];
  heat.refused |= refused;
  heat.samples = 0;
  if (image.effort == Effort::Quick) heat.warmth = -kGoodBefore;
  return true;
}

void HotTier::remember(const Job& job, const Image& image) {
  if (!is_keeping()) return;
  Kept& kept = this->kept(*job.module);
  KeptImage made{
      .function = job.function, .loops = job.loops, .effort = job.effort, .symbols = {}, .bytes = {}, .origins = {}};
  if (image.trouble.empty()) {
    made.symbols.assign(image.symbols.begin(), image.symbols.end());
    made.origins = image.origins;
    made.bytes.assign(reinterpret_cast<const char*>(image.bytes.data()), image.bytes.size());
  }
  kept.fresh_bytes += made.bytes.size();
  kept.fresh.push_back(std::move(made));
}

// Adds to the cache what was compiled, when nothing else is to be done or there is much of it.
void HotTier::keep() {
  std::vector<Kept*> due;
  {
    const std::lock_guard hold(mutex_);
    for (auto& [module, kept] : kept_) {
      const bool much = kept.fresh_bytes > std::max(kMany, kept.bytes);
      if (!kept.fresh.empty() && (much || queue_.empty())) due.push_back(&kept);
    }
  }
  // The library may have been replaced between the look at it and its opening.
  const bool changed = !due.empty() && build_id(options_.library) != compiler_id_;
  for (Kept* kept : due) {
    const auto start = Journal::Clock::now();
    if (kept->key.empty() || changed) {
      say("jit: nothing is kept: what made the code can't be told");
    } else if (!cache_.add(kept->key, kept->fresh)) {
      say("jit: nothing is kept: " + cache_.trouble());
    } else {
      say("jit: kept " + std::to_string(kept->fresh.size()) + " pieces of " + std::to_string(kept->fresh_bytes) +
          " bytes in the cache in " + Journal::micros_since(start));
    }
    kept->bytes += kept->fresh_bytes;
    kept->fresh.clear();
    kept->fresh_bytes = 0;
  }
}

}  // namespace noodle::jit
