// Which parameters a function takes over instead of borrowing them: those that it gives away or puts
// somewhere, and those whose boxes or lists it can fill again. A caller that needs the value no more then hands
// over its count, and `fn add(list: List<T>, x: T) -> List<T>` or an insert into a tree written without `mut`
// changes things where they lie. Only for functions that are called by name: the signatures of closures and
// of methods behind `any` are fixed. After S. Ullrich and L. de Moura, Counting Immutable Beans (2019), who take
// over a parameter whenever a part of it is kept; here a part in a box must also leave a box to be filled.

#include <algorithm>
#include <vector>

#include "compiler/nir/passes/passes.h"

namespace noodle::nir {

namespace {

class Owner {
 public:
  explicit Owner(PassContext& context) : context_(context), module_(context.module) {}

  void run() {
    find_eligible();
    for (std::uint32_t i = 0; i < module_.functions.size(); ++i) {
      if (eligible_[i]) look_at(i);
    }
    std::ranges::stable_sort(handed_, {}, &Handed::to);
    // A parameter that is handed to one that is taken over is taken over as well.
    while (!work_.empty()) {
      const Place to = work_.back();
      work_.pop_back();
      const auto [first, last] = std::ranges::equal_range(handed_, to, {}, &Handed::to);
      for (const Handed& h : std::ranges::subrange(first, last)) own(h.from);
    }
  }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  struct Place {
    std::uint32_t function, param;
    auto operator<=>(const Place&) const = default;
  };
  struct Handed {
    Place to, from;
  };

  void find_eligible() {
    eligible_.assign(module_.functions.size(), true);
    if (module_.main.valid()) eligible_[module_.main.index] = false;
    for (const Test& test : module_.tests) eligible_[test.function.index] = false;
    for (const VTable& table : module_.vtables) {
      for (InstanceId method : table.methods) eligible_[method.index] = false;
    }
    for (const Function& f : module_.functions) {
      for (const Block& block : f.blocks) {
        for (InstId id : block.insts) {
          if (f.inst(id).op == Op::ClosureMake) eligible_[f.inst(id).imm] = false;
        }
      }
    }
  }

  bool is_candidate(const Param& p) const {
    return p.ownership == Ownership::Borrowed && context_.layout.counted(p.type);
  }

  void own(Place place) {
    Param& p = module_.functions[place.function].params[place.param];
    if (!is_candidate(p)) return;
    p.ownership = Ownership::Owned;
    work_.push_back(place);
  }

  void look_at(std::uint32_t index) {
    const Function& f = module_.functions[index];
    if (f.blocks.empty() || std::ranges::none_of(f.params, [&](const Param& p) { return is_candidate(p); })) return;
    stands_for_.assign(f.values.size(), kNone);
    find_made(f);
    for (std::uint32_t k = 0; k < f.params.size(); ++k) {
      if (is_candidate(f.params[k])) stands_for_[f.blocks[0].params[k].index] = k;
    }
    for (const Block& block : f.blocks) {
      for (InstId id : block.insts) look_at(index, f, f.inst(id));
    }
  }

  /// Follows what stands for a parameter (itself, passed on, or the payload of an enum) to where it goes.
  void look_at(std::uint32_t index, const Function& f, const Inst& inst) {
    const auto operands = f.operands_of(inst);
    for (std::uint32_t k = 0; k < operands.size(); ++k) {
      const std::uint32_t p = stands_for_[operands[k].index];
      if (p == kNone) continue;
      if (inst.op == Op::Call && !context_.consumes(f, inst, k)) {
        handed_.push_back({{static_cast<std::uint32_t>(inst.imm), k}, {index, p}});
        continue;
      }
      const bool fills_again = (inst.op == Op::BoxPeek || inst.op == Op::ListGet) && makes(f.type(operands[k]));
      if (fills_again || context_.consumes(f, inst, k)) own({index, p});
      if (inst.op != Op::Payload) continue;
      for (std::uint32_t r = 0; r < inst.result_count; ++r) {
        if (context_.counted(f, f.result(inst, r))) stands_for_[f.result(inst, r).index] = p;
      }
    }
    for (const Edge& edge : f.edges_of(inst)) {
      for (std::uint32_t k = 0; k < edge.argument_count; ++k) {
        const std::uint32_t p = stands_for_[f.arguments_of(edge)[k].index];
        if (p != kNone) stands_for_[f.block(edge.target).params[k].index] = p;
      }
    }
  }

  void find_made(const Function& f) {
    made_.clear();
    for (const Block& block : f.blocks) {
      for (InstId id : block.insts) {
        const Inst& inst = f.inst(id);
        const bool makes = inst.op == Op::BoxNew || inst.op == Op::ListNew;
        if (makes && !this->makes(f.type(f.result(inst)))) made_.push_back(f.type(f.result(inst)));
      }
    }
  }
  bool makes(TypeId type) const { return std::ranges::find(made_, type) != made_.end(); }

  PassContext& context_;
  Module& module_;
  std::vector<bool> eligible_;
  std::vector<std::uint32_t> stands_for_;  // by value of the function in hand: a parameter, or kNone
  std::vector<TypeId> made_;               // types of the boxes and lists that the function in hand makes
  std::vector<Handed> handed_;             // from a parameter to a callee's, which was borrowed then
  std::vector<Place> work_;                // taken over, callers not told yet
};

}  // namespace

void own_params(PassContext& context) { Owner(context).run(); }

}  // namespace noodle::nir
