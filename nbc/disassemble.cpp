#include <cstdio>

#include "nbc/text.h"
#include "nbc/text_tables.h"

namespace noodle::nbc {
namespace {

std::string hex(std::uint64_t value) {
  char digits[24];
  std::snprintf(digits, sizeof digits, "0x%llx", static_cast<unsigned long long>(value));
  return digits;
}

void quote(std::string& out, std::string_view bytes) {
  out += '"';
  for (char c : bytes) {
    auto b = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (b >= 0x20 && b < 0x7F) {
      out += c;
    } else {
      char digits[8];
      std::snprintf(digits, sizeof digits, "\\x%02x", b);
      out += digits;
    }
  }
  out += '"';
}

std::string type_ref(TypeId t) {
  if (t.index < kBuiltinTypes) return std::string(kKindNames[t.index]);
  return "t" + std::to_string(t.index);
}

std::string string_ref(StringId s) { return s.valid() ? "s" + std::to_string(s.index) : "-"; }

std::string pair_text(std::uint16_t pair) {
  unsigned from = pair >> 8, to = pair & 0xFF;
  if (from >= kBuiltinTypes || to >= kBuiltinTypes) return std::to_string(pair);
  return std::string(kKindNames[from]) + "->" + std::string(kKindNames[to]);
}

std::string immediate_text(const Inst& inst, const Operand& operand) {
  std::uint32_t raw = inst.raw(operand.place);
  switch (operand.what) {
    case What::Number: return std::to_string(static_cast<std::int32_t>(raw));
    case What::Signed16:
    case What::NonZero16: return std::to_string(static_cast<std::int16_t>(raw));
    case What::Offset: return "@" + std::to_string(inst.branch_target());
    case What::Target: return "@" + std::to_string(raw);
    case What::Type:
    case What::EquatableType: return type_ref(TypeId(raw));
    case What::Constant: return "k" + std::to_string(raw);
    case What::StringIndex: return "s" + std::to_string(raw);
    case What::Function: return "f" + std::to_string(raw);
    case What::Native: return "n" + std::to_string(raw);
    case What::VTable: return "v" + std::to_string(raw);
    case What::NumberPair:
    case What::IntegerPair:
    case What::IntegerTargetPair: return pair_text(static_cast<std::uint16_t>(raw));
    default: return std::to_string(raw);
  }
}

class Printer {
 public:
  explicit Printer(const Module& module) : m_(module) {}

  std::string run() {
    line("module");
    if (m_.features != 0) line("features " + hex(m_.features));
    for (std::size_t i = 0; i < m_.strings.size(); ++i) {
      out_ += "string s" + std::to_string(i) + " ";
      quote(out_, m_.strings[i]);
      out_ += '\n';
    }
    for (std::size_t i = kBuiltinTypes; i < m_.types.size(); ++i) {
      line("type t" + std::to_string(i) + " " + type(m_.types[TypeId(i)]), type_name(m_, TypeId(i)));
    }
    for (std::size_t i = 0; i < m_.traits.size(); ++i) {
      out_ += "trait " + string_ref(m_.traits[i].name) + " {";
      for (const Method& method : m_.traits[i].methods) {
        out_ += " " + string_ref(method.name) + " " + signature(method.signature);
      }
      line(" }", text(m_.traits[i].name));
    }
    for (std::size_t i = 0; i < m_.constants.size(); ++i) {
      const Constant& c = m_.constants[i];
      line("constant k" + std::to_string(i) + " " + type_ref(c.type) + " " + hex(c.value), constant_note(c));
    }
    for (std::size_t i = 0; i < m_.natives.size(); ++i) {
      const Native& n = m_.natives[i];
      line("native n" + std::to_string(i) + " " + string_ref(n.name) + (n.leaf ? " leaf " : " ") +
               signature(n.signature),
           text(n.name));
    }
    for (std::size_t i = 0; i < m_.vtables.size(); ++i) {
      const VTable& v = m_.vtables[i];
      out_ += "vtable v" + std::to_string(i) + " " + std::to_string(v.trait.index) + " " + type_ref(v.concrete) + " [";
      for (FunctionId f : v.functions) out_ += " f" + std::to_string(f.index);
      line(" ]");
    }
    for (const Export& e : m_.exports) {
      line("export " + std::string(kExportNames[static_cast<int>(e.kind)]) + " " + string_ref(e.name) + " f" +
               std::to_string(e.function.index),
           text(e.name));
    }
    for (std::size_t i = 0; i < m_.functions.size(); ++i) function(i);
    blob("interface", m_.interface, m_.interface.empty());
    for (const GenericBody& g : m_.generics) blob("generic " + string_ref(g.name), g.bytes, false);
    for (const std::string& k : m_.kernels) blob("kernel", k, false);
    for (const Hash128& h : m_.type_hashes) line("type-hash " + hex(h.low) + " " + hex(h.high));
    for (const Hash128& h : m_.function_hashes) line("function-hash " + hex(h.low) + " " + hex(h.high));
    debug();
    return std::move(out_);
  }

 private:
  void line(std::string_view what, std::string_view note = {}) {
    out_ += what;
    if (!note.empty()) {
      out_ += "  ; ";
      // A note stays on its line whatever stands in the string.
      for (char c : note.substr(0, 100)) out_ += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    out_ += '\n';
  }
  void blob(const std::string& what, std::string_view bytes, bool leave_out) {
    if (leave_out) return;
    out_ += what + " ";
    quote(out_, bytes);
    out_ += '\n';
  }
  std::string_view text(StringId id) const {
    return id.index < m_.strings.size() ? std::string_view(m_.strings[id.index]) : std::string_view();
  }

  std::string signature(const Signature& s) const {
    std::string o = params(s.params) + " ->";
    return o + " " + ids(s.results);
  }
  std::string params(const std::vector<Param>& list) const {
    std::string o = "(";
    for (const Param& p : list)
      o += std::string(o.size() > 1 ? " " : "") + (p.borrowed ? "borrowed " : "") + type_ref(p.type);
    return o + ")";
  }
  std::string ids(const std::vector<TypeId>& list) const {
    std::string o = "(";
    for (TypeId t : list) o += std::string(o.size() > 1 ? " " : "") + type_ref(t);
    return o + ")";
  }
  std::string fields(const std::vector<Field>& list) const {
    std::string o = "{";
    for (const Field& f : list) o += " " + string_ref(f.name) + " " + type_ref(f.type);
    return o + " }";
  }

  std::string type(const Type& t) const {
    std::string o(kKindNames[static_cast<int>(t.kind)]);
    switch (t.kind) {
      case Kind::Map: return o + " " + type_ref(t.element) + " " + type_ref(t.value);
      case Kind::Struct: return o + " " + string_ref(t.name) + " " + fields(t.fields);
      case Kind::Enum:
        o += " " + string_ref(t.name) + " {";
        for (const Variant& v : t.variants) o += " " + string_ref(v.name) + " " + fields(v.fields);
        return o + " }";
      case Kind::Fn: return o + " " + params(t.params) + " -> " + ids(t.results);
      case Kind::Any: return o + " " + std::to_string(t.trait.index);
      default: return o + " " + type_ref(t.element);
    }
  }

  std::string constant_note(const Constant& c) const {
    if (!m_.types.contains(c.type)) return {};
    switch (m_.types.kind(c.type)) {
      case Kind::String: return c.value < m_.strings.size() ? m_.strings[c.value] : std::string();
      case Kind::F64: {
        char digits[40];
        std::snprintf(digits, sizeof digits, "%.17g", __builtin_bit_cast(double, c.value));
        return digits;
      }
      case Kind::I8:
      case Kind::I16:
      case Kind::I32:
      case Kind::I64: return std::to_string(static_cast<std::int64_t>(c.value));
      default: return {};
    }
  }

  // What an instruction's indices mean, for the reader.
  std::string note(const Inst& inst) const {
    for (const Operand& operand : inst.op_info->all()) {
      std::uint32_t raw = inst.raw(operand.place);
      switch (operand.what) {
        case What::Function:
          if (raw < m_.functions.size()) return std::string(text(m_.functions[raw].name));
          break;
        case What::Native:
          if (raw < m_.natives.size()) return std::string(text(m_.natives[raw].name));
          break;
        case What::StringIndex:
          if (raw < m_.strings.size()) return m_.strings[raw];
          break;
        case What::Constant:
          if (raw < m_.constants.size()) return constant_note(m_.constants[raw]);
          break;
        default: break;
      }
    }
    return {};
  }

  void function(std::size_t index) {
    const Function& f = m_.functions[index];
    out_ += "\nfunction f" + std::to_string(index) + " " + string_ref(f.name) + " " + signature(f.signature) + " {";
    line("", text(f.name));
    std::uint32_t slot = 0;
    for (TypeId t : f.registers) {
      std::uint32_t n = m_.types.contains(t) ? m_.types.slots(t) : 1;
      line("  register " + type_ref(t), "r" + std::to_string(slot));
      slot += n;
    }
    for (std::uint32_t pc = 0; pc < f.code.size();) {
      Inst inst = decode(f.code, pc);
      char label[16];
      std::snprintf(label, sizeof label, "  %5u: ", pc);
      if (inst.op_info && unused_places_are_zero(inst)) {
        line(label + instruction_text(inst), note(inst));
        pc += inst.words();
      } else {
        line(label + ("word " + hex(f.code[pc])));
        ++pc;
      }
    }
    for (const Cleanup& c : f.cleanups) {
      out_ += "  cleanup @" + std::to_string(c.first) + " @" + std::to_string(c.end) + " @" +
              std::to_string(c.handler) + " [";
      for (std::uint16_t s : c.kept) out_ += " r" + std::to_string(s);
      line(" ]");
    }
    line("}");
  }

  void debug() {
    for (StringId file : m_.debug.files) line("file " + string_ref(file), text(file));
    for (const FunctionDebug& f : m_.debug.functions) {
      line("debug {");
      for (const InlinedCall& c : f.inlined) {
        line("  inlined " + string_ref(c.function) + numbers({c.file, c.line, c.column, c.parent}));
      }
      for (const LineEntry& l : f.lines) line("  line" + numbers({l.pc, l.file, l.line, l.column, l.inlined}));
      for (const LocalName& l : f.locals) {
        line("  local " + string_ref(l.name) + " " + type_ref(l.type) + numbers({l.slot, l.first, l.end}),
             text(l.name));
      }
      line("}");
    }
  }
  static std::string numbers(std::initializer_list<std::uint32_t> list) {
    std::string o;
    for (std::uint32_t n : list) o += " " + std::to_string(n);
    return o;
  }

  const Module& m_;
  std::string out_;
};

}  // namespace

std::string instruction_text(const Inst& inst) {
  if (!inst.op_info || !unused_places_are_zero(inst)) return inst.at ? "word " + hex(inst.at[0]) : "word";
  std::string out(inst.op_info->mnemonic);
  bool listed = false;
  for (const Operand& operand : inst.op_info->all()) {
    if (operand.what == What::TargetCount) continue;
    if (operand.place == Place::List) {
      if (listed) continue;
      listed = true;
      out += " [";
      for (std::uint32_t i = 0; i < inst.list_size(); ++i) out += (i ? " r" : "r") + std::to_string(inst.list(i));
      out += "]";
    } else if (operand.place == Place::Targets) {
      out += " [";
      for (std::uint32_t i = 0; i < inst.target_count(); ++i) out += (i ? " @" : "@") + std::to_string(inst.target(i));
      out += "]";
    } else if (operand.role == Role::Imm) {
      out += " " + immediate_text(inst, operand);
    } else {
      out += " r" + std::to_string(inst.raw(operand.place));
    }
  }
  return out;
}

std::string disassemble(const Module& module) { return Printer(module).run(); }

}  // namespace noodle::nbc
