#include "runtime/jit/line_table.h"

#include <algorithm>
#include <cstring>
#include <optional>

namespace noodle::jit {

namespace {

// What the numbers of opcodes mean, as DWARF has them.
enum Standard : std::uint8_t {
  Extended,
  Copy,
  AdvancePc,
  AdvanceLine,
  SetFile,
  SetColumn,
  NegateStatement,
  BasicBlock,
  ConstAddPc,
  FixedAdvancePc,
  PrologueEnd,
  EpilogueBegin,
  SetIsa
};
enum ExtendedOp : std::uint8_t { EndSequence = 1, SetAddress = 2 };

class TableReader {
 public:
  TableReader(std::string_view section, const std::map<std::uint64_t, std::uint64_t>& addresses)
      : section_(section), addresses_(addresses) {}

  std::vector<LineRow> run() {
    if (!header()) return {};
    while (good_ && at_ < section_.size()) step();
    std::ranges::stable_sort(rows_, {}, &LineRow::at);
    std::vector<LineRow> kept;
    for (const LineRow& row : rows_) {
      // Of two at one address the later one holds, also when the first is where other code ends.
      if (!kept.empty() && kept.back().at == row.at) kept.pop_back();
      if (kept.empty() || kept.back().line != row.line) kept.push_back(row);
    }
    return good_ ? kept : std::vector<LineRow>();
  }

 private:
  template <class T>
  T number() {
    T n{};
    if (section_.size() - at_ < sizeof n) {
      good_ = false;
      at_ = section_.size();
      return n;
    }
    std::memcpy(&n, section_.data() + at_, sizeof n);
    at_ += sizeof n;
    return n;
  }

  // LEB128.
  std::uint64_t packed(bool is_signed = false) {
    std::uint64_t n = 0;
    unsigned shift = 0;
    std::uint8_t byte = 0;
    do {
      byte = number<std::uint8_t>();
      if (shift < 64) n |= std::uint64_t{byte & 0x7Fu} << shift;
      shift += 7;
    } while ((byte & 0x80) != 0 && good_);
    if (is_signed && (byte & 0x40) != 0 && shift < 64) n |= ~std::uint64_t{0} << shift;
    return n;
  }

  bool header() {
    if (number<std::uint32_t>() > section_.size() - at_) return false;
    const auto version = number<std::uint16_t>();
    if (version < 4 || version > 5) return false;
    if (version == 5) number<std::uint16_t>();  // the sizes of an address and of a segment
    const auto length = number<std::uint32_t>();
    const std::size_t program = at_ + length;
    least_step_ = number<std::uint8_t>();
    number<std::uint16_t>();  // operations an instruction, and whether rows are statements at first
    line_base_ = number<std::int8_t>();
    line_range_ = number<std::uint8_t>();
    opcode_base_ = number<std::uint8_t>();
    operands_.assign(1, 0);
    for (unsigned i = 1; i < opcode_base_; ++i) operands_.push_back(number<std::uint8_t>());
    good_ = good_ && line_range_ != 0 && program <= section_.size();
    at_ = program;
    return good_;
  }

  void row(std::uint32_t line) {
    if (address_) rows_.push_back({*address_, line});
  }
  void advance(std::uint64_t steps) {
    if (address_) *address_ += steps * least_step_;
  }

  void step() {
    const auto op = number<std::uint8_t>();
    if (op >= opcode_base_) {
      advance((op - opcode_base_) / line_range_);
      line_ += static_cast<std::uint32_t>(line_base_ + (op - opcode_base_) % line_range_);
      return row(line_);
    }
    switch (op) {
      case Extended: return extended();
      case Copy: return row(line_);
      case AdvancePc: return advance(packed());
      case AdvanceLine: line_ += static_cast<std::uint32_t>(packed(true)); return;
      case ConstAddPc: return advance((255u - opcode_base_) / line_range_);
      case FixedAdvancePc: {
        const auto bytes = number<std::uint16_t>();
        if (address_) *address_ += bytes;
        return;
      }
      default:
        for (std::uint8_t i = 0; i < operands_[op]; ++i) packed();
    }
  }

  void extended() {
    const std::uint64_t size = packed();
    const std::size_t begin = at_;
    if (size == 0 || size > section_.size() - at_) {
      good_ = false;
      return;
    }
    switch (number<std::uint8_t>()) {
      case EndSequence:
        row(0);
        address_.reset();
        line_ = 1;
        break;
      case SetAddress: {
        const auto known = addresses_.find(at_);
        address_ = known != addresses_.end() ? std::optional(known->second) : std::nullopt;
        break;
      }
      default: break;
    }
    at_ = begin + size;
  }

  const std::string_view section_;
  const std::map<std::uint64_t, std::uint64_t>& addresses_;
  std::size_t at_ = 0;
  bool good_ = true;
  std::uint8_t least_step_ = 1, line_range_ = 1, opcode_base_ = 1;
  std::int8_t line_base_ = 0;
  std::vector<std::uint8_t> operands_;  // of standard opcodes: how many
  std::optional<std::uint64_t> address_;
  std::uint32_t line_ = 1;
  std::vector<LineRow> rows_;
};

}  // namespace

std::vector<LineRow> read_line_table(std::string_view section,
                                     const std::map<std::uint64_t, std::uint64_t>& addresses) {
  return TableReader(section, addresses).run();
}

}  // namespace noodle::jit
