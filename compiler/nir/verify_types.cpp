#include "compiler/nir/verify_types.h"

namespace noodle::nir {

using sema::TypeKind;

namespace {

class TypeChecker {
 public:
  TypeChecker(const Function& f, const Inst& inst, Layout& layout, const Module* module)
      : f_(f), inst_(inst), layout_(layout), types_(layout.types()), module_(module) {
    for (ValueId v : f.operands_of(inst)) in_.push_back(f.type(v));
    for (std::uint32_t k = 0; k < inst.result_count; ++k) out_.push_back(f.type(f.result(inst, k)));
    // The text form leaves out a type that the result says.
    type_ = inst.type.valid() ? inst.type : out_.empty() ? TypeId() : out_[0];
    if (!type_.valid()) type_ = types_.unit();
  }

  std::string run();

 private:
  using Types = std::vector<TypeId>;

  TypeId prim(TypeKind kind) const { return types_.primitive(kind); }
  TypeId i64() const { return prim(TypeKind::I64); }
  TypeId boolean() const { return prim(TypeKind::Bool); }
  TypeKind kind(TypeId type) const { return types_.kind(type); }
  TypeKind first() const { return in_.empty() ? TypeKind::Error : kind(in_[0]); }
  TypeId argument(std::uint32_t k) const { return types_[in_[0]].arguments[k]; }

  static Types list(std::initializer_list<TypeId> types) { return Types(types); }
  Types leaves(TypeId type) { return Types(layout_.leaves(type).begin(), layout_.leaves(type).end()); }
  static Types join(Types a, const Types& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  }

  std::string describe(const Types& types) const {
    std::string text = "(";
    for (std::size_t i = 0; i < types.size(); ++i) {
      if (i > 0) text += ", ";
      if (types_.kind(types[i]) == TypeKind::Flat) text += "flat ";
      text += types_.text(layout_.described(types[i]));
    }
    return text + ")";
  }
  /// The finding when operands or results aren't these.
  std::string expect(const Types& operands, const Types& results) {
    if (in_ != operands) return "operands are " + describe(in_) + ", not " + describe(operands);
    if (out_ != results) return "results are " + describe(out_) + ", not " + describe(results);
    return {};
  }

  std::string enums();
  std::string boxes();
  std::string calls();
  std::string signature(const std::vector<Param>& params, const std::vector<TypeId>& results);
  std::string anys();
  std::string numbers();
  std::string lists();
  std::string maps();
  std::string tasks();
  std::string locals();
  std::string others();

  const Function& f_;
  const Inst& inst_;
  Layout& layout_;
  const sema::TypeTable& types_;
  const Module* module_;
  TypeId type_;
  Types in_;
  Types out_;
};

std::string TypeChecker::run() {
  if (info(inst_.op).is_generic) return "an operation of generic NIR";
  if (inst_.op <= Op::Zero) return others();
  if (inst_.op <= Op::EnumTag) return enums();
  if (inst_.op <= Op::BoxPut) return boxes();
  if (inst_.op <= Op::CallAny) return calls();
  if (inst_.op <= Op::AnyPut) return anys();
  if (inst_.op <= Op::Abs) return numbers();
  if (inst_.op < Op::ListNew) return others();
  if (inst_.op <= Op::ListReserve) return lists();
  if (inst_.op <= Op::MapClear) return maps();
  if (inst_.op <= Op::Select) return tasks();
  if (inst_.op <= Op::LocalGet) return locals();
  return others();
}

std::string TypeChecker::enums() {
  if (inst_.op == Op::EnumMake) {
    if (!layout_.is_enum(type_)) return "its type is no enum";
    if (inst_.imm >= layout_.variant_count(type_)) return "there is no such variant";
    auto payload = layout_.payload(type_, static_cast<std::uint32_t>(inst_.imm));
    return expect(Types(payload.begin(), payload.end()), {type_});
  }
  if (in_.size() != 1 || !layout_.is_enum(in_[0])) return "the operand is no enum";
  if (inst_.op == Op::EnumTag) return expect(in_, {i64()});
  if (inst_.imm >= layout_.variant_count(in_[0])) return "there is no such variant";
  auto payload = layout_.payload(in_[0], static_cast<std::uint32_t>(inst_.imm));
  return expect(in_, Types(payload.begin(), payload.end()));
}

std::string TypeChecker::boxes() {
  TypeId boxed = inst_.op == Op::BoxNew ? type_ : in_.empty() ? TypeId() : in_[0];
  if (!boxed.valid() || !layout_.is_boxed(boxed)) return "the type is not boxed";
  Types content = leaves(layout_.flat(boxed));
  switch (inst_.op) {
    case Op::BoxNew: return expect(content, {boxed});
    case Op::BoxTake: return expect({boxed}, join({boxed}, content));
    case Op::BoxPut: return expect(join({boxed}, content), {boxed});
    default: return expect({boxed}, content);
  }
}

std::string TypeChecker::signature(const std::vector<Param>& params, const std::vector<TypeId>& results) {
  Types types;
  for (const Param& param : params) types.push_back(param.type);
  return expect(types, results);
}

std::string TypeChecker::calls() {
  if (inst_.op == Op::CallValue) {
    if (first() != TypeKind::Function || in_[0] != inst_.type) return "its type is not the closure's";
    auto signature = layout_.signature(type_);
    Types params{type_};
    params.insert(params.end(), signature.params.begin(), signature.params.end());
    return expect(params, Types(signature.results.begin(), signature.results.end()));
  }
  if (module_ == nullptr) return "a call outside a module";
  switch (inst_.op) {
    case Op::Call: {
      if (inst_.imm >= module_->functions.size()) return "there is no such function";
      const Function& callee = module_->functions[inst_.imm];
      return signature(callee.params, callee.results);
    }
    case Op::CallNative: {
      if (inst_.imm >= module_->natives.size()) return "there is no such native";
      const Native& callee = module_->natives[inst_.imm];
      return signature(callee.params, callee.results);
    }
    default: {
      if (inst_.imm >= module_->any_methods.size()) return "there is no such method";
      const AnyMethod& callee = module_->any_methods[inst_.imm];
      return signature(callee.params, callee.results);
    }
  }
}

std::string TypeChecker::anys() {
  switch (inst_.op) {
    case Op::ClosureMake: {
      if (module_ == nullptr || inst_.imm >= module_->functions.size()) return "there is no such function";
      if (kind(type_) != TypeKind::Function) return "its type is no function";
      const Function& body = module_->functions[inst_.imm];
      auto signature = layout_.signature(type_);
      if (body.params.size() < in_.size()) return "more captures than parameters";
      Types captures;
      Types rest;
      for (std::size_t i = 0; i < body.params.size(); ++i) {
        (i < in_.size() ? captures : rest).push_back(body.params[i].type);
      }
      if (rest != Types(signature.params.begin(), signature.params.end()) ||
          body.results != Types(signature.results.begin(), signature.results.end())) {
        return "the function's signature is not the closure's";
      }
      return expect(captures, {type_});
    }
    case Op::ToAny: {
      if (module_ == nullptr || inst_.imm >= module_->vtables.size()) return "there is no such vtable";
      return expect(leaves(module_->vtables[inst_.imm].concrete), {type_});
    }
    default: break;
  }
  if (first() != TypeKind::Any) return "the operand is no any";
  switch (inst_.op) {
    case Op::AnyPeek: return expect({in_[0]}, leaves(type_));
    case Op::AnyTake: return expect({in_[0]}, join({in_[0]}, leaves(type_)));
    default: return expect(join({in_[0]}, leaves(type_)), {in_[0]});
  }
}

std::string TypeChecker::numbers() {
  const TypeKind k = first();
  if (!sema::is_number(k) && k != TypeKind::Bool) return "the operand is no number";
  const TypeId t = in_[0];
  switch (inst_.op) {
    case Op::Add:
    case Op::Sub:
    case Op::Mul:
    case Op::Div:
    case Op::Rem:
    case Op::Pow:
      if (!sema::is_number(k)) return "the operands are no numbers";
      return expect({t, t}, {t});
    case Op::AddWrap:
    case Op::SubWrap:
    case Op::MulWrap:
    case Op::Shl:
    case Op::Shr:
      if (!sema::is_integer(k)) return "the operands are no integers";
      return expect({t, t}, {t});
    case Op::And:
    case Op::Or:
    case Op::Xor:
      if (sema::is_float(k)) return "the operands are floats";
      return expect({t, t}, {t});
    case Op::Neg: return k == TypeKind::Bool ? "the operand is a bool" : expect({t}, {t});
    case Op::Not: return sema::is_float(k) ? "the operand is a float" : expect({t}, {t});
    case Op::Eq:
    case Op::Ne:
    case Op::Lt:
    case Op::Le:
    case Op::Gt:
    case Op::Ge: return expect({t, t}, {boolean()});
    case Op::Cmp: return expect({t, t}, {i64()});
    case Op::Convert:
    case Op::ConvertWrap:
      if (!sema::is_number(kind(type_))) return "its type is no number";
      return expect({t}, {type_});
    case Op::Fits: return expect({t}, {boolean()});
    default: return expect({prim(TypeKind::F64)}, {prim(TypeKind::F64)});
  }
}

std::string TypeChecker::lists() {
  const bool makes = inst_.op == Op::ListNew || inst_.op == Op::ListLit || inst_.op == Op::ListFilled;
  const TypeId l = makes ? type_ : in_.empty() ? TypeId() : in_[0];
  if (!l.valid() || kind(l) != TypeKind::List) return "its type is no list";
  const Types element = leaves(types_[l].arguments[0]);
  const TypeId i = i64();
  switch (inst_.op) {
    case Op::ListNew: return expect({i}, {l});
    case Op::ListLit: {
      if (element.empty()) return expect({}, {l});
      Types all;
      while (all.size() < in_.size()) all = join(all, element);
      return expect(all, {l});
    }
    case Op::ListFilled: return expect(join({i}, element), {l});
    case Op::ListLen: return expect({l}, {i});
    case Op::ListGet:
    case Op::ListPeek: return expect({l, i}, element);
    case Op::ListLoad:
    case Op::ListStore:
      if (inst_.imm >= element.size()) return "there is no such leaf";
      return inst_.op == Op::ListLoad ? expect({l, i}, {element[inst_.imm]}) : expect({l, i, element[inst_.imm]}, {l});
    case Op::ListSet:
    case Op::ListPut:
    case Op::ListInsert: return expect(join({l, i}, element), {l});
    case Op::ListTake:
    case Op::ListRemove: return expect({l, i}, join({l}, element));
    case Op::ListPush: return expect(join({l}, element), {l});
    case Op::ListPop: return expect({l}, join({l}, element));
    case Op::ListSlice:
    case Op::ListSwap: return expect({l, i, i}, {l});
    case Op::ListAppend: return expect({l, l}, {l});
    case Op::ListReserve: return expect({l, i}, {l});
    default: return expect({l}, {l});
  }
}

std::string TypeChecker::maps() {
  const TypeId m = inst_.op == Op::MapNew ? type_ : in_.empty() ? TypeId() : in_[0];
  if (!m.valid() || kind(m) != TypeKind::Map) return "its type is no map";
  const Types key = leaves(types_[m].arguments[0]);
  const Types value = leaves(types_[m].arguments[1]);
  const TypeId i = i64();
  switch (inst_.op) {
    case Op::MapNew: return expect({i}, {m});
    case Op::MapLen: return expect({m}, {i});
    case Op::MapFind: return expect(join({m}, key), {i});
    case Op::MapInsert: return expect(join(join({m}, key), value), {m});
    case Op::MapRemove: return expect(join({m}, key), {m, boolean()});
    case Op::MapNext: return expect({m, i}, {i});
    case Op::MapKey:
    case Op::MapPeekKey: return expect({m, i}, key);
    case Op::MapValue:
    case Op::MapPeek: return expect({m, i}, value);
    case Op::MapSlot: return expect(join({m}, key), {m, i, boolean()});
    case Op::MapTake: return expect({m, i}, join({m}, value));
    case Op::MapPut: return expect(join({m, i}, value), {m});
    default: return expect({m}, {m});
  }
}

std::string TypeChecker::tasks() {
  const TypeId i = i64();
  switch (inst_.op) {
    case Op::ScopeOpen: return expect({}, {i});
    case Op::ScopeEnter: return expect({i}, {i, i});
    case Op::ScopeJoin:
    case Op::ScopeCancel: return expect({i}, {});
    case Op::Select:
      if (first() != TypeKind::I64) return "operand 0 is no i64";
      for (std::size_t k = 1; k < in_.size(); ++k) {
        if (kind(in_[k]) != TypeKind::Handle) return "an operand is no handle";
      }
      return expect(in_, {i});
    default: break;
  }
  const bool makes = inst_.op == Op::TaskNew || inst_.op == Op::ChannelNew;
  const TypeId handle = makes ? type_ : in_.empty() ? TypeId() : in_[0];
  if (!handle.valid() || kind(handle) != TypeKind::Handle) return "its type is no handle";
  const Types content = leaves(types_[handle].arguments[0]);
  switch (inst_.op) {
    case Op::TaskNew: {
      if (in_.size() != 2 || kind(in_[1]) != TypeKind::Function) return "operand 1 is no closure";
      const auto signature = layout_.signature(in_[1]);
      if (!signature.params.empty() || Types(signature.results.begin(), signature.results.end()) != content)
        return "the closure does not give what the task is to give";
      return expect({i, in_[1]}, {handle});
    }
    case Op::TaskAwait: return expect({handle}, content);
    case Op::TaskSettle: return expect({handle, i}, {i});
    case Op::ChannelNew: return expect({i}, {handle});
    case Op::ChannelSend:
    case Op::ChannelTrySend: return expect(join({handle}, content), {i});
    default: return expect({handle}, join({i}, content));
  }
}

std::string TypeChecker::locals() {
  switch (inst_.op) {
    case Op::LocalPush: return expect(leaves(type_), {i64()});
    case Op::LocalPop: return expect({i64()}, {});
    default: return expect({}, join({boolean()}, leaves(type_)));
  }
}

std::string TypeChecker::others() {
  const TypeId s = prim(TypeKind::String);
  switch (inst_.op) {
    case Op::ConstInt:
      if (!sema::is_integer(kind(type_)) && kind(type_) != TypeKind::Bool) return "its type is no integer";
      return expect({}, {type_});
    case Op::ConstFloat: return sema::is_float(kind(type_)) ? expect({}, {type_}) : "its type is no float";
    case Op::ConstString: return expect({}, {s});
    case Op::ConstVariant: {
      if (!layout_.is_boxed(type_) || !layout_.is_enum(layout_.flat(type_))) return "its type is no boxed enum";
      if (inst_.imm >= layout_.variant_count(layout_.flat(type_))) return "there is no such variant";
      const bool empty = layout_.payload(layout_.flat(type_), static_cast<std::uint32_t>(inst_.imm)).empty();
      return empty ? expect({}, {type_}) : "the variant has a payload";
    }
    case Op::ConstValue:
      if (module_ != nullptr && inst_.imm < module_->constants.size()) type_ = module_->constants[inst_.imm].type;
      if (module_ != nullptr && inst_.imm >= module_->constants.size()) return "there is no such constant";
      return out_ == leaves(type_) ? expect({}, out_) : "results are not the constant's leaves";
    case Op::Zero: return inst_.type.valid() ? expect({}, leaves(type_)) : expect({}, out_);
    case Op::Equal: return expect(join(leaves(type_), leaves(type_)), {boolean()});
    case Op::Hash: return expect(leaves(type_), {prim(TypeKind::U64)});
    case Op::StringConcat: return expect(Types(in_.size(), s), {s});
    case Op::StringAppend: return expect({s, s}, {s});
    case Op::StringLen:
    case Op::StringByteLen: return expect({s}, {i64()});
    case Op::StringEq: return expect({s, s}, {boolean()});
    case Op::StringCmp: return expect({s, s}, {i64()});
    case Op::SlotStore:
    case Op::SlotLoad:
    case Op::SlotDrop: {
      if (inst_.imm >= f_.slots.size()) return "there is no such slot";
      Types held = leaves(f_.slots[inst_.imm].type);
      if (inst_.op == Op::SlotStore) return expect(held, {});
      return expect({}, inst_.op == Op::SlotLoad ? held : Types());
    }
    case Op::Keep: return expect(in_, {});
    case Op::Copy: return in_.size() == 1 ? expect(in_, in_) : "copies one value";
    case Op::Drop: return in_.size() == 1 ? expect(in_, {}) : "drops one value";
    case Op::Branch: return expect({boolean()}, {});
    case Op::Switch:
      if (in_.size() != 1 || !layout_.is_enum(in_[0])) return "the operand is no enum";
      if (inst_.edge_count != layout_.variant_count(in_[0])) return "not one edge a variant";
      return expect(in_, {});
    case Op::Ret: return expect(f_.results, {});
    case Op::Panic: return expect({s}, {});
    default: return expect({}, {});
  }
}

}  // namespace

std::string check_types(const Function& f, const Inst& inst, Layout& layout, const Module* module) {
  return TypeChecker(f, inst, layout, module).run();
}

}  // namespace noodle::nir
