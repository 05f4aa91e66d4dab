#include "compiler/codegen/interface.h"

#include <algorithm>

namespace noodle::codegen {

namespace {

std::string type_params(const sema::TypeTable& types, const sema::FunctionInfo& info) {
  if (info.type_params.empty()) return {};
  std::string text = "<";
  for (const sema::TypeParamDecl& param : info.type_params) {
    if (text.size() > 1) text += ", ";
    text += types.names().text(param.name);
    for (std::size_t b = 0; b < param.bounds.size(); ++b) {
      text += b == 0 ? ": " : " + ";
      text += types.names().text(types.trait(param.bounds[b].trait).name);
      for (std::size_t a = 0; a < param.bounds[b].arguments.size(); ++a) {
        text += (a == 0 ? "<" : ", ") + types.text(param.bounds[b].arguments[a]);
      }
      if (!param.bounds[b].arguments.empty()) text += ">";
    }
  }
  return text + ">";
}

std::string params(const sema::TypeTable& types, const sema::FunctionInfo& info) {
  std::string text = "(";
  for (const sema::ParamInfo& param : info.params) {
    if (text.size() > 1) text += ", ";
    if (param.kind == syntax::ParamKind::Mut) text += "mut ";
    if (param.kind == syntax::ParamKind::Block) text += "block ";
    text += types.names().text(param.name);
    text += ": " + types.text(param.shaped);
    if (param.default_value.valid()) text += " = default";
  }
  return text + ")";
}

/// A struct whose fields are all public, for those who take its parts.
std::string struct_text(const sema::TypeTable& types, const sema::NominalDecl& decl) {
  std::string text = "struct " + std::string(types.names().text(decl.name));
  for (const sema::TypeParamDecl& param : decl.params)
    text += (&param == decl.params.data() ? "<" : ", ") + std::string(types.names().text(param.name));
  text += decl.params.empty() ? "(" : ">(";
  for (const sema::FieldInfo& field : decl.variants[0].fields) {
    if (field.is_private) return {};
    text += (&field == decl.variants[0].fields.data() ? "" : ", ") + std::string(types.names().text(field.name));
    text += ": " + types.text(field.type);
  }
  return text + ")\n";
}

}  // namespace

std::string interface_text(sema::Program& program) {
  std::string text;
  std::vector<sema::NominalId> told;
  for (const std::string_view module : program.exported_modules()) text += "export " + std::string(module) + "\n";
  for (sema::FunctionId id : program.main_functions()) {
    const sema::FunctionInfo& info = program.function(id);
    const bool named = info.kind == sema::FunctionKind::Function || info.kind == sema::FunctionKind::Method;
    if (!info.is_pub || !named) continue;
    text += "fn " + info.qualified_name + type_params(program.types(), info) + params(program.types(), info);
    text += " -> " + program.types().text(info.shaped_result) + "\n";
    const sema::NominalId result = program.types().nominal_of(info.result);
    if (!result.valid() || program.types().nominal(result).is_enum || result == program.types().known.tensor ||
        std::ranges::find(told, result) != told.end())
      continue;
    told.push_back(result);
    text += struct_text(program.types(), program.nominal(result));
  }
  return text;
}

}  // namespace noodle::codegen
