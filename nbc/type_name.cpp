#include "nbc/module.h"
#include "nbc/text_tables.h"

namespace noodle::nbc {
namespace {

// Names end the recursion at structs and enums; anonymous recursion (a list of itself) ends at a
// depth no real type reaches.
constexpr int kDeepest = 24;
constexpr std::size_t kLongest = 1000;

void append(std::string& out, const Module& m, TypeId id, int depth) {
  if (!m.types.contains(id)) {
    out += "?";
    return;
  }
  if (depth > kDeepest || out.size() > kLongest) {
    out += "…";
    return;
  }
  const Type& t = m.types[id];
  auto sequence = [&](const auto& items, auto one) {
    bool first = true;
    for (const auto& item : items) {
      if (!first) out += ", ";
      first = false;
      one(item);
    }
  };
  switch (t.kind) {
    case Kind::List:
    case Kind::Box:
    case Kind::Tensor:
    case Kind::Handle:
      out += kKindNames[static_cast<std::size_t>(t.kind)];
      out += "<";
      append(out, m, t.element, depth + 1);
      out += ">";
      break;
    case Kind::Map:
      out += "map<";
      append(out, m, t.element, depth + 1);
      out += ", ";
      append(out, m, t.value, depth + 1);
      out += ">";
      break;
    case Kind::Struct:
      if (t.name.valid()) {
        out += m.text(t.name);
        break;
      }
      out += "(";
      sequence(t.fields, [&](const Field& f) { append(out, m, f.type, depth + 1); });
      out += ")";
      break;
    case Kind::Enum: out += m.text(t.name); break;
    case Kind::Any:
      out += "any ";
      out += t.trait.index < m.traits.size() ? m.text(m.traits[t.trait.index].name) : "?";
      break;
    case Kind::Fn:
      out += "fn(";
      sequence(t.params, [&](const Param& p) {
        if (p.borrowed) out += "borrowed ";
        append(out, m, p.type, depth + 1);
      });
      out += ") -> (";
      sequence(t.results, [&](TypeId r) { append(out, m, r, depth + 1); });
      out += ")";
      break;
    default: out += kKindNames[static_cast<int>(t.kind)];
  }
}

}  // namespace

std::string type_name(const Module& module, TypeId type) {
  std::string out;
  append(out, module, type, 0);
  return out;
}

std::string signature_text(const Module& module, const Signature& signature) {
  std::string out = "(";
  bool first = true;
  for (const Param& p : signature.params) {
    if (!first) out += ", ";
    first = false;
    if (p.borrowed) out += "borrowed ";
    append(out, module, p.type, 0);
  }
  out += ") -> (";
  first = true;
  for (TypeId r : signature.results) {
    if (!first) out += ", ";
    first = false;
    append(out, module, r, 0);
  }
  return out + ")";
}

}  // namespace noodle::nbc
