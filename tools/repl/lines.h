#pragma once

// Where the REPL's lines come from: a terminal, where they can be edited, or whatever else standard input is.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/world/world.h"

namespace noodle::tools {

using Completer = std::function<std::vector<std::string>(std::string_view text)>;

class Lines {
 public:
  enum class Kind : unsigned char { Line, End, Interrupted };
  virtual ~Lines() = default;
  /// The next line without its end.
  virtual Kind read(std::string_view prompt, std::string& line) = 0;
  /// An input as a whole, for the history.
  virtual void remember(const std::string&) {}
  virtual bool is_terminal() const { return false; }
};

/// Those of standard input, through the world that the program reads from as well.
std::unique_ptr<Lines> open_lines(world::World& world, Completer complete);

/// The file of the history: `history` in $XDG_STATE_HOME/noodle or ~/.local/state/noodle, whose folder is made; empty
/// when there is no place for it.
std::string history_path();

}  // namespace noodle::tools
