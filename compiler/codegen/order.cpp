#include "compiler/codegen/order.h"

#include <algorithm>

namespace noodle::codegen {

using nir::BlockId;

namespace {

class Orderer {
 public:
  Orderer(const nir::Function& f, const nir::Cfg& cfg) : f_(f), cfg_(cfg) {
    result_.depth.assign(f.blocks.size(), 0);
    emitted_.assign(f.blocks.size(), false);
  }

  BlockOrder run() {
    find_loops();
    // The body first, then handlers, the innermost before those that protect them.
    std::vector<std::pair<std::uint32_t, BlockId>> roots;
    for (const nir::Region& region : f_.regions) {
      if (!region.handler.valid() || !cfg_.reachable(region.handler)) continue;
      std::uint32_t depth = 0;
      for (nir::RegionId r = region.parent; r.valid(); r = f_.regions[r.index].parent) ++depth;
      roots.emplace_back(depth, region.handler);
    }
    std::stable_sort(roots.begin(), roots.end(), [](auto& a, auto& b) { return a.first > b.first; });
    emit_from(BlockId(0));
    for (auto& [depth, handler] : roots) emit_from(handler);
    return std::move(result_);
  }

 private:
  /// Emits what is reachable from a root and not emitted yet.
  void emit_from(BlockId root) {
    if (emitted_[root.index]) return;
    std::vector<bool> inside(f_.blocks.size(), false);
    std::vector<BlockId> members, work{root};
    inside[root.index] = true;
    while (!work.empty()) {
      BlockId block = work.back();
      work.pop_back();
      members.push_back(block);
      for (const nir::Edge& edge : f_.edges_of(f_.terminator(block))) {
        if (inside[edge.target.index] || emitted_[edge.target.index]) continue;
        inside[edge.target.index] = true;
        work.push_back(edge.target);
      }
    }
    sort(members);
    emit(members);
  }

  void sort(std::vector<BlockId>& blocks) {
    std::sort(blocks.begin(), blocks.end(), [&](BlockId a, BlockId b) { return cfg_.number(a) < cfg_.number(b); });
  }

  /// Blocks in reverse postorder, but each loop in one piece where its head stands.
  void emit(const std::vector<BlockId>& blocks) {
    struct Step {
      std::vector<BlockId> blocks;
      std::size_t at = 0;
    };
    std::vector<Step> steps;
    steps.push_back({blocks, 0});
    while (!steps.empty()) {
      if (steps.back().at == steps.back().blocks.size()) {
        steps.pop_back();
        continue;
      }
      BlockId block = steps.back().blocks[steps.back().at++];
      if (emitted_[block.index]) continue;
      emitted_[block.index] = true;
      result_.blocks.push_back(block);
      if (!loops_[block.index].empty()) steps.push_back({loops_[block.index], 0});
    }
  }

  /// The natural loop of each head: what reaches a backward edge without passing the head.
  void find_loops() {
    loops_.resize(f_.blocks.size());
    std::vector<std::uint32_t> seen(f_.blocks.size(), UINT32_MAX);
    for (BlockId head : cfg_.order()) {
      std::vector<BlockId> members, work;
      for (const nir::Incoming& in : cfg_.incoming(head)) {
        if (cfg_.dominates(head, in.from)) work.push_back(in.from);
      }
      if (work.empty()) continue;
      seen[head.index] = head.index;
      members.push_back(head);
      while (!work.empty()) {
        BlockId block = work.back();
        work.pop_back();
        if (seen[block.index] == head.index) continue;
        seen[block.index] = head.index;
        members.push_back(block);
        for (const nir::Incoming& in : cfg_.incoming(block)) work.push_back(in.from);
      }
      for (BlockId block : members) ++result_.depth[block.index];
      sort(members);
      loops_[head.index] = std::move(members);
    }
  }

  const nir::Function& f_;
  const nir::Cfg& cfg_;
  BlockOrder result_;
  std::vector<bool> emitted_;
  std::vector<std::vector<BlockId>> loops_;
};

}  // namespace

BlockOrder order_blocks(const nir::Function& f, const nir::Cfg& cfg) { return Orderer(f, cfg).run(); }

}  // namespace noodle::codegen
