// Pictures of SVG as PNG. librsvg reads no files here, since the text has no place that they could be found from; fonts
// are those that fontconfig finds.

#include <librsvg/rsvg.h>

#include <algorithm>
#include <memory>
#include <string>

#include "runtime/room/natives.h"

namespace noodle::room {

namespace {

struct Free {
  void operator()(GError* error) const { g_error_free(error); }
  void operator()(RsvgHandle* handle) const { g_object_unref(handle); }
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(cairo_t* context) const { cairo_destroy(context); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

constexpr std::int64_t kMostPixels = 10'000;  // along a side

/// What librsvg needs for a while, about: four bytes a pixel, and its tree of the text.
std::size_t memory_for(std::string_view svg, std::int64_t width, std::int64_t height) {
  return static_cast<std::size_t>(width * height) * 4 + svg.size() * 16;
}

cairo_status_t add_bytes(void* to, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

/// The reason why there is no picture; empty when `png` has it.
std::string render(std::string_view svg, std::int64_t width, std::int64_t height, std::string& png) {
  GError* problem = nullptr;
  const Owned<RsvgHandle> handle(
      rsvg_handle_new_from_data(reinterpret_cast<const guint8*>(svg.data()), svg.size(), &problem));
  const auto reason = [&] { return std::string(Owned<GError>(problem)->message); };
  if (handle == nullptr) return reason();
  const Owned<cairo_surface_t> surface(
      cairo_image_surface_create(CAIRO_FORMAT_RGB24, static_cast<int>(width), static_cast<int>(height)));
  const Owned<cairo_t> context(cairo_create(surface.get()));
  const RsvgRectangle all{0, 0, static_cast<double>(width), static_cast<double>(height)};
  if (rsvg_handle_render_document(handle.get(), context.get(), &all, &problem) == 0) return reason();
  const cairo_status_t status = cairo_surface_write_to_png_stream(surface.get(), add_bytes, &png);
  return status == CAIRO_STATUS_SUCCESS ? "" : cairo_status_to_string(status);
}

}  // namespace

Status native_plot_png(Call& call) {
  const std::string_view svg = text_arg(call, 0);
  const std::int64_t width = int_arg(call, 2), height = int_arg(call, 3);
  if (std::min(width, height) < 1 || std::max(width, height) > kMostPixels) {
    return panic(call, "a picture of " + std::to_string(width) + " by " + std::to_string(height) + " pixels");
  }
  const Charge memory(call, memory_for(svg, width, height));
  if (!memory.is_ok()) return Status::NoMemory;
  std::string png;
  const std::string problem = render(svg, width, height, png);
  if (give_text(call, problem, 2) != Status::Ok) return Status::NoMemory;
  give_bool(call, problem.empty());
  return give_bytes(call, problem.empty() ? png : std::string_view(), 1);
}

}  // namespace noodle::room
