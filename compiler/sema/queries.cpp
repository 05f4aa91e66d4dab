#include "compiler/sema/queries.h"

#include <algorithm>
#include <utility>

namespace noodle::sema {

namespace {
std::uint64_t packed(QueryKey key) { return static_cast<std::uint64_t>(key.kind) << 32 | key.index; }

/// Keeps the first of equal entries, in order: answers are found valid in the order in which they
/// were asked, so that nothing is asked that the first answer would have ruled out.
void drop_repeats(std::vector<std::uint32_t>& nodes) {
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

std::uint32_t Queries::find_or_add(QueryKey key) {
  const auto [it, added] = by_key_.try_emplace(packed(key), static_cast<std::uint32_t>(nodes_.size()));
  if (added) {
    Node& node = nodes_.emplace_back();
    node.key = key;
  }
  return it->second;
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
    auto& leans_on = nodes_[stack_.back()].leans_on;
    // The same question is often asked again at once; other repeats are harmless.
    if (leans_on.empty() || leans_on.back() != node) leans_on.push_back(node);
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
  // Indices, not references: asking may add nodes.
  for (std::size_t i = 0; valid && i < nodes_[index].leans_on.size(); ++i) {
    const std::uint32_t on = nodes_[index].leans_on[i];
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
  nodes_[index].leans_on.clear();
  nodes_[index].refused = false;
  nodes_[index].sink.reset();
  stack_.push_back(index);
  const std::uint64_t fingerprint = answers_.answer(key);
  stack_.pop_back();
  Node& node = nodes_[index];
  drop_repeats(node.leans_on);
  node.running = false;
  if (!node.answered || node.fingerprint != fingerprint) node.changed = revision_;
  node.answered = true;
  node.fingerprint = fingerprint;
  node.verified = revision_;
}

bool Queries::current(QueryKey key) const {
  const auto it = by_key_.find(packed(key));
  return it != by_key_.end() && nodes_[it->second].answered && nodes_[it->second].verified == revision_;
}

source::DiagnosticSink& Queries::sink() {
  ++reports_;
  auto& sink = stack_.empty() ? outside_ : nodes_[stack_.back()].sink;
  if (!sink) sink = std::make_unique<source::DiagnosticSink>();
  return *sink;
}

const source::DiagnosticSink* Queries::diagnostics(QueryKey key) const {
  const auto it = by_key_.find(packed(key));
  return it == by_key_.end() ? nullptr : nodes_[it->second].sink.get();
}

void Queries::invalidate(QueryKey key) {
  const auto it = by_key_.find(packed(key));
  if (it == by_key_.end()) return;
  Node& node = nodes_[it->second];
  node.answered = false;
  // Its readers can't tell whether the next answer equals the forgotten one.
  node.changed = revision_;
}

}  // namespace noodle::sema
