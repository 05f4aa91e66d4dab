#include "compiler/nir/layout.h"

#include <algorithm>

namespace noodle::nir {

using sema::TypeData;
using sema::TypeKind;

namespace {

/// Types that nest deeper than this (by their arguments, or by value) are refused. A type whose
/// instances nest ever deeper, `struct N<T> { inner: N<(T, T)>? }`, would otherwise never end.
constexpr std::uint32_t kMaxDepth = 64;
constexpr std::uint32_t kMaxNesting = 64;
constexpr std::uint32_t kMaxSlots = 4096;  // of a function's registers together

bool contains_by_value(TypeKind kind) { return kind == TypeKind::Nominal || kind == TypeKind::Tuple; }

}  // namespace

TypeId Layout::described(TypeId type) const {
  return types_.kind(type) == TypeKind::Flat ? types_[type].arguments[0] : type;
}

bool Layout::too_deep(TypeId type) {
  if (auto it = depths_.find(type); it != depths_.end()) return it->second > kMaxDepth;
  std::uint32_t depth = 0;
  for (TypeId argument : types_[type].arguments) {
    if (too_deep(argument)) depth = kMaxDepth;
    depth = std::max(depth, depths_[argument]);
  }
  depths_[type] = depth + 1;
  if (depth + 1 > kMaxDepth && error_.empty()) {
    error_ = "a type nests more than " + std::to_string(kMaxDepth) + " levels deep";
  }
  return depth + 1 > kMaxDepth;
}

std::span<const std::span<const TypeId>> Layout::variants(TypeId type) {
  type = described(type);
  if (auto it = variants_.find(type); it != variants_.end()) return it->second;
  std::vector<std::span<const TypeId>> result;
  const TypeData data = types_[type];
  if (data.kind == TypeKind::Tuple) {
    result.push_back(data.arguments);
  } else if (data.kind == TypeKind::Nominal && !too_deep(type)) {
    const auto& decl = types_.nominal(sema::NominalId(data.index));
    for (std::size_t v = 0; v < decl.variants.size(); ++v) {
      std::vector<TypeId> fields;
      for (const auto& field : types_.nominal(sema::NominalId(data.index)).variants[v].fields) {
        fields.push_back(types_.substitute(field.type, data.arguments));
      }
      result.push_back(arena_.copy(fields));
    }
  }
  if (result.empty()) result.emplace_back();
  auto kept = arena_.copy(result);
  variants_[type] = kept;
  return kept;
}

std::span<const TypeId> Layout::fields(TypeId type, std::uint32_t variant) {
  auto all = variants(type);
  return variant < all.size() ? all[variant] : std::span<const TypeId>();
}

std::uint32_t Layout::variant_count(TypeId type) const {
  type = described(type);
  const TypeData& data = types_[type];
  if (data.kind != TypeKind::Nominal) return 1;
  return static_cast<std::uint32_t>(types_.nominal(sema::NominalId(data.index)).variants.size());
}

// ------------------------------------------------------------------------------------------ boxes

namespace {

/// Finds circles of by-value containment among types whose boxing isn't decided yet, with Tarjan's
/// algorithm, and chooses which type of each to box.
class BoxChooser {
 public:
  BoxChooser(Layout& layout, std::unordered_map<TypeId, bool>& boxed) : layout_(layout), boxed_(boxed) {}

  /// Decides `root` and everything that it reaches by value. False when it nests without end.
  bool decide(TypeId root) {
    std::vector<TypeId> all;
    if (!reach(root, all)) return false;
    for (TypeId type : all) allowed_[type] = true;
    break_circles(all);
    for (TypeId type : all) boxed_.try_emplace(type, false);
    return true;
  }

 private:
  struct State {
    std::uint32_t index = 0;
    std::uint32_t low = 0;
    bool on_stack = false;
  };

  bool reach(TypeId root, std::vector<TypeId>& all) {
    std::vector<TypeId> work{root};
    seen_[root] = true;
    while (!work.empty()) {
      TypeId type = work.back();
      work.pop_back();
      all.push_back(type);
      if (all.size() > kLargestCircle) return false;
      for (TypeId field : fields_of(type)) {
        if (contains_by_value(layout_.types().kind(field)) && !boxed_.contains(field) && !seen_[field]) {
          seen_[field] = true;
          work.push_back(field);
        }
      }
    }
    return true;
  }

  std::vector<TypeId> fields_of(TypeId type) {
    std::vector<TypeId> result;
    for (std::uint32_t v = 0; v < layout_.variant_count(type); ++v) {
      for (TypeId field : layout_.fields(type, v)) result.push_back(field);
    }
    return result;
  }

  /// Cuts the circles among `nodes`, which alone are `allowed_`.
  void break_circles(const std::vector<TypeId>& nodes) {
    states_.clear();
    std::vector<std::vector<TypeId>> circles;
    for (TypeId node : nodes) {
      if (allowed_[node] && !states_.contains(node)) visit(node, circles);
    }
    for (TypeId node : nodes) allowed_[node] = false;
    for (auto& circle : circles) {
      TypeId chosen = choose(circle);
      boxed_[chosen] = true;
      std::erase(circle, chosen);
      for (TypeId node : circle) allowed_[node] = true;
      break_circles(circle);
      for (TypeId node : circle) allowed_[node] = false;
    }
  }

  void visit(TypeId node, std::vector<std::vector<TypeId>>& circles) {
    struct Step {
      TypeId node;
      std::vector<TypeId> next;
      std::size_t at = 0;
    };
    std::vector<Step> steps;
    bool self = false;
    auto enter = [&](TypeId type) {
      auto index = static_cast<std::uint32_t>(states_.size() + 1);
      states_[type] = {index, index, true};
      stack_.push_back(type);
      steps.push_back({type, fields_of(type), 0});
    };
    enter(node);
    while (!steps.empty()) {
      Step& step = steps.back();
      if (step.at < step.next.size()) {
        TypeId to = step.next[step.at++];
        auto it = allowed_.find(to);
        if (it == allowed_.end() || !it->second) continue;
        auto found = states_.find(to);
        if (found == states_.end()) {
          enter(to);
        } else if (found->second.on_stack) {
          auto& state = states_[step.node];
          state.low = std::min(state.low, found->second.index);
        }
        continue;
      }
      TypeId done = step.node;
      self = std::find(step.next.begin(), step.next.end(), done) != step.next.end();
      steps.pop_back();
      State state = states_[done];
      if (!steps.empty()) {
        auto& above = states_[steps.back().node];
        above.low = std::min(above.low, state.low);
      }
      if (state.low != state.index) continue;
      std::vector<TypeId> circle;
      while (true) {
        TypeId member = stack_.back();
        stack_.pop_back();
        states_[member].on_stack = false;
        circle.push_back(member);
        if (member == done) break;
      }
      if (circle.size() > 1 || self) circles.push_back(std::move(circle));
    }
  }

  /// The member to box: users' types before Option and Result, then the order of declaration, then
  /// the text of the arguments. A circle always has a nominal, since tuples are finite terms.
  TypeId choose(const std::vector<TypeId>& circle) {
    auto& types = layout_.types();
    auto rank = [&](TypeId type) { return types.is_option(type) || types.is_result(type) ? 1 : 0; };
    TypeId best;
    for (TypeId type : circle) {
      if (types.kind(type) != TypeKind::Nominal) continue;
      if (!best.valid() || better(type, best, rank(type), rank(best))) best = type;
    }
    return best;
  }
  bool better(TypeId a, TypeId b, int rank_a, int rank_b) {
    auto& types = layout_.types();
    if (rank_a != rank_b) return rank_a < rank_b;
    if (types[a].index != types[b].index) return types[a].index < types[b].index;
    return types.text(a) < types.text(b);
  }

  static constexpr std::size_t kLargestCircle = 1u << 16;

  Layout& layout_;
  std::unordered_map<TypeId, bool>& boxed_;
  std::unordered_map<TypeId, bool> seen_;
  std::unordered_map<TypeId, bool> allowed_;
  std::unordered_map<TypeId, State> states_;
  std::vector<TypeId> stack_;
};

}  // namespace

void Layout::decide_boxes(TypeId root) {
  BoxChooser chooser(*this, boxed_);
  if (!chooser.decide(root)) {
    if (error_.empty()) error_ = "the type " + types_.text(root) + " holds too many types by value";
    boxed_[root] = true;
  }
}

bool Layout::is_boxed(TypeId type) {
  if (types_.kind(type) != TypeKind::Nominal) return false;
  auto it = boxed_.find(type);
  if (it == boxed_.end()) {
    decide_boxes(type);
    it = boxed_.find(type);
  }
  return it->second;
}

// ----------------------------------------------------------------------------------------- leaves

bool Layout::is_enum(TypeId leaf) {
  TypeId type = described(leaf);
  auto nominal = types_.nominal_of(type);
  if (!nominal.valid() || !types_.nominal(nominal).is_enum) return false;
  return type != leaf || !is_boxed(type);
}

bool Layout::is_aggregate(TypeId type) {
  TypeKind kind = types_.kind(type);
  if (kind == TypeKind::Tuple || kind == TypeKind::Never || kind == TypeKind::Error) return true;
  TypeId inner = described(type);
  auto nominal = types_.nominal_of(inner);
  if (!nominal.valid() || types_.nominal(nominal).is_enum) return false;
  return kind == TypeKind::Flat || !is_boxed(inner);
}

Layout::Facts Layout::compute(TypeId type) {
  Facts facts;
  std::vector<TypeId> leaves;
  if (is_aggregate(type)) {
    for (TypeId field : fields(type)) {
      const Facts& inner = this->facts(field);
      leaves.insert(leaves.end(), inner.leaves.begin(), inner.leaves.end());
      facts.slots += inner.slots;
      facts.counted |= inner.counted;
      if (facts.slots > kMaxSlots) return too_wide(type);
    }
    facts.leaves = arena_.copy(leaves);
    return facts;
  }
  leaves.push_back(type);
  facts.leaves = arena_.copy(leaves);
  if (is_enum(type)) {
    std::uint32_t most = 0;
    for (std::uint32_t v = 0; v < variant_count(type); ++v) {
      std::uint32_t slots = 0;
      for (TypeId leaf : payload(type, v)) {
        const Facts& inner = this->facts(leaf);
        slots += inner.slots;
        facts.counted |= inner.counted;
      }
      most = std::max(most, slots);
    }
    if (most > kMaxSlots) return too_wide(type);
    facts.slots = 1 + most;
    return facts;
  }
  TypeKind kind = types_.kind(type);
  facts.slots = kind == TypeKind::String ? 2 : 1;
  facts.counted = kind == TypeKind::String || kind == TypeKind::Bytes || kind == TypeKind::List ||
                  kind == TypeKind::Map || kind == TypeKind::Nominal || kind == TypeKind::Function ||
                  kind == TypeKind::Any || kind == TypeKind::Handle || kind == TypeKind::Tensor;
  return facts;
}

/// Types may double in width at each level: beyond what a function can hold nothing more is laid out.
Layout::Facts Layout::too_wide(TypeId type) {
  if (error_.empty())
    error_ = "a value of type `" + types_.text(type) + "` is wider than " + std::to_string(kMaxSlots) + " slots";
  return Facts{};
}

Layout::Facts Layout::keep(TypeId type, Facts facts) {
  if (type.index >= facts_.size()) facts_.resize(std::max<std::size_t>(types_.size(), type.index + 1));
  facts.known = true;
  return facts_[type.index] = facts;
}

TypeId Layout::find_bad_element(TypeId type, std::unordered_set<TypeId>& seen) {
  if (!error_.empty() || !seen.insert(type).second) return {};
  const TypeData data = types_[type];
  if (data.kind == TypeKind::Tensor && !types_.is_element(data.arguments[0])) return data.arguments[0];
  for (const TypeId argument : data.arguments) {
    if (const TypeId found = find_bad_element(argument, seen); found.valid()) return found;
  }
  if (data.kind != TypeKind::Nominal) return {};
  for (const std::span<const TypeId> fields : variants(type)) {
    for (const TypeId field : fields) {
      if (const TypeId found = find_bad_element(field, seen); found.valid()) return found;
    }
  }
  return {};
}

TypeId Layout::bad_element(TypeId type) {
  std::unordered_set<TypeId> seen;
  return find_bad_element(type, seen);
}

Layout::Facts Layout::facts(TypeId type) {
  if (type.index < facts_.size() && facts_[type.index].known) return facts_[type.index];
  if (types_.known.tensor.valid() && !bad_element_.valid()) bad_element_ = find_bad_element(type, looked_at_);
  if (nesting_ >= kMaxNesting) {
    if (error_.empty())
      error_ = "a type holds others by value more than " + std::to_string(kMaxNesting) + " levels deep";
    return keep(type, {});
  }
  ++nesting_;
  Facts made = compute(type);
  --nesting_;
  return keep(type, made);
}

std::span<const TypeId> Layout::leaves(TypeId type) { return facts(type).leaves; }
std::uint32_t Layout::slots(TypeId type) { return facts(type).slots; }
bool Layout::counted(TypeId type) { return facts(type).counted; }

std::span<const TypeId> Layout::payload(TypeId enum_type, std::uint32_t variant) {
  std::uint64_t key = (std::uint64_t{described(enum_type).index} << 32) | variant;
  auto it = payloads_.find(key);
  if (it != payloads_.end()) return it->second;
  std::vector<TypeId> result;
  for (TypeId field : fields(enum_type, variant)) {
    auto inner = leaves(field);
    result.insert(result.end(), inner.begin(), inner.end());
  }
  return payloads_[key] = arena_.copy(result);
}

LeafRange Layout::field_leaves(TypeId type, std::uint32_t variant, std::uint32_t field) {
  auto all = fields(type, variant);
  LeafRange range;
  for (std::uint32_t i = 0; i < field; ++i) range.first += static_cast<std::uint32_t>(leaves(all[i]).size());
  range.count = static_cast<std::uint32_t>(leaves(all[field]).size());
  return range;
}

Layout::Signature Layout::signature(TypeId function_type) {
  auto it = signatures_.find(function_type);
  if (it != signatures_.end()) return it->second;
  const TypeData data = types_[function_type];
  std::vector<TypeId> params;
  std::vector<bool> owned;
  auto result = leaves(data.arguments.back());
  std::vector<TypeId> results(result.begin(), result.end());
  for (std::size_t i = 0; i + 1 < data.arguments.size(); ++i) {
    bool is_mut = (data.mut_mask >> i & 1) != 0;
    for (TypeId leaf : leaves(data.arguments[i])) {
      params.push_back(leaf);
      owned.push_back(is_mut);
      if (is_mut) results.push_back(leaf);
    }
  }
  auto* flags = static_cast<bool*>(arena_.allocate(owned.size() + 1, 1));
  for (std::size_t i = 0; i < owned.size(); ++i) flags[i] = owned[i];
  Signature made{arena_.copy(params), {flags, owned.size()}, arena_.copy(results)};
  return signatures_[function_type] = made;
}

}  // namespace noodle::nir
