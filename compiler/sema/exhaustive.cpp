#include "compiler/sema/exhaustive.h"

#include <algorithm>
#include <bit>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "base/text.h"

namespace noodle::sema {
namespace {

using Wide = __int128;

constexpr std::size_t kMostWitnesses = 3;
constexpr std::size_t kFewConstructors = 8;  // up to here an index doesn't pay
constexpr std::int64_t kMostSteps = 20'000'000;

enum class Shape : std::uint8_t {
  Wild,
  Variant,  // `index`-th constructor of the type: enum variant, bool, the only one of structs and
            // tuples
  Range,    // integers low … high
  Text,     // a string
  Number,   // a float, by its bits
  Opaque,   // matches some values, nobody knows which (a range of floats or strings)
  List,     // parts: those before, then those after the rest
  Or,
};

/// A pattern reduced to what usefulness needs.
struct Pat {
  Shape shape = Shape::Wild;
  TypeId type;
  std::uint32_t index = 0;  // Variant; of a List with rest: how many parts stand before it
  bool has_rest = false;
  Wide low = 0;
  Wide high = 0;
  std::uint64_t bits = 0;
  std::string_view text;
  std::span<Pat* const> parts;
};

using Row = std::vector<Pat*>;

/// One class of values of a column's type.
struct Constructor {
  Shape shape = Shape::Wild;  // Wild: every value that no row names
  std::uint32_t index = 0;    // of a List with rest: how many parts stand before it
  bool has_rest = false;
  Wide low = 0;
  Wide high = 0;
  std::uint64_t bits = 0;
  std::string_view text;
  std::vector<TypeId> parts;
};

struct Bounds {
  Wide low;
  Wide high;
};
Bounds bounds_of(TypeKind kind) {
  int width = 8 << ((static_cast<int>(kind) - static_cast<int>(TypeKind::I8)) % 4);
  if (is_signed_integer(kind)) return {-(Wide(1) << (width - 1)), (Wide(1) << (width - 1)) - 1};
  return {0, (Wide(1) << width) - 1};
}

std::string text_of(Wide value) {
  if (value < 0) return "-" + std::to_string(static_cast<std::uint64_t>(-value));
  return std::to_string(static_cast<std::uint64_t>(value));
}

/// What tells apart the values of a column that patterns name one by one: a variant, a number, a text.
struct Head {
  Shape shape;
  Wide number = 0;
  std::string_view text;
  auto operator<=>(const Head&) const = default;
};

/// Of a pattern or a constructor; nothing for those that stand for several values.
template <typename T>
std::optional<Head> head_of(const T& one) {
  switch (one.shape) {
    case Shape::Variant: return Head{one.shape, one.index, {}};
    case Shape::Range: return one.low == one.high ? std::optional(Head{one.shape, one.low, {}}) : std::nullopt;
    case Shape::Text: return Head{one.shape, 0, one.text};
    case Shape::Number: return Head{one.shape, Wide(one.bits), {}};
    default: return std::nullopt;
  }
}

/// Rows by the head of their first column, so that a match of thousands of arms costs no square: a value
/// with a head is decided by the rows of that head and by those without one.
class Index {
 public:
  void add(const Row& row) {
    if (const auto head = head_of(*row.back())) {
      by_head_[*head].push_back(next_);
    } else {
      blunt_.push_back(next_);
    }
    ++next_;
  }
  /// The positions, in order, of the rows that matter for values with this head, or without any.
  std::vector<std::size_t> relevant(const std::optional<Head>& head) const {
    std::vector<std::size_t> all = blunt_;
    if (!head) return all;
    if (const auto it = by_head_.find(*head); it != by_head_.end()) {
      const auto middle = static_cast<std::ptrdiff_t>(all.size());
      all.insert(all.end(), it->second.begin(), it->second.end());
      std::inplace_merge(all.begin(), all.begin() + middle, all.end());
    }
    return all;
  }

 private:
  std::map<Head, std::vector<std::size_t>> by_head_;
  std::vector<std::size_t> blunt_;
  std::size_t next_ = 0;
};

class Checker {
 public:
  Checker(TypeTable& types, Declarations& declared) : types_(types), declared_(declared) {}

  Coverage run(TypeId type, std::span<const CoverageArm> arms) {
    Coverage result;
    std::vector<Row> rows;
    Index index;
    for (const CoverageArm& arm : arms) {
      Row row{convert(arm.pattern)};
      const Pat& whole = *row.back();
      result.hollow.push_back(whole.shape == Shape::Range && whole.low > whole.high);
      if (const auto head = head_of(*row.back())) {
        std::vector<Row> before;
        for (std::size_t at : index.relevant(head)) before.push_back(rows[at]);
        result.reachable.push_back(useful(before, row, 0, nullptr));
      } else {
        result.reachable.push_back(useful(rows, row, 0, nullptr));
      }
      if (arm.guarded) continue;
      index.add(row);
      rows.push_back(std::move(row));
    }
    std::vector<Row> witnesses;
    useful(rows, {wild(type)}, 0, &witnesses);
    for (const Row& witness : witnesses) {
      if (result.missing.size() == kMostWitnesses) {
        result.more_missing = true;
        break;
      }
      std::string text;
      print(witness[0], text, 0);
      if (std::find(result.missing.begin(), result.missing.end(), text) == result.missing.end()) {
        result.missing.push_back(std::move(text));
      }
    }
    result.too_complex = steps_ > kMostSteps;
    return result;
  }

 private:
  // ---- from typed patterns

  Pat* make(Shape shape, TypeId type) {
    Pat* pat = arena_.make<Pat>();
    pat->shape = shape;
    pat->type = type;
    return pat;
  }
  Pat* wild(TypeId type) { return make(Shape::Wild, type); }

  std::span<Pat* const> convert_all(std::span<Pattern* const> patterns) {
    std::vector<Pat*> parts;
    parts.reserve(patterns.size());
    for (const Pattern* pattern : patterns) parts.push_back(convert(pattern));
    return arena_.copy(parts);
  }

  Pat* convert(const Pattern* pattern) {
    TypeId type = pattern->type;
    switch (pattern->kind) {
      case PatternKind::Wildcard:
      case PatternKind::Bind: return wild(type);
      case PatternKind::Constant: return constant(static_cast<const ConstantPattern*>(pattern)->value, type);
      case PatternKind::Range: return range(static_cast<const RangePattern*>(pattern));
      case PatternKind::Tuple: {
        Pat* pat = make(Shape::Variant, type);
        pat->parts = convert_all(static_cast<const TuplePattern*>(pattern)->elements);
        return pat;
      }
      case PatternKind::Variant: {
        const auto* variant = static_cast<const VariantPattern*>(pattern);
        Pat* pat = make(Shape::Variant, type);
        pat->index = variant->variant;
        pat->parts = convert_all(variant->fields);
        return pat;
      }
      case PatternKind::List: {
        const auto* list = static_cast<const ListPattern*>(pattern);
        Pat* pat = make(Shape::List, type);
        std::vector<Pat*> parts;
        for (const Pattern* part : list->before) parts.push_back(convert(part));
        for (const Pattern* part : list->after) parts.push_back(convert(part));
        pat->index = static_cast<std::uint32_t>(list->before.size());
        pat->has_rest = list->has_rest;
        pat->parts = arena_.copy(parts);
        return pat;
      }
      case PatternKind::Or: {
        Pat* pat = make(Shape::Or, type);
        pat->parts = convert_all(static_cast<const OrPattern*>(pattern)->alternatives);
        return pat;
      }
    }
    return wild(type);
  }

  /// The value of a literal or constant of a column's type; false when it is of no simple kind.
  bool simple_value(const Expr* expr, Pat& out) {
    if (expr == nullptr) return false;
    TypeKind kind = types_.kind(expr->type);
    switch (expr->kind) {
      case ExprKind::Int: {
        set_bits(out, kind, static_cast<const IntExpr*>(expr)->bits);
        return true;
      }
      case ExprKind::Float:
        out.shape = Shape::Number;
        out.bits = std::bit_cast<std::uint64_t>(static_cast<const FloatExpr*>(expr)->value);
        return true;
      case ExprKind::Bool:
        out.shape = Shape::Variant;
        out.index = static_cast<const BoolExpr*>(expr)->value ? 1 : 0;
        return true;
      case ExprKind::String:
        out.shape = Shape::Text;
        out.text = static_cast<const StringExpr*>(expr)->text;
        return true;
      case ExprKind::Const: {
        const ConstValue* value = declared_.constant(static_cast<const ConstExpr*>(expr)->constant);
        if (value == nullptr) return false;
        switch (value->kind) {
          case ConstValue::Kind::Int: set_bits(out, kind, value->bits); return true;
          case ConstValue::Kind::Bool:
            out.shape = Shape::Variant;
            out.index = value->bits != 0 ? 1 : 0;
            return true;
          case ConstValue::Kind::Float:
            out.shape = Shape::Number;
            out.bits = std::bit_cast<std::uint64_t>(value->number);
            return true;
          case ConstValue::Kind::String:
            out.shape = Shape::Text;
            out.text = value->text;
            return true;
          default: return false;
        }
      }
      default: return false;
    }
  }
  static void set_bits(Pat& out, TypeKind kind, std::uint64_t bits) {
    out.shape = Shape::Range;
    out.low = is_signed_integer(kind) ? Wide(static_cast<std::int64_t>(bits)) : Wide(bits);
    out.high = out.low;
  }

  Pat* constant(const Expr* value, TypeId type) {
    Pat* pat = make(Shape::Opaque, type);
    if (!simple_value(value, *pat)) pat->shape = Shape::Opaque;
    return pat;
  }

  Pat* range(const RangePattern* pattern) {
    Pat* pat = make(Shape::Opaque, pattern->type);
    TypeKind kind = types_.kind(pattern->type);
    if (!is_integer(kind)) return pat;
    Bounds all = bounds_of(kind);
    Pat end;
    pat->low = all.low;
    pat->high = all.high;
    if (pattern->low != nullptr) {
      if (!simple_value(pattern->low, end) || end.shape != Shape::Range) return pat;
      pat->low = end.low;
    }
    if (pattern->high != nullptr) {
      if (!simple_value(pattern->high, end) || end.shape != Shape::Range) return pat;
      pat->high = pattern->inclusive ? end.low : end.low - 1;
    }
    pat->shape = Shape::Range;
    return pat;
  }

  // ---- usefulness

  bool spend(std::size_t amount) {
    steps_ += static_cast<std::int64_t>(amount) + 1;
    return steps_ <= kMostSteps;
  }

  /// Whether `row` is useful after `rows`, looking at columns from the back of the row (the
  /// current column is the last: taking and adding columns there is cheap). With `witnesses`, all
  /// that are found are added, up to a few, each a row of patterns for the same columns.
  bool useful(const std::vector<Row>& rows, const Row& row, int depth, std::vector<Row>* witnesses) {
    if (!spend(rows.size())) return true;
    if (row.empty()) {
      if (rows.empty() && witnesses != nullptr) witnesses->emplace_back();
      return rows.empty();
    }
    Pat* first = row.back();
    if (first->shape == Shape::Or) {
      bool any = false;
      for (Pat* part : first->parts) {
        Row one(row);
        one.back() = part;
        any = useful(rows, one, depth + 1, witnesses) || any;
        if (any && witnesses == nullptr) return true;
      }
      return any;
    }
    bool any = false;
    const std::vector<Constructor> constructors = split(rows, first);
    std::optional<Index> index;
    if (constructors.size() > kFewConstructors && rows.size() > kFewConstructors) {
      index.emplace();
      for (const Row& other : rows) index->add(other);
    }
    for (const Constructor& constructor : constructors) {
      Row inner;
      if (!specialise(row, first, constructor, inner)) continue;
      std::vector<Row> inner_rows;
      if (index) {
        for (std::size_t at : index->relevant(head_of(constructor))) specialise_row(rows[at], constructor, inner_rows);
      } else {
        for (const Row& other : rows) specialise_row(other, constructor, inner_rows);
      }
      std::vector<Row> found;
      if (!useful(inner_rows, inner, depth + 1, witnesses != nullptr ? &found : nullptr)) continue;
      any = true;
      if (witnesses == nullptr) return true;
      for (Row& witness : found) {
        rebuild(witness, constructor, first->type);
        witnesses->push_back(std::move(witness));
      }
      if (witnesses->size() > kMostWitnesses) return true;
    }
    return any;
  }

  void specialise_row(const Row& row, const Constructor& constructor, std::vector<Row>& out) {
    Pat* first = row.back();
    if (first->shape == Shape::Or) {
      for (Pat* part : first->parts) {
        Row one(row);
        one.back() = part;
        specialise_row(one, constructor, out);
      }
      return;
    }
    Row inner;
    if (specialise(row, first, constructor, inner)) out.push_back(std::move(inner));
  }

  /// The row with its first column replaced by the parts that `constructor` has; false when its
  /// pattern does not allow that constructor.
  bool specialise(const Row& row, Pat* first, const Constructor& c, Row& out) {
    spend(row.size() + c.parts.size());
    if (first->shape != Shape::Wild) {
      if (c.shape != first->shape) return false;
      switch (first->shape) {
        case Shape::Variant:
          if (c.index != first->index) return false;
          break;
        case Shape::Range:
          if (c.low < first->low || c.high > first->high) return false;
          break;
        case Shape::Text:
          if (c.text != first->text) return false;
          break;
        case Shape::Number:
        case Shape::Opaque:
          if (c.bits != key(first)) return false;
          break;
        case Shape::List:
          if (first->has_rest ? c.parts.size() < first->parts.size()
                              : c.has_rest || c.parts.size() != first->parts.size()) {
            return false;
          }
          break;
        default: return false;
      }
    }
    out.assign(row.begin(), row.end() - 1);
    // Parts go in backwards, so that the first of them is the next column.
    std::size_t count = c.parts.size();
    if (first->shape == Shape::Variant && first->parts.size() == count) {
      for (std::size_t i = count; i-- > 0;) out.push_back(first->parts[i]);
    } else if (first->shape == Shape::List) {
      std::size_t after = first->parts.size() - first->index;
      for (std::size_t i = count; i-- > 0;) {
        if (!first->has_rest || i < first->index) {
          out.push_back(first->parts[i]);
        } else if (i >= count - after) {
          out.push_back(first->parts[first->index + (i - (count - after))]);
        } else {
          out.push_back(wild(c.parts[i]));
        }
      }
    } else {
      for (std::size_t i = count; i-- > 0;) out.push_back(wild(c.parts[i]));
    }
    return true;
  }

  static std::uint64_t key(const Pat* pat) {
    return pat->shape == Shape::Opaque ? reinterpret_cast<std::uintptr_t>(pat) : pat->bits;
  }

  /// Puts the columns that a constructor had made back into one.
  void rebuild(Row& witness, const Constructor& c, TypeId type) {
    std::vector<Pat*> parts;
    for (std::size_t i = 0; i < c.parts.size(); ++i) {
      parts.push_back(witness.back());
      witness.pop_back();
    }
    Pat* pat = make(c.shape, type);
    pat->index = c.index;
    pat->has_rest = c.has_rest;
    pat->low = c.low;
    pat->high = c.high;
    pat->text = c.text;
    pat->bits = c.bits;
    pat->parts = arena_.copy(parts);
    witness.push_back(pat);
  }

  // ---- constructors of a column

  template <typename Visit>
  void each_first(const std::vector<Row>& rows, Visit visit) {
    for (const Row& row : rows) each_pattern(row.back(), visit);
  }
  template <typename Visit>
  void each_pattern(Pat* pat, Visit& visit) {
    if (pat->shape != Shape::Or) {
      visit(pat);
      return;
    }
    for (Pat* part : pat->parts) each_pattern(part, visit);
  }

  /// The classes of values that matter for the first column: those that `first` allows, cut so
  /// that every row allows all of a class or nothing of it.
  std::vector<Constructor> split(const std::vector<Row>& rows, Pat* first) {
    switch (first->shape) {
      case Shape::Range: return split_range(rows, first->low, first->high);
      case Shape::List: return split_list(rows, first);
      case Shape::Variant: return {variant(first->type, first->index)};
      case Shape::Text:
      case Shape::Number:
      case Shape::Opaque: return {leaf(first)};
      default: break;
    }
    TypeId type = first->type;
    TypeKind kind = types_.kind(type);
    std::vector<Constructor> all;
    if (kind == TypeKind::Never) return all;
    // A column that no row looks into needs no splitting.
    bool looked_into = false;
    each_first(rows, [&](Pat* pat) { looked_into = looked_into || pat->shape != Shape::Wild; });
    if (!looked_into && !is_empty(type)) return {Constructor{}};
    if (kind == TypeKind::Bool) {
      all.push_back(variant(type, 0));
      all.push_back(variant(type, 1));
    } else if (kind == TypeKind::Tuple) {
      all.push_back(variant(type, 0));
    } else if (kind == TypeKind::Nominal) {
      std::size_t count = declared_.nominal(types_.nominal_of(type)).variants.size();
      for (std::size_t i = 0; i < count; ++i) {
        all.push_back(variant(type, static_cast<std::uint32_t>(i)));
      }
    } else if (is_integer(kind)) {
      Bounds bounds = bounds_of(kind);
      return split_range(rows, bounds.low, bounds.high);
    } else if (kind == TypeKind::List) {
      return split_list(rows, nullptr);
    } else {
      // Too many values to list: those that the rows name, and all others.
      std::set<std::tuple<Shape, std::uint64_t, std::string_view>> seen;
      each_first(rows, [&](Pat* pat) {
        if (pat->shape == Shape::Wild) return;
        Constructor c = leaf(pat);
        if (seen.emplace(c.shape, c.bits, c.text).second) all.push_back(std::move(c));
      });
      all.insert(all.begin(), Constructor{});
    }
    return all;
  }

  bool is_empty(TypeId type) {
    NominalId id = types_.nominal_of(type);
    return id.valid() && declared_.nominal(id).is_enum && declared_.nominal(id).variants.empty();
  }

  static Constructor leaf(const Pat* pat) {
    Constructor c;
    c.shape = pat->shape;
    c.text = pat->text;
    c.bits = key(pat);
    return c;
  }

  Constructor variant(TypeId type, std::uint32_t index) {
    Constructor c;
    c.shape = Shape::Variant;
    c.index = index;
    TypeData data = types_[type];
    if (data.kind == TypeKind::Tuple) {
      c.parts.assign(data.arguments.begin(), data.arguments.end());
    } else if (data.kind == TypeKind::Nominal) {
      std::size_t count = declared_.nominal(NominalId(data.index)).variants[index].fields.size();
      for (std::size_t i = 0; i < count; ++i) {
        TypeId field = declared_.nominal(NominalId(data.index)).variants[index].fields[i].type;
        c.parts.push_back(types_.substitute(field, data.arguments));
      }
    }
    return c;
  }

  std::vector<Constructor> split_range(const std::vector<Row>& rows, Wide low, Wide high) {
    std::vector<Constructor> all;
    if (low > high) return all;
    if (low == high) {
      Constructor c;
      c.shape = Shape::Range;
      c.low = c.high = low;
      return {c};
    }
    std::vector<Wide> cuts{low, high + 1};  // where classes begin, and the end of the last
    each_first(rows, [&](Pat* pat) {
      if (pat->shape != Shape::Range || pat->low > pat->high) return;
      if (pat->low > low && pat->low <= high) cuts.push_back(pat->low);
      if (pat->high >= low && pat->high < high) cuts.push_back(pat->high + 1);
    });
    spend(cuts.size());
    std::sort(cuts.begin(), cuts.end());
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
      Constructor c;
      c.shape = Shape::Range;
      c.low = cuts[i];
      c.high = cuts[i + 1] - 1;
      all.push_back(std::move(c));
    }
    return all;
  }

  std::vector<Constructor> split_list(const std::vector<Row>& rows, Pat* first) {
    std::size_t longest = 0;  // of the exact lengths that are named
    std::size_t before = 0;
    std::size_t after = 0;
    auto look = [&](Pat* pat) {
      if (pat->shape != Shape::List) return;
      if (!pat->has_rest) {
        longest = std::max(longest, pat->parts.size());
        return;
      }
      before = std::max<std::size_t>(before, pat->index);
      after = std::max<std::size_t>(after, pat->parts.size() - pat->index);
    };
    each_first(rows, look);
    if (first != nullptr) look(first);
    TypeId element = types_[rows.empty() && first != nullptr ? first->type : list_type(rows, first)].arguments[0];
    std::size_t limit = std::max(longest + 1, before + after);
    before = limit - after;
    std::vector<Constructor> all;
    auto add = [&](std::size_t length, bool rest) {
      if (!spend(length)) return;
      Constructor c;
      c.shape = Shape::List;
      c.has_rest = rest;
      c.index = static_cast<std::uint32_t>(rest ? before : length);
      c.parts.assign(length, element);
      all.push_back(std::move(c));
    };
    if (first != nullptr && !first->has_rest) {
      add(first->parts.size(), false);
      return all;
    }
    std::size_t least = first != nullptr ? first->parts.size() : 0;
    for (std::size_t length = least; length < limit && steps_ <= kMostSteps; ++length) {
      add(length, false);
    }
    add(limit, true);
    return all;
  }
  TypeId list_type(const std::vector<Row>& rows, Pat* first) {
    return first != nullptr ? first->type : rows.front().back()->type;
  }

  // ---- witnesses as text

  void print(const Pat* pat, std::string& out, int depth) {
    if (depth > 8 || out.size() > 200) {
      out += '_';
      return;
    }
    auto parts = [&](const char* open, const char* close) {
      out += open;
      for (std::size_t i = 0; i < pat->parts.size(); ++i) {
        if (i != 0) out += ", ";
        print(pat->parts[i], out, depth + 1);
      }
      out += close;
    };
    switch (pat->shape) {
      case Shape::Range: {
        Bounds all = bounds_of(types_.kind(pat->type));
        if (pat->low == pat->high) {
          out += text_of(pat->low);
        } else if (pat->low == all.low && pat->high == all.high) {
          out += '_';
        } else {
          if (pat->low != all.low) out += text_of(pat->low);
          out += "..";
          if (pat->high != all.high) out += "=" + text_of(pat->high);
        }
        return;
      }
      case Shape::Text: out += "\"" + escape(pat->text) + "\""; return;
      case Shape::List: {
        out += '[';
        for (std::size_t i = 0; i < pat->parts.size(); ++i) {
          if (i != 0) out += ", ";
          if (pat->has_rest && i == pat->index) out += "..";
          if (pat->has_rest && i == pat->index) out += ", ";
          print(pat->parts[i], out, depth + 1);
        }
        if (pat->has_rest && pat->index == pat->parts.size()) {
          out += pat->parts.empty() ? ".." : ", ..";
        }
        out += ']';
        return;
      }
      case Shape::Variant: {
        TypeKind kind = types_.kind(pat->type);
        if (kind == TypeKind::Bool) {
          out += pat->index != 0 ? "true" : "false";
        } else if (kind == TypeKind::Tuple) {
          parts("(", ")");
        } else if (kind == TypeKind::Nominal) {
          const NominalDecl& decl = declared_.nominal(types_.nominal_of(pat->type));
          const VariantInfo& variant = decl.variants[pat->index];
          out += types_.names().text(decl.is_enum ? variant.name : decl.name);
          if (decl.is_enum) {
            if (!pat->parts.empty()) parts("(", ")");
            return;
          }
          out += " { ";
          bool first = true;
          for (std::size_t i = 0; i < pat->parts.size(); ++i) {
            if (pat->parts[i]->shape == Shape::Wild) continue;
            if (!first) out += ", ";
            first = false;
            out += types_.names().text(variant.fields[i].name);
            out += ": ";
            print(pat->parts[i], out, depth + 1);
          }
          out += first ? ".. }" : ", .. }";
        }
        return;
      }
      default: out += '_'; return;
    }
  }

  TypeTable& types_;
  Declarations& declared_;
  Arena arena_;
  std::int64_t steps_ = 0;
};

}  // namespace

Coverage check_coverage(TypeTable& types, Declarations& declared, TypeId type, std::span<const CoverageArm> arms) {
  return Checker(types, declared).run(type, arms);
}

}  // namespace noodle::sema
