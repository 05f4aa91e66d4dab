#include "runtime/jit/lines.h"

#include <map>
#include <tuple>

#include "runtime/jit/names.h"
#include "runtime/jit/origins.h"

namespace noodle::jit {

namespace {

// Lays what the bytecode knows of functions taken in over what the compiler took in.
class LineFinder {
 public:
  LineFinder(const vm::LoadedModule& module, const Origins& origins)
      : module_(module.module()), loaded_(module), origins_(origins), frames_(origins.all.size() + 1) {}

  CodeLines run() {
    // A caller stands before what was taken in there.
    for (std::size_t i = 0; i < origins_.all.size(); ++i) frames_[i + 1] = frame_of(origins_.all[i]);
    for (const Stretch& stretch : origins_.stretches) {
      const std::uint32_t frame = frames_[stretch.origin];
      if (lines_.rows.empty() || lines_.rows.back().frame != frame) lines_.rows.push_back({stretch.at, frame});
    }
    return std::move(lines_);
  }

 private:
  std::uint32_t add(nbc::StringId function, std::uint32_t file, std::uint32_t line, std::uint32_t caller) {
    const std::string_view name = module_.text(function);
    auto [known, is_new] = known_.try_emplace({name, file, line, caller}, 0);
    if (is_new) {
      lines_.frames.push_back({name, module_.text(module_.debug.files[file]), line, caller});
      known->second = static_cast<std::uint32_t>(lines_.frames.size());
    }
    return known->second;
  }

  std::uint32_t frame_of(const Origin& origin) {
    const std::uint32_t caller = frames_[origin.caller];
    const nbc::LineEntry* entry = line_entry(loaded_, origin.function, origin.pc);
    if (entry == nullptr) return caller;
    return add(function_at(origin, entry->inlined), entry->file, entry->line, call_of(origin, entry->inlined, caller));
  }

  nbc::StringId function_at(const Origin& origin, std::uint32_t inlined) const {
    if (inlined == 0) return module_.functions[origin.function].name;
    return module_.debug.functions[origin.function].inlined[inlined - 1].function;
  }

  // Where the call stood that the bytecode has taken in.
  std::uint32_t call_of(const Origin& origin, std::uint32_t inlined, std::uint32_t caller) {
    if (inlined == 0) return caller;
    const nbc::InlinedCall& call = module_.debug.functions[origin.function].inlined[inlined - 1];
    return add(function_at(origin, call.parent), call.file, call.line, call_of(origin, call.parent, caller));
  }

  const nbc::Module& module_;
  const vm::LoadedModule& loaded_;
  const Origins& origins_;
  std::vector<std::uint32_t> frames_;  // by 1 + an origin's index
  std::map<std::tuple<std::string_view, std::uint32_t, std::uint32_t, std::uint32_t>, std::uint32_t> known_;
  CodeLines lines_;
};

bool belongs_to(const Origins& origins, const nbc::Module& module) {
  for (const Origin& origin : origins.all) {
    if (origin.function >= module.functions.size()) return false;
  }
  return true;
}

}  // namespace

CodeLines code_lines(const vm::LoadedModule& module, const Image& image) {
  if (image.origins.empty()) return {};
  const auto origins = unpack(image.origins);
  if (!origins || !belongs_to(*origins, module.module())) return {};
  return LineFinder(module, *origins).run();
}

}  // namespace noodle::jit
