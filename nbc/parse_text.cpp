// Reads modules as text. Tables are read in the order of the lines; labels such as t17 or `12:` are for
// people, only the order counts.

#include <charconv>

#include "nbc/text.h"
#include "nbc/text_tables.h"

namespace noodle::nbc {
namespace {

// Splits text into words, quoted strings and brackets; white space and comments go.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) { next(); }

  std::string_view token() const { return token_; }
  bool quoted() const { return quoted_; }
  const std::string& value() const { return value_; }
  bool at_end() const { return token_.empty(); }
  std::size_t line() const { return token_line_; }

  void next() {
    skip();
    token_line_ = line_;
    quoted_ = false;
    std::size_t start = at_;
    if (at_ == text_.size()) {
      token_ = {};
      return;
    }
    if (text_[at_] == '"') return string(start);
    if (bracket(text_[at_])) {
      ++at_;
    } else {
      while (at_ < text_.size() && !space(text_[at_]) && !bracket(text_[at_]) && text_[at_] != ';') ++at_;
    }
    token_ = text_.substr(start, at_ - start);
  }

 private:
  static bool space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }
  static bool bracket(char c) { return c == '(' || c == ')' || c == '[' || c == ']' || c == '{' || c == '}'; }

  void skip() {
    while (at_ < text_.size()) {
      if (text_[at_] == ';') {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      } else if (space(text_[at_])) {
        if (text_[at_] == '\n') ++line_;
        ++at_;
      } else {
        return;
      }
    }
  }

  static int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  }

  void string(std::size_t start) {
    quoted_ = true;
    value_.clear();
    for (++at_; at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\n'; ++at_) {
      if (text_[at_] != '\\') {
        value_ += text_[at_];
      } else if (at_ + 3 < text_.size() && text_[at_ + 1] == 'x' && digit(text_[at_ + 2]) >= 0 &&
                 digit(text_[at_ + 3]) >= 0) {
        value_ += static_cast<char>(digit(text_[at_ + 2]) * 16 + digit(text_[at_ + 3]));
        at_ += 3;
      } else if (at_ + 1 < text_.size()) {
        value_ += text_[++at_];
      }
    }
    if (at_ < text_.size()) ++at_;
    token_ = text_.substr(start, at_ - start);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t token_line_ = 1;
  std::string_view token_;
  bool quoted_ = false;
  std::string value_;
};

class TextParser {
 public:
  explicit TextParser(std::string_view text) : scan_(text) {}

  std::expected<Module, TextError> run() {
    expect("module");
    while (!failed_ && !scan_.at_end()) item();
    if (failed_) return std::unexpected(std::move(error_));
    return std::move(m_);
  }

 private:
  bool fail(std::string message) {
    if (!failed_) error_ = {scan_.line(), std::move(message)};
    failed_ = true;
    return false;
  }
  bool is(std::string_view word) const { return !scan_.quoted() && scan_.token() == word; }
  bool accept(std::string_view word) {
    if (failed_ || !is(word)) return false;
    scan_.next();
    return true;
  }
  void expect(std::string_view word) {
    if (!accept(word)) fail("expected `" + std::string(word) + "`, found `" + std::string(scan_.token()) + "`");
  }
  std::string_view word() {
    if (failed_) return {};
    if (scan_.at_end() || scan_.quoted()) {
      fail("a word is missing");
      return {};
    }
    std::string_view w = scan_.token();
    scan_.next();
    return w;
  }
  std::string quoted() {
    if (!failed_ && !scan_.quoted()) fail("a quoted string is missing");
    if (failed_) return {};
    std::string value = scan_.value();
    scan_.next();
    return value;
  }

  // A number after a prefix such as "r" or "@"; signed ones are given as their two's complement.
  std::uint64_t number(std::string_view prefix, std::uint64_t limit) {
    std::string_view w = word();
    if (failed_) return 0;
    std::string_view digits = w;
    auto wrong = [&] {
      fail("expected " + std::string(prefix.empty() ? "a number" : prefix) + ", found `" + std::string(w) + "`");
      return std::uint64_t(0);
    };
    if (!digits.starts_with(prefix)) return wrong();
    digits.remove_prefix(prefix.size());
    bool negative = digits.starts_with("-");
    if (negative) digits.remove_prefix(1);
    int base = 10;
    if (digits.starts_with("0x")) {
      digits.remove_prefix(2);
      base = 16;
    }
    std::uint64_t value = 0;
    auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (problem != std::errc() || end != digits.data() + digits.size()) return wrong();
    if (value > limit) return wrong();
    return negative ? 0 - value : value;
  }
  std::uint32_t small(std::string_view prefix = {}) { return static_cast<std::uint32_t>(number(prefix, UINT32_MAX)); }
  std::uint16_t slot() { return static_cast<std::uint16_t>(number("r", UINT16_MAX)); }

  TypeId type_ref() {
    for (std::uint32_t k = 0; k < kBuiltinTypes; ++k) {
      if (accept(kKindNames[k])) return TypeId(std::size_t(k));
    }
    TypeId t;
    t.index = small("t");
    return t;
  }
  StringId string_ref() {
    if (accept("-")) return {};
    return StringId(std::size_t(small("s")));
  }
  template <typename One>
  void until(std::string_view close, One one) {
    while (!failed_ && !accept(close)) {
      if (scan_.at_end()) {
        fail("expected `" + std::string(close) + "`");
        return;
      }
      one();
    }
  }
  void params(std::vector<Param>& out) {
    expect("(");
    until(")", [&] {
      bool borrowed = accept("borrowed");
      out.push_back({type_ref(), borrowed});
    });
  }
  void ids(std::vector<TypeId>& out) {
    expect("(");
    until(")", [&] { out.push_back(type_ref()); });
  }
  Signature signature() {
    Signature s;
    params(s.params);
    expect("->");
    ids(s.results);
    return s;
  }
  std::vector<Field> fields() {
    std::vector<Field> out;
    expect("{");
    until("}", [&] {
      StringId name = string_ref();
      out.push_back({name, type_ref()});
    });
    return out;
  }

  void type() {
    word();
    Type t;
    std::string_view kind = word();
    std::uint32_t k = kBuiltinTypes;
    while (k < kKinds && kKindNames[k] != kind) ++k;
    if (k == kKinds) {
      fail("unknown kind of type `" + std::string(kind) + "`");
      return;
    }
    t.kind = Kind(k);
    switch (t.kind) {
      case Kind::Map:
        t.element = type_ref();
        t.value = type_ref();
        break;
      case Kind::Struct:
        t.name = string_ref();
        t.fields = fields();
        break;
      case Kind::Enum:
        t.name = string_ref();
        expect("{");
        until("}", [&] {
          StringId name = string_ref();
          t.variants.push_back({name, fields()});
        });
        break;
      case Kind::Fn:
        params(t.params);
        expect("->");
        ids(t.results);
        break;
      case Kind::Any: t.trait.index = small(); break;
      default: t.element = type_ref();
    }
    if (!failed_ && !m_.types.try_add(std::move(t))) fail("a type that can't be laid out");
  }

  void item() {
    if (accept("features")) {
      m_.features = number("", UINT64_MAX);
    } else if (accept("string")) {
      word();
      m_.strings.push_back(quoted());
    } else if (accept("type")) {
      type();
    } else if (accept("trait")) {
      Trait t{string_ref(), {}};
      expect("{");
      until("}", [&] {
        StringId name = string_ref();
        t.methods.push_back({name, signature()});
      });
      m_.traits.push_back(std::move(t));
    } else if (accept("constant")) {
      word();
      TypeId t = type_ref();
      m_.constants.push_back({t, number("", UINT64_MAX)});
    } else if (accept("native")) {
      word();
      Native n;
      n.name = string_ref();
      n.leaf = accept("leaf");
      n.signature = signature();
      m_.natives.push_back(std::move(n));
    } else if (accept("vtable")) {
      word();
      VTable v;
      v.trait.index = small();
      v.concrete = type_ref();
      expect("[");
      until("]", [&] { v.functions.push_back(FunctionId(std::size_t(small("f")))); });
      m_.vtables.push_back(std::move(v));
    } else if (accept("export")) {
      Export e;
      int kind = 0;
      while (kind < 3 && !accept(kExportNames[kind])) ++kind;
      if (kind == 3) fail("expected public, main or test");
      e.kind = ExportKind(kind % 3);
      e.name = string_ref();
      e.function.index = small("f");
      m_.exports.push_back(e);
    } else if (accept("function")) {
      function();
    } else if (accept("interface")) {
      m_.interface = quoted();
    } else if (accept("generic")) {
      StringId name = string_ref();
      m_.generics.push_back({name, quoted()});
    } else if (accept("kernel")) {
      m_.kernels.push_back(quoted());
    } else if (accept("type-hash")) {
      std::uint64_t low = number("", UINT64_MAX);
      m_.type_hashes.push_back({low, number("", UINT64_MAX)});
    } else if (accept("function-hash")) {
      std::uint64_t low = number("", UINT64_MAX);
      m_.function_hashes.push_back({low, number("", UINT64_MAX)});
    } else if (accept("file")) {
      m_.debug.files.push_back(string_ref());
    } else if (accept("debug")) {
      debug();
    } else {
      fail("unknown item `" + std::string(scan_.token()) + "`");
    }
  }

  void function() {
    word();
    Function f;
    f.name = string_ref();
    f.signature = signature();
    expect("{");
    until("}", [&] {
      if (accept("register")) {
        f.registers.push_back(type_ref());
      } else if (accept("cleanup")) {
        Cleanup c{small("@"), small("@"), small("@"), {}};
        expect("[");
        until("]", [&] { c.kept.push_back(slot()); });
        f.cleanups.push_back(std::move(c));
      } else {
        std::string_view w = word();
        if (w.ends_with(":")) w = word();
        if (!failed_) instruction(w, f.code);
      }
    });
    m_.functions.push_back(std::move(f));
  }

  std::uint32_t immediate(What what, std::uint32_t pc) {
    auto wide = [&](std::string_view prefix) { return static_cast<std::uint32_t>(number(prefix, UINT32_MAX)); };
    switch (what) {
      case What::Offset: return static_cast<std::uint16_t>(number("@", UINT32_MAX) - pc);
      case What::Target: return wide("@");
      case What::Type:
      case What::EquatableType: return type_ref().index;
      case What::Constant: return wide("k");
      case What::StringIndex: return wide("s");
      case What::Function: return wide("f");
      case What::Native: return wide("n");
      case What::VTable: return wide("v");
      case What::NumberPair:
      case What::IntegerPair:
      case What::IntegerTargetPair: return pair();
      default: return wide("");
    }
  }

  std::uint16_t pair() {
    std::string_view w = scan_.token();
    auto arrow = w.find("->");
    if (arrow == std::string_view::npos) return static_cast<std::uint16_t>(number("", UINT16_MAX));
    word();
    unsigned kinds[2] = {0, 0};
    std::string_view names[2] = {w.substr(0, arrow), w.substr(arrow + 2)};
    for (int i = 0; i < 2; ++i) {
      while (kinds[i] < kBuiltinTypes && kKindNames[kinds[i]] != names[i]) ++kinds[i];
      if (kinds[i] == kBuiltinTypes) fail("unknown kind `" + std::string(names[i]) + "`");
    }
    return static_cast<std::uint16_t>(kinds[0] << 8 | kinds[1]);
  }

  void instruction(std::string_view mnemonic, std::vector<Word>& code) {
    if (mnemonic == "word") {
      code.push_back(number("", UINT64_MAX));
      return;
    }
    Op op = find_op(mnemonic);
    if (op == Op(kOpCount)) {
      fail("unknown instruction `" + std::string(mnemonic) + "`");
      return;
    }
    auto pc = static_cast<std::uint32_t>(code.size());
    Word first = static_cast<Word>(op), second = 0;
    std::vector<std::uint16_t> list;
    std::vector<std::uint32_t> targets;
    bool listed = false;
    for (const Operand& operand : info(op).all()) {
      if (operand.what == What::TargetCount) continue;
      if (operand.place == Place::List) {
        if (listed) continue;
        listed = true;
        expect("[");
        until("]", [&] { list.push_back(slot()); });
        continue;
      }
      if (operand.place == Place::Targets) {
        expect("[");
        until("]", [&] { targets.push_back(small("@")); });
        continue;
      }
      std::uint32_t raw = operand.role == Role::Imm ? immediate(operand.what, pc) : slot();
      auto half = static_cast<std::uint16_t>(raw);
      switch (operand.place) {
        case Place::A: first |= Word(half) << 16; break;
        case Place::B: first |= Word(half) << 32; break;
        case Place::C: first |= Word(half) << 48; break;
        case Place::Imm: first |= Word(raw) << 32; break;
        case Place::X: second |= raw; break;
        case Place::Y: second |= Word(half) << 32; break;
        default: second |= Word(half) << 48;
      }
    }
    if (list.size() > UINT16_MAX) fail("a list of more than 65535 slots");
    if (listed) first |= Word(static_cast<std::uint16_t>(list.size())) << 16;
    if (info(op).has_targets) first |= Word(static_cast<std::uint32_t>(targets.size())) << 32;
    code.push_back(first);
    if (info(op).fixed_words == 2) code.push_back(second);
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i % 4 == 0) code.push_back(0);
      code.back() |= Word(list[i]) << (16 * (i % 4));
    }
    for (std::size_t i = 0; i < targets.size(); ++i) {
      if (i % 2 == 0) code.push_back(0);
      code.back() |= Word(targets[i]) << (32 * (i % 2));
    }
  }

  void debug() {
    FunctionDebug d;
    expect("{");
    until("}", [&] {
      if (accept("inlined")) {
        StringId f = string_ref();
        d.inlined.push_back({f, small(), small(), small(), small()});
      } else if (accept("line")) {
        d.lines.push_back({small(), small(), small(), small(), small()});
      } else if (accept("local")) {
        StringId name = string_ref();
        TypeId t = type_ref();
        d.locals.push_back({name, t, static_cast<std::uint16_t>(small()), small(), small()});
      } else {
        fail("expected inlined, line or local");
      }
    });
    m_.debug.functions.push_back(std::move(d));
  }

  Scanner scan_;
  bool failed_ = false;
  TextError error_;
  Module m_;
};

}  // namespace

std::expected<Module, TextError> parse_text(std::string_view text) { return TextParser(text).run(); }

}  // namespace noodle::nbc
