#include "nbc/testing/generator.h"
#include "nbc/write.h"

namespace noodle::nbc::testing {
namespace {

// A number near one that is there already, or far from all.
std::uint32_t twist(std::uint32_t value, Random& random) {
  switch (random.below(5)) {
    case 0: return value + 1;
    case 1: return value - 1;
    case 2: return random.below(16);
    case 3: return value ^ (1u << random.below(16));
    default: return static_cast<std::uint32_t>(random.next());
  }
}

template <typename T>
void exchange(std::vector<T>& items, Random& random) {
  if (items.size() < 2) return;
  std::swap(items[random.below(items.size())], items[random.below(items.size())]);
}

void mutate_code(Function& f, Random& random) {
  if (f.code.empty()) return;
  std::uint32_t at = random.below(f.code.size());
  Word& word = f.code[at];
  switch (random.below(8)) {
    case 0: word = (word & ~0xFFFFull) | random.below(kOpCount); break;
    case 1: {
      unsigned shift = 16 * random.below(4);
      Word field = static_cast<std::uint16_t>(twist(static_cast<std::uint16_t>(word >> shift), random));
      word = (word & ~(0xFFFFull << shift)) | field << shift;
      break;
    }
    case 2: word ^= 1ull << random.below(64); break;
    case 3: exchange(f.code, random); break;
    case 4: f.code.erase(f.code.begin() + at); break;
    case 5: f.code.insert(f.code.begin() + at, f.code[random.below(f.code.size())]); break;
    case 6: word = f.code[random.below(f.code.size())]; break;
    default: {
      // A whole instruction in the place of another of the same length.
      Inst inst = decode(f.code, at);
      std::uint32_t from = random.below(f.code.size());
      Inst other = decode(f.code, from);
      if (!inst.op_info || !other.op_info || inst.words() != other.words()) break;
      for (std::uint32_t i = 0, n = inst.words(); i < n; ++i) f.code[at + i] = f.code[from + i];
    }
  }
}

void mutate_type(Module& m, Random& random) {
  std::size_t own = m.types.size() - kBuiltinTypes;
  if (own == 0) return;
  // Types are laid out in order, so a changed table is built anew; what can't be laid out ends it.
  TypeTable types;
  std::size_t changed = kBuiltinTypes + random.below(own);
  for (std::size_t i = kBuiltinTypes; i < m.types.size(); ++i) {
    Type t = m.types[TypeId(i)];
    if (i == changed) {
      TypeId any(std::size_t(random.below(m.types.size())));
      switch (random.below(5)) {
        case 0: t = m.types[TypeId(kBuiltinTypes + random.below(own))]; break;
        case 1: t.element = any; break;
        case 2: t.value = any; break;
        case 3:
          if (!t.fields.empty()) t.fields[random.below(t.fields.size())].type = any;
          if (!t.variants.empty()) exchange(t.variants, random);
          if (!t.params.empty()) t.params[0].borrowed = !t.params[0].borrowed;
          break;
        default:
          if (!t.variants.empty()) t.variants.pop_back();
          t.trait = TraitId(std::size_t(random.below(3)));
      }
    }
    if (!types.try_add(std::move(t))) break;
  }
  m.types = std::move(types);
}

void mutate_function(Function& f, const Module& m, Random& random) {
  TypeId any(std::size_t(random.below(m.types.size() + 1)));
  switch (random.below(8)) {
    case 0:
      if (!f.registers.empty()) f.registers[random.below(f.registers.size())] = any;
      break;
    case 1: exchange(f.registers, random); break;
    case 2:
      if (!f.signature.params.empty()) {
        Param& p = f.signature.params[random.below(f.signature.params.size())];
        p.borrowed = !p.borrowed;
      }
      break;
    case 3:
      if (!f.signature.results.empty()) f.signature.results[random.below(f.signature.results.size())] = any;
      break;
    case 4:
      if (!f.cleanups.empty()) {
        Cleanup& c = f.cleanups[random.below(f.cleanups.size())];
        std::uint32_t* parts[] = {&c.first, &c.end, &c.handler};
        std::uint32_t& part = *parts[random.below(3)];
        part = twist(part, random);
      }
      break;
    case 5:
      if (!f.cleanups.empty()) {
        Cleanup& c = f.cleanups[random.below(f.cleanups.size())];
        if (c.kept.empty() || random.chance(50)) {
          c.kept.push_back(static_cast<std::uint16_t>(random.below(40)));
        } else {
          c.kept.pop_back();
        }
      }
      break;
    case 6: f.registers.push_back(any); break;
    default:
      if (!f.registers.empty()) f.registers.pop_back();
  }
}

void mutate_tables(Module& m, Random& random) {
  switch (random.below(9)) {
    case 0: exchange(m.constants, random); break;
    case 1:
      if (!m.constants.empty()) {
        Constant& c = m.constants[random.below(m.constants.size())];
        c.value = random.chance(50) ? twist(static_cast<std::uint32_t>(c.value), random) : random.next();
      }
      break;
    case 2: exchange(m.natives, random); break;
    case 3:
      if (!m.vtables.empty()) exchange(m.vtables[random.below(m.vtables.size())].functions, random);
      break;
    case 4:
      if (!m.vtables.empty()) {
        TypeId any(std::size_t(random.below(m.types.size())));
        m.vtables[random.below(m.vtables.size())].concrete = any;
      }
      break;
    case 5:
      if (!m.exports.empty()) m.exports[0].function = FunctionId(std::size_t(random.below(m.functions.size() + 1)));
      break;
    case 6: exchange(m.functions, random); break;
    case 7:
      if (!m.traits.empty()) exchange(m.traits[0].methods, random);
      break;
    default: exchange(m.strings, random);
  }
}

}  // namespace

std::string mutate_bytes(std::string bytes, Random& random) {
  for (std::uint32_t n = 1 + random.below(4); n > 0 && !bytes.empty(); --n) {
    std::uint32_t at = random.below(bytes.size());
    switch (random.below(5)) {
      case 0: bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8))); break;
      case 1: bytes[at] = static_cast<char>(random.next()); break;
      case 2: bytes.erase(at, 1 + random.below(8)); break;
      case 3: bytes.insert(at, 1, static_cast<char>(random.next())); break;
      default: bytes.resize(at + 1);
    }
  }
  fix_checksum(bytes);
  return bytes;
}

void mutate_module(Module& m, Random& random) {
  for (std::uint32_t n = 1 + random.below(3); n > 0; --n) {
    std::uint32_t kind = random.below(100);
    if (kind >= 95 || m.functions.empty()) {
      mutate_type(m, random);
    } else if (kind >= 85) {
      mutate_tables(m, random);
    } else if (kind >= 70) {
      mutate_function(m.functions[random.below(m.functions.size())], m, random);
    } else {
      mutate_code(m.functions[random.below(m.functions.size())], random);
    }
  }
}

}  // namespace noodle::nbc::testing
