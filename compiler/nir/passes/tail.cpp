// A function's call of itself whose results are the function's own becomes a jump to its beginning: a
// recursion that ends in itself takes no stack. Runs always, so that the depth a program reaches is the same
// with every choice of passes. Borrowed parameters become parameters of a loop, which own what they get.

#include <algorithm>
#include <vector>

#include "compiler/nir/builder.h"
#include "compiler/nir/passes/edit.h"
#include "compiler/nir/passes/passes.h"

namespace noodle::nir {

namespace {

class TailCalls {
 public:
  TailCalls(Function& f, const Module& module) : f_(f), module_(module) {}

  void run() {
    if (!f_.slots.empty() || f_.blocks.empty()) return;
    for (std::uint32_t b = 0; b < f_.blocks.size(); ++b) {
      if (ends_in_itself(f_.blocks[b])) ends_.push_back(BlockId(b));
    }
    if (!ends_.empty()) make_loop();
  }

 private:
  /// Whether the block's last operation is a call of this very function whose results go straight to a return.
  bool ends_in_itself(const Block& block) const {
    if (block.insts.size() < 2) return false;
    const Inst& call = f_.inst(block.insts[block.insts.size() - 2]);
    if (call.op != Op::Call || call.region.valid() || &module_.functions[call.imm] != &f_) return false;
    // With just what it was given it would go round for ever: as a call it ends, in a panic that says so.
    if (std::ranges::equal(f_.operands_of(call), f_.blocks[0].params)) return false;
    std::vector<ValueId> results;
    for (std::uint32_t k = 0; k < call.result_count; ++k) results.push_back(f_.result(call, k));
    return returns(block.insts.back(), results);
  }

  /// Whether control goes from a terminator through blocks that only pass values on to a return of exactly
  /// `results`.
  bool returns(InstId terminator, std::vector<ValueId>& results) const {
    for (std::size_t hops = 0; hops <= f_.blocks.size(); ++hops) {
      const Inst& last = f_.inst(terminator);
      if (last.op == Op::Ret) return std::ranges::equal(f_.operands_of(last), results);
      if (last.op != Op::Jump) return false;
      const Edge& edge = f_.edges_of(last)[0];
      const Block& target = f_.block(edge.target);
      if (target.insts.size() != 1) return false;
      const auto passed = f_.arguments_of(edge);
      for (ValueId& result : results) {
        const auto at = std::ranges::find(passed, result);
        // Where it isn't passed, the return can only name it itself.
        if (at != passed.end()) result = target.params[static_cast<std::size_t>(at - passed.begin())];
      }
      terminator = target.insts[0];
    }
    return false;
  }

  void make_loop() {
    Builder builder(f_);
    const BlockId head = builder.new_block();
    Block& entry = f_.blocks[0];
    f_.block(head).insts = std::move(entry.insts);
    entry.insts.clear();
    const std::vector<ValueId> params = entry.params;
    Renaming renaming(f_);
    for (ValueId p : params) {
      const ValueId again = builder.add_param(head, f_.type(p));
      f_.value(again).name = f_.value(p).name;
      renaming.rename(p, again);
    }
    for (BlockId end : ends_) jump_back(builder, end.index == 0 ? head : end, head);
    renaming.apply(f_);
    builder.at = BlockId(0);
    builder.span = f_.span;
    builder.site = SiteId();
    builder.jump(head, params);
  }

  void jump_back(Builder& builder, BlockId block, BlockId head) {
    auto& insts = f_.block(block).insts;
    insts.pop_back();
    const Inst call = f_.inst(insts.back());
    insts.pop_back();
    const auto operands = f_.operands_of(call);
    builder.at = block;
    builder.span = call.span;
    builder.site = call.site;
    builder.jump(head, std::vector<ValueId>(operands.begin(), operands.end()));
  }

  Function& f_;
  const Module& module_;
  std::vector<BlockId> ends_;
};

}  // namespace

void loop_tail_calls(Function& f, PassContext& context) {
  TailCalls(f, context.module).run();
  context.reshape();
}

}  // namespace noodle::nir
