#include "tools/examples.h"

namespace noodle::tools {

std::optional<Mistake> example_of(source::Code code) {
  switch (code) {
#define NOODLE_EXAMPLE(name, wrong, right) \
  case source::Code::name: return Mistake{wrong, right};
#include "tools/examples.def"
#undef NOODLE_EXAMPLE
    default: return std::nullopt;
  }
}

std::string whole_program(std::string_view text) {
  std::string program(text);
  if (program.contains("fn main()") || program.contains("fn main(count")) return program + "\n";
  for (const std::string_view word : {"fn ", "func ", "pub ", "struct ", "enum ", "trait ", "impl", "const ", "test ",
                                      "@", "actor ", "import ", "///"}) {
    if (text.starts_with(word)) return program + "\nfn main() {}\n";
  }
  return "fn main() {\n" + program + "\n}\n";
}

}  // namespace noodle::tools
