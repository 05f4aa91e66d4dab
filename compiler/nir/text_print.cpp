#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "base/text.h"
#include "compiler/nir/text.h"
#include "compiler/nir/text_form.h"

namespace noodle::nir {

namespace {

using sema::NominalId;
using sema::TraitId;
using sema::TypeData;
using sema::TypeKind;
using sema::TypeTable;

void put(std::string& out, std::uint64_t n) { out += std::to_string(n); }

std::string quoted(std::string_view text) { return "\"" + escape(text) + "\""; }

std::string float_text(double x) {
  char buffer[40];
  if (!std::isfinite(x)) {
    std::uint64_t bits;
    static_assert(sizeof bits == sizeof x);
    __builtin_memcpy(&bits, &x, sizeof x);
    auto end = std::to_chars(buffer, buffer + sizeof buffer, bits, 16).ptr;
    return "0x" + std::string(buffer, end);
  }
  auto end = std::to_chars(buffer, buffer + sizeof buffer, x).ptr;
  return std::string(buffer, end);
}

/// Collects the declarations that a text needs and gives each an unambiguous name.
class Declarations {
 public:
  explicit Declarations(const TypeTable& types) : types_(types) {}

  void need(TypeId type) {
    if (!type.valid() || !seen_.insert(type.index).second) return;
    const TypeData& data = types_[type];
    for (TypeId a : data.arguments) need(a);
    if (data.kind == TypeKind::Nominal) need(NominalId(data.index));
    if (data.kind == TypeKind::Any) need(TraitId(data.index));
  }
  void need(NominalId id) {
    if (!seen_nominals_.insert(id.index).second) return;
    nominals.push_back(id);
    for (const auto& v : types_.nominal(id).variants)
      for (const auto& field : v.fields) need(field.type);
  }
  void need(TraitId id) {
    if (seen_traits_.insert(id.index).second) traits.push_back(id);
  }
  void need(const Function& f) {
    for (TypeId t : f.type_args) need(t);
    for (const Param& p : f.params) need(p.type);
    for (TypeId t : f.results) need(t);
    for (const Value& v : f.values) need(v.type);
    for (const Inst& i : f.insts) need(i.type);
    for (const Slot& s : f.slots) need(s.type);
    for (const Callee& c : f.callees)
      for (TypeId t : c.arguments) need(t);
    for (const Constant& c : f.constants) need_value(*c.value, c.type);
  }
  void need_value(const sema::ConstValue& value, TypeId type) {
    need(type);
    for (const auto& part : value.parts) need_value(part, part.type);
  }
  /// Puts declarations in the order of their ids, which layout depends on, and names them.
  void settle() {
    std::sort(nominals.begin(), nominals.end());
    std::sort(traits.begin(), traits.end());
    std::unordered_map<std::uint32_t, int> used;
    auto name = [&](Symbol symbol) {
      std::string text(types_.names().text(symbol));
      if (int n = used[symbol.index]++) text += "'" + std::to_string(n);
      return text;
    };
    for (NominalId id : nominals) nominal_names[id.index] = name(types_.nominal(id).name);
    used.clear();
    for (TraitId id : traits) trait_names[id.index] = name(types_.trait(id).name);
  }

  std::vector<NominalId> nominals;
  std::vector<TraitId> traits;
  std::unordered_map<std::uint32_t, std::string> nominal_names, trait_names;

 private:
  const TypeTable& types_;
  std::unordered_set<std::uint32_t> seen_, seen_nominals_, seen_traits_;
};

class Printer {
 public:
  Printer(const TypeTable& types, const Declarations& declarations, const Module* module)
      : types_(types), decls_(declarations), module_(module) {}

  std::string out;

  void type(TypeId id) {
    if (!id.valid()) {
      out += "?";
      return;
    }
    const TypeData& d = types_[id];
    switch (d.kind) {
      case TypeKind::Tuple:
        out += "(";
        list(d.arguments);
        out += ")";
        return;
      case TypeKind::List: out += "list"; return arguments(d.arguments);
      case TypeKind::Handle: out += "handle"; return arguments(d.arguments);
      case TypeKind::Tensor: out += "tensor"; return arguments(d.arguments);
      case TypeKind::Map: out += "map"; return arguments(d.arguments);
      case TypeKind::Flat: out += "flat"; return arguments(d.arguments);
      case TypeKind::Nominal:
        out += "#";
        name(decls_.nominal_names, d.index, types_.nominal(NominalId(d.index)).name);
        return arguments(d.arguments);
      case TypeKind::Any:
        out += "any #";
        name(decls_.trait_names, d.index, types_.trait(TraitId(d.index)).name);
        return arguments(d.arguments);
      case TypeKind::Function:
        out += "fn(";
        for (std::size_t k = 0; k + 1 < d.arguments.size(); ++k) {
          if (k) out += ", ";
          if (d.mut_mask >> k & 1) out += "mut ";
          type(d.arguments[k]);
        }
        out += ") -> ";
        return type(d.arguments.back());
      case TypeKind::Param: out += "$"; return put(out, d.index);
      case TypeKind::Infer: out += "_"; return put(out, d.index);
      case TypeKind::Block:
        out += "block ";
        put(out, d.index);
        return arguments(d.arguments);
      default: out += kPrimitiveNames[static_cast<int>(d.kind)];
    }
  }

  void declarations() {
    for (NominalId id : decls_.nominals) nominal(id);
    for (TraitId id : decls_.traits) {
      const auto& t = types_.trait(id);
      out += "trait #" + decls_.trait_names.at(id.index);
      count(t.params.size());
      out += "\n";
    }
  }

  void module(const Module& m) {
    for (const Native& n : m.natives) {
      out += "native " + text(n.name);
      params(n.params, n.results);
      out += "\n";
    }
    for (const AnyMethod& a : m.any_methods) {
      out += "method ";
      type(a.any);
      out += " ";
      put(out, a.method);
      out += " " + text(a.name);
      params(a.params, a.results);
      out += "\n";
    }
    for (const VTable& v : m.vtables) {
      out += "vtable ";
      type(v.any);
      out += " for ";
      type(v.concrete);
      out += ":";
      for (InstanceId f : v.methods) out += " @" + text(m.function(f).name);
      out += "\n";
    }
    for (const Constant& c : m.constants) constant(c);
    if (m.main.valid()) out += "main @" + text(m.function(m.main).name) + "\n";
    for (const Test& t : m.tests) out += "test " + text(t.name) + " @" + text(m.function(t.function).name) + "\n";
    for (const Function& f : m.functions) {
      if (!out.empty()) out += "\n";
      function(f);
    }
  }

  void function(const Function& f) {
    number(f);
    out += "fn ";
    out += stage_name(f.stage);
    out += " " + text(f.name);
    if (f.trace_name.valid() && f.trace_name != f.name) out += " trace " + text(f.trace_name);
    if (!f.type_args.empty()) {
      out += " ";
      arguments(f.type_args);
    }
    if (f.type_param_count != 0) {
      out += " params ";
      put(out, f.type_param_count);
    }
    params(f.params, f.results);
    out += " {\n";
    for (const Slot& s : f.slots) {
      out += "  slot ";
      type(s.type);
      out += "\n";
    }
    for (const Region& r : f.regions) {
      out += "  region ^";
      put(out, r.handler.index);
      if (r.parent.valid()) {
        out += " !";
        put(out, r.parent.index);
      }
      out += "\n";
    }
    for (const Constant& c : f.constants) {
      out += "  ";
      constant(c);
    }
    for (std::size_t b = 0; b < f.blocks.size(); ++b) block(f, b);
    out += "}\n";
  }

 private:
  std::string text(Symbol s) const { return quoted(types_.names().text(s)); }

  void name(const std::unordered_map<std::uint32_t, std::string>& names, std::uint32_t index, Symbol fallback) {
    if (auto it = names.find(index); it != names.end())
      out += it->second;
    else
      out += types_.names().text(fallback);
  }
  void list(std::span<const TypeId> items) {
    for (std::size_t k = 0; k < items.size(); ++k) {
      if (k) out += ", ";
      type(items[k]);
    }
  }
  void arguments(std::span<const TypeId> items) {
    if (items.empty()) return;
    out += "<";
    list(items);
    out += ">";
  }
  void count(std::size_t n) {
    if (n == 0) return;
    out += "<";
    put(out, n);
    out += ">";
  }

  void nominal(NominalId id) {
    const auto& d = types_.nominal(id);
    out += d.is_enum ? "enum #" : "struct #";
    out += decls_.nominal_names.at(id.index);
    count(d.params.size());
    if (id == types_.known.option || id == types_.known.result) out += " core";
    out += " {";
    bool first = true;
    for (const auto& v : d.variants) {
      out += first ? " " : ", ";
      first = false;
      if (d.is_enum) {
        out += types_.names().text(v.name);
        out += "(";
      }
      for (std::size_t k = 0; k < v.fields.size(); ++k) {
        if (k) out += ", ";
        out += types_.names().text(v.fields[k].name);
        out += ": ";
        type(v.fields[k].type);
      }
      if (d.is_enum) out += ")";
    }
    out += " }\n";
  }

  void params(std::span<const Param> items, std::span<const TypeId> results) {
    out += "(";
    for (std::size_t k = 0; k < items.size(); ++k) {
      if (k) out += ", ";
      out += items[k].ownership == Ownership::Owned ? "owned " : "borrowed ";
      type(items[k].type);
    }
    out += ") -> (";
    list(results);
    out += ")";
  }

  void constant(const Constant& c) {
    out += "constant ";
    const_value(*c.value);
    out += "\n";
  }
  void const_value(const sema::ConstValue& v) {
    using Kind = sema::ConstValue::Kind;
    type(v.type);
    out += " ";
    switch (v.kind) {
      case Kind::Int:
      case Kind::Bool: put(out, v.bits); return;
      case Kind::Float: out += "f " + float_text(v.number); return;
      case Kind::String: out += quoted(v.text); return;
      case Kind::Unit: out += "unit"; return;
      case Kind::Tuple: out += "tuple"; break;
      case Kind::List: out += "list"; break;
      case Kind::Map: out += "map"; break;
      case Kind::Variant:
        out += "variant ";
        put(out, v.variant);
        break;
    }
    out += " [";
    for (std::size_t k = 0; k < v.parts.size(); ++k) {
      if (k) out += ", ";
      const_value(v.parts[k]);
    }
    out += "]";
  }

  // Values are shown in the order of their definitions in the text, whatever their ids.
  void number(const Function& f) {
    numbers_.assign(f.values.size(), UINT32_MAX);
    std::uint32_t next = 0;
    for (const Block& b : f.blocks) {
      for (ValueId p : b.params) numbers_[p.index] = next++;
      for (InstId id : b.insts) {
        const Inst& i = f.inst(id);
        for (std::uint32_t k = 0; k < i.result_count; ++k) numbers_[i.first_result + k] = next++;
      }
    }
  }
  void value(ValueId v) {
    if (v.index >= numbers_.size() || numbers_[v.index] == UINT32_MAX) {
      out += "%?";
      return;
    }
    out += "%";
    put(out, numbers_[v.index]);
  }
  void typed_value(const Function& f, ValueId v) {
    value(v);
    const Value& what = f.value(v);
    const bool is_passed = !what.inst.valid() && what.block.index != 0;
    if ((f.stage == Stage::Counted || is_passed) && what.ownership == Ownership::Borrowed) out += " borrowed";
    out += ": ";
    type(f.type(v));
  }

  void block(const Function& f, std::size_t b) {
    out += "^";
    put(out, b);
    const Block& block = f.blocks[b];
    if (!block.params.empty()) {
      out += "(";
      for (std::size_t k = 0; k < block.params.size(); ++k) {
        if (k) out += ", ";
        typed_value(f, block.params[k]);
      }
      out += ")";
    }
    out += ":\n";
    for (InstId id : block.insts) instruction(f, f.inst(id));
  }

  void instruction(const Function& f, const Inst& i) {
    out += "  ";
    for (std::uint32_t k = 0; k < i.result_count; ++k) {
      if (k) out += ", ";
      typed_value(f, f.result(i, k));
    }
    if (i.result_count) out += " = ";
    out += info(i.op).text;
    if (i.type.valid()) {
      out += "<";
      type(i.type);
      out += ">";
    }
    immediate(f, i);
    values(f.operands_of(i), " ");
    for (std::uint32_t k = 0; k < i.edge_count; ++k) {
      const Edge& e = f.edges[i.first_edge + k];
      out += k ? ", ^" : " -> ^";
      put(out, e.target.index);
      if (e.argument_count) {
        values(f.arguments_of(e), "(");
        out += ")";
      }
    }
    if (i.region.valid()) {
      out += " !";
      put(out, i.region.index);
    }
    out += "\n";
  }
  void values(std::span<const ValueId> items, const char* before) {
    for (std::size_t k = 0; k < items.size(); ++k) {
      out += k ? ", " : before;
      value(items[k]);
    }
  }
  void immediate(const Function& f, const Inst& i) {
    switch (imm_form(i.op, f.stage)) {
      case ImmForm::None: return;
      case ImmForm::Integer: out += " " + std::to_string(static_cast<std::int64_t>(i.imm)); return;
      case ImmForm::Float: {
        double x;
        __builtin_memcpy(&x, &i.imm, sizeof x);
        out += " " + float_text(x);
        return;
      }
      case ImmForm::Text: out += " " + text(Symbol(i.imm)); return;
      case ImmForm::Index: out += " "; return put(out, i.imm);
      case ImmForm::Native:
        out += " ";
        if (module_ != nullptr && i.imm < module_->natives.size())
          out += text(module_->natives[i.imm].name);
        else
          put(out, i.imm);
        return;
      case ImmForm::Callee:
        if (f.stage != Stage::Generic) {
          out += " @";
          if (module_ != nullptr && i.imm < module_->functions.size())
            out += text(module_->functions[i.imm].name);
          else
            put(out, i.imm);
          return;
        }
        const Callee& c = f.callees[i.imm];
        out += " " + text(c.name) + "#";
        put(out, c.function.index);
        arguments(c.arguments);
        return;
    }
  }

  const TypeTable& types_;
  const Declarations& decls_;
  const Module* module_;
  std::vector<std::uint32_t> numbers_;
};

}  // namespace

std::string print(const sema::TypeTable& types, const Module& module) {
  Declarations declarations(types);
  for (const Function& f : module.functions) declarations.need(f);
  for (const Native& n : module.natives) {
    for (const Param& p : n.params) declarations.need(p.type);
    for (TypeId t : n.results) declarations.need(t);
  }
  for (const AnyMethod& a : module.any_methods) {
    declarations.need(a.any);
    for (const Param& p : a.params) declarations.need(p.type);
    for (TypeId t : a.results) declarations.need(t);
  }
  for (const VTable& v : module.vtables) {
    declarations.need(v.any);
    declarations.need(v.concrete);
  }
  for (const Constant& c : module.constants) declarations.need_value(*c.value, c.type);
  declarations.settle();
  Printer printer(types, declarations, &module);
  printer.declarations();
  printer.module(module);
  return std::move(printer.out);
}

std::string print(const sema::TypeTable& types, const Function& function, const Module* module) {
  Declarations declarations(types);
  declarations.need(function);
  declarations.settle();
  Printer printer(types, declarations, module);
  printer.function(function);
  return std::move(printer.out);
}

std::string print_type(const sema::TypeTable& types, TypeId type) {
  Declarations declarations(types);
  declarations.need(type);
  declarations.settle();
  Printer printer(types, declarations, nullptr);
  printer.type(type);
  return std::move(printer.out);
}

}  // namespace noodle::nir
