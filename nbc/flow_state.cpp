#include "nbc/flow_state.h"

#include <algorithm>

namespace noodle::nbc {
namespace {
constexpr std::uint16_t kNone = UINT16_MAX;
}

void FlowState::enter(const Function& function, const FrameMap& frame) {
  frame_ = &frame;
  std::size_t n = frame.slots;
  type_ = frame.type_at;
  value_.assign(n, Value::Interior);
  owner_.assign(n, 0);
  refined_.assign(n, kNone);
  parent_.assign(n, kNone);
  borrowed_at_.assign(n, 0);
  epoch_.assign(n, 0);
  owned_.assign((n + 63) / 64, 0);
  clock_ = 0;
  unwinding_ = false;
  for (std::size_t s = 0; s < n; ++s) {
    if (type_[s].valid()) value_[s] = Value::Empty;
  }
  borrowed_params_.assign(frame.param_slots, false);
  std::uint16_t slot = 0;
  for (const Param& p : function.signature.params) {
    if (!types_.counted(p.type)) {
      set(slot, Value::Set);
    } else if (p.borrowed) {
      set(slot, Value::Borrowed);
      owner_[slot] = slot;
      borrowed_params_[slot] = true;
    } else {
      set(slot, Value::Owned);
    }
    slot = static_cast<std::uint16_t>(slot + types_.slots(p.type));
  }
}

std::string FlowState::name(std::uint32_t slot) const {
  std::string text = "slot " + std::to_string(slot);
  if (slot < type_.size() && type_[slot].valid()) text += " (" + type_name(m_, type_[slot]) + ")";
  return text;
}

void FlowState::set(std::uint16_t slot, Value value) {
  value_[slot] = value;
  std::uint64_t bit = 1ull << (slot % 64);
  if (value == Value::Owned) {
    owned_[slot / 64] |= bit;
  } else {
    owned_[slot / 64] &= ~bit;
  }
}

// What hangs on this value, or on an enum around it, is stale from now on.
void FlowState::touch(std::uint16_t slot) {
  ++clock_;
  for (std::uint16_t s = slot; s != kNone; s = parent_[s]) epoch_[s] = clock_;
}

// What an enum is, seen through its refinement. Nesting by value is bounded by kMaxTypeDepth.
Value FlowState::whole(std::uint16_t slot) const {
  if (refined_[slot] == kNone || value_[slot] == Value::Set || value_[slot] == Value::Borrowed) {
    return value_[slot];
  }
  bool owned = false, gone = false;
  for (const Leaf& leaf : types_.payload(type_[slot], refined_[slot])) {
    if (!types_.counted(leaf.type)) continue;
    switch (whole(static_cast<std::uint16_t>(slot + 1 + leaf.slot))) {
      case Value::Owned: owned = true; break;
      case Value::Weightless: break;
      case Value::Mixed: return Value::Mixed;
      default: gone = true;
    }
  }
  if (owned && gone) return Value::Mixed;
  return owned ? Value::Owned : gone ? Value::Empty : Value::Weightless;
}

bool FlowState::read(std::uint16_t slot) {
  switch (whole(slot)) {
    case Value::Set:
    case Value::Owned:
    case Value::Weightless: return true;
    case Value::Borrowed: return stale(slot) ? fail(Rule::StaleBorrow, slot) : true;
    case Value::Mixed: return fail(Rule::PartlyMoved, slot);
    case Value::Interior: return fail(Rule::SlotHead, slot);
    case Value::Empty: break;
  }
  return fail(Rule::ReadEmpty, slot);
}

bool FlowState::take(std::uint16_t slot) {
  Value value = whole(slot);
  if (value == Value::Set) return true;
  if (value == Value::Borrowed) return fail(stale(slot) ? Rule::StaleBorrow : Rule::TakeUnowned, slot);
  if (!read(slot)) return false;
  collapse(slot);
  set(slot, Value::Empty);
  touch(slot);
  return true;
}

bool FlowState::change(std::uint16_t slot) {
  if (value_[slot] == Value::Borrowed) {
    return fail(stale(slot) ? Rule::StaleBorrow : Rule::ChangeUnowned, slot);
  }
  if (!read(slot)) return false;
  set(slot, Value::Empty);
  touch(slot);
  return true;
}

void FlowState::changed(std::uint16_t slot) { set(slot, Value::Owned); }

bool FlowState::may_write(std::uint16_t slot) {
  if (value_[slot] == Value::Interior) return fail(Rule::SlotHead, slot);
  if (parent_[slot] != kNone && value_[parent_[slot]] == Value::Borrowed) {
    return fail(Rule::WriteBorrowed, slot);
  }
  Value value = whole(slot);
  if (value == Value::Owned || value == Value::Mixed) return fail(Rule::OverwriteOwned, slot);
  collapse(slot);
  touch(slot);
  return true;
}

bool FlowState::write(std::uint16_t slot) {
  if (!may_write(slot)) return false;
  set(slot, counted(slot) ? Value::Owned : Value::Set);
  return true;
}

FlowState::Root FlowState::root_of(std::uint16_t source) const {
  if (value_[source] == Value::Borrowed) return {owner_[source], borrowed_at_[source]};
  return {source, epoch_[source]};
}

bool FlowState::view(std::uint16_t slot, Root root) {
  if (!may_write(slot)) return false;
  if (!counted(slot)) {
    set(slot, Value::Set);
    return true;
  }
  set(slot, Value::Borrowed);
  owner_[slot] = root.slot;
  borrowed_at_[slot] = root.epoch;
  return true;
}

bool FlowState::hangs_on(std::uint16_t slot, Root root) {
  // A root stays where it is, though a borrowed parameter counts as borrowed from itself.
  const bool does = value_[slot] == Value::Borrowed && !stale(slot) && owner_[slot] != slot &&
                    owner_[slot] == root.slot && borrowed_at_[slot] == root.epoch;
  return does || fail(Rule::ReborrowRoot, slot);
}

void FlowState::collapse(std::uint16_t slot) {
  if (refined_[slot] == kNone) return;
  Value value = whole(slot);
  ++clock_;
  std::uint32_t n = types_.slots(type_[slot]);
  for (std::uint32_t s = slot + 1u; s < slot + n; ++s) {
    set(static_cast<std::uint16_t>(s), Value::Interior);
    type_[s] = TypeId();
    refined_[s] = parent_[s] = kNone;
    epoch_[s] = clock_;
  }
  refined_[slot] = kNone;
  set(slot, value);
}

// Makes the payload's leaves addressable, with nothing said about their values.
void FlowState::open_payload(std::uint16_t slot) {
  for (const Leaf& leaf : types_.payload(type_[slot], refined_[slot])) {
    auto at = static_cast<std::uint16_t>(slot + 1 + leaf.slot);
    type_[at] = leaf.type;
    parent_[at] = slot;
    refined_[at] = kNone;
  }
}

void FlowState::refine(std::uint16_t slot, std::uint16_t variant, Value value) {
  collapse(slot);
  set(slot, value);
  // A weightless enum never is in a variant with counted payload, so below such a target, where
  // control never comes, the leaves are as weightless.
  refined_[slot] = variant;
  open_payload(slot);
  for (const Leaf& leaf : types_.payload(type_[slot], variant)) {
    auto at = static_cast<std::uint16_t>(slot + 1 + leaf.slot);
    if (!types_.counted(leaf.type)) {
      set(at, Value::Set);
    } else {
      set(at, value);
      owner_[at] = owner_[slot];
      borrowed_at_[at] = borrowed_at_[slot];
    }
  }
  if (value == Value::Owned) {
    // The payload's leaves own now; the enum's own bit would release them twice.
    set(slot, Value::Empty);
    value_[slot] = Value::Owned;
  }
}

bool FlowState::owns_anything() const {
  return std::any_of(owned_.begin(), owned_.end(), [](std::uint64_t w) { return w != 0; });
}

}  // namespace noodle::nbc
