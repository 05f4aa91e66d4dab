// Natives that read and write integers of any size. Long ones are halved until their parts are short, so that the time
// grows little more than that of a multiplication, and so that it can be stopped.

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "runtime/big/number.h"

namespace noodle::room {

namespace {

using namespace noodle::big;

// So many digits are left to GMP, which takes a few milliseconds for them.
constexpr std::size_t kFewDigits = 20'000;
// What is needed beside the number, in numbers.
constexpr std::uint64_t kScratch = 6;

bool is_radix(std::int64_t radix) { return radix >= 2 && radix <= 36; }

Status no_radix(Call& call, std::int64_t radix) {
  return panic(call, "the radix " + std::to_string(radix) + " is none from 2 to 36");
}

/// The powers of a radix by which texts are halved: each is of twice as many digits as the one before.
class Powers {
 public:
  explicit Powers(int radix) : radix_(radix) {}

  /// The one for `kFewDigits << level` digits.
  mpz_srcptr at(std::size_t level) {
    while (powers_.size() <= level) {
      Number next;
      if (powers_.empty()) {
        mpz_ui_pow_ui(next, static_cast<unsigned long>(radix_), kFewDigits);
      } else {
        mpz_mul(next, powers_.back(), powers_.back());
      }
      powers_.push_back(std::move(next));
    }
    return powers_[level];
  }
  int radix() const { return radix_; }

 private:
  int radix_;
  std::vector<Number> powers_;
};

bool is_digit(char c, int radix) {
  const int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'z' ? c - 'a' + 10
                    : c >= 'A' && c <= 'Z' ? c - 'A' + 10
                                           : 36;
  return digit < radix;
}

/// Reads digits; false when it was told to stop.
bool read(const Call& call, Powers& powers, std::string_view digits, Number& out) {
  if (digits.size() <= kFewDigits) {
    mpz_set_str(out, std::string(digits).c_str(), powers.radix());
    return true;
  }
  if (is_told_to_stop(call)) return false;
  std::size_t level = 0;
  while (kFewDigits << (level + 1) < digits.size()) ++level;
  const std::size_t low_digits = kFewDigits << level;
  Number low;
  if (!read(call, powers, digits.substr(0, digits.size() - low_digits), out)) return false;
  if (!read(call, powers, digits.substr(digits.size() - low_digits), low)) return false;
  mpz_mul(out, out, powers.at(level));
  mpz_add(out, out, low);
  return true;
}

/// Writes a magnitude, with zeros before it when it has fewer than `width` digits; false when it was told to stop.
bool write(const Call& call, Powers& powers, mpz_srcptr value, std::size_t level, std::size_t width, std::string& out) {
  if (level == 0) {
    std::string digits(mpz_sizeinbase(value, powers.radix()) + 2, '\0');
    mpz_get_str(digits.data(), powers.radix(), value);
    digits.resize(digits.find('\0'));
    if (digits.size() < width) out.append(width - digits.size(), '0');
    out += digits;
    return true;
  }
  if (is_told_to_stop(call)) return false;
  const std::size_t low_digits = kFewDigits << (level - 1);
  // The first part may be nothing, and so may its half.
  if (width == 0 && mpz_cmp(value, powers.at(level - 1)) < 0) return write(call, powers, value, level - 1, 0, out);
  Number high, low;
  mpz_tdiv_qr(high, low, value, powers.at(level - 1));
  return write(call, powers, high, level - 1, width == 0 ? 0 : width - low_digits, out) &&
         write(call, powers, low, level - 1, low_digits, out);
}

/// Gives (what was read, the number).
Status give_read(Call& call, std::int64_t outcome, mpz_srcptr value) {
  give_int(call, outcome);
  return give(call, value, 1);
}

}  // namespace

Status native_big_parse(Call& call) {
  std::string_view digits = text_arg(call, 0);
  const std::int64_t radix = int_arg(call, 2);
  if (!is_radix(radix)) return no_radix(call, radix);
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  Number value;
  const auto wrong = [&](char c) { return !is_digit(c, static_cast<int>(radix)); };
  if (digits.empty() || std::ranges::any_of(digits, wrong)) return give_read(call, 1, value);
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size() - 1));
  const double bits = static_cast<double>(digits.size() - 1) * std::log2(static_cast<double>(radix));
  if (bits > static_cast<double>(kMostBits)) return give_read(call, 2, value);
  const Charge charge(call, (kScratch * static_cast<std::uint64_t>(bits) + 64) / 8);
  if (!charge.is_ok()) return Status::NoMemory;
  Powers powers(static_cast<int>(radix));
  if (!read(call, powers, digits, value)) return Status::Interrupted;
  if (bits_of(value) > kMostBits) return give_read(call, 2, Number());
  if (negative) mpz_neg(value, value);
  return give_read(call, 0, value);
}

Status native_big_to_text(Call& call) {
  const Operand a(call, 0);
  const std::int64_t radix = int_arg(call, 2);
  if (!is_radix(radix)) return no_radix(call, radix);
  Powers powers(static_cast<int>(radix));
  const std::size_t digits = mpz_sizeinbase(a, powers.radix());
  const Charge charge(call, (kScratch * bits_of(a) + 8 * (digits + 1)) / 8);
  if (!charge.is_ok()) return Status::NoMemory;
  Number magnitude;
  mpz_abs(magnitude, a);
  std::string out;
  out.reserve(digits + 1);
  if (sign_of(a) < 0) out += '-';
  std::size_t level = 0;
  while (kFewDigits << level < digits) ++level;
  if (!write(call, powers, magnitude, level, 0, out)) return Status::Interrupted;
  return give_text(call, out);
}

}  // namespace noodle::room
