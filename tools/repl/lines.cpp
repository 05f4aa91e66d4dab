#include "tools/repl/lines.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <dlfcn.h>
#include <unistd.h>

#include "tools/interrupts.h"
#include "tools/jit.h"
#include "tools/repl/edit_library.h"

namespace noodle::tools {

namespace {

/// Lines as they come, after a prompt if somebody sees it.
class PlainLines final : public Lines {
 public:
  PlainLines(world::World& world, bool is_terminal) : world_(world), is_terminal_(is_terminal) {}

  Kind read(std::string_view prompt, std::string& line) override {
    if (is_terminal_) {
      std::printf("%.*s", static_cast<int>(prompt.size()), prompt.data());
      std::fflush(stdout);
    }
    switch (world_.read_line(line, [] { return Interrupts::happened(); })) {
      case world::LineRead::Line: return Kind::Line;
      case world::LineRead::End: return Kind::End;
      case world::LineRead::Interrupted: return Kind::Interrupted;
    }
    return Kind::End;
  }
  bool is_terminal() const override { return is_terminal_; }

 private:
  world::World& world_;
  bool is_terminal_;
};

/// What the library that edits lines has.
struct EditLibrary {
  decltype(&noodle_edit_open) open = nullptr;
  decltype(&noodle_edit_read) read = nullptr;
  decltype(&noodle_edit_remember) remember = nullptr;
  decltype(&noodle_edit_close) close = nullptr;

  static std::optional<EditLibrary> load() {
    void* library = dlopen(library_path("libnoodle-edit.so").c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return std::nullopt;
    EditLibrary out;
    const auto find = [&](auto& function, const char* name) {
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
      return function != nullptr;
    };
    if (find(out.open, "noodle_edit_open") && find(out.read, "noodle_edit_read") &&
        find(out.remember, "noodle_edit_remember") && find(out.close, "noodle_edit_close")) {
      return out;
    }
    return std::nullopt;
  }
};

class EditedLines final : public Lines {
 public:
  EditedLines(const EditLibrary& library, Completer complete) : library_(library), complete_(std::move(complete)) {
    editor_ = library_.open(history_path().c_str(), next_word, this);
  }
  ~EditedLines() override {
    if (editor_ != nullptr) library_.close(editor_);
  }
  EditedLines(const EditedLines&) = delete;
  EditedLines& operator=(const EditedLines&) = delete;

  bool is_open() const { return editor_ != nullptr; }
  Kind read(std::string_view prompt, std::string& line) override {
    int interrupted = 0;
    const char* text = library_.read(editor_, std::string(prompt).c_str(), &interrupted);
    if (interrupted != 0 || Interrupts::happened()) return Kind::Interrupted;
    if (text == nullptr) return Kind::End;
    line = text;
    return Kind::Line;
  }
  void remember(const std::string& text) override { library_.remember(editor_, text.c_str()); }
  bool is_terminal() const override { return true; }

 private:
  static const char* next_word(void* context, const char* text, int index) {
    auto& lines = *static_cast<EditedLines*>(context);
    if (index == 0) lines.words_ = lines.complete_(text);
    return static_cast<std::size_t>(index) < lines.words_.size() ? lines.words_[static_cast<std::size_t>(index)].c_str()
                                                                 : nullptr;
  }

  EditLibrary library_;
  Completer complete_;
  void* editor_ = nullptr;
  std::vector<std::string> words_;
};

}  // namespace

std::unique_ptr<Lines> open_lines(world::World& world, Completer complete) {
  const bool is_terminal = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1;
  if (is_terminal) {
    if (const auto library = EditLibrary::load()) {
      auto lines = std::make_unique<EditedLines>(*library, std::move(complete));
      if (lines->is_open()) return lines;
    }
  }
  return std::make_unique<PlainLines>(world, is_terminal);
}

std::string history_path() {
  const char* state = std::getenv("XDG_STATE_HOME");
  const char* home = std::getenv("HOME");
  std::string folder;
  if (state != nullptr && *state == '/') {
    folder = state;
  } else if (home != nullptr && *home == '/') {
    folder = std::string(home) + "/.local/state";
  } else {
    return {};
  }
  folder += "/noodle";
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  return error ? std::string() : folder + "/history";
}

}  // namespace noodle::tools
