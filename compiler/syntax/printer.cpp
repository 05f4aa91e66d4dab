#include "compiler/syntax/printer.h"

#include "base/text.h"
#include "compiler/syntax/printer_core.h"

namespace noodle::syntax {

void Printer::quoted(std::string_view text) {
  out_ += '"';
  out_ += escape(text);
  out_ += '"';
}

void Printer::line() {
  out_ += '\n';
  out_.append(indent_ * 2, ' ');
}

void Printer::label(const Name& label) {
  if (!label.symbol.valid()) return;
  name(label);
  out_ += ": ";
}

void Printer::path(std::span<const Name> path) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (i != 0) out_ += '.';
    name(path[i]);
  }
}

void Printer::file(const File& file) {
  for (const Item* one : file.items) {
    item(*one);
    out_ += '\n';
  }
}

// ---- types

void Printer::types(List<Type> types) {
  for (const Type* one : types) {
    out_ += ' ';
    type(one);
  }
}

void Printer::type(const Type* type) {
  switch (type->kind) {
    case TypeKind::Error: return text("<error>");
    case TypeKind::Self: return text("Self");
    case TypeKind::Path: {
      const auto& named = *static_cast<const PathType*>(type);
      if (named.arguments.empty()) return path(named.path);
      open("");
      path(named.path);
      types(named.arguments);
      return close();
    }
    case TypeKind::Tuple:
      open("tuple");
      types(static_cast<const TupleType*>(type)->elements);
      return close();
    case TypeKind::Function: {
      const auto& function = *static_cast<const FunctionType*>(type);
      open("->");
      for (const FunctionTypeParam& param : function.params) {
        text(param.is_mut ? " mut " : " ");
        this->type(param.type);
      }
      text(" : ");
      this->type(function.result);
      return close();
    }
    case TypeKind::Option:
      open("? ");
      this->type(static_cast<const OptionType*>(type)->element);
      return close();
    case TypeKind::Shape:
      open("shape");
      for (const ShapeLength& length : static_cast<const ShapeType*>(type)->lengths) {
        out_ += ' ';
        if (length.parts.empty()) text("..");
        for (const LengthPart& part : length.parts) {
          if (&part != length.parts.data()) out_ += part.op;
          if (part.literal != nullptr) {
            expr(part.literal);
          } else {
            text(names_.text(part.name));
          }
        }
      }
      return close();
    case TypeKind::Any:
      open("any ");
      this->type(static_cast<const AnyType*>(type)->trait);
      return close();
  }
}

// ---- patterns

void Printer::patterns(List<Pattern> patterns) {
  for (const Pattern* one : patterns) {
    out_ += ' ';
    pattern(one);
  }
}

void Printer::fields(std::span<const FieldPattern> fields) {
  for (const FieldPattern& field : fields) {
    out_ += ' ';
    label(field.label);
    pattern(field.pattern);
  }
}

void Printer::pattern(const Pattern* pattern) {
  switch (pattern->kind) {
    case PatternKind::Error: return text("<error>");
    case PatternKind::Wildcard: return text("_");
    case PatternKind::Name: {
      const auto& bound = *static_cast<const NamePattern*>(pattern);
      if (bound.is_mut) text("mut ");
      return name(bound.name);
    }
    case PatternKind::Literal: return expr(static_cast<const LiteralPattern*>(pattern)->literal);
    case PatternKind::Range: {
      const auto& range = *static_cast<const RangePattern*>(pattern);
      open(range.inclusive ? "..=" : "..");
      optional(range.low);
      optional(range.high);
      return close();
    }
    case PatternKind::Tuple:
      open("tuple");
      patterns(static_cast<const TuplePattern*>(pattern)->elements);
      return close();
    case PatternKind::Variant: {
      const auto& variant = *static_cast<const VariantPattern*>(pattern);
      open("variant ");
      path(variant.path);
      if (variant.has_arguments) text(" with");
      fields(variant.arguments);
      return close();
    }
    case PatternKind::Struct: {
      const auto& fielded = *static_cast<const StructPattern*>(pattern);
      open("struct ");
      path(fielded.path);
      fields(fielded.fields);
      if (fielded.has_rest) text(" ..");
      return close();
    }
    case PatternKind::List:
      open("list");
      patterns(static_cast<const ListPattern*>(pattern)->elements);
      return close();
    case PatternKind::Rest: {
      const auto& rest = *static_cast<const RestPattern*>(pattern);
      text(rest.is_mut ? "..mut " : "..");
      if (rest.name.symbol.valid()) name(rest.name);
      return;
    }
    case PatternKind::Or:
      open("|");
      patterns(static_cast<const OrPattern*>(pattern)->alternatives);
      return close();
  }
}

// ---- statements

namespace {
std::string_view spelling(AssignOp op) {
  constexpr std::string_view kOps[] = {"=", "+=", "-=", "*=", "/=", "%=", "**=", "@=", "|=", "&=", "^=", "<<=", ">>="};
  return kOps[static_cast<std::size_t>(op)];
}
}  // namespace

void Printer::statement(const Stmt* statement) {
  switch (statement->kind) {
    case StmtKind::Error: return text("<error>");
    case StmtKind::Let: {
      const auto& let = *static_cast<const LetStmt*>(statement);
      open(let.is_var ? "var " : "let ");
      pattern(let.pattern);
      if (let.type != nullptr) {
        text(" : ");
        type(let.type);
      }
      optional(let.value);
      return close();
    }
    case StmtKind::Expr: return expr(static_cast<const ExprStmt*>(statement)->expr);
    case StmtKind::Assign: {
      const auto& assign = *static_cast<const AssignStmt*>(statement);
      open(spelling(assign.op));
      optional(assign.place);
      optional(assign.value);
      return close();
    }
    case StmtKind::Defer:
      open("defer ");
      this->statement(static_cast<const DeferStmt*>(statement)->body);
      return close();
    case StmtKind::Expect:
      open("expect ");
      expr(static_cast<const ExpectStmt*>(statement)->condition);
      return close();
    case StmtKind::Item: return item(*static_cast<const ItemStmt*>(statement)->item);
  }
}

// ---- declarations

void Printer::type_params(std::span<const TypeParam> params) {
  if (params.empty()) return;
  text(" <");
  for (std::size_t i = 0; i < params.size(); ++i) {
    if (i != 0) text(", ");
    name(params[i].name);
    for (const PathType* bound : params[i].bounds) {
      text(bound == params[i].bounds[0] ? ": " : " + ");
      type(bound);
    }
  }
  text(">");
}

void Printer::params(std::span<const Param> params) {
  for (const Param& param : params) {
    text(" (");
    if (param.kind == ParamKind::Mut) text("mut ");
    if (param.kind == ParamKind::Block) text("block ");
    name(param.name);
    if (param.type != nullptr) {
      text(" : ");
      type(param.type);
    }
    if (param.default_value != nullptr) {
      text(" =");
      optional(param.default_value);
    }
    text(")");
  }
}

void Printer::field(const FieldDecl& field) {
  open(field.is_private ? "private " : "");
  if (field.name.symbol.valid()) {
    name(field.name);
    text(" : ");
  }
  type(field.type);
  if (!field.doc.empty()) text(" doc "), quoted(field.doc);
  close();
}

void Printer::function(const FunctionItem& function) {
  text(function.is_receive ? "receive " : "fn ");
  name(function.name);
  type_params(function.type_params);
  params(function.params);
  if (function.result != nullptr) {
    text(" -> ");
    type(function.result);
  }
  if (function.body != nullptr) {
    text(" ");
    block(*function.body);
  }
}

void Printer::item(const Item& item) {
  open("");
  if (!item.doc.empty()) text("doc "), quoted(item.doc), text(" ");
  for (const Attribute& attribute : item.attributes) {
    text("@");
    name(attribute.name);
    for (const AttributeArgument& argument : attribute.arguments) {
      text(" ");
      label(argument.label);
      expr(argument.value);
    }
    text("; ");
  }
  if (item.is_pub) text("pub ");
  ++indent_;
  const auto methods = [this](List<FunctionItem> list) {
    for (const FunctionItem* method : list) {
      line();
      this->item(*method);
    }
  };
  switch (item.kind) {
    case ItemKind::Error: text("<error>"); break;
    case ItemKind::Import: {
      const auto& import = static_cast<const ImportItem&>(item);
      text("import ");
      path(import.path);
      if (import.alias.symbol.valid()) text(" as "), name(import.alias);
      break;
    }
    case ItemKind::Function:
      --indent_;
      function(static_cast<const FunctionItem&>(item));
      ++indent_;
      break;
    case ItemKind::Struct: {
      const auto& made = static_cast<const StructItem&>(item);
      text("struct ");
      name(made.name);
      type_params(made.type_params);
      for (const FieldDecl& one : made.fields) line(), field(one);
      break;
    }
    case ItemKind::Enum: {
      const auto& made = static_cast<const EnumItem&>(item);
      text("enum ");
      name(made.name);
      type_params(made.type_params);
      for (const VariantDecl& variant : made.variants) {
        line();
        open("");
        name(variant.name);
        for (const FieldDecl& one : variant.fields) text(" "), field(one);
        if (!variant.doc.empty()) text(" doc "), quoted(variant.doc);
        close();
      }
      break;
    }
    case ItemKind::Trait: {
      const auto& made = static_cast<const TraitItem&>(item);
      text("trait ");
      name(made.name);
      type_params(made.type_params);
      methods(made.methods);
      break;
    }
    case ItemKind::Impl: {
      const auto& made = static_cast<const ImplItem&>(item);
      text("impl");
      type_params(made.type_params);
      text(" ");
      if (made.trait != nullptr) type(made.trait), text(" for ");
      type(made.target);
      methods(made.methods);
      break;
    }
    case ItemKind::Const: {
      const auto& made = static_cast<const ConstItem&>(item);
      text("const ");
      name(made.name);
      if (made.type != nullptr) text(" : "), type(made.type);
      optional(made.value);
      break;
    }
    case ItemKind::Test: {
      const auto& made = static_cast<const TestItem&>(item);
      text(made.is_bench ? "bench " : "test ");
      quoted(made.name);
      text(" ");
      --indent_;
      block(*made.body);
      ++indent_;
      break;
    }
    case ItemKind::Actor: {
      const auto& made = static_cast<const ActorItem&>(item);
      text("actor ");
      name(made.name);
      params(made.params);
      for (const LetStmt* one : made.state) line(), statement(one);
      methods(made.methods);
      break;
    }
  }
  --indent_;
  close();
}

std::string print_tree(const Interner& names, const ParsedFile& file) {
  Printer printer(names);
  printer.file(*file.tree);
  return printer.take();
}

std::string print_expr(const Interner& names, const Expr* expr) {
  Printer printer(names);
  printer.expr(expr);
  return printer.take();
}

}  // namespace noodle::syntax
