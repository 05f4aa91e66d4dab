// The rules of tables: every index in range, every signature of leaves, constants canonical.

#include "base/text.h"
#include "nbc/verify_internal.h"

namespace noodle::nbc {
namespace {

class Tables {
 public:
  Tables(const Module& module, TableFacts& facts, Report& report) : m_(module), facts_(facts), report_(report) {}

  bool run() {
    check_texts();
    return types() && traits() && constants() && natives() && functions() && vtables() && exports() && generics() &&
           hashes();
  }

 private:
  bool fail(Rule rule, std::string what) { return report_.fail(rule, std::move(what)); }

  void check_texts() {
    facts_.valid_utf8.resize(m_.strings.size());
    for (std::size_t i = 0; i < m_.strings.size(); ++i) {
      facts_.valid_utf8[i] = find_invalid_utf8(m_.strings[i]) == std::string_view::npos;
    }
  }

  bool name(StringId id, const char* whose) {
    if (!id.valid()) return true;
    if (id.index >= m_.strings.size()) return fail(Rule::StringIndex, whose);
    if (!facts_.valid_utf8[id.index]) return fail(Rule::StringUtf8, whose);
    return true;
  }
  bool type(TypeId id, const char* whose) { return m_.types.contains(id) ? true : fail(Rule::TypeIndex, whose); }

  bool types() {
    for (std::size_t i = kBuiltinTypes; i < m_.types.size(); ++i) {
      const Type& t = m_.types[TypeId(i)];
      if (!name(t.name, "a type's name")) return false;
      if (t.kind == Kind::Any && t.trait.index >= m_.traits.size()) {
        return fail(Rule::TypeTrait, "type " + std::to_string(i));
      }
      bool has_element = t.kind == Kind::List || t.kind == Kind::Map || t.kind == Kind::Box || t.kind == Kind::Tensor ||
                         t.kind == Kind::Handle;
      if (has_element && !type(t.element, "an element type")) return false;
      if (t.kind == Kind::Map && !type(t.value, "a map's value type")) return false;
      for (const Field& f : t.fields) {
        if (!name(f.name, "a field's name") || !type(f.type, "a field's type")) return false;
      }
      for (const Variant& v : t.variants) {
        if (!name(v.name, "a variant's name")) return false;
        for (const Field& f : v.fields) {
          if (!name(f.name, "a field's name") || !type(f.type, "a field's type")) return false;
        }
      }
      for (const Param& p : t.params) {
        if (!type(p.type, "a function type's parameter")) return false;
      }
      for (TypeId r : t.results) {
        if (!type(r, "a function type's result")) return false;
      }
    }
    find_equatable();
    for (std::size_t i = kBuiltinTypes; i < m_.types.size(); ++i) {
      const Type& t = m_.types[TypeId(i)];
      if (t.kind == Kind::Tensor && !m_.types.is_element(t.element)) {
        return fail(Rule::TypeTensor, type_name(m_, TypeId(i)));
      }
      if (t.kind == Kind::Map && !facts_.equatable[t.element.index]) {
        return fail(Rule::TypeKey, type_name(m_, TypeId(i)));
      }
      if (t.kind == Kind::Fn) {
        if (!spend_signature(t)) return false;
        std::uint64_t in = 0, out = 0;
        for (const Param& p : t.params) in += m_.types.slots(p.type);
        for (TypeId r : t.results) out += m_.types.slots(r);
        if (in > kMaxSlots || out > kMaxSlots) return fail(Rule::SignatureWidth, type_name(m_, TypeId(i)));
        for (const Param& p : t.params) {
          for (const Leaf& leaf : m_.types.flatten(p.type)) {
            if (!m_.types.is_leaf(leaf.type)) return fail(Rule::SignatureLeaf, type_name(m_, TypeId(i)));
          }
        }
        for (TypeId r : t.results) {
          for (const Leaf& leaf : m_.types.flatten(r)) {
            if (!m_.types.is_leaf(leaf.type)) return fail(Rule::SignatureLeaf, type_name(m_, TypeId(i)));
          }
        }
      }
    }
    return true;
  }

  // A few bytes may name wide types again and again; flattening them all must not cost without bound.
  bool spend_signature(const Type& fn) {
    for (const Param& p : fn.params) signature_leaves_ += m_.types.flatten(p.type).size() + 1;
    for (TypeId r : fn.results) signature_leaves_ += m_.types.flatten(r).size() + 1;
    return signature_leaves_ <= kMaxSignatureLeaves ? true : fail(Rule::TooComplex, "function types");
  }

  // A type lacks equality when a function or any is reachable in it. Recursion makes this a
  // walk over the reversed references.
  void find_equatable() {
    std::size_t n = m_.types.size();
    facts_.equatable.assign(n, true);
    std::vector<std::uint32_t> begin(n + 1, 0);
    auto each_part = [&](std::size_t i, auto visit) {
      const Type& t = m_.types[TypeId(i)];
      if (t.element.valid()) visit(t.element.index);
      if (t.value.valid()) visit(t.value.index);
      for (const Field& f : t.fields) visit(f.type.index);
      for (const Variant& v : t.variants) {
        for (const Field& f : v.fields) visit(f.type.index);
      }
    };
    for (std::size_t i = 0; i < n; ++i) each_part(i, [&](std::uint32_t p) { ++begin[p + 1]; });
    for (std::size_t i = 0; i < n; ++i) begin[i + 1] += begin[i];
    std::vector<std::uint32_t> users(begin[n]);
    std::vector<std::uint32_t> next(begin.begin(), begin.end() - 1);
    for (std::size_t i = 0; i < n; ++i) {
      each_part(i, [&](std::uint32_t p) { users[next[p]++] = static_cast<std::uint32_t>(i); });
    }
    std::vector<std::uint32_t> open;
    for (std::size_t i = 0; i < n; ++i) {
      Kind k = m_.types.kind(TypeId(i));
      if (k != Kind::Fn && k != Kind::Any) continue;
      facts_.equatable[i] = false;
      open.push_back(static_cast<std::uint32_t>(i));
    }
    while (!open.empty()) {
      std::uint32_t at = open.back();
      open.pop_back();
      for (std::uint32_t u = begin[at]; u < begin[at + 1]; ++u) {
        if (!facts_.equatable[users[u]]) continue;
        facts_.equatable[users[u]] = false;
        open.push_back(users[u]);
      }
    }
  }

  bool signature(const Signature& s, const std::string& whose) {
    std::uint64_t in = 0, out = 0;
    for (const Param& p : s.params) {
      if (!type(p.type, whose.c_str())) return false;
      if (!m_.types.is_leaf(p.type)) return fail(Rule::SignatureLeaf, whose);
      if (p.borrowed && !m_.types.counted(p.type)) return fail(Rule::SignatureMode, whose);
      in += m_.types.slots(p.type);
    }
    for (TypeId r : s.results) {
      if (!type(r, whose.c_str())) return false;
      if (!m_.types.is_leaf(r)) return fail(Rule::SignatureLeaf, whose);
      out += m_.types.slots(r);
    }
    if (in > kMaxSlots || out > kMaxSlots) return fail(Rule::SignatureWidth, whose);
    return true;
  }

  bool traits() {
    for (std::size_t i = 0; i < m_.traits.size(); ++i) {
      if (!name(m_.traits[i].name, "a trait's name")) return false;
      for (const Method& method : m_.traits[i].methods) {
        if (!name(method.name, "a method's name")) return false;
        std::string whose = "trait " + std::to_string(i);
        if (!signature(method.signature, whose)) return false;
        const auto& params = method.signature.params;
        if (params.empty() || m_.types.kind(params[0].type) != Kind::Any ||
            m_.types[params[0].type].trait != TraitId(i)) {
          return fail(Rule::TraitSelf, whose);
        }
      }
    }
    return true;
  }

  bool constants() {
    for (std::size_t i = 0; i < m_.constants.size(); ++i) {
      const Constant& c = m_.constants[i];
      std::string whose = "constant " + std::to_string(i);
      if (!type(c.type, whose.c_str())) return false;
      Kind kind = m_.types.kind(c.type);
      if (is_scalar(kind)) {
        if (!canonical(kind, c.value)) return fail(Rule::ConstantValue, whose);
      } else if (kind == Kind::String || kind == Kind::Bytes) {
        if (c.value >= m_.strings.size()) return fail(Rule::ConstantValue, whose);
        if (kind == Kind::String && !facts_.valid_utf8[c.value]) return fail(Rule::StringUtf8, whose);
      } else if (kind == Kind::Fn) {
        if (c.value >= m_.functions.size()) return fail(Rule::ConstantValue, whose);
        // Signatures of functions are checked below; equality with the type's suffices here.
        if (!spend_signature(m_.types[c.type])) return false;
        if (m_.functions[c.value].signature != flatten_signature(m_.types, c.type)) {
          return fail(Rule::ConstantType, whose);
        }
      } else if (kind == Kind::Box) {
        const Type& content = m_.types[m_.types[c.type].element];
        if (content.kind != Kind::Enum) return fail(Rule::ConstantType, whose);
        if (c.value >= content.variants.size() ||
            !m_.types.payload(m_.types[c.type].element, static_cast<std::uint32_t>(c.value)).empty()) {
          return fail(Rule::ConstantValue, whose);
        }
      } else {
        return fail(Rule::ConstantType, whose);
      }
    }
    return true;
  }

  static bool canonical(Kind kind, std::uint64_t v) {
    auto s = static_cast<std::int64_t>(v);
    switch (kind) {
      case Kind::Bool: return v <= 1;
      case Kind::I8: return s == static_cast<std::int8_t>(s);
      case Kind::I16: return s == static_cast<std::int16_t>(s);
      case Kind::I32: return s == static_cast<std::int32_t>(s);
      case Kind::U8: return v <= UINT8_MAX;
      case Kind::U16:
      case Kind::F16:
      case Kind::BF16: return v <= UINT16_MAX;
      case Kind::U32:
      case Kind::F32: return v <= UINT32_MAX;
      default: return true;
    }
  }

  bool natives() {
    for (std::size_t i = 0; i < m_.natives.size(); ++i) {
      std::string whose = "native " + std::to_string(i);
      if (!m_.natives[i].name.valid()) return fail(Rule::StringIndex, whose);
      if (!name(m_.natives[i].name, whose.c_str())) return false;
      if (!signature(m_.natives[i].signature, whose)) return false;
    }
    return true;
  }

  bool functions() {
    for (std::size_t i = 0; i < m_.functions.size(); ++i) {
      std::string whose = "function " + std::to_string(i);
      if (!name(m_.functions[i].name, whose.c_str())) return false;
      if (!signature(m_.functions[i].signature, whose)) return false;
    }
    return true;
  }

  bool vtables() {
    for (std::size_t i = 0; i < m_.vtables.size(); ++i) {
      const VTable& v = m_.vtables[i];
      std::string whose = "vtable " + std::to_string(i);
      if (!type(v.concrete, whose.c_str())) return false;
      if (v.trait.index >= m_.traits.size()) return fail(Rule::VTableShape, whose);
      const auto& methods = m_.traits[v.trait.index].methods;
      if (v.functions.size() != methods.size()) return fail(Rule::VTableShape, whose);
      for (std::size_t k = 0; k < methods.size(); ++k) {
        if (v.functions[k].index >= m_.functions.size()) return fail(Rule::VTableShape, whose);
        if (m_.function(v.functions[k]).signature != methods[k].signature) {
          return fail(Rule::VTableSignature, whose + ", method " + std::to_string(k));
        }
      }
    }
    return true;
  }

  bool exports() {
    bool has_main = false;
    for (std::size_t i = 0; i < m_.exports.size(); ++i) {
      const Export& e = m_.exports[i];
      std::string whose = "export " + std::to_string(i);
      if (!name(e.name, whose.c_str())) return false;
      if (e.function.index >= m_.functions.size()) return fail(Rule::ExportFunction, whose);
      const Signature& s = m_.function(e.function).signature;
      if (e.kind == ExportKind::Main) {
        bool right = s.params.empty() && s.results.size() == 1 && s.results[0] == kI64;
        if (!right || has_main) return fail(Rule::ExportSignature, whose);
        has_main = true;
      }
      if (e.kind == ExportKind::Test && (!s.params.empty() || !s.results.empty())) {
        return fail(Rule::ExportSignature, whose);
      }
    }
    return true;
  }

  bool generics() {
    for (const GenericBody& g : m_.generics) {
      if (!name(g.name, "a generic function's name")) return false;
    }
    return true;
  }

  bool hashes() {
    if (m_.type_hashes.empty() && m_.function_hashes.empty()) return true;
    if (m_.type_hashes.size() != m_.types.size() - kBuiltinTypes || m_.function_hashes.size() != m_.functions.size()) {
      return fail(Rule::HashCount,
                  std::to_string(m_.type_hashes.size()) + " and " + std::to_string(m_.function_hashes.size()));
    }
    return true;
  }

  const Module& m_;
  TableFacts& facts_;
  Report& report_;
  std::uint64_t signature_leaves_ = 0;
};

}  // namespace

bool verify_tables(const Module& module, TableFacts& facts, Report& report) {
  return Tables(module, facts, report).run();
}

}  // namespace noodle::nbc
