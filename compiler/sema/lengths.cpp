// Lengths that are computed: sums of products of names and numbers. Each is written in one way, its terms sorted and
// none of them twice, so that equal lengths are one type.

#include <algorithm>
#include <utility>

#include "compiler/sema/types.h"

namespace noodle::sema {

namespace {

/// Beyond this many terms, and names in one, a length counts as not known.
constexpr std::size_t kMostTerms = 16;

}  // namespace

struct TypeTable::Term {
  std::int64_t factor;
  std::vector<TypeId> names;
};

bool TypeTable::add_terms(TypeId length, std::int64_t factor, Terms& to) const {
  const TypeData& data = types_[length.index];
  const auto number = static_cast<std::int64_t>(data.mut_mask);
  std::int64_t product = factor;
  switch (data.kind) {
    case TypeKind::Param:
    case TypeKind::Infer: to.push_back({factor, {length}}); return true;
    case TypeKind::Length:
    case TypeKind::LengthTerm:
      if (__builtin_mul_overflow(factor, number, &product)) return false;
      to.push_back({product, {data.arguments.begin(), data.arguments.end()}});
      return true;
    case TypeKind::LengthSum:
      return std::ranges::all_of(data.arguments, [&](TypeId term) { return add_terms(term, factor, to); });
    default: return false;
  }
}

TypeId TypeTable::length_of(Terms terms) {
  const auto order = [&](TypeId name) { return std::pair(types_[name.index].kind, types_[name.index].index); };
  for (Term& term : terms) std::ranges::sort(term.names, {}, order);
  // Longer products first, and a number last.
  std::ranges::sort(terms, [&](const Term& a, const Term& b) {
    if (a.names.size() != b.names.size()) return a.names.size() > b.names.size();
    return std::ranges::lexicographical_compare(a.names, b.names, {}, order, order);
  });
  Terms joined;
  for (Term& term : terms) {
    if (joined.empty() || joined.back().names != term.names) {
      joined.push_back(std::move(term));
    } else if (__builtin_add_overflow(joined.back().factor, term.factor, &joined.back().factor)) {
      return any_length();
    }
  }
  std::erase_if(joined, [](const Term& term) { return term.factor == 0; });
  if (joined.empty()) return length(0);
  if (joined.size() > kMostTerms) return any_length();
  std::vector<TypeId> parts;
  for (const Term& term : joined) {
    if (term.names.size() > kMostTerms) return any_length();
    TypeData data;
    data.kind = term.names.empty() ? TypeKind::Length : TypeKind::LengthTerm;
    data.mut_mask = static_cast<std::uint64_t>(term.factor);
    data.arguments = term.names;
    parts.push_back(term.factor == 1 && term.names.size() == 1 ? term.names[0] : intern(data));
  }
  if (parts.size() == 1) return parts[0];
  TypeData data;
  data.kind = TypeKind::LengthSum;
  data.arguments = parts;
  return intern(data);
}

TypeId TypeTable::sum(std::span<const TypeId> lengths) {
  Terms terms;
  for (const TypeId length : lengths) {
    if (!add_terms(length, 1, terms)) return any_length();
  }
  return length_of(std::move(terms));
}

TypeId TypeTable::product(std::int64_t number, std::span<const TypeId> lengths) {
  Terms all{{number, {}}};
  for (const TypeId length : lengths) {
    Terms factors;
    if (!add_terms(length, 1, factors)) return any_length();
    Terms next;
    for (const Term& left : all) {
      for (const Term& right : factors) {
        Term& term = next.emplace_back(left);
        if (__builtin_mul_overflow(left.factor, right.factor, &term.factor)) return any_length();
        term.names.insert(term.names.end(), right.names.begin(), right.names.end());
      }
    }
    if (next.size() > kMostTerms * kMostTerms || next[0].names.size() > kMostTerms) return any_length();
    all = std::move(next);
  }
  return length_of(std::move(all));
}

TypeId TypeTable::quotient(TypeId length, TypeId divisor) {
  Terms terms;
  Terms by;
  if (!add_terms(length, 1, terms) || !add_terms(divisor, 1, by)) return {};
  if (length == divisor && !is_number(length, 0)) return this->length(1);
  if (by.size() != 1 || by[0].factor == 0) return {};
  for (Term& term : terms) {
    if (term.factor % by[0].factor != 0) return {};
    term.factor /= by[0].factor;
    for (const TypeId name : by[0].names) {
      const auto at = std::ranges::find(term.names, name);
      if (at == term.names.end()) return {};
      term.names.erase(at);
    }
  }
  return length_of(std::move(terms));
}

TypeId TypeTable::variable_of_sum(TypeId sum, TypeId total, TypeId& variable) {
  Terms terms;
  if (!add_terms(total, 1, terms) || !add_terms(sum, -1, terms)) return {};
  std::int64_t factor = 0;
  for (const Term& term : terms) {
    if (std::ranges::none_of(term.names, [&](TypeId name) { return kind(name) == TypeKind::Infer; })) continue;
    if (factor != 0 || term.names.size() != 1) return {};
    factor = -term.factor;
    variable = term.names[0];
  }
  if (factor == 0) return {};
  std::erase_if(terms, [&](const Term& term) { return term.names.size() == 1 && term.names[0] == variable; });
  const TypeId others = length_of(std::exchange(terms, {}));
  if (!add_terms(others, 1, terms)) return {};
  for (Term& term : terms) {
    if (term.factor % factor != 0) return {};
    term.factor /= factor;
  }
  return length_of(std::move(terms));
}

bool TypeTable::append_length(std::string& out, TypeId id) const {
  const TypeData& data = types_[id.index];
  if (data.kind == TypeKind::LengthSum) {
    if (!append_text(out, data.arguments[0])) return false;
    for (const TypeId term : data.arguments.subspan(1)) {
      std::string text;
      if (!append_text(text, term)) return false;
      out += text[0] == '-' ? " - " + text.substr(1) : " + " + text;
    }
    return true;
  }
  const auto number = static_cast<std::int64_t>(data.mut_mask);
  const bool is_factor = !data.arguments.empty() && (number == 1 || number == -1);
  const std::string before = !is_factor ? std::to_string(number) : number < 0 ? "-" : "";
  out += before;
  for (std::size_t i = 0; i < data.arguments.size(); ++i) {
    if (i != 0 || !is_factor) out += " * ";
    if (!append_text(out, data.arguments[i])) return false;
  }
  return true;
}

}  // namespace noodle::sema
