// Tensors as people read them: in rows, aligned, and with the middle left out where there are many elements.

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <vector>

#include "runtime/tensor/operand.h"

namespace noodle::room {

namespace {

using namespace noodle::tensor;

constexpr std::int64_t kMostShown = 1000;
constexpr std::int64_t kEdge = 3;  // shown at each end of an axis when there are more
constexpr std::size_t kLine = 80;
constexpr int kMostDigits = 8;  // behind the point
constexpr const char* kGap = "...";

// How all floats of a tensor are written.
enum class Style : std::uint8_t { Fixed, Scientific };

class Writer {
 public:
  explicit Writer(const Operand& tensor)
      : tensor_(tensor),
        is_complex_(nbc::is_complex(tensor.kind())),
        kind_(is_complex_ ? value::part_kind(tensor.kind()) : tensor.kind()),
        is_cut_(tensor.count() > kMostShown) {}

  std::string text() {
    find_style();
    each_shown(0, tensor_.data(), [&](const std::byte* at) { cells_.push_back(cell(at)); });
    align(cells_);
    if (is_complex_) add_imaginary();
    std::string out;
    write(0, out);
    return out;
  }

 private:
  bool is_gap(std::uint32_t axis, std::int64_t index) const {
    const std::int64_t length = tensor_.shape()[axis];
    return is_cut_ && length > 2 * kEdge && index >= kEdge && index < length - kEdge;
  }

  template <typename F>
  void each_shown(std::uint32_t axis, const std::byte* at, const F& f) const {
    if (axis == tensor_.rank()) return f(at);
    for (std::int64_t i = 0; i < tensor_.shape()[axis]; ++i) {
      if (is_gap(axis, i)) {
        i = tensor_.shape()[axis] - kEdge - 1;
        continue;
      }
      each_shown(axis + 1, at + i * tensor_.stride(axis) * std::int64_t{element_size(tensor_.kind())}, f);
    }
  }

  double number(const std::byte* at) const {
    double x = 0;
    kernels().cast[column(kind_)][static_cast<std::size_t>(Kind::F64)](at, &x, 1, 1);
    return x;
  }

  // Many orders of magnitude side by side are read with exponents.
  void find_style() {
    if (!nbc::is_float(kind_)) return;
    double least = INFINITY, most = 0;
    const auto look_at = [&](double x) {
      x = std::fabs(x);
      if (!std::isfinite(x) || x == 0) return;
      least = std::min(least, x);
      most = std::max(most, x);
    };
    each_shown(0, tensor_.data(), [&](const std::byte* at) {
      look_at(number(at));
      if (is_complex_) look_at(number(at + element_size(kind_)));
    });
    if (most != 0 && (most >= 1e8 || least < 1e-4 || most / least > 1000)) style_ = Style::Scientific;
  }

  std::string cell(const std::byte* at) const {
    if (kind_ == Kind::Bool) return *at == std::byte{0} ? "false" : "true";
    char text[400];
    char* end = text;
    const std::uint64_t word = value::load_scalar(kind_, at);
    if (nbc::is_unsigned(kind_)) {
      end = std::to_chars(text, text + sizeof text, word).ptr;
    } else if (nbc::is_integer(kind_)) {
      end = std::to_chars(text, text + sizeof text, static_cast<std::int64_t>(word)).ptr;
    } else {
      return real(number(at));
    }
    return {text, end};
  }

  // The imaginary parts with their signs, aligned among themselves, behind the real ones.
  void add_imaginary() {
    std::vector<std::string> parts;
    each_shown(0, tensor_.data(), [&](const std::byte* at) {
      const double x = number(at + element_size(kind_));
      parts.push_back((std::signbit(x) && !std::isnan(x) ? "-" : "+") + real(std::fabs(x)));
    });
    align(parts);
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      std::string& part = parts[i];
      part.insert(part.find_last_not_of(' ') + 1, "i");
      cells_[i] += part;
    }
  }

  // Digits enough to tell it from its neighbours, but not more than a column wants.
  std::string real(double x) const {
    if (!std::isfinite(x)) return std::isnan(x) ? "nan" : x > 0 ? "inf" : "-inf";
    const auto format = style_ == Style::Fixed ? std::chars_format::fixed : std::chars_format::scientific;
    char text[400];
    const bool is_narrow = kind_ != Kind::F64;
    char* end = is_narrow ? std::to_chars(text, text + sizeof text, static_cast<float>(x), format).ptr
                          : std::to_chars(text, text + sizeof text, x, format).ptr;
    std::string shown(text, end);
    if (digits(shown) > kMostDigits) {
      end = std::to_chars(text, text + sizeof text, x, format, kMostDigits).ptr;
      shown.assign(text, end);
      trim(shown);
    }
    if (shown.find('.') == std::string::npos) shown.insert(std::min(shown.find('e'), shown.size()), ".");
    return shown;
  }

  static int digits(const std::string& shown) {
    const std::size_t point = shown.find('.');
    if (point == std::string::npos) return 0;
    return static_cast<int>(std::min(shown.find('e'), shown.size()) - point - 1);
  }

  static void trim(std::string& shown) {
    std::size_t end = std::min(shown.find('e'), shown.size());
    const std::size_t whole = end;
    while (end > 0 && shown[end - 1] == '0') --end;
    shown.erase(end, whole - end);
  }

  // Points stand below points: what has fewer digits gets spaces, with exponents zeros.
  void align(std::vector<std::string>& cells) const {
    std::size_t width = 0;
    if (nbc::is_float(kind_)) {
      int most = 0;
      for (const std::string& text : cells) most = std::max(most, digits(text));
      for (std::string& text : cells) {
        if (text.find('.') == std::string::npos) continue;
        const auto missing = static_cast<std::size_t>(most - digits(text));
        text.insert(std::min(text.find('e'), text.size()), missing, style_ == Style::Fixed ? ' ' : '0');
      }
    }
    for (const std::string& text : cells) width = std::max(width, text.size());
    for (std::string& text : cells) text.insert(0, width - text.size(), ' ');
  }

  void write(std::uint32_t axis, std::string& out) {
    if (axis == tensor_.rank()) {
      out += cells_[next_++];
      return;
    }
    const std::int64_t length = tensor_.shape()[axis];
    const bool is_last = axis + 1 == tensor_.rank();
    out += '[';
    for (std::int64_t i = 0; i < length; ++i) {
      if (i != 0) separate(axis, out);
      if (is_gap(axis, i)) {
        out += kGap;
        i = length - kEdge - 1;
        continue;
      }
      if (is_last && i != 0) wrap(axis, out);
      write(axis + 1, out);
    }
    out += ']';
  }

  // Between two elements a space, between two rows a new line, between blocks an empty one as well.
  void separate(std::uint32_t axis, std::string& out) const {
    const std::uint32_t deeper = tensor_.rank() - axis - 1;
    if (deeper == 0) {
      out += ' ';
      return;
    }
    out.append(deeper, '\n');
    out.append(axis + 1, ' ');
  }

  void wrap(std::uint32_t axis, std::string& out) const {
    const std::size_t begin = out.rfind('\n') + 1;  // npos + 1 is the start
    if (out.size() - begin + cells_[next_].size() <= kLine) return;
    out.back() = '\n';
    out.append(axis + 1, ' ');
  }

  const Operand& tensor_;
  const bool is_complex_;
  const Kind kind_;  // of what is written: elements, or parts of complex ones
  const bool is_cut_;
  Style style_ = Style::Fixed;
  std::vector<std::string> cells_;
  std::size_t next_ = 0;
};

}  // namespace

Status native_tensor_to_text(Call& call) {
  const Operand tensor(call, 0);
  if (tensor.count() == 0) return give_text(call, "[] of shape " + text_of(tensor.shape()));
  std::string text = Writer(tensor).text();
  if (tensor.rank() != 0) text = std::string(element_name(tensor.kind())) + " " + text_of(tensor.shape()) + "\n" + text;
  return give_text(call, text);
}

}  // namespace noodle::room
