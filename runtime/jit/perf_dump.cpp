#include "runtime/jit/perf_dump.h"

#include <elf.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/bytes.h"
#include "runtime/jit/perf_file.h"

namespace noodle::jit {

namespace {

// The layouts are perf's.
constexpr std::uint32_t kMagic = 0x4A695444, kVersion = 1;
enum Record : std::uint32_t { CodeLoad = 0, DebugInfo = 2 };

struct FileHeader {
  std::uint32_t magic = kMagic, version = kVersion, size = sizeof(FileHeader), machine = EM_X86_64, unused = 0,
                process = 0;
  std::uint64_t time = 0, flags = 0;
};
static_assert(sizeof(FileHeader) == 40);

// perf records by the same clock when it is asked to.
std::uint64_t now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
}

std::string record(Record kind, const std::string& body) {
  std::string all;
  append_raw(all, kind);
  append_raw(all, static_cast<std::uint32_t>(16 + body.size()));
  append_raw(all, now());
  return all + body;
}

std::string lines_of(std::span<const std::byte> code, const NamedCode& piece, const CodeLines& lines) {
  std::string entries;
  std::uint64_t count = 0;
  const auto begin = static_cast<std::uint64_t>(piece.at - code.data());
  for_each_row(lines, begin, begin + piece.bytes, [&](std::uint64_t from, std::uint64_t, std::uint32_t frame) {
    if (frame == 0 || lines.frames[frame - 1].line == 0) return;
    append_raw(entries, reinterpret_cast<std::uintptr_t>(code.data()) + from);
    append_raw(entries, lines.frames[frame - 1].line);
    append_raw(entries, std::uint32_t{0});  // nothing to tell several pieces of one line apart
    entries += lines.frames[frame - 1].file;
    entries += '\0';
    ++count;
  });
  if (count == 0) return {};
  std::string body;
  append_raw(body, reinterpret_cast<std::uintptr_t>(piece.at));
  append_raw(body, count);
  return record(DebugInfo, body + entries);
}

std::string load_of(const NamedCode& piece, std::uint64_t number) {
  std::string body;
  append_raw(body, static_cast<std::uint32_t>(getpid()));
  append_raw(body, static_cast<std::uint32_t>(syscall(SYS_gettid)));
  append_raw(body, reinterpret_cast<std::uintptr_t>(piece.at));  // where it lies, and where it was made
  append_raw(body, reinterpret_cast<std::uintptr_t>(piece.at));
  append_raw(body, std::uint64_t{piece.bytes});
  append_raw(body, number);
  body += piece.name;
  body += '\0';
  body.append(reinterpret_cast<const char*>(piece.at), piece.bytes);
  return record(CodeLoad, body);
}

}  // namespace

PerfDump::~PerfDump() {
  if (mark_ != nullptr) munmap(mark_, static_cast<std::size_t>(sysconf(_SC_PAGESIZE)));
  if (file_ != nullptr) std::fclose(file_);
}

std::string PerfDump::path() { return "/tmp/jit-" + std::to_string(getpid()) + ".dump"; }

std::string PerfDump::open() {
  std::string trouble;
  std::FILE* file = make_perf_file(path(), trouble);
  if (file == nullptr) return trouble;
  const FileHeader header{.process = static_cast<std::uint32_t>(getpid()), .time = now()};
  std::fwrite(&header, sizeof header, 1, file);
  std::fflush(file);
  // That a process maps it as code is how perf learns of the file.
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* mark = mmap(nullptr, page, PROT_READ | PROT_EXEC, MAP_PRIVATE, fileno(file), 0);
  if (mark == MAP_FAILED) {
    trouble = std::strerror(errno);
    std::fclose(file);
    return trouble;
  }
  file_ = file;
  mark_ = mark;
  return {};
}

void PerfDump::add(std::span<const std::byte> code, std::span<const NamedCode> pieces, const CodeLines& lines) {
  if (file_ == nullptr) return;
  for (const NamedCode& piece : pieces) {
    const std::string records = lines_of(code, piece, lines) + load_of(piece, pieces_++);
    std::fwrite(records.data(), 1, records.size(), file_);
  }
  // The program may end at any moment.
  std::fflush(file_);
}

}  // namespace noodle::jit
