// Which types documents (JSON and others) can hold: the runtime derives how they are read and written, and what it
// could do nothing with is an error here.

#include <unordered_set>

#include "compiler/nir/instantiator.h"

namespace noodle::nir {

namespace {

bool is_plain_enum(const sema::TypeTable& types, TypeId type) {
  const sema::NominalId id = types.nominal_of(type);
  if (!id.valid() || !types.nominal(id).is_enum) return false;
  for (const sema::VariantInfo& variant : types.nominal(id).variants) {
    if (!variant.fields.empty()) return false;
  }
  return true;
}

}  // namespace

std::string Instantiator::why_no_data(TypeId type) {
  struct Step {
    TypeId type;
    std::string what;  // such as "its field `f`"
  };
  std::vector<Step> todo{{type, "it"}};
  std::unordered_set<std::uint32_t> seen;
  while (!todo.empty()) {
    const Step step = std::move(todo.back());
    todo.pop_back();
    if (!seen.insert(step.type.index).second) continue;
    const TypeKind kind = types.kind(step.type);
    if (kind == TypeKind::Function) return step.what + " is a function";
    if (kind == TypeKind::Any) return step.what + " is an `any`";
    if (kind == TypeKind::Handle) return step.what + " is a handle";
    if (kind == TypeKind::Tensor) return step.what + " is a tensor";
    const Types arguments(types[step.type].arguments.begin(), types[step.type].arguments.end());
    if (kind == TypeKind::Map) {
      const TypeKind key = types.kind(arguments[0]);
      if (key != TypeKind::String && !sema::is_integer(key) && !is_plain_enum(types, arguments[0]))
        return step.what + " is a map with keys that are neither `String` nor integers nor variants without fields";
      todo.push_back({arguments[1], "what " + step.what + " holds"});
    } else if (kind == TypeKind::List || kind == TypeKind::Tuple) {
      for (const TypeId part : arguments) todo.push_back({part, "what " + step.what + " holds"});
    } else if (kind == TypeKind::Nominal) {
      const sema::NominalDecl& declared = types.nominal(types.nominal_of(step.type));
      // A set is a list here; how the library keeps it is its own matter.
      if (types.nominal_of(step.type) == types.known.set) {
        todo.push_back({arguments[0], "what " + step.what + " holds"});
        continue;
      }
      for (std::uint32_t v = 0; v < declared.variants.size(); ++v) {
        const auto fields = layout.fields(step.type, v);
        for (std::uint32_t k = 0; k < fields.size(); ++k) {
          const std::string_view name = types.names().text(declared.variants[v].fields[k].name);
          todo.push_back({fields[k], "the field `" + std::string(name) + "` of `" + types.text(step.type) + "`"});
        }
      }
    }
  }
  return {};
}

void Instantiator::check_data(TypeId type, source::Span where) {
  const std::string why = why_no_data(type);
  if (why.empty()) return;
  failed_ = true;
  const source::Span call = origin(where);
  sink.report(source::Code::NoData, call,
              "values of `" + types.text(type) + "` can't be read from documents or written to them")
      .help(why);
}

}  // namespace noodle::nir
