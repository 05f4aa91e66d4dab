// Manual pages from the table that help is printed from.

#include "tools/verb.h"

namespace noodle::tools {

namespace {

/// Text in which roff sees no request and no escape.
std::string roff(std::string_view text) {
  std::string out;
  bool begins_line = true;
  for (const char c : text) {
    if (begins_line && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
    begins_line = c == '\n';
  }
  return out;
}

std::string head(const std::string& name, std::string_view summary) {
  return ".TH " + name + " 1 \"\" \"Noodle " + std::string(version()) + "\" \"Noodle\"\n.SH NAME\n" + roff(name) +
         " \\- " + roff(summary) + "\n.SH SYNOPSIS\n";
}

std::string flag_entry(const Flag& flag) {
  std::string out = ".TP\n.B " + roff(flag.name);
  if (!flag.value.empty()) out += (flag.name.starts_with("--") ? "=" : " ") + roff(flag.value);
  out += "\n" + roff(flag.help) + "\n";
  if (flag.choices.empty()) return out;
  out += ".br\nOne of";
  for (std::size_t i = 0; i < flag.choices.size(); ++i) out += (i == 0 ? " " : ", ") + roff(flag.choices[i]);
  return out + ".\n";
}

}  // namespace

std::string man_page(const Verb& verb) {
  std::string out = head("noodle-" + std::string(verb.name), verb.summary);
  out += ".B noodle " + roff(verb.name) + "\n" + roff(verb.usage) + "\n";
  // Lines stay as they are in the help, which is made for terminals.
  if (!verb.details.empty()) out += ".SH DESCRIPTION\n.nf\n" + roff(verb.details) + ".fi\n";
  out += ".SH OPTIONS\n";
  for (const Flag& flag : verb.flags) {
    if (!flag.hidden) out += flag_entry(flag);
  }
  out += flag_entry({"--help", "", "print this text"});
  return out + ".SH SEE ALSO\n.BR noodle (1)\n";
}

std::string man_page() {
  std::string out = head("noodle", "compile and run programs of the Noodle language");
  out +=
      ".B noodle\nVERB [ARGUMENTS]\n.SH DESCRIPTION\nEach verb has a page of its own, such as\n.BR noodle-run (1).\n";
  for (const Verb* verb : verbs()) {
    out += ".TP\n.B " + roff(verb->name) + "\n" + roff(verb->summary) + "\n";
  }
  out +=
      ".SH EXIT STATUS\n.TP\n0\nsuccess\n.TP\n1\nthe program has errors, a test failed, or main gave an Err\n"
      ".TP\n2\nwrong usage\n.TP\n101\na panic\n";
  return out;
}

}  // namespace noodle::tools
