// The end of a function's life in the builder: far branches, labels, debug information.

#include <algorithm>
#include <cassert>

#include "nbc/builder.h"

namespace noodle::nbc {

void FunctionBuilder::cleanup(Label first, Label end, Label handler, std::vector<std::uint16_t> kept) {
  std::sort(kept.begin(), kept.end());
  cleanups_.push_back({first, end, handler, std::move(kept)});
}

void FunctionBuilder::line(std::uint32_t file, std::uint32_t line, std::uint32_t column, std::uint32_t inlined) {
  LineEntry entry{here(), file, line, column, inlined};
  auto& lines = debug_.lines;
  if (!lines.empty() && lines.back().pc == entry.pc) lines.pop_back();
  if (!lines.empty()) {
    LineEntry same = lines.back();
    same.pc = entry.pc;
    if (same == entry) return;
  }
  lines.push_back(entry);
}

std::uint32_t FunctionBuilder::inlined_call(StringId function, std::uint32_t file, std::uint32_t line,
                                            std::uint32_t column, std::uint32_t parent) {
  debug_.inlined.push_back({function, file, line, column, parent});
  return static_cast<std::uint32_t>(debug_.inlined.size());
}

void FunctionBuilder::local(StringId name, TypeId type, std::uint16_t slot, Label first, Label end) {
  locals_.push_back({name, type, slot, first, end});
}

// A fused branch reaches 2^15 words. One that has to go farther becomes three words: the same branch
// over the next word, a jump past the third, and the jump that reaches:
//     jlt a, b, +2 ; jump next ; jump far ; next:
// Widening moves code and may push other branches out of reach, so it repeats until nothing changes.
void FunctionBuilder::widen() {
  for (bool again = true; again;) {
    again = false;
    std::vector<std::uint32_t> wide;
    for (const Fix& fix : fixes_) {
      if (fix.kind != FixKind::Offset) continue;
      auto distance = std::int64_t(labels_[fix.label.index]) - fix.base;
      if (distance < INT16_MIN || distance > INT16_MAX) wide.push_back(fix.base);
    }
    if (wide.empty()) return;
    again = true;
    // Words move by two for each widened branch before them.
    auto moved = [&](std::uint32_t at) {
      auto before = std::lower_bound(wide.begin(), wide.end(), at) - wide.begin();
      return at + 2 * static_cast<std::uint32_t>(before);
    };
    std::vector<Word> code;
    code.reserve(code_.size() + 2 * wide.size());
    std::size_t next = 0;
    for (std::uint32_t at = 0; at < code_.size(); ++at) {
      code.push_back(code_[at]);
      if (next < wide.size() && wide[next] == at) {
        ++next;
        auto here = static_cast<std::uint32_t>(code.size()) - 1;
        code.back() |= Word(2) << 48;
        code.push_back(word_imm(Op::Jump, 0, here + 3));
        code.push_back(word_imm(Op::Jump, 0, 0));
      }
    }
    // The jumps over, made in an earlier round, move too: they are fixes on labels of their own.
    for (Fix& fix : fixes_) {
      bool is_wide = fix.kind == FixKind::Offset && std::binary_search(wide.begin(), wide.end(), fix.base);
      fix.word = moved(fix.word);
      fix.base = moved(fix.base);
      if (is_wide) fix = {fix.base + 2, fix.base + 2, fix.label, FixKind::Imm, false};
    }
    for (std::uint32_t& at : labels_) {
      if (at != UINT32_MAX) at = moved(at);
    }
    for (LineEntry& entry : debug_.lines) entry.pc = moved(entry.pc);
    for (std::uint32_t at : wide) {
      std::uint32_t base = moved(at);
      Label over = label();
      labels_[over.index] = base + 3;
      fixes_.push_back({base + 1, base + 1, over, FixKind::Imm, false});
    }
    std::sort(fixes_.begin(), fixes_.end(),
              [](const Fix& a, const Fix& b) { return a.word != b.word ? a.word < b.word : a.high < b.high; });
    code_ = std::move(code);
  }
}

void FunctionBuilder::finish() {
  widen();
  auto place = [&](Label label) {
    assert(labels_[label.index] != UINT32_MAX && "a label was used but never bound");
    return labels_[label.index];
  };
  for (const Fix& fix : fixes_) {
    std::uint32_t to = place(fix.label);
    Word& word = code_[fix.word];
    switch (fix.kind) {
      case FixKind::Imm: word = (word & 0xFFFFFFFFull) | Word(to) << 32; break;
      case FixKind::Offset:
        word = (word & ~(0xFFFFull << 48)) | Word(static_cast<std::uint16_t>(to - fix.base)) << 48;
        break;
      case FixKind::Target: word |= Word(to) << (fix.high ? 32 : 0); break;
    }
  }
  Module& module = builder_.module;
  Function& f = module.functions[id_.index];
  f.registers = std::move(registers_);
  f.code = std::move(code_);
  f.cleanups.clear();
  for (PendingCleanup& c : cleanups_) {
    f.cleanups.push_back({place(c.first), place(c.end), place(c.handler), std::move(c.kept)});
  }
  // An empty range protects nothing and would only confuse the order.
  std::erase_if(f.cleanups, [](const Cleanup& c) { return c.first >= c.end; });
  std::stable_sort(f.cleanups.begin(), f.cleanups.end(), [](const Cleanup& a, const Cleanup& b) {
    return a.first != b.first ? a.first < b.first : a.end > b.end;
  });
  for (const PendingLocal& l : locals_) {
    debug_.locals.push_back({l.name, l.type, l.slot, place(l.first), place(l.end)});
  }
  // A line entry behind the last instruction covers nothing.
  while (!debug_.lines.empty() && debug_.lines.back().pc >= f.code.size()) debug_.lines.pop_back();
  if (module.debug.functions.size() < module.functions.size()) {
    module.debug.functions.resize(module.functions.size());
  }
  module.debug.functions[id_.index] = std::move(debug_);
}

}  // namespace noodle::nbc
