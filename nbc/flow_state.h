#pragma once

// The state of a frame between two instructions, as the verifier sees it. Shared by the verifier's own
// files only.
//
// Each register is in one state. One that holds nothing counted is Empty or Set. A counted one is
// Empty, Owned, Borrowed from a root (an owned register, a payload leaf, or a borrowed parameter), or
// Weightless: an enum known to be in a variant without counted payload, so that nobody has to release
// it and nobody minds if somebody does. Below a switch an enum is *refined*: its payload leaves are
// registers of their own until the refinement ends ("collapses"), and what the enum is follows from
// what they are.

#include "nbc/verify_internal.h"

namespace noodle::nbc {

enum class Value : std::uint8_t { Empty, Set, Owned, Borrowed, Weightless, Mixed, Interior };

/// One slot of a stored state.
struct Cell {
  Value value = Value::Empty;
  std::uint16_t owner = 0;             // Borrowed: the root's slot
  std::uint16_t refined = UINT16_MAX;  // the variant
};

/// A state at a block's entry.
struct Snapshot {
  std::vector<Cell> cells;
  bool unwinding = false;
};

class FlowState {
 public:
  FlowState(const Module& module, Report& report) : m_(module), types_(module.types), report_(report) {}

  /// Sets the state at a function's entry.
  void enter(const Function& function, const FrameMap& frame);

  std::uint32_t slots() const { return frame_->slots; }
  /// The type of the leaf that begins at a slot now; invalid where none begins.
  TypeId type(std::uint32_t slot) const { return type_[slot]; }
  std::uint32_t width(std::uint32_t slot) const { return types_.slots(type_[slot]); }
  bool is_head(std::uint32_t slot) const { return frame_->head_of[slot] == slot; }

  // Each notes the broken rule and gives false where the step isn't allowed.
  bool read(std::uint16_t slot);
  bool take(std::uint16_t slot);
  /// Claims a value for a change in place: nothing else may use it until `changed`.
  bool change(std::uint16_t slot);
  void changed(std::uint16_t slot);
  bool write(std::uint16_t slot);
  /// What a view of `source` will hang on; asked before results are written.
  struct Root {
    std::uint16_t slot = 0;
    std::uint32_t epoch = 0;
  };
  Root root_of(std::uint16_t source) const;
  bool view(std::uint16_t slot, Root root);
  /// Whether the register is borrowed from this very root (not itself one), and still good.
  bool hangs_on(std::uint16_t slot, Root root);

  /// Ends a refinement that can end.
  void collapse(std::uint16_t slot);
  /// What an enum without refinement is; `refine` shows each edge of a switch this and its variant.
  Value value(std::uint16_t slot) const { return value_[slot]; }
  void refine(std::uint16_t slot, std::uint16_t variant, Value value);

  /// Stores the state. With `joining`, refinements end first (in the copy).
  bool capture(bool joining, Snapshot& out);
  /// Folds another edge's joining state into a block's that was not reached yet.
  bool merge(Snapshot& into, const Snapshot& from);
  /// What a loop's head takes for less than it was: a weightless register for owned, a borrowed one for empty.
  static void give_up(Cell& cell);
  /// Whether a backward edge's joining state is what the head was given, but for what it lost: registers to be
  /// given up.
  bool provides(const Snapshot& head, const Snapshot& from, std::vector<std::uint16_t>& lost);
  /// A loop's head: weightless becomes owned where the loop writes or moves the register, and borrows
  /// that the loop may end are forgotten.
  void prepare_head(Snapshot& head, const CodeMap& map, std::uint32_t pc);
  void restore(const Snapshot& from);
  /// The state at a cleanup handler.
  void enter_handler(const Cleanup& cleanup);
  /// Whether the registers that a cleanup keeps hold values now.
  bool keeps(const Cleanup& cleanup);

  bool unwinding() const { return unwinding_; }
  bool owns_anything() const;
  /// Calls visit(slot, type) for each owned leaf, by slot.
  template <typename Visit>
  void each_owned(Visit visit) const {
    for (std::size_t w = 0; w < owned_.size(); ++w) {
      for (std::uint64_t bits = owned_[w]; bits != 0; bits &= bits - 1) {
        auto slot = static_cast<std::uint16_t>(w * 64 + static_cast<unsigned>(__builtin_ctzll(bits)));
        visit(slot, type_[slot]);
      }
    }
  }
  /// "register 5 (string)" for messages.
  std::string name(std::uint32_t slot) const;

 private:
  bool fail(Rule rule, std::uint16_t slot) { return report_.fail(rule, name(slot)); }
  bool counted(std::uint16_t slot) const { return types_.counted(type_[slot]); }
  bool stale(std::uint16_t slot) const { return borrowed_at_[slot] != epoch_[owner_[slot]]; }
  bool borrowed_parameter(std::uint16_t slot) const { return slot < borrowed_params_.size() && borrowed_params_[slot]; }
  Value whole(std::uint16_t slot) const;
  void set(std::uint16_t slot, Value value);
  void touch(std::uint16_t slot);
  bool may_write(std::uint16_t slot);
  void open_payload(std::uint16_t slot);

  const Module& m_;
  const TypeTable& types_;
  Report& report_;
  const FrameMap* frame_ = nullptr;
  std::vector<bool> borrowed_params_;  // by slot
  std::vector<TypeId> type_;
  std::vector<Value> value_;
  std::vector<std::uint16_t> owner_;
  std::vector<std::uint16_t> refined_;
  std::vector<std::uint16_t> parent_;       // of a payload leaf: the enum's slot
  std::vector<std::uint32_t> borrowed_at_;  // the owner's epoch when the borrow was made
  std::vector<std::uint32_t> epoch_;        // goes up when a value is moved, changed or written
  std::vector<std::uint64_t> owned_;        // a bit for each slot whose own value is Owned
  std::uint32_t clock_ = 0;
  bool unwinding_ = false;
};

}  // namespace noodle::nbc
