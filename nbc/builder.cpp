#include "nbc/builder.h"

#include <bit>
#include <cassert>

#include "base/hash.h"

namespace noodle::nbc {

StringId ModuleBuilder::string(std::string_view text) {
  const std::uint64_t hash = hash_bytes(text);
  const std::uint32_t known = strings_.find(hash, [&](std::uint32_t id) { return module.strings[id] == text; });
  if (known != IdTable::kNone) return StringId(known);
  const StringId id(module.strings.size());
  strings_.add(hash, id.index, [&](std::uint32_t other) { return hash_bytes(module.strings[other]); });
  module.strings.emplace_back(text);
  return id;
}

TypeId ModuleBuilder::struct_type(std::string_view name, std::vector<Field> fields) {
  Type type;
  type.kind = Kind::Struct;
  type.name = string(name);
  type.fields = std::move(fields);
  auto id = module.types.try_add(std::move(type));
  return id ? *id : TypeId();
}

TypeId ModuleBuilder::enum_type(std::string_view name, std::vector<Variant> variants) {
  Type type;
  type.kind = Kind::Enum;
  type.name = string(name);
  type.variants = std::move(variants);
  auto id = module.types.try_add(std::move(type));
  return id ? *id : TypeId();
}

TypeId ModuleBuilder::tuple_type(std::span<const TypeId> parts) {
  Type type;
  type.kind = Kind::Struct;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    type.fields.push_back({string(std::to_string(i)), parts[i]});
  }
  return module.types.intern(std::move(type));
}

ConstantId ModuleBuilder::constant(Constant value) {
  auto& same = constants_[hash_combine(value.type.index, value.value)];
  for (ConstantId id : same) {
    if (module.constants[id.index] == value) return id;
  }
  ConstantId id(module.constants.size());
  module.constants.push_back(value);
  same.push_back(id);
  return id;
}

ConstantId ModuleBuilder::scalar(TypeId type, std::uint64_t bits) { return constant({type, bits}); }
ConstantId ModuleBuilder::f64(double value) { return constant({kF64, std::bit_cast<std::uint64_t>(value)}); }
ConstantId ModuleBuilder::f32(float value) { return constant({kF32, std::bit_cast<std::uint32_t>(value)}); }
ConstantId ModuleBuilder::text(std::string_view value) { return constant({kString, string(value).index}); }
ConstantId ModuleBuilder::bytes(std::string_view value) { return constant({kBytes, string(value).index}); }
ConstantId ModuleBuilder::function_value(TypeId fn, FunctionId function) { return constant({fn, function.index}); }

ConstantId ModuleBuilder::boxed_variant(TypeId box, std::uint32_t variant) { return constant({box, variant}); }

NativeId ModuleBuilder::native(std::string_view name, Signature signature, bool leaf) {
  const StringId text = string(name);
  for (std::size_t i = 0; i < module.natives.size(); ++i) {
    if (module.natives[i].name == text && module.natives[i].signature == signature) return NativeId(i);
  }
  module.natives.push_back({text, std::move(signature), leaf});
  return NativeId(module.natives.size() - 1);
}

FunctionId ModuleBuilder::declare(std::string_view name, Signature signature) {
  FunctionId id(module.functions.size());
  Function& f = module.functions.emplace_back();
  f.name = string(name);
  f.signature = std::move(signature);
  return id;
}

TraitId ModuleBuilder::trait(std::string_view name, std::vector<Method> methods) {
  TraitId id(module.traits.size());
  module.traits.push_back({string(name), std::move(methods)});
  return id;
}

VTableId ModuleBuilder::vtable(TraitId trait, TypeId concrete, std::vector<FunctionId> functions) {
  VTableId id(module.vtables.size());
  module.vtables.push_back({trait, concrete, std::move(functions)});
  return id;
}

void ModuleBuilder::export_function(ExportKind kind, std::string_view name, FunctionId function) {
  module.exports.push_back({kind, string(name), function});
}

Signature ModuleBuilder::signature(std::span<const Param> params, std::span<const TypeId> results) {
  Signature flat;
  for (const Param& p : params) {
    for (const Leaf& leaf : module.types.flatten(p.type)) {
      flat.params.push_back({leaf.type, p.borrowed && module.types.counted(leaf.type)});
    }
  }
  for (TypeId r : results) {
    for (const Leaf& leaf : module.types.flatten(r)) flat.results.push_back(leaf.type);
  }
  return flat;
}

FunctionBuilder::FunctionBuilder(ModuleBuilder& module, FunctionId id) : builder_(module), id_(id) {
  for (const Param& p : module.module.function(id).signature.params) {
    param_slots_.push_back(reg(p.type));
  }
}

std::uint16_t FunctionBuilder::reg(TypeId leaf) {
  std::uint32_t slot = next_slot_;
  registers_.push_back(leaf);
  next_slot_ += builder_.module.types.slots(leaf);
  type_at_.resize(next_slot_);
  type_at_[slot] = leaf;
  return static_cast<std::uint16_t>(slot);
}

Label FunctionBuilder::label() {
  labels_.push_back(UINT32_MAX);
  return Label(labels_.size() - 1);
}

void FunctionBuilder::bind(Label label) { labels_[label.index] = here(); }

void FunctionBuilder::abc(Op op, std::uint16_t a, std::uint16_t b, std::uint16_t c) {
  code_.push_back(word_abc(op, a, b, c));
}

void FunctionBuilder::imm(Op op, std::uint16_t a, std::uint32_t imm) { code_.push_back(word_imm(op, a, imm)); }

void FunctionBuilder::abc_xyz(Op op, std::uint16_t a, std::uint16_t b, std::uint16_t c, std::uint32_t x,
                              std::uint16_t y, std::uint16_t z) {
  code_.push_back(word_abc(op, a, b, c));
  code_.push_back(word_xyz(x, y, z));
}

void FunctionBuilder::append_list(Slots slots) {
  for (std::size_t i = 0; i < slots.size(); i += 4) {
    Word word = 0;
    for (std::size_t j = i; j < slots.size() && j < i + 4; ++j) word |= Word(slots[j]) << (16 * (j - i));
    code_.push_back(word);
  }
}

void FunctionBuilder::list(Op op, std::uint16_t b, std::uint16_t c, Slots slots) {
  code_.push_back(word_abc(op, static_cast<std::uint16_t>(slots.size()), b, c));
  append_list(slots);
}

void FunctionBuilder::list_imm(Op op, std::uint32_t imm, Slots slots) {
  code_.push_back(word_imm(op, static_cast<std::uint16_t>(slots.size()), imm));
  append_list(slots);
}

void FunctionBuilder::list_xyz(Op op, std::uint16_t b, std::uint16_t c, std::uint32_t x, std::uint16_t y, Slots slots) {
  code_.push_back(word_abc(op, static_cast<std::uint16_t>(slots.size()), b, c));
  code_.push_back(word_xyz(x, y));
  append_list(slots);
}

std::vector<std::uint16_t> FunctionBuilder::expand(std::span<const std::uint16_t> heads) const {
  std::vector<std::uint16_t> slots;
  for (std::uint16_t head : heads) {
    std::uint32_t n = builder_.module.types.slots(type_at_[head]);
    for (std::uint32_t i = 0; i < n; ++i) slots.push_back(static_cast<std::uint16_t>(head + i));
  }
  return slots;
}

void FunctionBuilder::integer(std::uint16_t dst, std::int64_t value) {
  TypeId type = type_at_[dst];
  bool short_form = value == static_cast<std::int32_t>(value);
  // A u64 above the signed range arrives as a negative number: it needs the constant.
  if (value < 0 && is_unsigned(builder_.module.types.kind(type))) short_form = false;
  if (short_form) return imm(Op::Int, dst, static_cast<std::uint32_t>(value));
  constant(dst, builder_.scalar(type, static_cast<std::uint64_t>(value)));
}

void FunctionBuilder::jump(Label to) {
  fixes_.push_back({here(), here(), to, FixKind::Imm, false});
  imm(Op::Jump, 0, 0);
}

void FunctionBuilder::br_true(std::uint16_t a, Label to) {
  fixes_.push_back({here(), here(), to, FixKind::Imm, false});
  imm(Op::BrTrue, a, 0);
}

void FunctionBuilder::br_false(std::uint16_t a, Label to) {
  fixes_.push_back({here(), here(), to, FixKind::Imm, false});
  imm(Op::BrFalse, a, 0);
}

void FunctionBuilder::compare_jump(Op op, std::uint16_t a, std::uint16_t b, Label to) {
  fixes_.push_back({here(), here(), to, FixKind::Offset, false});
  abc(op, a, b, 0);
}

void FunctionBuilder::switch_targets(Op op, std::uint16_t a, std::span<const Label> targets) {
  std::uint32_t base = here();
  imm(op, a, static_cast<std::uint32_t>(targets.size()));
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (i % 2 == 0) code_.push_back(0);
    fixes_.push_back({here() - 1, base, targets[i], FixKind::Target, i % 2 == 1});
  }
}

void FunctionBuilder::switch_enum(std::uint16_t a, std::span<const Label> targets) {
  switch_targets(Op::SwitchEnum, a, targets);
}

void FunctionBuilder::switch_int(std::uint16_t a, std::span<const Label> targets) {
  switch_targets(Op::SwitchInt, a, targets);
}

void FunctionBuilder::ret(std::span<const std::uint16_t> heads) { list(Op::Ret, 0, 0, expand(heads)); }

void FunctionBuilder::panic_text(std::string_view text) { imm(Op::PanicConst, 0, builder_.string(text).index); }

void FunctionBuilder::call_list(std::span<const std::uint16_t> args, std::span<const std::uint16_t> results) {
  scratch_ = expand(args);
  auto tail = expand(results);
  scratch_.insert(scratch_.end(), tail.begin(), tail.end());
}

void FunctionBuilder::call(FunctionId f, std::span<const std::uint16_t> args, std::span<const std::uint16_t> results) {
  call_list(args, results);
  list_imm(Op::Call, f.index, scratch_);
}

void FunctionBuilder::call_native(NativeId n, std::span<const std::uint16_t> args,
                                  std::span<const std::uint16_t> results) {
  call_list(args, results);
  list_imm(Op::CallNative, n.index, scratch_);
}

void FunctionBuilder::call_fn(std::uint16_t f, std::span<const std::uint16_t> args,
                              std::span<const std::uint16_t> results) {
  call_list(args, results);
  list(Op::CallFn, f, 0, scratch_);
}

void FunctionBuilder::call_any(std::uint16_t any, std::uint16_t method, std::span<const std::uint16_t> args,
                               std::span<const std::uint16_t> results) {
  call_list(args, results);
  list(Op::CallAny, any, method, scratch_);
}

void FunctionBuilder::enum_make(std::uint16_t dst, std::uint16_t variant, std::span<const std::uint16_t> payload) {
  list(Op::EnumMake, dst, variant, expand(payload));
}

}  // namespace noodle::nbc
