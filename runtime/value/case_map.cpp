#include "runtime/value/case_map.h"

#include <cstdint>

#include "base/text.h"

namespace noodle::value {

namespace {

// Runs of lower-case letters and the way to their upper case. With step 2, upper and lower
// alternate: `first` is the first lower-case one and its upper case stands right before it.
struct Run {
  std::uint32_t first, last;
  std::int32_t to_upper;
  std::uint32_t step;
};
constexpr Run kRuns[] = {
    {'a', 'z', -32, 1},     {0xB5, 0xB5, 743, 1},      {0xE0, 0xF6, -32, 1},    {0xF8, 0xFE, -32, 1},
    {0xFF, 0xFF, 121, 1},   {0x101, 0x12F, -1, 2},     {0x133, 0x137, -1, 2},   {0x13A, 0x148, -1, 2},
    {0x14B, 0x177, -1, 2},  {0x17A, 0x17E, -1, 2},     {0x1A1, 0x1A5, -1, 2},   {0x1B0, 0x1B0, -1, 1},
    {0x1CE, 0x1DC, -1, 2},  {0x1DF, 0x1EF, -1, 2},     {0x1F5, 0x1F5, -1, 1},   {0x1F9, 0x21F, -1, 2},
    {0x223, 0x233, -1, 2},  {0x259, 0x259, -202, 1},   {0x3AC, 0x3AC, -38, 1},  {0x3AD, 0x3AF, -37, 1},
    {0x3B1, 0x3C1, -32, 1}, {0x3C2, 0x3C2, -31, 1},    {0x3C3, 0x3CB, -32, 1},  {0x3CC, 0x3CC, -64, 1},
    {0x3CD, 0x3CE, -63, 1}, {0x430, 0x44F, -32, 1},    {0x450, 0x45F, -80, 1},  {0x461, 0x481, -1, 2},
    {0x48B, 0x4BF, -1, 2},  {0x4C2, 0x4CE, -1, 2},     {0x4CF, 0x4CF, -15, 1},  {0x4D1, 0x52F, -1, 2},
    {0x561, 0x586, -48, 1}, {0x10D0, 0x10FA, 3008, 1}, {0x1E01, 0x1E95, -1, 2}, {0x1EA1, 0x1EFF, -1, 2},
};

std::uint32_t upper(std::uint32_t c) {
  for (const Run& run : kRuns) {
    if (c >= run.first && c <= run.last && (c - run.first) % run.step == 0) {
      return c + static_cast<std::uint32_t>(run.to_upper);
    }
  }
  return c;
}

std::uint32_t lower(std::uint32_t c) {
  if (c == 0x39C || c == 0x3A3) return c + 32;  // before µ and final ς, which share their upper case
  for (const Run& run : kRuns) {
    const std::uint32_t back = c - static_cast<std::uint32_t>(run.to_upper);
    if (back >= run.first && back <= run.last && (back - run.first) % run.step == 0) return back;
  }
  return c;
}

template <typename Map>
std::string map_text(std::string_view text, Map map) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const DecodedScalar c = decode_utf8(text);
    map(out, c.value);
    text.remove_prefix(c.length);
  }
  return out;
}

}  // namespace

std::string to_upper(std::string_view text) {
  return map_text(text, [](std::string& out, std::uint32_t c) {
    if (c == 0xDF) {
      out += "SS";
    } else {
      append_utf8(out, upper(c));
    }
  });
}

std::string to_lower(std::string_view text) {
  return map_text(text, [](std::string& out, std::uint32_t c) { append_utf8(out, lower(c)); });
}

}  // namespace noodle::value
