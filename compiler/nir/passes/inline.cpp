// Calls of small functions are replaced by their bodies, callees first, so that what is inlined has
// had its own calls inlined. Recursive calls stay.

#include <algorithm>

#include "compiler/nir/passes/edit.h"
#include "compiler/nir/passes/passes.h"

namespace noodle::nir {

namespace {

constexpr std::size_t kSmall = 14;        // instructions that are inlined wherever they are called
constexpr std::size_t kMarked = 120;      // … of a function marked @inline
constexpr std::size_t kCalledOnce = 60;   // … of one that is called in one place
constexpr std::size_t kWithClosure = 60;  // … of one that is given a function made by the caller
constexpr std::size_t kLargest = 4000;    // a function that has as many takes no more
constexpr int kRounds = 3;

std::size_t size_of(const Function& f) {
  std::size_t size = 0;
  for (const Block& block : f.blocks) {
    for (InstId id : block.insts) {
      const Op op = f.inst(id).op;
      if (op != Op::Jump && op != Op::ConstInt && op != Op::Ret) ++size;
    }
  }
  return size;
}

/// Room for `more` entries, got at once.
template <typename T>
void make_room(std::vector<T>& items, std::size_t more) {
  if (items.size() + more > items.capacity()) items.reserve(std::max(items.size() + more, 2 * items.size()));
}

/// A function's body copied into another in the place of one call. Only what stands in blocks is
/// copied; the body's tables may hold more.
class Splice {
 public:
  Splice(Function& into, const Function& body) : to_(into), from_(body) {}

  /// Replaces the instruction at `position` of `block`; what stood behind it moves to a block of its
  /// own at the end.
  void replace(BlockId block, std::size_t position) {
    call_ = to_.inst(to_.block(block).insts[position]);
    make_room(to_.blocks, from_.blocks.size() + 1);
    make_room(to_.insts, from_.insts.size() + 1);
    make_room(to_.values, from_.values.size());
    make_room(to_.operands, from_.operands.size());
    make_room(to_.edges, from_.edges.size() + 1);
    const BlockId rest = split(block, position);
    copy_sites();
    copy_regions();
    copy_values();
    for (std::size_t b = 0; b < from_.blocks.size(); ++b) {
      for (InstId id : from_.blocks[b].insts) {
        if (from_.inst(id).op == Op::Ret) {
          leave(BlockId(b + first_block_), from_.inst(id), rest);
        } else {
          copy(BlockId(b + first_block_), id);
        }
      }
    }
    const Edge entry{BlockId(first_block_)};
    jump(block, entry, call_.region, call_.span, call_.site);
  }

 private:
  RegionId region(RegionId r) const { return r.valid() ? RegionId(r.index + first_region_) : call_.region; }
  SiteId site(SiteId s) const { return s.valid() ? SiteId(s.index + first_site_) : site_; }

  // The call's results become the parameters of the block behind it.
  BlockId split(BlockId block, std::size_t position) {
    const BlockId rest(to_.blocks.size());
    Block behind;
    auto& insts = to_.block(block).insts;
    behind.insts.assign(insts.begin() + static_cast<std::ptrdiff_t>(position) + 1, insts.end());
    insts.resize(position);
    for (std::uint32_t k = 0; k < call_.result_count; ++k) {
      const ValueId result = to_.result(call_, k);
      to_.value(result).inst = InstId();
      to_.value(result).block = rest;
      to_.value(result).index = k;
      behind.params.push_back(result);
    }
    to_.blocks.push_back(std::move(behind));
    return rest;
  }

  void copy_sites() {
    site_ = SiteId(to_.sites.size());
    to_.sites.push_back({from_.trace_name, call_.span, call_.site});
    first_site_ = static_cast<std::uint32_t>(to_.sites.size());
    for (InlineSite s : from_.sites) {
      s.parent = site(s.parent);
      to_.sites.push_back(s);
    }
  }

  void copy_regions() {
    first_block_ = static_cast<std::uint32_t>(to_.blocks.size());
    first_region_ = static_cast<std::uint32_t>(to_.regions.size());
    for (const Region& r : from_.regions) {
      const BlockId handler = r.handler.valid() ? BlockId(r.handler.index + first_block_) : r.handler;
      to_.regions.push_back({handler, region(r.parent)});
    }
  }

  /// Makes the blocks, with parameters and without code, and numbers every value that is defined in
  /// them. The entry's parameters are the call's arguments.
  void copy_values() {
    values_.resize(from_.values.size());
    first_results_.resize(from_.insts.size());
    for (std::size_t b = 0; b < from_.blocks.size(); ++b) {
      Block& block = to_.blocks.emplace_back();
      for (ValueId v : from_.blocks[b].params) {
        if (b == 0) {
          values_[v.index] = to_.operands_of(call_)[from_.value(v).index];
          continue;
        }
        block.params.push_back(copy_value(v));
        to_.values.back().block = BlockId(to_.blocks.size() - 1);
      }
      for (InstId id : from_.blocks[b].insts) {
        const Inst& inst = from_.inst(id);
        first_results_[id.index] = static_cast<std::uint32_t>(to_.values.size());
        for (std::uint32_t k = 0; k < inst.result_count; ++k) copy_value(from_.result(inst, k));
      }
    }
  }
  ValueId copy_value(ValueId v) {
    values_[v.index] = ValueId(to_.values.size());
    to_.values.push_back(from_.value(v));
    return values_[v.index];
  }

  std::uint32_t copy_operands(std::span<const ValueId> operands) {
    const auto first = static_cast<std::uint32_t>(to_.operands.size());
    for (ValueId v : operands) to_.operands.push_back(values_[v.index]);
    return first;
  }

  void copy(BlockId block, InstId id) {
    Inst inst = from_.inst(id);
    const InstId copied(to_.insts.size());
    const std::span<const Edge> edges = from_.edges_of(inst);
    inst.first_operand = copy_operands(from_.operands_of(inst));
    inst.first_result = first_results_[id.index];
    for (std::uint32_t k = 0; k < inst.result_count; ++k) to_.value(to_.result(inst, k)).inst = copied;
    inst.first_edge = static_cast<std::uint32_t>(to_.edges.size());
    for (const Edge& edge : edges) {
      const std::uint32_t first = copy_operands(from_.arguments_of(edge));
      to_.edges.push_back({BlockId(edge.target.index + first_block_), first, edge.argument_count});
    }
    inst.region = region(inst.region);
    inst.site = site(inst.site);
    to_.insts.push_back(inst);
    to_.block(block).insts.push_back(copied);
  }

  // A return goes on behind the call, with the results.
  void leave(BlockId block, const Inst& ret, BlockId rest) {
    const Edge edge{rest, copy_operands(from_.operands_of(ret)), ret.operand_count};
    jump(block, edge, region(ret.region), ret.span, site(ret.site));
  }

  void jump(BlockId block, Edge edge, RegionId region, source::Span span, SiteId site) {
    Inst inst;
    inst.op = Op::Jump;
    inst.region = region;
    inst.span = span;
    inst.site = site;
    inst.first_edge = static_cast<std::uint32_t>(to_.edges.size());
    inst.edge_count = 1;
    to_.edges.push_back(edge);
    to_.block(block).insts.push_back(InstId(to_.insts.size()));
    to_.insts.push_back(inst);
  }

  Function& to_;
  const Function& from_;
  Inst call_;
  SiteId site_;
  std::vector<ValueId> values_;               // what each value of the body is in `to_`
  std::vector<std::uint32_t> first_results_;  // of each instruction of the body, in `to_`
  std::uint32_t first_block_ = 0, first_region_ = 0, first_site_ = 0;
};

class Inliner {
 public:
  explicit Inliner(PassContext& context) : context_(context), functions_(context.module.functions) {}

  void run() {
    state_.resize(functions_.size());
    for (const Function& f : functions_) {
      for (const Block& block : f.blocks) {
        for (InstId id : block.insts) {
          if (f.inst(id).op == Op::Call) ++state_[f.inst(id).imm].calls;
          if (f.inst(id).op == Op::ClosureMake) ++state_[f.inst(id).imm].calls;
        }
      }
    }
    for (std::uint32_t i = 0; i < functions_.size(); ++i) visit(i);
  }

 private:
  enum class Progress : std::uint8_t { New, Open, Done };
  struct State {
    Progress progress = Progress::New;
    bool recursive = false;
    std::uint32_t calls = 0;  // places that call it or make it a value
    std::size_t size = 0;
  };

  // Callees first. Depth is the depth of the call graph, so a stack of our own.
  void visit(std::uint32_t root) {
    struct Frame {
      std::uint32_t function;
      std::vector<std::uint32_t> callees;
      std::size_t next = 0;
    };
    std::vector<Frame> stack;
    auto open = [&](std::uint32_t i) {
      state_[i].progress = Progress::Open;
      stack.push_back({i, callees_of(functions_[i])});
    };
    if (state_[root].progress == Progress::New) open(root);
    while (!stack.empty()) {
      Frame& frame = stack.back();
      const std::uint32_t at = frame.function;
      if (frame.next == frame.callees.size()) {
        inline_calls(at);
        state_[at].progress = Progress::Done;
        state_[at].size = size_of(functions_[at]);
        stack.pop_back();
        continue;
      }
      const std::uint32_t callee = frame.callees[frame.next++];
      if (state_[callee].progress == Progress::Open) state_[callee].recursive = true;
      if (state_[callee].progress == Progress::New) open(callee);
    }
  }

  static std::vector<std::uint32_t> callees_of(const Function& f) {
    std::vector<std::uint32_t> out;
    for (const Block& block : f.blocks) {
      for (InstId id : block.insts) {
        // The function of a closure too: its call may turn out to be a plain one.
        if (f.inst(id).op == Op::Call || f.inst(id).op == Op::ClosureMake) {
          out.push_back(static_cast<std::uint32_t>(f.inst(id).imm));
        }
      }
    }
    return out;
  }

  bool given_closure(const Function& f, const Inst& call) const {
    return std::ranges::any_of(f.operands_of(call),
                               [&](ValueId v) { return f.made_by(v, Op::ClosureMake) != nullptr; });
  }

  bool worth(const Function& caller, const Inst& call) const {
    const State& state = state_[call.imm];
    const Function& callee = functions_[call.imm];
    if (state.progress != Progress::Done || state.recursive || !callee.slots.empty()) return false;
    const std::size_t most = callee.inline_hint            ? kMarked
                             : given_closure(caller, call) ? kWithClosure
                             : state.calls == 1            ? kCalledOnce
                                                           : kSmall;
    return state.size <= most;
  }

  /// Inlining shows which closures are called and which branches are taken; what that brings is
  /// inlined in turn.
  void inline_calls(std::uint32_t at) {
    if (has_work(functions_[at])) {
      work_ = functions_[at];  // whose tables have room to grow
      inline_into(work_);
      compact(work_, functions_[at]);
    }
  }

  bool has_work(const Function& f) const {
    for (const Block& block : f.blocks) {
      for (InstId id : block.insts) {
        const Inst& inst = f.inst(id);
        if (inst.op == Op::ClosureMake || (inst.op == Op::Call && worth(f, inst))) return true;
      }
    }
    return false;
  }

  void inline_into(Function& f) {
    const bool makes_closures = has_known_closure(f);
    context_.reshape();
    if (makes_closures) show_calls(f);
    for (int round = 0; round < kRounds && inline_round(f); ++round) {
      simplify_blocks(f, context_);
      show_calls(f);
      simplify_blocks(f, context_);
    }
    // A closure that is only called by name holds nothing, and its function may then be unused.
    if (makes_closures) remove_dead_code(f, context_);
  }

  /// A closure that is made in sight is called by name, also where a loop handed it on from round to round.
  void show_calls(Function& f) {
    remove_redundant_params(f, context_);
    fold(f, context_);
  }

  static bool has_known_closure(const Function& f) {
    for (const Block& block : f.blocks) {
      for (InstId id : block.insts) {
        if (f.inst(id).op == Op::ClosureMake) return true;
      }
    }
    return false;
  }

  bool inline_round(Function& f) {
    std::size_t size = size_of(f);
    bool changed = false;
    for (std::size_t b = 0; b < f.blocks.size(); ++b) {
      for (std::size_t position = 0; position < f.blocks[b].insts.size(); ++position) {
        const Inst& inst = f.inst(f.blocks[b].insts[position]);
        if (inst.op != Op::Call || size > kLargest || !worth(f, inst)) continue;
        size += state_[inst.imm].size;
        // What is behind the call is looked at as a block of its own.
        Splice(f, functions_[inst.imm]).replace(BlockId(b), position);
        changed = true;
        break;
      }
    }
    return changed;
  }

  PassContext& context_;
  Function work_;  // the function that calls are inlined into
  Chunked<Function>& functions_;
  std::vector<State> state_;
};

}  // namespace

void inline_calls(PassContext& context) { Inliner(context).run(); }

}  // namespace noodle::nir
