#include "runtime/tensor/windows.h"

namespace noodle::tensor {

std::expected<Window, std::string> window_of(const Call& call, std::size_t slot, ShapeView shape, ShapeView lengths) {
  const ShapeView lists[] = {list_arg(call, slot), list_arg(call, slot + 1), list_arg(call, slot + 2)};
  constexpr const char* kNames[] = {"stride", "padding", "dilation"};
  Window window;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    Axis& axis = window.axes[kWindowAxes - lengths.size() + i];
    axis.in = shape[shape.size() - lengths.size() + i];
    axis.window = lengths[i];
    std::int64_t* const values[] = {&axis.stride, &axis.padding, &axis.dilation};
    for (std::size_t which = 0; which < 3; ++which) {
      if (lists[which].size() != lengths.size()) {
        return std::unexpected("a " + std::string(kNames[which]) + " of " + std::to_string(lists[which].size()) +
                               " numbers for " + std::to_string(lengths.size()) + " axes");
      }
      *values[which] = lists[which][i];
      const std::int64_t least = which == 1 ? 0 : 1;
      if (lists[which][i] < least || lists[which][i] > INT32_MAX) {
        return std::unexpected("a " + std::string(kNames[which]) + " of " + text_of(lists[which]) +
                               ": each number must be from " + std::to_string(least) + " to 2147483647");
      }
    }
    if (axis.window < 1 || axis.window > INT32_MAX) return std::unexpected("a window of the shape " + text_of(lengths));
    if (axis.in + 2 * axis.padding <= axis.dilation * (axis.window - 1)) {
      return std::unexpected("a window of the shape " + text_of(lengths) + " with a dilation of " + text_of(lists[2]) +
                             " doesn't fit into an input of the shape " + text_of(shape) + " with a padding of " +
                             text_of(lists[1]));
    }
    axis.behind = axis.padding;
    axis.measure();
  }
  return window;
}

std::expected<TensorObject*, Status> make_planes(Call& call, const Operand& x, std::int64_t planes,
                                                 const Window& window) {
  const std::size_t axes = x.rank() - 2;
  Shape shape = {x.shape()[0], planes};
  for (std::size_t i = kWindowAxes - axes; i < kWindowAxes; ++i) shape.push_back(window.axes[i].out);
  const Shape padded = {x.shape()[1],          window.axes[0].phases, window.axes[1].phases, window.axes[2].phases,
                        window.axes[0].length, window.axes[1].length, window.axes[2].length};
  if (const auto count = count_of(padded, result_kind(call)); !count) {
    return std::unexpected(room::panic(call, count.error()));
  }
  return make_checked(call, shape);
}

Status no_windows(Call& call, const char* what, Kind kind) {
  return room::panic(call,
                     std::string(what) + " is defined for elements of type f32 and Float, not " + element_name(kind));
}

}  // namespace noodle::tensor
