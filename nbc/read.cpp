#include "nbc/read.h"

#include <bit>
#include <cstring>

#include "nbc/file_format.h"

namespace noodle::nbc {
namespace {

std::uint64_t fixed(std::string_view bytes, std::size_t at, int n) {
  std::uint64_t value = 0;
  for (int i = 0; i < n; ++i) value |= std::uint64_t(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  return value;
}

constexpr std::string_view kTypeErrors[] = {"a type contains a later type by value", "types nest more than 64 deep",
                                            "a type takes more than 4096 slots", "too many types",
                                            "an enum has no variant"};

// Reads one section after another. After the first problem every read gives zero, and loops stop.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::expected<Module, ReadError> run() {
    if (header()) sections();
    if (failed_) return std::unexpected(std::move(error_));
    return std::move(m_);
  }

 private:
  bool fail(ReadProblem problem, std::string message) { return fail_at(problem, at_, std::move(message)); }
  bool fail_at(ReadProblem problem, std::size_t byte, std::string message) {
    if (!failed_) error_ = {problem, section_name(section_), byte, std::move(message)};
    failed_ = true;
    return false;
  }

  bool header() {
    if (bytes_.size() < kMagic.size() || bytes_.substr(0, 4) != kMagic) {
      return fail_at(ReadProblem::NotAModule, 0, "not a Noodle module");
    }
    if (bytes_.size() < kChecked + 4) return fail_at(ReadProblem::Truncated, bytes_.size(), "the header is cut off");
    auto version = fixed(bytes_, 4, 2);
    if (version != kVersion || fixed(bytes_, 6, 2) != 0) {
      return fail_at(
          ReadProblem::Version, 4,
          "format version " + std::to_string(version) + "; this build reads version " + std::to_string(kVersion));
    }
    m_.features = fixed(bytes_, kFeaturesAt, 8);
    if (std::uint64_t unknown = m_.features & ~kKnownFeatures) {
      return fail_at(ReadProblem::Feature, kFeaturesAt,
                     "the module needs feature bit " + std::to_string(std::countr_zero(unknown)) +
                         ", which this build does not know; use a newer noodle");
    }
    if (hash_bytes(bytes_.substr(kChecked)) != fixed(bytes_, kChecksumAt, 8)) {
      return fail_at(ReadProblem::Checksum, kChecksumAt, "the checksum does not fit the content");
    }
    return true;
  }

  void sections() {
    std::uint64_t count = fixed(bytes_, kChecked, 4);
    std::size_t table = kChecked + 4;
    if (count > (bytes_.size() - table) / kSectionEntry) {
      fail_at(ReadProblem::Truncated, kChecked, "the section table is cut off");
      return;
    }
    std::size_t expected = table + count * kSectionEntry;
    int last = 0;
    for (std::uint64_t i = 0; i < count && !failed_; ++i) {
      std::size_t entry = table + i * kSectionEntry;
      section_ = 0;
      auto id = static_cast<std::uint8_t>(bytes_[entry]);
      auto flags = static_cast<std::uint8_t>(bytes_[entry + 1]);
      std::size_t offset = fixed(bytes_, entry + 4, 4), size = fixed(bytes_, entry + 8, 4);
      if (id <= last || fixed(bytes_, entry + 2, 2) != 0 || flags > kOptionalSection || offset != expected) {
        fail_at(ReadProblem::SectionTable, entry, "sections must ascend and follow one another");
        return;
      }
      if (size > bytes_.size() - offset) {
        fail_at(ReadProblem::Truncated, entry, "a section is cut off");
        return;
      }
      last = id;
      expected = offset + size;
      if (id > kLastSection) {
        if (flags & kOptionalSection) continue;
        fail_at(ReadProblem::UnknownSection, entry, "section " + std::to_string(id) + " is unknown and not optional");
        return;
      }
      if (flags != (is_optional(Section(id)) ? kOptionalSection : 0)) {
        fail_at(ReadProblem::SectionTable, entry, "a section's flags are wrong");
        return;
      }
      section_ = id;
      at_ = offset;
      end_ = expected;
      section(Section(id));
      if (!failed_ && at_ != end_) fail(ReadProblem::Trailing, "more bytes than the section needs");
    }
    section_ = 0;
    if (!failed_ && expected != bytes_.size())
      fail_at(ReadProblem::Trailing, expected, "bytes behind the last section");
  }

  std::uint64_t number(std::uint64_t limit) {
    if (failed_) return 0;
    std::size_t start = at_;
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      if (at_ >= end_) {
        fail(ReadProblem::Truncated, "the section ends within a number");
        return 0;
      }
      auto byte = static_cast<unsigned char>(bytes_[at_++]);
      bool too_big = shift == 63 && byte > 1;
      bool overlong = shift > 0 && byte == 0;
      if (too_big || overlong) {
        fail_at(ReadProblem::Number, start, "a number is not in its shortest form or above 64 bits");
        return 0;
      }
      value |= std::uint64_t(byte & 0x7F) << shift;
      if (byte < 0x80) break;
    }
    if (value > limit) {
      fail_at(ReadProblem::Limit, start, std::to_string(value) + " is above the limit " + std::to_string(limit));
      return 0;
    }
    return value;
  }

  // How many entries follow; each takes at least `least` bytes, so memory is bounded by the file.
  std::size_t count(std::uint64_t limit = kMaxEntries, std::size_t least = 1) {
    std::size_t start = at_;
    std::uint64_t n = number(limit);
    if (n > (end_ - at_) / least) {
      fail_at(ReadProblem::Truncated, start, "the section ends before its " + std::to_string(n) + " entries");
      return 0;
    }
    return n;
  }

  template <typename I>
  I id() {
    I out;
    out.index = static_cast<std::uint32_t>(number(UINT32_MAX));
    return out;
  }
  StringId name() {
    std::uint64_t n = number(UINT32_MAX);
    return n == 0 ? StringId() : StringId(n - 1);
  }
  bool boolean() { return number(1) != 0; }
  std::uint32_t small() { return static_cast<std::uint32_t>(number(UINT32_MAX)); }
  std::string text() {
    std::size_t n = count(kMaxString);
    std::string out(bytes_.substr(failed_ ? 0 : at_, failed_ ? 0 : n));
    at_ += out.size();
    return out;
  }

  template <typename T, typename One>
  void all(std::vector<T>& out, One one, std::size_t least = 1) {
    std::size_t n = count(kMaxEntries, least);
    out.reserve(n);
    for (std::size_t i = 0; i < n && !failed_; ++i) out.push_back(one());
  }

  Param param() {
    std::uint64_t n = number(UINT32_MAX * 2ull + 1);
    Param p;
    p.type.index = static_cast<std::uint32_t>(n / 2);
    p.borrowed = n % 2;
    return p;
  }
  Signature signature() {
    Signature s;
    all(s.params, [&] { return param(); });
    all(s.results, [&] { return id<TypeId>(); });
    return s;
  }
  std::vector<Field> fields() {
    std::vector<Field> out;
    all(out, [&] { return Field{name(), id<TypeId>()}; }, 2);
    return out;
  }

  void type() {
    Type t;
    std::size_t start = at_;
    std::uint64_t kind = number(255);
    if (!failed_ && (kind < kBuiltinTypes || kind >= kKinds)) {
      fail_at(ReadProblem::Kind, start, "kind " + std::to_string(kind));
      return;
    }
    t.kind = failed_ ? Kind::List : Kind(kind);
    switch (t.kind) {
      case Kind::Map:
        t.element = id<TypeId>();
        t.value = id<TypeId>();
        break;
      case Kind::Struct:
        t.name = name();
        t.fields = fields();
        break;
      case Kind::Enum:
        t.name = name();
        all(t.variants, [&] { return Variant{name(), fields()}; }, 2);
        break;
      case Kind::Fn:
        all(t.params, [&] { return param(); });
        all(t.results, [&] { return id<TypeId>(); });
        break;
      case Kind::Any: t.trait = id<TraitId>(); break;
      default: t.element = id<TypeId>();
    }
    if (failed_) return;
    if (auto added = m_.types.try_add(std::move(t)); !added) {
      fail_at(ReadProblem::TypeLayout, start, std::string(kTypeErrors[static_cast<int>(added.error())]));
    }
  }

  Function function() {
    Function f;
    f.name = name();
    f.signature = signature();
    all(f.registers, [&] { return id<TypeId>(); });
    std::size_t words = count(kMaxCode, 8);
    f.code.resize(words);
    if constexpr (std::endian::native == std::endian::little) {
      if (words > 0) std::memcpy(f.code.data(), bytes_.data() + at_, words * 8);
    } else {
      for (std::size_t i = 0; i < words; ++i) f.code[i] = fixed(bytes_, at_ + i * 8, 8);
    }
    at_ += words * 8;
    all(
        f.cleanups,
        [&] {
          Cleanup c{small(), small(), small(), {}};
          all(c.kept, [&] { return static_cast<std::uint16_t>(number(UINT16_MAX)); });
          return c;
        },
        4);
    return f;
  }

  Hash128 hash() {
    Hash128 h{fixed(bytes_, at_, 8), fixed(bytes_, at_ + 8, 8)};
    at_ += 16;
    return h;
  }

  FunctionDebug debug() {
    FunctionDebug d;
    all(d.inlined, [&] { return InlinedCall{name(), small(), small(), small(), small()}; }, 5);
    all(d.lines, [&] { return LineEntry{small(), small(), small(), small(), small()}; }, 5);
    all(
        d.locals,
        [&] {
          return LocalName{name(), id<TypeId>(), static_cast<std::uint16_t>(number(UINT16_MAX)), small(), small()};
        },
        5);
    return d;
  }

  void section(Section which) {
    switch (which) {
      case Section::Strings: all(m_.strings, [&] { return text(); }); break;
      case Section::Types: {
        std::size_t n = count(kMaxTypes);
        for (std::size_t i = 0; i < n && !failed_; ++i) type();
        break;
      }
      case Section::Constants: all(m_.constants, [&] { return Constant{id<TypeId>(), number(UINT64_MAX)}; }, 2); break;
      case Section::Natives:
        all(
            m_.natives,
            [&] {
              Native n;
              n.name = name();
              n.leaf = boolean();
              n.signature = signature();
              return n;
            },
            4);
        break;
      case Section::Functions: all(m_.functions, [&] { return function(); }, 6); break;
      case Section::Traits:
        all(
            m_.traits,
            [&] {
              Trait t;
              t.name = name();
              all(t.methods, [&] { return Method{name(), signature()}; }, 3);
              return t;
            },
            2);
        break;
      case Section::VTables:
        all(
            m_.vtables,
            [&] {
              VTable v{id<TraitId>(), id<TypeId>(), {}};
              all(v.functions, [&] { return id<FunctionId>(); });
              return v;
            },
            3);
        break;
      case Section::Exports:
        all(m_.exports, [&] { return Export{ExportKind(number(2)), name(), id<FunctionId>()}; }, 3);
        break;
      case Section::Interface: m_.interface = text(); break;
      case Section::Generics: all(m_.generics, [&] { return GenericBody{name(), text()}; }, 2); break;
      case Section::Hashes:
        all(m_.type_hashes, [&] { return hash(); }, 16);
        all(m_.function_hashes, [&] { return hash(); }, 16);
        break;
      case Section::Debug:
        all(m_.debug.files, [&] { return name(); });
        all(m_.debug.functions, [&] { return debug(); }, 3);
        break;
      case Section::Kernels: all(m_.kernels, [&] { return text(); }); break;
    }
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  std::uint8_t section_ = 0;
  bool failed_ = false;
  ReadError error_;
  Module m_;
};

}  // namespace

std::string ReadError::text() const {
  std::string out(section);
  out += section == "header" ? ", byte " : " section, byte ";
  return out + std::to_string(byte) + ": " + message;
}

std::expected<Module, ReadError> read(std::string_view bytes) { return Reader(bytes).run(); }

}  // namespace noodle::nbc
