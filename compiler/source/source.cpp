#include "compiler/source/source.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace noodle::source {

SourceMap::Places::Places(std::string_view text) : lines{0} {
  // So that a column costs the same in a line of any length.
  std::uint32_t scalars = 0;
  for (std::size_t from = 0; from <= text.size(); from += kMarkEvery) {
    marks.push_back(scalars);
    scalars += static_cast<std::uint32_t>(count_scalars(text.substr(from, kMarkEvery)));
  }
  ascii = scalars == text.size();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t newline = text.find('\n', at);
    if (newline == std::string_view::npos) break;
    at = newline + 1;
    lines.push_back(static_cast<std::uint32_t>(at));
  }
}

const SourceMap::Places& SourceMap::File::places() const {
  if (!found) found = std::make_unique<const Places>(text);
  return *found;
}

std::unique_ptr<SourceMap::File> SourceMap::make(std::string path, std::string text) {
  auto file = std::make_unique<File>();
  file->path = std::move(path);
  file->own = std::move(text);
  if (file->own.size() > kLargestFile) file->own.resize(kLargestFile);
  file->text = file->own;
  return file;
}

FileId SourceMap::add(std::string path, std::string text) {
  files_.push_back(make(std::move(path), std::move(text)));
  return FileId(files_.size() - 1);
}

FileId SourceMap::add_lasting(std::string path, std::string_view text) {
  const FileId file = add(std::move(path), {});
  files_.back()->text = text;
  return file;
}

void SourceMap::replace(FileId file, std::string text) {
  auto& place = files_[file.index];
  auto next = make(place->path, std::move(text));
  replaced_.push_back(std::exchange(place, std::move(next)));
}

FileId SourceMap::find(std::string_view path) const {
  for (std::size_t i = 0; i < files_.size(); ++i) {
    if (files_[i]->path == path) return FileId(i);
  }
  return FileId();
}

std::string_view SourceMap::text(Span span) const {
  if (!span.valid()) return {};
  const std::string_view all = text(span.file);
  const std::size_t begin = std::min<std::size_t>(span.begin, all.size());
  const std::size_t end = std::clamp<std::size_t>(span.end, begin, all.size());
  return all.substr(begin, end - begin);
}

std::uint32_t SourceMap::line(FileId file, std::uint32_t offset, std::uint32_t near) const {
  const auto& lines = this->lines(file);
  if (near > 0 && near <= lines.size() && lines[near - 1] <= offset) {
    constexpr std::uint32_t kWindow = 8;
    for (std::uint32_t n = near; n < near + kWindow; ++n) {
      if (n == lines.size() || lines[n] > offset) return n;
    }
  }
  return static_cast<std::uint32_t>(std::upper_bound(lines.begin(), lines.end(), offset) - lines.begin());
}

Position SourceMap::position(FileId file, std::uint32_t offset, std::uint32_t near) const {
  const File& f = at(file);
  offset = std::min(offset, static_cast<std::uint32_t>(f.text.size()));
  const std::uint32_t number = line(file, offset, near);
  const std::uint32_t begin = lines(file)[number - 1];
  return {number, f.scalars_before(offset) - f.scalars_before(begin) + 1};
}

std::uint32_t SourceMap::File::scalars_before(std::uint32_t offset) const {
  const Places& known = places();
  if (known.ascii) return offset;
  const std::uint32_t mark = offset / kMarkEvery;
  const std::uint32_t from = mark * kMarkEvery;
  return known.marks[mark] + static_cast<std::uint32_t>(count_scalars(text.substr(from, offset - from)));
}

std::string_view SourceMap::line_text(FileId file, std::uint32_t line) const {
  const std::string_view text = at(file).text;
  const auto& lines = this->lines(file);
  if (line == 0 || line > lines.size()) return {};
  const std::size_t begin = lines[line - 1];
  std::size_t end = line < lines.size() ? lines[line] - 1 : text.size();
  if (end > begin && text[end - 1] == '\r') --end;
  return text.substr(begin, end - begin);
}

std::uint32_t SourceMap::line_begin(FileId file, std::uint32_t line) const {
  const auto& lines = this->lines(file);
  return lines[std::clamp<std::size_t>(line, 1, lines.size()) - 1];
}

std::uint32_t SourceMap::line_count(FileId file) const { return static_cast<std::uint32_t>(lines(file).size()); }

std::uint32_t SourceMap::offset(FileId file, Position position) const {
  if (position.line > lines(file).size()) return static_cast<std::uint32_t>(at(file).text.size());
  const std::string_view line = line_text(file, position.line);
  std::size_t byte = 0;
  for (std::uint32_t column = 1; column < position.column && byte < line.size(); ++column) {
    ++byte;
    while (byte < line.size() && (static_cast<std::uint8_t>(line[byte]) & 0xC0) == 0x80) ++byte;
  }
  return line_begin(file, position.line) + static_cast<std::uint32_t>(byte);
}

}  // namespace noodle::source
