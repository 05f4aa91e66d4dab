#include "nbc/verify_flow.h"

#include <algorithm>

#include "base/hash.h"

namespace noodle::nbc {

constexpr std::uint32_t kWideLeaf = 16;

bool FlowVerifier::run(const Function& function, const FrameMap& frame, const CodeMap& map, UnwindTable& table) {
  f_ = &function;
  frame_ = &frame;
  map_ = &map;
  table_ = &table;
  lost_.clear();
  const std::size_t sites = table.sites.size(), sets = table.set_begin.size(), owned = table.owned.size();
  const std::uint64_t entries = budget_.unwind_entries;
  while (true) {
    const std::size_t lost = lost_.size();
    if (!walk()) return false;
    if (lost_.size() == lost) return true;
    // Each time costs what the function is long, and at least one borrow is gone for good.
    if (!spend(function.code.size())) return false;
    table.sites.resize(sites);
    table.set_begin.resize(sets);
    table.owned.resize(owned);
    budget_.unwind_entries = entries;
  }
}

bool FlowVerifier::walk() {
  const Function& function = *f_;
  snapshot_at_.assign(function.code.size(), 0);
  snapshots_.clear();
  free_.clear();
  budget_.snapshot_cells = 0;
  sets_.clear();
  next_cleanup_ = 0;
  open_.clear();
  handlers_.clear();
  for (const Cleanup& c : function.cleanups) {
    auto [at, fresh] = handlers_.try_emplace(c.handler, &c);
    if (!fresh && at->second->kept != c.kept) {
      report_.pc = c.handler;
      return report_.fail(Rule::CleanupHandler, "ranges with one handler keep different registers");
    }
  }
  state_.enter(function, *frame_);
  operands_.begin_function(function, state_);
  live_ = true;
  for (std::uint32_t pc = 0; pc < function.code.size();) {
    report_.pc = pc;
    Inst inst = decode(function.code, pc);
    while (!open_.empty() && open_.back()->end <= pc) open_.pop_back();
    while (next_cleanup_ < function.cleanups.size() && function.cleanups[next_cleanup_].first == pc) {
      open_.push_back(&function.cleanups[next_cleanup_++]);
    }
    if (!arrive(pc) || !step(inst)) return false;
    pc += inst.words();
  }
  return true;
}

bool FlowVerifier::spend(std::uint64_t work) {
  budget_.join_work += work;
  return budget_.join_work <= kMaxJoinWork ? true : report_.fail(Rule::TooComplex, "joins");
}

std::uint32_t FlowVerifier::new_snapshot() {
  budget_.snapshot_cells += state_.slots();
  if (!free_.empty()) {
    std::uint32_t index = free_.back();
    free_.pop_back();
    return index;
  }
  snapshots_.emplace_back();
  return static_cast<std::uint32_t>(snapshots_.size() - 1);
}

void FlowVerifier::free_snapshot(std::uint32_t index) {
  budget_.snapshot_cells -= state_.slots();
  free_.push_back(index);
}

bool FlowVerifier::arrive_handler(std::uint32_t pc) {
  std::uint8_t mark = map_->marks[pc];
  if (live_ || (mark & (kJumpOne | kJumpMany | kFallthrough))) return report_.fail(Rule::HandlerEntered);
  state_.enter_handler(*handlers_.find(pc)->second);
  live_ = true;
  return spend(state_.slots());
}

// What is known at the first instruction of a block: what all its edges agree on.
bool FlowVerifier::arrive(std::uint32_t pc) {
  std::uint8_t mark = map_->marks[pc];
  if (mark & kHandler) return arrive_handler(pc);
  std::uint32_t stored = snapshot_at_[pc];
  if (!(mark & kJumpOne)) return live_ ? true : report_.fail(Rule::DeadCode);
  if (!live_ && stored == 0) return report_.fail(Rule::DeadCode, "reached by backward jumps alone");
  if (!spend(state_.slots())) return false;
  if (live_) {
    // Falling through is one more edge.
    if (stored == 0) {
      stored = new_snapshot() + 1;
      snapshot_at_[pc] = stored;
      if (!state_.capture(true, snapshots_[stored - 1])) return false;
    } else if (!state_.capture(true, scratch_) || !state_.merge(snapshots_[stored - 1], scratch_)) {
      return false;
    }
  }
  if (budget_.snapshot_cells > kMaxSnapshotCells) return report_.fail(Rule::TooComplex, "states");
  Snapshot& entry = snapshots_[stored - 1];
  if (mark & kBackward) {
    state_.prepare_head(entry, *map_, pc);
    give_up_lost(pc, entry);
    if (!spend(lost_.size())) return false;
    state_.restore(entry);  // kept: the backward edges are compared with it
  } else {
    state_.restore(entry);
    free_snapshot(stored - 1);
  }
  live_ = true;
  return true;
}

void FlowVerifier::give_up_lost(std::uint32_t pc, Snapshot& head) const {
  for (const auto& [at, slot] : lost_) {
    if (at == pc) FlowState::give_up(head.cells[slot]);
  }
}

bool FlowVerifier::edge_to(std::uint32_t pc, std::uint32_t target) {
  if (!spend(state_.slots())) return false;
  if (map_->marks[target] & kHandler) return report_.fail(Rule::HandlerEntered);
  std::uint32_t& stored = snapshot_at_[target];
  if (target <= pc) {
    // A head that was reached has its state stored; dead code was refused before.
    lost_now_.clear();
    if (!state_.capture(true, scratch_) || !state_.provides(snapshots_[stored - 1], scratch_, lost_now_)) return false;
    for (std::uint16_t slot : lost_now_) lost_.emplace_back(target, slot);
    return true;
  }
  bool joining = map_->joins(target);
  if (stored == 0) {
    stored = new_snapshot() + 1;
    if (budget_.snapshot_cells > kMaxSnapshotCells) return report_.fail(Rule::TooComplex, "states");
    return state_.capture(joining, snapshots_[stored - 1]);
  }
  return state_.capture(true, scratch_) && state_.merge(snapshots_[stored - 1], scratch_);
}

bool FlowVerifier::jumps_back(const Inst& inst) const {
  if (!(inst.op_info->flags & Branch)) return false;
  if (!inst.op_info->has_targets) return inst.branch_target() <= inst.pc;
  for (std::uint32_t i = 0; i < inst.target_count(); ++i) {
    if (inst.target(i) <= inst.pc) return true;
  }
  return false;
}

bool FlowVerifier::step(const Inst& inst) {
  if (!operands_.resolve(inst)) return false;
  std::uint8_t flags = inst.op_info->flags;
  // A panic of the instruction itself finds everything as it was; so does a safepoint.
  bool before = (flags & Panics) || jumps_back(inst);
  if (inst.op() == Op::Resume && !state_.unwinding()) return report_.fail(Rule::ResumeNormal);
  if (before && !record_site(inst.pc)) return false;
  if (!apply_inputs()) return false;
  if ((flags & nbc::Call) && !record_site(inst.pc)) return false;
  return apply_outputs(inst) && leave(inst);
}

// Claims come first and reads last: what is changed or consumed can't be read by the same instruction.
bool FlowVerifier::apply_inputs() {
  for (const Access& a : operands_.accesses()) {
    // Only an enum can be this wide, and looking at one costs its slots.
    std::uint32_t n = state_.width(a.slot);
    if (n > kWideLeaf && !spend(n)) return false;
  }
  for (const Access& a : operands_.accesses()) {
    if (a.role == Role::Mut && !state_.change(a.slot)) return false;
  }
  for (const Access& a : operands_.accesses()) {
    if (a.role == Role::Take && !state_.take(a.slot)) return false;
  }
  for (const Access& a : operands_.accesses()) {
    if (a.role == Role::In && !state_.read(a.slot)) return false;
  }
  return true;
}

bool FlowVerifier::apply_outputs(const Inst& inst) {
  bool views = false;
  for (const Access& a : operands_.accesses()) {
    if (a.role == Role::Mut) state_.changed(a.slot);
    views |= a.role == Role::View;
  }
  FlowState::Root root;
  if (views) root = state_.root_of(inst.b());
  for (const Access& a : operands_.accesses()) {
    if (a.role == Role::Out && !state_.write(a.slot)) return false;
    if (inst.op() == Op::Reborrow && a.role == Role::View && !state_.hangs_on(a.slot, root)) return false;
    if (a.role == Role::View && !state_.view(a.slot, root)) return false;
  }
  return true;
}

bool FlowVerifier::leave(const Inst& inst) {
  const OpInfo& info = *inst.op_info;
  if (inst.op() == Op::Ret) {
    if (state_.unwinding()) return report_.fail(Rule::ReturnUnwinding);
    if (state_.owns_anything()) {
      std::string first;
      state_.each_owned([&](std::uint16_t slot, TypeId) {
        if (first.empty()) first = state_.name(slot);
      });
      return report_.fail(Rule::LeakAtReturn, first);
    }
  }
  if (info.has_targets) {
    bool enum_switch = inst.op() == Op::SwitchEnum;
    Value value = Value::Empty;
    if (enum_switch) {
      state_.collapse(inst.a());
      value = state_.value(inst.a());
    }
    for (std::uint32_t i = 0; i < inst.target_count(); ++i) {
      if (enum_switch) state_.refine(inst.a(), static_cast<std::uint16_t>(i), value);
      if (!edge_to(inst.pc, inst.target(i))) return false;
    }
  } else if (info.flags & Branch) {
    if (!edge_to(inst.pc, static_cast<std::uint32_t>(inst.branch_target()))) return false;
  }
  if (info.flags & End) live_ = false;
  return true;
}

// Notes what an instruction that unwinds has to release, and where control goes then.
bool FlowVerifier::record_site(std::uint32_t pc) {
  const Cleanup* cleanup = open_.empty() ? nullptr : open_.back();
  if (cleanup && (!spend(cleanup->kept.size()) || !state_.keeps(*cleanup))) return false;
  set_.clear();
  std::size_t next = 0;
  state_.each_owned([&](std::uint16_t slot, TypeId type) {
    if (cleanup) {
      // Payload leaves of a kept enum stay with it.
      while (next < cleanup->kept.size() && cleanup->kept[next] < frame_->head_of[slot]) ++next;
      if (next < cleanup->kept.size() && cleanup->kept[next] == frame_->head_of[slot]) return;
    }
    set_.push_back({slot, type});
  });
  if (!spend(state_.slots() / 64 + set_.size())) return false;
  table_->sites.push_back({pc, intern_set(), cleanup ? cleanup->handler : kNoHandler});
  if (budget_.unwind_entries > kMaxUnwindEntries) return report_.fail(Rule::TooComplex, "unwind table");
  return true;
}

// Equal sets of one function are stored once.
std::uint32_t FlowVerifier::intern_set() {
  std::uint64_t hash = set_.size();
  for (const OwnedSlot& o : set_) hash = hash_combine(hash, o.slot * 0x100000000ull + o.type.index);
  auto& begin = table_->set_begin;
  for (auto [at, end] = sets_.equal_range(hash); at != end; ++at) {
    std::span<const OwnedSlot> known(table_->owned.data() + begin[at->second],
                                     begin[at->second + 1] - begin[at->second]);
    if (std::equal(known.begin(), known.end(), set_.begin(), set_.end())) return at->second;
  }
  auto index = static_cast<std::uint32_t>(begin.size() - 1);
  table_->owned.insert(table_->owned.end(), set_.begin(), set_.end());
  begin.push_back(static_cast<std::uint32_t>(table_->owned.size()));
  budget_.unwind_entries += set_.size() + 1;
  sets_.emplace(hash, index);
  return index;
}

}  // namespace noodle::nbc
