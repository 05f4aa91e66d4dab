// Matrix products. Those of f32, f64 and complex numbers of them are OpenBLAS's.

#include <algorithm>
#include <cstring>
#include <utility>

#include "runtime/tensor/openblas.h"
#include "runtime/tensor/own.h"
#include "runtime/tensor/walk.h"

namespace noodle::room {

namespace {

using namespace noodle::tensor;

// A matrix as BLAS takes it: one of its strides is 1.
struct Matrix {
  const std::byte* data;
  std::int64_t rows, columns, row_stride, column_stride;

  bool is_plain() const { return column_stride == 1 && row_stride >= std::max<std::int64_t>(columns, 1); }
  bool is_transposed() const { return row_stride == 1 && column_stride >= std::max<std::int64_t>(rows, 1); }
  int leading() const { return static_cast<int>(is_plain() ? row_stride : column_stride); }
};

template <typename T>
void multiply(const Matrix& a, const Matrix& b, void* out) {
  static constexpr T kOne = 1, kZero = 0;
  routines<T>().gemm(kRowMajor, a.is_plain() ? kPlain : kTransposed, b.is_plain() ? kPlain : kTransposed,
                     static_cast<int>(a.rows), static_cast<int>(b.columns), static_cast<int>(a.columns),
                     factor_of(kOne), reinterpret_cast<const T*>(a.data), a.leading(),
                     reinterpret_cast<const T*>(b.data), b.leading(), factor_of(kZero), static_cast<T*>(out),
                     static_cast<int>(b.columns));
}

// Other elements: a row of the result is the sum of rows of b, each times an element of a.
void multiply_plainly(Kind kind, const Matrix& a, const Matrix& b, std::byte* out) {
  const auto k = column(kind);
  const std::uint32_t size = element_size(kind);
  const BinaryLoop times = kernels().binary[static_cast<std::size_t>(BinaryOp::Multiply)][k];
  const JoinLoop add = kernels().join[static_cast<std::size_t>(ReduceOp::Sum)][k];
  constexpr std::int64_t kPart = 512;
  std::uint64_t part[kPart];
  std::memset(out, 0, static_cast<std::size_t>(a.rows * b.columns) * size);
  for (std::int64_t i = 0; i < a.rows; ++i) {
    for (std::int64_t j = 0; j < a.columns; ++j) {
      const std::byte* factor = a.data + (i * a.row_stride + j * a.column_stride) * size;
      for (std::int64_t begin = 0; begin < b.columns; begin += kPart) {
        const std::int64_t count = std::min(kPart, b.columns - begin);
        times(factor, b.data + (j * b.row_stride + begin * b.column_stride) * size, part, count, 0, b.column_stride);
        add(part, out + (i * b.columns + begin) * size, count, 1);
      }
    }
  }
}

bool is_blas_kind(Kind kind) { return kind == Kind::F32 || kind == Kind::F64 || nbc::is_complex(kind); }

// Operands with at least two axes: a vector becomes a matrix of one row or column, whose axis the result lacks.
struct Sides {
  Shape a, b;  // with their last two axes
  bool is_row, is_column;
};

Sides sides(ShapeView a, ShapeView b) {
  Sides made{.a = Shape(a.begin(), a.end()),
             .b = Shape(b.begin(), b.end()),
             .is_row = a.size() == 1,
             .is_column = b.size() == 1};
  if (made.is_row) made.a.insert(made.a.begin(), 1);
  if (made.is_column) made.b.push_back(1);
  return made;
}

// One operand's matrices: strides of the last two axes, and, in bytes, of the axes before them in the result.
struct Stack {
  Matrix first;
  Shape strides;

  Stack(const Operand& tensor, const Shape& shape, bool is_row, bool is_column, std::size_t outer) : strides(outer) {
    const auto stride = [&](std::size_t axis) { return tensor.stride(static_cast<std::uint32_t>(axis)); };
    const std::size_t rank = tensor.rank();
    first = {.data = tensor.data(),
             .rows = shape[shape.size() - 2],
             .columns = shape.back(),
             .row_stride = 0,
             .column_stride = 1};
    if (is_row) {
      first.column_stride = stride(0);
      first.row_stride = first.columns;
    } else if (is_column) {
      first.row_stride = stride(0);
    } else {
      first.row_stride = stride(rank - 2);
      first.column_stride = stride(rank - 1);
    }
    // Where there is one row or column, it doesn't matter how far the next would be.
    if (first.columns == 1) first.column_stride = 1;
    if (first.rows == 1 && first.column_stride == 1) first.row_stride = std::max<std::int64_t>(first.columns, 1);
    const std::size_t own = rank < 2 ? 0 : rank - 2;
    for (std::size_t i = 0; i < own; ++i) {
      const std::size_t axis = outer - own + i;
      strides[axis] = tensor.shape()[i] == 1 ? 0 : stride(i) * element_size(tensor.kind());
    }
  }
};

// Whether OpenBLAS can read an operand where it lies.
bool is_readable(const Operand& tensor, const Shape& shape, bool is_row, bool is_column) {
  constexpr std::int64_t kMost = INT32_MAX;
  const Matrix matrix = Stack(tensor, shape, is_row, is_column, shape.size() - 2).first;
  return (matrix.is_plain() || matrix.is_transposed()) && matrix.row_stride <= kMost && matrix.column_stride <= kMost;
}

struct Product {
  const Operand& a;
  const Operand& b;
  const Sides& sides;
  const Shape& outer;
  Kind kind;
};

void multiply(Kind kind, const Matrix& a, const Matrix& b, std::byte* out) {
  switch (kind) {
    case Kind::F32: return multiply<float>(a, b, out);
    case Kind::F64: return multiply<double>(a, b, out);
    case Kind::Complex64: return multiply<std::complex<float>>(a, b, out);
    case Kind::Complex128: return multiply<std::complex<double>>(a, b, out);
    default: return multiply_plainly(kind, a, b, out);
  }
}

// Products that are done together, on several threads where that is worth it: some at a time, and rows of large ones.
class Products {
 public:
  Products(Call& call, Kind kind) : call_(call), kind_(kind), cores_(call.host.cores(call)) {}

  // False when they aren't wanted any more.
  bool add(const Matrix& a, const Matrix& b, std::byte* out) {
    const std::int64_t row = b.columns * element_size(kind_), step = a.row_stride * element_size(kind_);
    const double work = static_cast<double>(b.columns) * static_cast<double>(a.columns);  // of a row
    const std::int64_t rows = rows_each(a.rows, work);
    for (std::int64_t first = 0, count = 0; first < a.rows; first += count) {
      if (count_ == kMost && !finish()) return false;
      // A small part at the end belongs to the one before: for small products OpenBLAS has kernels of their own as
      // well.
      const std::int64_t left = a.rows - first;
      count = left < rows + rows / 2 ? left : rows;
      Job& job = jobs_[count_++];
      job = {.a = a, .b = b, .out = out + first * row};
      job.a.data += first * step;
      job.a.rows = count;
      work_ += static_cast<double>(count) * work;
    }
    return true;
  }

  bool finish() {
    const auto most_parts = static_cast<std::size_t>(std::clamp(work_ / kWorth, 1.0, static_cast<double>(kMost)));
    each_ = (count_ + most_parts - 1) / most_parts;
    const std::size_t parts = count_ == 0 ? 0 : (count_ + each_ - 1) / each_;
    const bool is_done = call_.host.share(call_, parts, part, this);
    count_ = 0;
    work_ = 0;
    return is_done;
  }

 private:
  struct Job {
    Matrix a, b;
    std::byte* out;
  };
  static constexpr std::size_t kMost = 64;
  static constexpr double kWorth = 0x1p22;  // multiplications: a tenth of a millisecond
  // Cut after so many rows, OpenBLAS computes each element as it does in the whole: its kernels for what is left over
  // at the end add in another order.
  static constexpr std::int64_t kRows = 24;

  std::int64_t rows_each(std::int64_t rows, double work) const {
    const auto parts = static_cast<std::int64_t>(std::min<double>(cores_, static_cast<double>(rows) * work / kWorth));
    if (parts < 2) return rows;
    return std::max(kRows, (rows / parts + kRows / 2) / kRows * kRows);
  }

  static void part(void* data, std::size_t i) {
    const auto& its = *static_cast<const Products*>(data);
    for (std::size_t job = i * its.each_; job < std::min(its.count_, (i + 1) * its.each_); ++job) {
      multiply(its.kind_, its.jobs_[job].a, its.jobs_[job].b, its.jobs_[job].out);
    }
  }

  Call& call_;
  Kind kind_;
  std::uint32_t cores_;
  std::size_t count_ = 0, each_ = 1;
  double work_ = 0;
  Job jobs_[kMost];
};

Status fill(Call& call, const Product& product, TensorObject* out) {
  const Stack x(product.a, product.sides.a, product.sides.is_row, false, product.outer.size());
  const Stack y(product.b, product.sides.b, false, product.sides.is_column, product.outer.size());
  const std::int64_t size = x.first.rows * y.first.columns * element_size(product.kind);
  std::byte* to = out->data;
  Products products(call, product.kind);
  const auto walk = side_by_side({product.a.data(), product.b.data()}, product.outer, {&x.strides, &y.strides});
  const bool is_done = walk.each(1, [&](std::byte* const(&at)[2]) {
    Matrix left = x.first, right = y.first;
    left.data = at[0];
    right.data = at[1];
    return products.add(left, right, std::exchange(to, to + size));
  });
  return give_if(call, is_done && products.finish(), out);
}

}  // namespace

Status native_tensor_matmul(Call& call) {
  const Operand a(call, 0), b(call, 1);
  const Kind kind = result_kind(call);
  if (kind == Kind::Bool) return undefined(call, "a matrix product", kind);
  const auto misfit = [&](const char* why) {
    return panic(call,
                 "the shapes " + text_of(a.shape()) + " and " + text_of(b.shape()) + " have no matrix product: " + why);
  };
  if (a.rank() == 0 || b.rank() == 0) return misfit("a number is no matrix");
  const Sides both = sides(a.shape(), b.shape());
  if (both.a.back() != both.b[both.b.size() - 2])
    return misfit("the left one's columns are not as many as the right one's rows");
  const auto outer = broadcast(ShapeView(both.a).first(both.a.size() - 2), ShapeView(both.b).first(both.b.size() - 2));
  if (!outer) return misfit(outer.error().c_str());
  Shape shape = *outer;
  if (!both.is_row) shape.push_back(both.a[both.a.size() - 2]);
  if (!both.is_column) shape.push_back(both.b.back());
  if (const auto count = count_of(shape, kind); !count) return panic(call, count.error());
  for (const std::int64_t length : {both.a[both.a.size() - 2], both.a.back(), both.b.back()}) {
    if (length > INT32_MAX) return misfit("one of them is too long");
  }
  const bool with_blas = is_blas_kind(kind);
  if (with_blas && !openblas().trouble.empty()) return panic(call, openblas().trouble);
  TensorObject* out = make(call, shape);
  if (out == nullptr) return Status::NoMemory;
  if (out->count == 0) return give(call, out);
  if (both.a.back() == 0) {
    std::memset(out->data, 0, static_cast<std::size_t>(out->count) * element_size(kind));
    return give(call, out);
  }
  if (!with_blas) return fill(call, {.a = a, .b = b, .sides = both, .outer = *outer, .kind = kind}, out);
  const Readable left(call, a, is_readable(a, both.a, both.is_row, false));
  const Readable right(call, b, is_readable(b, both.b, false, both.is_column));
  if (left.has_memory() && right.has_memory()) {
    return fill(call, {.a = *left, .b = *right, .sides = both, .outer = *outer, .kind = kind}, out);
  }
  return give_if(call, Status::NoMemory, out);
}

}  // namespace noodle::room
