// The rules of words and edges: what can be said of code without knowing any type.

#include <algorithm>

#include "nbc/verify_internal.h"

namespace noodle::nbc {
namespace {

class Shape {
 public:
  Shape(const Module& module, const Function& function, const FrameMap& frame, CodeMap& map, Report& report)
      : m_(module), f_(function), frame_(frame), map_(map), report_(report) {}

  bool run() {
    if (f_.code.empty() || f_.code.size() > kMaxCode) {
      return report_.fail(Rule::CodeSize, std::to_string(f_.code.size()) + " words");
    }
    map_.marks.assign(f_.code.size(), 0);
    map_.loop_last.clear();
    return words() && edges() && cleanups() && (collect_touches(), true);
  }

 private:
  bool words() {
    const auto n = static_cast<std::uint32_t>(f_.code.size());
    bool falls = false;
    for (std::uint32_t pc = 0; pc < n;) {
      report_.pc = pc;
      Inst inst = decode(f_.code, pc);
      if (inst.op_info == nullptr) {
        return report_.fail(Rule::UnknownOpcode, "opcode " + std::to_string(raw_op(f_.code[pc])));
      }
      if (inst.op_info->flags & Reserved) {
        return report_.fail(Rule::ReservedOpcode, std::string(inst.op_info->mnemonic));
      }
      if (!unused_places_are_zero(inst)) return report_.fail(Rule::UnusedBits, std::string(inst.op_info->mnemonic));
      if (inst.op_info->has_targets && inst.target_count() == 0) {
        return report_.fail(Rule::SwitchTargets, "no target");
      }
      map_.marks[pc] |= kStart | (falls ? kFallthrough : 0);
      falls = !(inst.op_info->flags & End);
      pc += inst.words();
    }
    if (falls) return report_.fail(Rule::FallsOffEnd);
    return true;
  }

  bool edge(std::uint32_t pc, std::int64_t target) {
    if (target < 0 || target >= static_cast<std::int64_t>(map_.marks.size()) || !(map_.marks[target] & kStart)) {
      report_.pc = pc;
      return report_.fail(Rule::JumpTarget, "word " + std::to_string(target));
    }
    std::uint8_t& mark = map_.marks[target];
    mark |= (mark & kJumpOne) ? kJumpMany : kJumpOne;
    if (target <= pc) {
      mark |= kBackward;
      if (map_.loop_last.empty()) map_.loop_last.assign(map_.marks.size(), 0);
      map_.loop_last[target] = pc;
    }
    return true;
  }

  bool edges() {
    for (std::uint32_t pc = 0; pc < f_.code.size();) {
      Inst inst = decode(f_.code, pc);
      if (inst.op_info->has_targets) {
        for (std::uint32_t i = 0; i < inst.target_count(); ++i) {
          if (!edge(pc, inst.target(i))) return false;
        }
      } else if (inst.op_info->flags & Branch) {
        if (!edge(pc, inst.branch_target())) return false;
      }
      pc += inst.words();
    }
    return true;
  }

  bool boundary(std::uint32_t pc) const {
    return pc == f_.code.size() || (pc < f_.code.size() && (map_.marks[pc] & kStart));
  }

  bool cleanups() {
    std::vector<std::uint32_t> open;  // ends of the ranges around the current one
    const Cleanup* before = nullptr;
    for (const Cleanup& c : f_.cleanups) {
      report_.pc = c.first;
      if (c.first >= c.end || !boundary(c.first) || !boundary(c.end)) return report_.fail(Rule::CleanupOrder);
      if (before && (c.first < before->first || (c.first == before->first && c.end > before->end))) {
        return report_.fail(Rule::CleanupOrder, "not sorted");
      }
      while (!open.empty() && open.back() <= c.first) open.pop_back();
      if (!open.empty() && c.end > open.back()) return report_.fail(Rule::CleanupOrder, "not nested");
      open.push_back(c.end);
      before = &c;
      // Behind its range: so unwinding only ever goes forward, and ends.
      if (c.handler < c.end || c.handler >= f_.code.size() || !(map_.marks[c.handler] & kStart)) {
        return report_.fail(Rule::CleanupHandler, "word " + std::to_string(c.handler));
      }
      map_.marks[c.handler] |= kHandler;
      for (std::size_t i = 0; i < c.kept.size(); ++i) {
        bool head = c.kept[i] < frame_.slots && frame_.head_of[c.kept[i]] == c.kept[i];
        if (!head || (i > 0 && c.kept[i] <= c.kept[i - 1])) {
          return report_.fail(Rule::CleanupKept, "slot " + std::to_string(c.kept[i]));
        }
      }
    }
    return true;
  }

  // Every place where a slot that may hold a counted value is moved, changed or written.
  template <typename Visit>
  void each_touch(Visit visit) const {
    for (std::uint32_t pc = 0; pc < f_.code.size();) {
      Inst inst = decode(f_.code, pc);
      if (inst.op_info->flags & Call) {
        each_call_touch(inst, visit);
        pc += inst.words();
        continue;
      }
      if (inst.op() == Op::Reborrow) {  // leaves the register in the state that it had
        pc += inst.words();
        continue;
      }
      for (const Operand& operand : inst.op_info->all()) {
        if (operand.role == Role::In || operand.role == Role::Imm) continue;
        if (operand.place == Place::List) {
          for (std::uint32_t i = 0; i < inst.list_size(); ++i) visit(inst.list(i), pc);
          break;  // lists of one instruction are counted together
        }
        visit(inst.raw(operand.place), pc);
      }
      pc += inst.words();
    }
  }

  // A call leaves borrowed arguments alone. Which these are the callee's signature says; where that
  // can't be found (the operands will be refused later), every argument counts as touched.
  template <typename Visit>
  void each_call_touch(const Inst& inst, Visit visit) const {
    std::uint32_t at = 0;
    for (const Param& p : params_of_call(inst)) {
      if (at >= inst.list_size() || !m_.types.contains(p.type)) break;
      const std::uint32_t end = std::min(at + m_.types.slots(p.type), inst.list_size());
      for (; at < end; ++at) {
        if (!p.borrowed) visit(inst.list(at), inst.pc);
      }
    }
    for (; at < inst.list_size(); ++at) visit(inst.list(at), inst.pc);
    if (inst.op() == Op::CallAny && !receiver_is_borrowed(inst)) visit(inst.b(), inst.pc);
  }

  const Type* type_of_slot(std::uint32_t slot, Kind kind) const {
    if (slot >= frame_.slots || !frame_.type_at[slot].valid()) return nullptr;
    const Type& type = m_.types[frame_.type_at[slot]];
    return type.kind == kind ? &type : nullptr;
  }
  const Signature* any_method(const Inst& inst) const {
    const Type* any = type_of_slot(inst.b(), Kind::Any);
    if (any == nullptr || any->trait.index >= m_.traits.size()) return nullptr;
    const auto& methods = m_.traits[any->trait.index].methods;
    return inst.c() < methods.size() ? &methods[inst.c()].signature : nullptr;
  }
  bool receiver_is_borrowed(const Inst& inst) const {
    const Signature* method = any_method(inst);
    return method != nullptr && !method->params.empty() && method->params[0].borrowed;
  }
  std::span<const Param> params_of_call(const Inst& inst) const {
    switch (inst.op()) {
      case Op::Call:
        if (inst.uimm() >= m_.functions.size()) return {};
        return m_.functions[inst.uimm()].signature.params;
      case Op::CallNative:
        if (inst.uimm() >= m_.natives.size()) return {};
        return m_.natives[inst.uimm()].signature.params;
      case Op::CallFn: {
        const Type* fn = type_of_slot(inst.b(), Kind::Fn);
        return fn == nullptr ? std::span<const Param>() : std::span<const Param>(fn->params);
      }
      default: {
        const Signature* method = any_method(inst);
        if (method == nullptr || method->params.empty()) return {};
        return std::span<const Param>(method->params).subspan(1);
      }
    }
  }

  void collect_touches() {
    map_.touch_begin.clear();
    map_.touches.clear();
    if (map_.loop_last.empty()) return;
    map_.touch_begin.assign(frame_.slots + 2, 0);
    each_touch([&](std::uint32_t slot, std::uint32_t) {
      if (slot < frame_.slots) ++map_.touch_begin[frame_.head_of[slot] + 1u];
    });
    for (std::uint32_t s = 0; s < frame_.slots; ++s) map_.touch_begin[s + 1] += map_.touch_begin[s];
    map_.touches.resize(map_.touch_begin[frame_.slots]);
    std::vector<std::uint32_t> next(map_.touch_begin.begin(), map_.touch_begin.end());
    each_touch([&](std::uint32_t slot, std::uint32_t pc) {
      if (slot < frame_.slots) map_.touches[next[frame_.head_of[slot]]++] = pc;
    });
  }

  const Module& m_;
  const Function& f_;
  const FrameMap& frame_;
  CodeMap& map_;
  Report& report_;
};

}  // namespace

bool CodeMap::touched(std::uint32_t slot, std::uint32_t first, std::uint32_t last) const {
  auto begin = touches.begin() + touch_begin[slot];
  auto end = touches.begin() + touch_begin[slot + 1];
  auto at = std::lower_bound(begin, end, first);
  return at != end && *at <= last;
}

bool map_frame(const Module& module, const Function& function, FrameMap& frame, Report& report) {
  const TypeTable& types = module.types;
  frame.type_at.clear();
  frame.head_of.clear();
  for (TypeId t : function.registers) {
    if (!types.contains(t)) return report.fail(Rule::TypeIndex, "a register's type");
    if (!types.is_leaf(t)) return report.fail(Rule::RegisterType, type_name(module, t));
    auto first = static_cast<std::uint32_t>(frame.type_at.size());
    std::uint32_t n = types.slots(t);
    if (first + n > kMaxSlots) return report.fail(Rule::RegisterCount);
    frame.type_at.resize(first + n);
    frame.head_of.resize(first + n, static_cast<std::uint16_t>(first));
    frame.type_at[first] = t;
  }
  frame.slots = static_cast<std::uint32_t>(frame.type_at.size());
  const auto& params = function.signature.params;
  if (params.size() > function.registers.size()) return report.fail(Rule::ParameterRegisters);
  for (std::size_t i = 0; i < params.size(); ++i) {
    if (params[i].type != function.registers[i]) {
      return report.fail(Rule::ParameterRegisters, "parameter " + std::to_string(i));
    }
  }
  frame.param_slots = slots_of(types, std::span(params));
  return true;
}

bool map_code(const Module& module, const Function& function, const FrameMap& frame, CodeMap& map, Report& report) {
  return Shape(module, function, frame, map, report).run();
}

}  // namespace noodle::nbc
