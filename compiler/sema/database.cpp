#include "compiler/sema/database.h"

#include "base/hash.h"

namespace noodle::sema {

namespace {

/// The library's trees are data of the binary: their symbols must mean the same in every interner.
Interner& with_library_names(Interner& names) {
  names.preload(library::names());
  return names;
}

}  // namespace

Database::Database(Interner& n, source::SourceMap& s, source::DiagnosticSink& k, ModuleLoader& l)
    : names(with_library_names(n)), sources(s), sink(k), loader(l), types(n), queries(*this), context(*this) {
  self_name = names.intern("Self");
  to_string_name = names.intern("to_string");
  compare_name = names.intern("compare");
  const auto builtin = [&](std::string_view name, TypeKind kind) {
    builtin_names.emplace(names.intern(name), Entity{Entity::Kind::Builtin, static_cast<std::uint32_t>(kind)});
  };
  builtin("Int", TypeKind::I64);
  builtin("Float", TypeKind::F64);
  builtin("i8", TypeKind::I8);
  builtin("i16", TypeKind::I16);
  builtin("i32", TypeKind::I32);
  builtin("i64", TypeKind::I64);
  builtin("u8", TypeKind::U8);
  builtin("u16", TypeKind::U16);
  builtin("u32", TypeKind::U32);
  builtin("u64", TypeKind::U64);
  builtin("f16", TypeKind::F16);
  builtin("bf16", TypeKind::BF16);
  builtin("f32", TypeKind::F32);
  builtin("f64", TypeKind::F64);
  builtin("Bool", TypeKind::Bool);
  builtin("String", TypeKind::String);
  builtin("Bytes", TypeKind::Bytes);
  builtin("List", TypeKind::List);
  builtin("Map", TypeKind::Map);
  builtin("Handle", TypeKind::Handle);
  builtin("Elements", TypeKind::Tensor);
  builtin("Never", TypeKind::Never);
}

FunctionId Database::new_function() {
  functions.emplace_back();
  return FunctionId(functions.size() - 1);
}

const FunctionInfo& Database::function(FunctionId id) {
  ask(QueryKind::Signature, id.index);
  return functions[id.index].info;
}

const NominalDecl& Database::nominal(NominalId id) {
  ask(QueryKind::Nominal, id.index);
  return types.nominal(id);
}

const TraitDecl& Database::trait(TraitId id) {
  ask(QueryKind::Trait, id.index);
  return types.trait(id);
}

const ImplEntry& Database::impl(ImplId id) {
  ask(QueryKind::Impl, id.index);
  return impls[id.index];
}

std::uint64_t Database::answer(QueryKey key) {
  uses.erase(static_cast<std::uint64_t>(key.kind) << 32 | key.index);
  switch (key.kind) {
    case QueryKind::Nominal: return answer_nominal(NominalId(key.index));
    case QueryKind::Trait: return answer_trait(TraitId(key.index));
    case QueryKind::Impl: return answer_impl(ImplId(key.index));
    case QueryKind::ImplTable: return answer_impl_table();
    case QueryKind::Signature: return answer_signature(FunctionId(key.index));
    case QueryKind::ConstType: return answer_const_type(ConstId(key.index));
    case QueryKind::ConstValue: return answer_const_value(ConstId(key.index));
    case QueryKind::Body: return answer_body(FunctionId(key.index));
    case QueryKind::Equality: return answer_equality(NominalId(key.index));
    case QueryKind::CheckSignature: check_signature(FunctionId(key.index)); return 0;
    case QueryKind::CheckNominal: check_nominal(NominalId(key.index)); return 0;
    case QueryKind::CheckImpl: check_impl(ImplId(key.index)); return 0;
    case QueryKind::CheckModule: check_module(ModuleId(key.index)); return 0;
    case QueryKind::UnusedImports: check_unused_imports(ModuleId(key.index)); return 0;
    case QueryKind::NominalGraph: check_nominal_graph(); return 0;
    default: return 0;  // inputs are never computed
  }
}

namespace {

/// Whether what a syntax error left of the text may be misread.
bool garbles(source::Code code) {
  return source::severity_of(code) == source::Severity::Error && code != source::Code::UnneededSemicolon &&
         code != source::Code::MissingClosing;
}

}  // namespace

/// What is wrong in a line that could not be read is mostly a consequence of that.
bool Database::is_cascade(const source::Diagnostic& diagnostic) const {
  const auto it = garbled_lines.find(diagnostic.span.file);
  if (it == garbled_lines.end()) return false;
  return it->second.contains(sources.line(diagnostic.span.file, diagnostic.span.begin));
}

void Database::flush() {
  if (flushed_revision != queries.revision()) {
    flushed_revision = queries.revision();
    flushed.clear();
  } else if (flushed_reports == queries.reports()) {
    return;
  }
  flushed_reports = queries.reports();
  const source::DiagnosticSink* parsing = nullptr;
  const auto give = [&](const source::DiagnosticSink& from) {
    const std::size_t count = from.errors() + from.warnings();
    std::size_t& given = flushed[&from];
    if (given == count) return;
    for (const source::Diagnostic& diagnostic : from.sorted()) {
      const bool warns = source::severity_of(diagnostic.code) == source::Severity::Warning;
      if (&from != parsing && (is_cascade(diagnostic) || (warns && garbled_lines.contains(diagnostic.span.file))))
        continue;
      if (warns && is_allowed(diagnostic)) continue;
      sink.report(diagnostic.code, diagnostic.span, diagnostic.message) = diagnostic;
    }
    given = count;
  };
  garbled_lines.clear();
  for (const ModuleEntry& module : modules) {
    parsing = &module.parse_sink;
    give(module.parse_sink);
    for (const source::Diagnostic& diagnostic : module.parse_sink.sorted()) {
      if (garbles(diagnostic.code)) garbled_lines[module.file].insert(sources.line(module.file, diagnostic.span.begin));
    }
  }
  parsing = nullptr;
  queries.for_each_sink([&](QueryKey, const source::DiagnosticSink& from) { give(from); });
}

}  // namespace noodle::sema
