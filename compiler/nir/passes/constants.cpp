// Constants that are more than a number or a text are built where they stand. (Scalars and strings
// stay constants of the module.)

#include <bit>

#include "compiler/nir/builder.h"
#include "compiler/nir/passes/edit.h"
#include "compiler/nir/passes/passes.h"

namespace noodle::nir {

namespace {

/// A list of up to this many elements is one instruction; a longer one would need a register for
/// each element, so it is filled one by one.
constexpr std::size_t kLongestLiteral = 64;

class ConstantExpander {
 public:
  ConstantExpander(Function& f, PassContext& context)
      : f_(f), layout_(context.layout), types_(context.layout.types()), module_(context.module), builder_(f) {}

  void run() {
    Renaming renaming(f_);
    bool found = false;
    const std::size_t blocks = f_.blocks.size();
    builder_.at = builder_.new_block();  // what is built stands there until it is moved in place
    for (std::size_t b = 0; b < blocks; ++b) {
      std::vector<InstId> insts;
      for (InstId id : f_.blocks[b].insts) {
        const Inst inst = f_.inst(id);
        if (inst.op != Op::ConstValue) {
          insts.push_back(id);
          continue;
        }
        found = true;
        builder_.region = inst.region;
        builder_.span = inst.span;
        builder_.site = inst.site;
        std::vector<ValueId> leaves = build(*module_.constants[inst.imm].value);
        auto& built = f_.blocks.back().insts;
        insts.insert(insts.end(), built.begin(), built.end());
        built.clear();
        for (std::uint32_t k = 0; k < inst.result_count; ++k) renaming.rename(f_.result(inst, k), leaves[k]);
      }
      f_.blocks[b].insts = std::move(insts);
    }
    f_.blocks.pop_back();
    if (found) renaming.apply(f_);
  }

 private:
  std::vector<ValueId> build(const sema::ConstValue& c) {
    using Kind = sema::ConstValue::Kind;
    switch (c.kind) {
      case Kind::Int:
      case Kind::Bool: return {builder_.value(Op::ConstInt, {}, c.type, c.type, c.bits)};
      case Kind::Float:
        return {builder_.value(Op::ConstFloat, {}, c.type, c.type, std::bit_cast<std::uint64_t>(c.number))};
      case Kind::String:
        return {builder_.value(Op::ConstString, {}, c.type, c.type, types_.names().intern(c.text).index)};
      case Kind::Unit: return {};
      case Kind::Tuple: return build_all(c.parts);
      case Kind::Variant: return build_variant(c);
      case Kind::List: return {build_list(c)};
      case Kind::Map: return {build_map(c)};
    }
    return {};
  }

  std::vector<ValueId> build_all(const std::vector<sema::ConstValue>& parts) {
    std::vector<ValueId> leaves;
    for (const auto& part : parts) {
      auto more = build(part);
      leaves.insert(leaves.end(), more.begin(), more.end());
    }
    return leaves;
  }

  std::vector<ValueId> build_variant(const sema::ConstValue& c) {
    std::vector<ValueId> leaves = build_all(c.parts);
    TypeId inner = layout_.is_boxed(c.type) ? layout_.flat(c.type) : c.type;
    if (layout_.is_enum(inner)) leaves = {builder_.value(Op::EnumMake, leaves, inner, inner, c.variant)};
    if (inner != c.type) leaves = {builder_.value(Op::BoxNew, leaves, c.type, c.type)};
    return leaves;
  }

  ValueId integer(std::uint64_t value) {
    TypeId type = types_.primitive(sema::TypeKind::I64);
    return builder_.value(Op::ConstInt, {}, type, type, value);
  }

  ValueId build_list(const sema::ConstValue& c) {
    if (c.parts.size() <= kLongestLiteral) {
      return builder_.value(Op::ListLit, build_all(c.parts), c.type, c.type);
    }
    ValueId list = builder_.value(Op::ListNew, {integer(c.parts.size())}, c.type, c.type);
    for (const auto& part : c.parts) {
      std::vector<ValueId> operands{list};
      for (ValueId leaf : build(part)) operands.push_back(leaf);
      list = builder_.value(Op::ListPush, operands, c.type, c.type);
    }
    return list;
  }

  ValueId build_map(const sema::ConstValue& c) {
    ValueId map = builder_.value(Op::MapNew, {integer(c.parts.size() / 2)}, c.type, c.type);
    for (std::size_t i = 0; i + 1 < c.parts.size(); i += 2) {
      std::vector<ValueId> operands{map};
      for (ValueId leaf : build(c.parts[i])) operands.push_back(leaf);
      for (ValueId leaf : build(c.parts[i + 1])) operands.push_back(leaf);
      map = builder_.value(Op::MapInsert, operands, c.type, c.type);
    }
    return map;
  }

  Function& f_;
  Layout& layout_;
  sema::TypeTable& types_;
  const Module& module_;
  Builder builder_;
};

}  // namespace

void expand_constants(Function& f, PassContext& context) { ConstantExpander(f, context).run(); }

}  // namespace noodle::nir
