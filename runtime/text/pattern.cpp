#include "runtime/text/pattern.h"

#include <list>
#include <mutex>
#include <unordered_map>

namespace noodle::text {

namespace {

/// The latest patterns, by flags and text.
class Latest {
 public:
  std::shared_ptr<const Pattern> find(const std::string& key) {
    const std::lock_guard hold(mutex_);
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    order_.splice(order_.begin(), order_, found->second);
    return found->second->pattern;
  }

  void add(const std::string& key, std::shared_ptr<const Pattern> pattern) {
    const std::lock_guard hold(mutex_);
    if (places_.contains(key)) return;  // another thread was faster
    order_.push_front({key, std::move(pattern)});
    places_.emplace(order_.front().key, order_.begin());
    if (order_.size() <= kMost) return;
    places_.erase(order_.back().key);
    order_.pop_back();
  }

 private:
  static constexpr std::size_t kMost = 256;
  struct Entry {
    std::string key;
    std::shared_ptr<const Pattern> pattern;
  };
  std::mutex mutex_;
  std::list<Entry> order_;  // the latest first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> places_;
};

/// Where an escape stands in a good pattern, outside of literal text.
std::size_t find_escape(std::string_view text, char letter) {
  for (std::size_t at = text.find('\\'); at < text.size(); at = text.find('\\', at + 2)) {
    const char escape = at + 1 < text.size() ? text[at + 1] : 0;
    if (escape == letter) return at;
    if (escape != 'Q') continue;
    at = text.find("\\E", at + 2);
    if (at == std::string_view::npos) break;
  }
  return kNowhere;
}

/// It is never destroyed: other threads may still run when the process ends.
Latest& latest() {
  static Latest* const all = new Latest;
  return *all;
}

}  // namespace

RE2::Options options_of(std::int64_t flags) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_case_sensitive((flags & kIgnoreCase) == 0);
  options.set_dot_nl((flags & kDotAll) != 0);
  return options;
}

std::string with_prefix(std::string_view text, std::int64_t flags) {
  // RE2 has an option for this with POSIX patterns only.
  return ((flags & kMultiLine) != 0 ? "(?m)" : "") + std::string(text);
}

Pattern::Pattern(std::string_view text, std::int64_t flags) : re(with_prefix(text, flags), options_of(flags)) {
  if (!re.ok()) return;
  half_character = find_escape(text, 'C');
  may_be_inside = find_escape(text, 'B') != kNowhere;
}

std::vector<std::string> Pattern::names() const {
  std::vector<std::string> all(static_cast<std::size_t>(re.NumberOfCapturingGroups()) + 1);
  for (const auto& [group, name] : re.CapturingGroupNames()) all[static_cast<std::size_t>(group)] = name;
  return all;
}

std::shared_ptr<const Pattern> pattern_of(std::string_view text, std::int64_t flags) {
  std::string key(1, static_cast<char>(flags));
  key += text;
  if (auto found = latest().find(key)) return found;
  auto made = std::make_shared<const Pattern>(text, flags);
  if (made->is_good()) latest().add(key, made);
  return made;
}

}  // namespace noodle::text
