#include "compiler/sema/queries.h"

#include <algorithm>
#include <utility>

namespace noodle::sema {

namespace {
/// Keeps the first of equal entries, in order: answers are found valid in the order in which they
/// were asked, so that nothing is asked that the first answer would have ruled out.
void drop_repeats(std::vector<std::uint32_t>& nodes) {
  constexpr std::size_t kFew = 16;
  if (nodes.size() <= kFew) {
    auto end = nodes.begin();
    for (const std::uint32_t node : nodes) {
      if (std::find(nodes.begin(), end, node) == end) *end++ = node;
    }
    nodes.erase(end, nodes.end());
    return;
  }
  std::vector<std::pair<std::uint32_t, std::uint32_t>> places;
  for (std::uint32_t i = 0; i < nodes.size(); ++i) places.emplace_back(nodes[i], i);
  std::ranges::sort(places);
  const auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
  places.erase(std::unique(places.begin(), places.end(), same), places.end());
  std::ranges::sort(places, {}, [](const auto& place) { return place.second; });
  nodes.clear();
  for (const auto& [node, place] : places) nodes.push_back(node);
}
}  // namespace

std::uint32_t Queries::find(QueryKey key) const {
  const auto& nodes = by_index_[static_cast<std::size_t>(key.kind)];
  return key.index < nodes.size() ? nodes[key.index] : kNone;
}

std::uint32_t Queries::find_or_add(QueryKey key) {
  auto& nodes = by_index_[static_cast<std::size_t>(key.kind)];
  if (key.index >= nodes.size()) nodes.resize(key.index + 1, kNone);
  std::uint32_t& node = nodes[key.index];
  if (node == kNone) {
    node = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back().key = key;
  }
  return node;
}

/// Keeps what a computed answer leaned on, and closes the gaps once they are half of all.
void Queries::store_leans(Node& node, std::vector<std::uint32_t>& asked) {
  left_behind_ += node.lean_count;
  drop_repeats(asked);
  node.first_lean = static_cast<std::uint32_t>(leans_.size());
  node.lean_count = static_cast<std::uint32_t>(asked.size());
  leans_.insert(leans_.end(), asked.begin(), asked.end());
  if (left_behind_ * 2 <= leans_.size() || left_behind_ < 100'000) return;
  std::vector<std::uint32_t> kept;
  kept.reserve(leans_.size() - left_behind_);
  for (Node& n : nodes_) {
    const auto first = leans_.begin() + n.first_lean;
    n.first_lean = static_cast<std::uint32_t>(kept.size());
    kept.insert(kept.end(), first, first + n.lean_count);
  }
  leans_ = std::move(kept);
  left_behind_ = 0;
}

void Queries::set_input(QueryKey key, std::uint64_t fingerprint) {
  Node& node = nodes_[find_or_add(key)];
  if (!node.answered || node.fingerprint != fingerprint) node.changed = revision_;
  node.answered = true;
  node.fingerprint = fingerprint;
}

Queries::Outcome Queries::ask(QueryKey key) {
  const std::uint32_t node = find_or_add(key);
  if (!stack_.empty()) {
    auto& asked = asked_[stack_.size() - 1];
    // The same question is often asked again at once; other repeats are harmless.
    if (asked.empty() || asked.back() != node) asked.push_back(node);
  }
  const Outcome outcome = make_current(node);
  if (outcome != Outcome::Current) {
    for (std::uint32_t asker : stack_) nodes_[asker].refused = true;
  }
  return outcome;
}

Queries::Outcome Queries::make_current(std::uint32_t index) {
  {
    const Node& node = nodes_[index];
    if (node.key.kind <= kLastInput) return Outcome::Current;
    if (node.running) return Outcome::Cycle;
    if (node.answered && node.verified == revision_) return Outcome::Current;
    if (stack_.size() + verifying_ >= kDeepest) return Outcome::TooDeep;
  }
  if (nodes_[index].answered && !nodes_[index].refused && still_valid(index)) {
    nodes_[index].verified = revision_;
    return Outcome::Current;
  }
  compute(index);
  return Outcome::Current;
}

bool Queries::still_valid(std::uint32_t index) {
  ++verifying_;
  nodes_[index].running = true;
  const std::uint32_t since = nodes_[index].verified;
  bool valid = true;
  // Indices, not references: asking may add nodes and move leans_.
  for (std::uint32_t i = 0; valid && i < nodes_[index].lean_count; ++i) {
    const std::uint32_t on = leans_[nodes_[index].first_lean + i];
    valid = make_current(on) == Outcome::Current && nodes_[on].changed <= since;
  }
  nodes_[index].running = false;
  --verifying_;
  return valid;
}

void Queries::compute(std::uint32_t index) {
  const QueryKey key = nodes_[index].key;
  ++computed_[static_cast<std::size_t>(key.kind)];
  nodes_[index].running = true;
  nodes_[index].refused = false;
  nodes_[index].sink.reset();
  stack_.push_back(index);
  if (asked_.size() < stack_.size()) asked_.emplace_back();
  asked_[stack_.size() - 1].clear();
  const std::uint64_t fingerprint = answers_.answer(key);
  stack_.pop_back();
  Node& node = nodes_[index];
  store_leans(node, asked_[stack_.size()]);
  node.running = false;
  if (!node.answered || node.fingerprint != fingerprint) node.changed = revision_;
  node.answered = true;
  node.fingerprint = fingerprint;
  node.verified = revision_;
}

bool Queries::current(QueryKey key) const {
  const std::uint32_t node = find(key);
  return node != kNone && nodes_[node].answered && nodes_[node].verified == revision_;
}

source::DiagnosticSink& Queries::sink() {
  ++reports_;
  auto& sink = stack_.empty() ? outside_ : nodes_[stack_.back()].sink;
  if (!sink) sink = std::make_unique<source::DiagnosticSink>();
  return *sink;
}

const source::DiagnosticSink* Queries::diagnostics(QueryKey key) const {
  const std::uint32_t node = find(key);
  return node == kNone ? nullptr : nodes_[node].sink.get();
}

void Queries::invalidate(QueryKey key) {
  const std::uint32_t index = find(key);
  if (index == kNone) return;
  Node& node = nodes_[index];
  node.answered = false;
  // Its readers can't tell whether the next answer equals the forgotten one.
  node.changed = revision_;
}

}  // namespace noodle::sema
