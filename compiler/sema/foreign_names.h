// What other languages call something that Noodle has, so that an unknown name can be answered with ours.

#pragma once

#include <span>
#include <string_view>

namespace noodle::sema {

/// Noodle's name for a value, type or trait known elsewhere as `word`; empty if none comes to mind.
std::string_view foreign_name(std::string_view word);

/// What to write where a function of another language is called, or a word of it stands; empty if none comes to mind.
std::string_view foreign_help(std::string_view word);

/// What does the work of another language's method.
struct ForeignMember {
  std::string_view ours;  // a method's name, perhaps empty
  std::string_view help;  // what to write where no type's method does it, perhaps empty
};

/// Noodle's way to do what a method `word` does elsewhere, for a type with the methods `have`; both empty if none comes
/// to mind.
ForeignMember foreign_member(std::string_view word, std::span<const std::string_view> have);

}  // namespace noodle::sema
