// States where blocks begin: storing, meeting, and going round loops.

#include "nbc/flow_state.h"

namespace noodle::nbc {
namespace {
constexpr std::uint16_t kNone = UINT16_MAX;
}

bool FlowState::capture(bool joining, Snapshot& out) {
  out.unwinding = unwinding_;
  out.cells.resize(frame_->slots);
  for (std::uint32_t i = 0; i < frame_->slots; ++i) {
    auto s = static_cast<std::uint16_t>(i);
    Cell& cell = out.cells[i];
    if (joining && !is_head(s)) {
      cell = {Value::Interior, 0, kNone};
      continue;
    }
    cell = {value_[s], owner_[s], refined_[s]};
    if (joining) {
      cell.refined = kNone;
      cell.value = whole(s);
      if (cell.value == Value::Mixed) return fail(Rule::JoinPartly, s);
    }
    // A borrow from a payload leaf ends with the refinement.
    if (cell.value == Value::Borrowed && (stale(s) || (joining && parent_[cell.owner] != kNone))) {
      cell = {Value::Empty, 0, kNone};
    }
  }
  return true;
}

bool FlowState::merge(Snapshot& into, const Snapshot& from) {
  if (into.unwinding != from.unwinding) return report_.fail(Rule::JoinMode);
  for (std::uint32_t s = 0; s < frame_->slots; ++s) {
    Cell& a = into.cells[s];
    const Cell& b = from.cells[s];
    if (a.value == b.value && (a.value != Value::Borrowed || a.owner == b.owner)) continue;
    bool a_owned = a.value == Value::Owned, b_owned = b.value == Value::Owned;
    if (a_owned || b_owned) {
      bool other_fits = (a_owned ? b.value : a.value) == Value::Weightless;
      if (!other_fits) return fail(Rule::JoinOwned, static_cast<std::uint16_t>(s));
      a.value = Value::Owned;
    } else {
      a.value = Value::Empty;
    }
  }
  return true;
}

void FlowState::give_up(Cell& cell) {
  if (cell.value == Value::Weightless) {
    cell = {Value::Owned, 0, kNone};
  } else if (cell.value == Value::Borrowed) {
    cell = {Value::Empty, 0, kNone};
  }
}

bool FlowState::provides(const Snapshot& head, const Snapshot& from, std::vector<std::uint16_t>& lost) {
  if (head.unwinding != from.unwinding) return report_.fail(Rule::JoinMode);
  for (std::uint32_t s = 0; s < frame_->slots; ++s) {
    const Cell& want = head.cells[s];
    const Cell& have = from.cells[s];
    bool right = true;
    switch (want.value) {
      case Value::Owned: right = have.value == Value::Owned || have.value == Value::Weightless; break;
      case Value::Empty: right = have.value != Value::Owned; break;
      case Value::Weightless:
        right = have.value == Value::Weightless || have.value == Value::Owned;
        if (have.value == Value::Owned) lost.push_back(static_cast<std::uint16_t>(s));
        break;
      case Value::Borrowed: {
        right = have.value != Value::Owned;
        const bool same = have.value == Value::Borrowed && have.owner == want.owner;
        if (right && !same) lost.push_back(static_cast<std::uint16_t>(s));
        break;
      }
      default: right = have.value == want.value;
    }
    if (!right) return fail(Rule::JoinOwned, static_cast<std::uint16_t>(s));
  }
  return true;
}

void FlowState::prepare_head(Snapshot& head, const CodeMap& map, std::uint32_t pc) {
  std::uint32_t last = map.loop_last[pc];
  for (std::uint32_t s = 0; s < frame_->slots; ++s) {
    Cell& cell = head.cells[s];
    if (cell.value == Value::Weightless && map.touched(s, pc, last)) give_up(cell);
    if (cell.value == Value::Borrowed && cell.owner == s && !map.touched(s, pc, last)) continue;
    if (cell.value == Value::Borrowed &&
        (map.touched(s, pc, last) || map.touched(frame_->head_of[cell.owner], pc, last))) {
      give_up(cell);
    }
  }
}

void FlowState::restore(const Snapshot& from) {
  unwinding_ = from.unwinding;
  clock_ = 0;
  type_ = frame_->type_at;
  std::fill(parent_.begin(), parent_.end(), kNone);
  std::fill(borrowed_at_.begin(), borrowed_at_.end(), 0u);
  std::fill(epoch_.begin(), epoch_.end(), 0u);
  std::fill(owned_.begin(), owned_.end(), 0ull);
  for (std::uint32_t i = 0; i < frame_->slots; ++i) {
    auto s = static_cast<std::uint16_t>(i);
    const Cell& cell = from.cells[i];
    // Outer enums come first, so whether a slot is a payload leaf is known when it is reached.
    set(s, type_[s].valid() ? cell.value : Value::Interior);
    owner_[s] = cell.owner;
    refined_[s] = cell.refined;
    if (cell.refined == kNone) continue;
    if (cell.value == Value::Owned) {
      set(s, Value::Empty);
      value_[s] = Value::Owned;
    }
    open_payload(s);
  }
}

void FlowState::enter_handler(const Cleanup& cleanup) {
  Snapshot at;
  at.unwinding = true;
  at.cells.resize(frame_->slots);
  for (std::uint32_t s = 0; s < frame_->slots; ++s) {
    at.cells[s].value = is_head(s) ? Value::Empty : Value::Interior;
  }
  for (std::uint16_t s : cleanup.kept) {
    Cell& cell = at.cells[s];
    bool is_counted = types_.counted(frame_->type_at[s]);
    cell.value = !is_counted ? Value::Set : borrowed_parameter(s) ? Value::Borrowed : Value::Owned;
    cell.owner = s;
  }
  restore(at);
}

bool FlowState::keeps(const Cleanup& cleanup) {
  for (std::uint16_t s : cleanup.kept) {
    Value value = whole(s);
    bool right;
    if (!counted(s)) {
      right = value == Value::Set;
    } else if (borrowed_parameter(s)) {
      right = value == Value::Borrowed && owner_[s] == s && !stale(s);
    } else {
      right = value == Value::Owned || value == Value::Weightless;
    }
    if (!right) return fail(Rule::KeptMissing, s);
  }
  return true;
}

}  // namespace noodle::nbc
