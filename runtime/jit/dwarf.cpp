#include "runtime/jit/dwarf.h"

#include <cstring>
#include <map>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace noodle::jit {

namespace {

// Numbers are DWARF's.
constexpr std::uint16_t kVersion = 4;
constexpr char kAddressBytes = 8;
enum Tag : std::uint8_t { CompileUnit = 0x11, InlinedSubroutine = 0x1D, Subprogram = 0x2E };
enum Attribute : std::uint8_t {
  Name = 0x03,
  StmtList = 0x10,
  LowPc = 0x11,
  HighPc = 0x12,
  Language = 0x13,
  Inline = 0x20,
  AbstractOrigin = 0x31,
  CallFile = 0x58,
  CallLine = 0x59
};
enum Form : std::uint8_t {
  Address = 0x01,
  Data2 = 0x05,
  Data4 = 0x06,
  String = 0x08,
  Data1 = 0x0B,
  UnsignedData = 0x0F,
  Reference4 = 0x13,
  SectionOffset = 0x17
};
enum LineOp : std::uint8_t { Extended, Copy, AdvancePc, AdvanceLine, SetFile };
enum ExtendedOp : std::uint8_t { EndSequence = 1, SetAddress = 2 };
constexpr std::uint16_t kLanguage = 0x02;  // C: what is nearest of those that debuggers know
constexpr std::uint8_t kWasTakenIn = 1;

// The kinds of entry, by the numbers that this unit gives them.
enum Kind : std::uint8_t { End, Unit, Piece, TakenIn, Call };

template <class T>
void put(std::string& to, std::size_t at, T what) {
  std::memcpy(to.data() + at, &what, sizeof what);
}

void append_text(std::string& to, std::string_view text) {
  to += text;
  to += '\0';
}

void append_signed(std::string& to, std::int64_t number) {
  for (; number < -0x40 || number >= 0x40; number >>= 7) to += static_cast<char>(number | 0x80);
  to += static_cast<char>(number & 0x7F);
}

std::string abbreviations() {
  struct Kept {
    Attribute attribute;
    Form form;
  };
  std::string all;
  auto kind = [&](Kind kind, Tag tag, bool has_children, std::initializer_list<Kept> attributes) {
    all += {static_cast<char>(kind), static_cast<char>(tag), static_cast<char>(has_children)};
    for (const Kept& kept : attributes) all += {static_cast<char>(kept.attribute), static_cast<char>(kept.form)};
    all += {0, 0};
  };
  kind(Unit, CompileUnit, true,
       {{Language, Data2}, {Name, String}, {LowPc, Address}, {HighPc, Data4}, {StmtList, SectionOffset}});
  kind(Piece, Subprogram, true, {{Name, String}, {LowPc, Address}, {HighPc, Data4}});
  kind(TakenIn, Subprogram, false, {{Name, String}, {Inline, Data1}});
  kind(Call, InlinedSubroutine, true,
       {{AbstractOrigin, Reference4},
        {LowPc, Address},
        {HighPc, Data4},
        {CallFile, UnsignedData},
        {CallLine, UnsignedData}});
  all += '\0';
  return all;
}

class DebugWriter {
 public:
  DebugWriter(std::span<const std::byte> code, std::span<const NamedCode> pieces, const CodeLines& lines)
      : code_(code), pieces_(pieces), lines_(lines), base_(reinterpret_cast<std::uintptr_t>(code.data())) {
    for (const CodeFrame& frame : lines.frames) {
      if (files_.try_emplace(frame.file, files_.size() + 1).second) file_names_.push_back(frame.file);
    }
  }

  DebugSections run() {
    write_info();
    write_lines();
    return {std::move(info_), abbreviations(), std::move(table_)};
  }

 private:
  const CodeFrame& frame(std::uint32_t number) const { return lines_.frames[number - 1]; }
  std::uint64_t begin_of(const NamedCode& piece) const { return static_cast<std::uint64_t>(piece.at - code_.data()); }

  void write_info() {
    append_raw(info_, std::uint32_t{0});  // its length, once it is known
    append_raw(info_, kVersion);
    append_raw(info_, std::uint32_t{0});  // where the abbreviations begin
    info_ += kAddressBytes;
    info_ += static_cast<char>(Unit);
    append_raw(info_, kLanguage);
    append_text(info_, file_names_.empty() ? "noodle" : file_names_.front());
    append_raw(info_, std::uint64_t{base_});
    append_raw(info_, static_cast<std::uint32_t>(code_.size()));
    append_raw(info_, std::uint32_t{0});  // where the lines begin
    for (const CodeFrame& frame : lines_.frames) {
      if (frame.caller != 0) add_taken_in(frame.function);
    }
    for (const NamedCode& piece : pieces_) write_piece(piece);
    info_ += static_cast<char>(End);
    put(info_, 0, static_cast<std::uint32_t>(info_.size() - 4));
  }

  void add_taken_in(std::string_view name) {
    if (!taken_in_.try_emplace(name, static_cast<std::uint32_t>(info_.size())).second) return;
    info_ += static_cast<char>(TakenIn);
    append_text(info_, name);
    append_raw(info_, kWasTakenIn);
  }

  // Each run of code inside a call that was taken in is an entry of its own, in that of the call's place.
  void write_piece(const NamedCode& piece) {
    const std::uint64_t begin = begin_of(piece), end = begin + piece.bytes;
    info_ += static_cast<char>(Piece);
    append_text(info_, piece.name);
    append_raw(info_, base_ + begin);
    append_raw(info_, static_cast<std::uint32_t>(piece.bytes));
    for_each_row(lines_, begin, end, [&](std::uint64_t from, std::uint64_t, std::uint32_t number) {
      std::vector<std::uint32_t> inside;  // the frame and those that it was taken in by, outermost first
      for (std::uint32_t i = number; i != 0; i = frame(i).caller) inside.insert(inside.begin(), i);
      std::size_t common = 0;
      while (common < open_.size() && common + 1 < inside.size() && is_open(common, inside)) ++common;
      while (open_.size() > common) close(from);
      for (std::size_t i = common + 1; i < inside.size(); ++i) open(from, inside[i - 1], inside[i]);
    });
    while (!open_.empty()) close(end);
    info_ += static_cast<char>(End);
  }

  struct OpenCall {
    std::uint32_t caller;
    std::string_view function;
    std::uint64_t from;
    std::size_t size_at;
  };

  bool is_open(std::size_t depth, const std::vector<std::uint32_t>& inside) const {
    return open_[depth].caller == inside[depth] && open_[depth].function == frame(inside[depth + 1]).function;
  }

  void open(std::uint64_t from, std::uint32_t caller, std::uint32_t inner) {
    const std::string_view function = frame(inner).function;
    info_ += static_cast<char>(Call);
    append_raw(info_, taken_in_.at(function));
    append_raw(info_, base_ + from);
    open_.push_back({caller, function, from, info_.size()});
    append_raw(info_, std::uint32_t{0});  // its size, once it is known
    append_packed(info_, files_.at(frame(caller).file));
    append_packed(info_, frame(caller).line);
  }

  void close(std::uint64_t end) {
    put(info_, open_.back().size_at, static_cast<std::uint32_t>(end - open_.back().from));
    info_ += static_cast<char>(End);
    open_.pop_back();
  }

  void write_lines() {
    constexpr char kOperands[] = {0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1};  // of the standard opcodes
    constexpr char kLineBase = -5, kLineRange = 14;                     // of special opcodes, of which we use none
    append_raw(table_, std::uint32_t{0});                               // its length, once it is known
    append_raw(table_, kVersion);
    append_raw(table_, std::uint32_t{0});  // and the header's
    const std::size_t header = table_.size();
    // Instructions of one byte and one operation; rows are statements at first.
    table_ += {1, 1, 1, kLineBase, kLineRange, static_cast<char>(sizeof kOperands + 1)};
    table_.append(kOperands, sizeof kOperands);
    table_ += '\0';  // no folders
    for (const std::string_view file : file_names_) {
      append_text(table_, file);
      table_.append(3, '\0');  // its folder, time and size, which are unknown
    }
    table_ += '\0';
    put(table_, header - 4, static_cast<std::uint32_t>(table_.size() - header));
    for (const NamedCode& piece : pieces_) write_sequence(begin_of(piece), begin_of(piece) + piece.bytes);
    put(table_, 0, static_cast<std::uint32_t>(table_.size() - 4));
  }

  void write_sequence(std::uint64_t begin, std::uint64_t end) {
    std::uint64_t at = begin, file = 1;
    std::int64_t line = 1;
    table_ += {Extended, 1 + kAddressBytes, SetAddress};
    append_raw(table_, base_ + begin);
    auto advance = [&](std::uint64_t to) {
      table_ += static_cast<char>(AdvancePc);
      append_packed(table_, to - at);
      at = to;
    };
    for_each_row(lines_, begin, end, [&](std::uint64_t from, std::uint64_t, std::uint32_t number) {
      const std::uint64_t in_file = number != 0 ? files_.at(frame(number).file) : file;
      const std::int64_t in_line = number != 0 ? frame(number).line : 0;
      if (in_file != file) {
        table_ += static_cast<char>(SetFile);
        append_packed(table_, in_file);
      }
      table_ += static_cast<char>(AdvanceLine);
      append_signed(table_, in_line - line);
      file = in_file;
      line = in_line;
      advance(from);
      table_ += static_cast<char>(Copy);
    });
    advance(end);
    table_ += {Extended, 1, EndSequence};
  }

  const std::span<const std::byte> code_;
  const std::span<const NamedCode> pieces_;
  const CodeLines& lines_;
  const std::uint64_t base_;
  std::map<std::string_view, std::uint64_t> files_;  // by name: their numbers, from 1
  std::vector<std::string_view> file_names_;
  std::map<std::string_view, std::uint32_t> taken_in_;  // by name: where the entry stands
  std::vector<OpenCall> open_;
  std::string info_, table_;
};

}  // namespace

DebugSections debug_sections(std::span<const std::byte> code, std::span<const NamedCode> pieces,
                             const CodeLines& lines) {
  return DebugWriter(code, pieces, lines).run();
}

}  // namespace noodle::jit
