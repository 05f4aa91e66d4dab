// Equality and order of values whose type is known.

#include "compiler/nir/instantiator.h"

namespace noodle::nir {

ValueId Instantiator::equal(Builder& b, TypeId type, std::span<const ValueId> left, std::span<const ValueId> right) {
  const TypeId boolean = prim(TypeKind::Bool);
  const TypeKind kind = types.kind(type);
  if (left.empty()) return b.value(Op::ConstInt, {}, boolean, boolean, 1);
  if (sema::is_number(kind) || kind == TypeKind::Bool) return b.value(Op::Eq, {left[0], right[0]}, boolean);
  if (kind == TypeKind::String) return b.value(Op::StringEq, {left[0], right[0]}, boolean);
  Values operands(left.begin(), left.end());
  operands.insert(operands.end(), right.begin(), right.end());
  return b.value(Op::Equal, operands, boolean, type);
}

ValueId Instantiator::compare(Builder& b, TypeId type, std::span<const ValueId> left, std::span<const ValueId> right) {
  const TypeId i64 = prim(TypeKind::I64);
  const TypeKind kind = types.kind(type);
  if (sema::is_number(kind) || kind == TypeKind::Bool) return b.value(Op::Cmp, {left[0], right[0]}, i64);
  if (kind == TypeKind::String) return b.value(Op::StringCmp, {left[0], right[0]}, i64);
  Values operands(left.begin(), left.end());
  operands.insert(operands.end(), right.begin(), right.end());
  if (kind == TypeKind::Nominal && types.known.ordered.valid()) {
    const auto& methods = types.trait(types.known.ordered).methods;
    if (!methods.empty()) {
      const Target target = resolve(methods[0], std::span(&type, 1));
      if (target.kind != Target::Kind::Intrinsic && target.function != methods[0]) {
        const InstanceId own = instance(target.function, target.arguments, b.span);
        return b.value(Op::Call, operands, i64, {}, own.index);
      }
    }
  }
  return b.value(Op::Call, operands, i64, {}, compare_function(type).index);
}

/// Tuples, and structs where the language orders them by their fields: the first field that differs
/// decides.
void Instantiator::build_compare(Function& f, TypeId type) {
  Builder b(f);
  const Values params = params_of(b, f);
  Values sides[2];
  sides[0].assign(params.begin(), params.begin() + static_cast<std::ptrdiff_t>(params.size() / 2));
  sides[1].assign(params.begin() + static_cast<std::ptrdiff_t>(params.size() / 2), params.end());
  if (!layout.is_aggregate(type)) {
    b.emit(Op::Unreachable, {}, {});
    return;
  }
  const auto fields = layout.fields(type);
  for (std::uint32_t k = 0; k < fields.size(); ++k) {
    const LeafRange range = layout.field_leaves(type, 0, k);
    const ValueId order = compare(b, fields[k], std::span(sides[0]).subspan(range.first, range.count),
                                  std::span(sides[1]).subspan(range.first, range.count));
    const BlockId differs = b.new_block(), same = b.new_block();
    const ValueId zero = integer(b, 0);
    b.branch(b.value(Op::Eq, {order, zero}, prim(TypeKind::Bool)), same, differs);
    b.at = differs;
    b.ret(std::span(&order, 1));
    b.at = same;
  }
  const ValueId zero = integer(b, 0);
  b.ret(std::span(&zero, 1));
}

}  // namespace noodle::nir
