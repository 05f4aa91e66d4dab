#include <charconv>

#include "base/text.h"
#include "compiler/nir/text_form.h"
#include "compiler/nir/text_parse.h"

namespace noodle::nir {

using sema::TypeKind;

namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         static_cast<unsigned char>(c) >= 0x80;
}

constexpr int kDeepest = 200;

}  // namespace

void TextReader::fail(std::string_view what) {
  if (failed()) return;
  std::size_t line = 1;
  for (std::size_t k = 0; k < at_ && k < text_.size(); ++k) line += text_[k] == '\n';
  error_ = "line " + std::to_string(line) + ": ";
  error_ += what;
  at_ = text_.size();
}

void TextReader::skip() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
      ++at_;
    } else if (c == '/' && text_.substr(at_).starts_with("//")) {
      at_ = text_.find('\n', at_);
      if (at_ == std::string_view::npos) at_ = text_.size();
    } else {
      return;
    }
  }
}

bool TextReader::at_end() {
  skip();
  return at_ >= text_.size();
}

char TextReader::peek() {
  skip();
  return at_ < text_.size() ? text_[at_] : '\0';
}

bool TextReader::on_line(char c) {
  while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  return at_ < text_.size() && text_[at_] == c;
}

bool TextReader::take(std::string_view token) {
  skip();
  if (!text_.substr(at_).starts_with(token)) return false;
  const std::size_t end = at_ + token.size();
  if (is_word(token.back()) && end < text_.size() && is_word(text_[end])) return false;
  at_ = end;
  return true;
}

void TextReader::expect(std::string_view token) {
  if (!take(token)) fail("expected `" + std::string(token) + "`");
}

std::string_view TextReader::word() {
  skip();
  const std::size_t begin = at_;
  while (at_ < text_.size() && (is_word(text_[at_]) || (text_[at_] == '\'' && at_ > begin))) ++at_;
  if (at_ == begin) fail("expected a word");
  return text_.substr(begin, at_ - begin);
}

std::uint64_t TextReader::number() {
  skip();
  std::uint64_t n = 0;
  const auto r = std::from_chars(text_.data() + at_, text_.data() + text_.size(), n);
  if (r.ec != std::errc()) {
    fail("expected a number");
    return 0;
  }
  at_ = static_cast<std::size_t>(r.ptr - text_.data());
  return n;
}

std::int64_t TextReader::integer() {
  if (take("-")) return static_cast<std::int64_t>(0 - number());
  return static_cast<std::int64_t>(number());
}

double TextReader::real() {
  skip();
  double x = 0;
  if (take("0x") || text_.substr(at_).starts_with("0x")) {
    if (text_.substr(at_).starts_with("0x")) at_ += 2;
    std::uint64_t bits = 0;
    const auto r = std::from_chars(text_.data() + at_, text_.data() + text_.size(), bits, 16);
    at_ = static_cast<std::size_t>(r.ptr - text_.data());
    __builtin_memcpy(&x, &bits, sizeof x);
    return x;
  }
  const auto r = std::from_chars(text_.data() + at_, text_.data() + text_.size(), x);
  if (r.ec != std::errc())
    fail("expected a float");
  else
    at_ = static_cast<std::size_t>(r.ptr - text_.data());
  return x;
}

std::string TextReader::string() {
  expect("\"");
  std::string out;
  while (!failed()) {
    if (at_ >= text_.size()) {
      fail("a text without its end");
      break;
    }
    const char c = text_[at_++];
    if (c == '"') return out;
    if (c != '\\') {
      out.push_back(c);
      continue;
    }
    const char e = at_ < text_.size() ? text_[at_++] : '\0';
    switch (e) {
      case 'n': out.push_back('\n'); break;
      case 't': out.push_back('\t'); break;
      case 'r': out.push_back('\r'); break;
      case 'u': {
        std::uint32_t scalar = 0;
        const auto r = std::from_chars(text_.data() + at_ + 1, text_.data() + text_.size(), scalar, 16);
        at_ = static_cast<std::size_t>(r.ptr - text_.data()) + 1;
        if (r.ec != std::errc() || at_ > text_.size() || !append_utf8(out, scalar)) fail("a bad escape");
        break;
      }
      default: out.push_back(e);
    }
  }
  return out;
}

std::vector<TypeId> TextReader::type_arguments() {
  std::vector<TypeId> out;
  if (peek() != '<') return out;
  expect("<");
  do out.push_back(type());
  while (take(","));
  expect(">");
  return out;
}

TypeId TextReader::type() {
  const TypeId error = types_.primitive(TypeKind::Error);
  struct Depth {
    int& d;
    explicit Depth(int& depth) : d(depth) { ++d; }
    ~Depth() { --d; }
  } depth(depth_);
  if (depth_ > kDeepest) fail("types nest too deep");
  if (failed()) return error;
  const char c = peek();
  if (c == '(') {
    expect("(");
    std::vector<TypeId> items;
    if (!take(")")) {
      do items.push_back(type());
      while (take(","));
      expect(")");
    }
    return items.empty() ? types_.unit() : types_.tuple(items);
  }
  if (c == '#') {
    ++at_;
    const auto it = nominals_.find(word());
    if (it == nominals_.end()) {
      fail("unknown struct or enum");
      return error;
    }
    const auto args = type_arguments();
    return types_.nominal(it->second, args);
  }
  if (c == '$') {
    ++at_;
    const auto position = static_cast<std::uint32_t>(number());
    return types_.param(position, types_.names().intern("$" + std::to_string(position)));
  }
  const std::string_view w = word();
  for (std::size_t k = 0; k < std::size(kPrimitiveNames); ++k)
    if (w == kPrimitiveNames[k]) return types_.primitive(static_cast<TypeKind>(k));
  if (w == "fn") {
    expect("(");
    std::vector<TypeId> params;
    std::uint64_t muts = 0;
    if (!take(")")) {
      do {
        if (take("mut")) muts |= std::uint64_t{1} << (params.size() & 63);
        params.push_back(type());
      } while (take(","));
      expect(")");
    }
    expect("->");
    return types_.function(params, muts, type());
  }
  if (w == "any") {
    expect("#");
    const auto it = traits_.find(word());
    if (it == traits_.end()) {
      fail("unknown trait");
      return error;
    }
    const auto args = type_arguments();
    return types_.any(it->second, args);
  }
  if (w == "block") {
    const FunctionId body(number());
    const auto args = type_arguments();
    return types_.block(body, args);
  }
  const auto args = type_arguments();
  if (w == "list" && args.size() == 1) return types_.list(args[0]);
  if (w == "map" && args.size() == 2) return types_.map(args[0], args[1]);
  if (w == "flat" && args.size() == 1) return types_.flat(args[0]);
  fail("unknown type");
  return error;
}

std::vector<sema::TypeParamDecl> TextReader::type_params() {
  std::vector<sema::TypeParamDecl> out;
  if (!take("<")) return out;
  const std::uint64_t n = number();
  if (n > 64) fail("too many type parameters");
  for (std::uint64_t k = 0; k < n && !failed(); ++k)
    out.push_back({types_.names().intern("$" + std::to_string(k)), {}});
  expect(">");
  return out;
}

void TextReader::declare_all() {
  while (!failed()) {
    const bool is_struct = take("struct");
    const bool is_enum = !is_struct && take("enum");
    if (is_struct || is_enum) {
      expect("#");
      const std::string_view name = word();
      auto params = type_params();
      const bool core = take("core");
      sema::NominalId id;
      if (core && plain(name) == "Option") id = types_.known.option;
      if (core && plain(name) == "Result") id = types_.known.result;
      if (!id.valid()) {
        sema::NominalDecl decl;
        decl.name = types_.names().intern(plain(name));
        decl.is_enum = is_enum;
        decl.params = std::move(params);
        id = types_.add_nominal(std::move(decl));
        if (core && plain(name) == "Option") types_.known.option = id;
        if (core && plain(name) == "Result") types_.known.result = id;
      }
      nominals_[name] = id;
      const std::size_t end = text_.find('}', at_);
      if (end == std::string_view::npos)
        fail("a declaration without its end");
      else
        at_ = end + 1;
    } else if (take("trait")) {
      expect("#");
      const std::string_view name = word();
      sema::TraitDecl decl;
      decl.name = types_.names().intern(plain(name));
      decl.params = type_params();
      traits_[name] = types_.add_trait(std::move(decl));
    } else {
      return;
    }
  }
}

void TextReader::fields(sema::VariantInfo& variant, std::string_view close) {
  if (take(close)) return;
  do {
    sema::FieldInfo field;
    field.name = types_.names().intern(word());
    expect(":");
    field.type = type();
    variant.fields.push_back(std::move(field));
  } while (take(","));
  expect(close);
}

bool TextReader::declaration() {
  if (take("trait")) {
    expect("#");
    word();
    type_params();
    return true;
  }
  const bool is_enum = take("enum");
  if (!is_enum && !take("struct")) return false;
  expect("#");
  const std::string_view name = word();
  type_params();
  take("core");
  expect("{");
  std::vector<sema::VariantInfo> variants;
  if (is_enum) {
    if (!take("}")) {
      do {
        sema::VariantInfo v;
        v.name = types_.names().intern(word());
        expect("(");
        fields(v, ")");
        variants.push_back(std::move(v));
      } while (take(","));
      expect("}");
    }
  } else {
    sema::VariantInfo v;
    v.name = types_.names().intern(plain(name));
    fields(v, "}");
    variants.push_back(std::move(v));
  }
  if (failed()) return true;
  auto& decl = types_.nominal(nominals_[name]);
  if (decl.variants.empty()) decl.variants = std::move(variants);
  return true;
}

}  // namespace noodle::nir
