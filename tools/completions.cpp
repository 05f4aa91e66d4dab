// Shells complete the command from the same table that its help is printed from.

#include <algorithm>

#include "compiler/source/diagnostics.h"
#include "tools/verb.h"

namespace noodle::tools {

namespace {

constexpr std::string_view kShells[] = {"bash", "zsh", "fish"};

/// What may stand as the word of a verb, where it isn't a file.
std::string words_of(const Verb& verb) {
  std::string out;
  const auto add = [&](std::string_view word) { out += (out.empty() ? "" : " ") + std::string(word); };
  if (verb.takes == Takes::Verbs) {
    for (const Verb* other : verbs()) add(other->name);
  } else if (verb.takes == Takes::Codes) {
    for (const source::Code code : source::all_codes()) add(source::code_text(code));
  } else if (verb.takes == Takes::Shells) {
    for (const std::string_view shell : kShells) add(shell);
  }
  return out;
}

std::string choices_of(const Flag& flag) {
  std::string out;
  for (const std::string_view choice : flag.choices) out += (out.empty() ? "" : " ") + std::string(choice);
  return out;
}

/// Text between single quotes, which no shell looks into.
std::string in_quotes(std::string_view text, std::string_view escaped_quote) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\n') {
      out += ' ';
    } else if (c == '\'') {
      out += escaped_quote;
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string verb_names() {
  std::string out;
  for (const Verb* verb : verbs()) out += (out.empty() ? "" : " ") + std::string(verb->name);
  return out;
}

// ---- bash

std::string bash_verb(const Verb& verb) {
  std::string out = "        " + std::string(verb.name) + ")\n            flags='--help";
  for (const Flag& flag : verb.flags) {
    if (!flag.hidden) out += " " + std::string(flag.name);
  }
  out += "'\n";
  if (const std::string words = words_of(verb); !words.empty()) out += "            words='" + words + "'\n";
  if (verb.takes == Takes::Files) out += "            files=yes\n";
  std::string cases;
  for (const Flag& flag : verb.flags) {
    if (flag.hidden || flag.value.empty()) continue;
    cases += "                " + std::string(flag.name) + ") values='" + choices_of(flag) + "' wants=yes ;;\n";
  }
  if (!cases.empty()) out += "            case $flag in\n" + cases + "            esac\n";
  return out + "            ;;\n";
}

std::string bash() {
  std::string out =
      "# Completion of noodle for bash: source <(noodle completions bash)\n"
      "_noodle() {\n"
      "    local word=${COMP_WORDS[COMP_CWORD]} flag=${COMP_WORDS[COMP_CWORD - 1]}\n"
      "    local flags='' words='' files='' values='' wants=''\n"
      "    if [[ $COMP_CWORD -eq 1 ]]; then\n"
      "        mapfile -t COMPREPLY < <(compgen -W '" +
      verb_names() +
      " --help --version' -- \"$word\")\n"
      "        return\n"
      "    fi\n"
      "    # Bash takes `=` for a word of its own.\n"
      "    if [[ $word == = ]]; then\n"
      "        word=''\n"
      "    elif [[ $flag == = ]]; then\n"
      "        flag=${COMP_WORDS[COMP_CWORD - 2]}\n"
      "    fi\n"
      "    case ${COMP_WORDS[1]} in\n";
  for (const Verb* verb : verbs()) out += bash_verb(*verb);
  out +=
      "    esac\n"
      "    if [[ -n $wants ]]; then\n"
      "        if [[ -n $values ]]; then\n"
      "            mapfile -t COMPREPLY < <(compgen -W \"$values\" -- \"$word\")\n"
      "        else\n"
      "            mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
      "        fi\n"
      "    elif [[ $word == -* ]]; then\n"
      "        mapfile -t COMPREPLY < <(compgen -W \"$flags\" -- \"$word\")\n"
      "    elif [[ -n $words ]]; then\n"
      "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
      "    elif [[ -n $files ]]; then\n"
      "        compopt -o filenames 2>/dev/null\n"
      "        mapfile -t COMPREPLY < <(compgen -d -- \"$word\"; compgen -f -X '!*.@(noodle|nbc)' -- \"$word\")\n"
      "    fi\n"
      "}\n"
      "shopt -s extglob\n"
      "complete -F _noodle noodle\n";
  return out;
}

// ---- zsh

std::string zsh_flag(const Flag& flag) {
  std::string help(flag.help);
  for (std::size_t at = 0; (at = help.find_first_of("[]:", at)) != std::string::npos; at += 2) help.insert(at, "\\");
  std::string spec =
      std::string(flag.name) + (flag.value.empty() || !flag.name.starts_with("--") ? "" : "=") + "[" + help + "]";
  if (!flag.value.empty()) {
    spec += ":" + std::string(flag.value) + ":";
    spec += flag.choices.empty() ? "_files" : "(" + choices_of(flag) + ")";
  }
  return in_quotes(spec, "'\\''");
}

std::string zsh() {
  std::string out =
      "#compdef noodle\n"
      "# Completion of noodle for zsh: noodle completions zsh > a folder of $fpath, as _noodle\n"
      "_noodle() {\n"
      "    local -a verbs\n"
      "    verbs=(\n";
  for (const Verb* verb : verbs()) {
    out += "        " + in_quotes(std::string(verb->name) + ":" + std::string(verb->summary), "'\\''") + "\n";
  }
  out +=
      "    )\n"
      "    if (( CURRENT == 2 )); then\n"
      "        _describe verb verbs\n"
      "        return\n"
      "    fi\n"
      "    local verb=$words[2]\n"
      "    shift words\n"
      "    (( CURRENT-- ))\n"
      "    case $verb in\n";
  for (const Verb* verb : verbs()) {
    out += "        " + std::string(verb->name) + ")\n            _arguments '--help[print help]'";
    for (const Flag& flag : verb->flags) {
      if (!flag.hidden) out += " \\\n                " + zsh_flag(flag);
    }
    const std::string words = words_of(*verb);
    if (!words.empty()) out += " \\\n                '*:word:(" + words + ")'";
    if (verb->takes == Takes::Files) out += " \\\n                '*:file:_files -g \"*.(noodle|nbc)(-.)\"'";
    out += "\n            ;;\n";
  }
  return out +
         "    esac\n"
         "}\n"
         "_noodle \"$@\"\n";
}

// ---- fish

std::string fish() {
  std::string out = "# Completion of noodle for fish: noodle completions fish | source\ncomplete -c noodle -f\n";
  for (const Verb* verb : verbs()) {
    out += "complete -c noodle -n __fish_use_subcommand -a " + std::string(verb->name) + " -d " +
           in_quotes(verb->summary, "\\'") + "\n";
  }
  for (const Verb* verb : verbs()) {
    const std::string head = "complete -c noodle -n '__fish_seen_subcommand_from " + std::string(verb->name) + "'";
    for (const Flag& flag : verb->flags) {
      if (flag.hidden) continue;
      out += head + (flag.name.starts_with("--") ? " -l " + std::string(flag.name.substr(2))
                                                 : " -s " + std::string(flag.name.substr(1)));
      if (!flag.value.empty()) out += flag.choices.empty() ? " -r -F" : " -x -a '" + choices_of(flag) + "'";
      out += " -d " + in_quotes(flag.help, "\\'") + "\n";
    }
    if (const std::string words = words_of(*verb); !words.empty()) out += head + " -a '" + words + "'\n";
    if (verb->takes == Takes::Files) out += head + " -F\n";
  }
  return out;
}

int run(const Arguments& arguments) {
  const std::string_view shell = arguments.positional[0];
  if (shell == "bash") return print_out(bash()), 0;
  if (shell == "zsh") return print_out(zsh()), 0;
  if (shell == "fish") return print_out(fish()), 0;
  return usage_error("there are completions for bash, zsh and fish, not for `" + std::string(shell) + "`");
}

}  // namespace

constinit const Verb kCompletions = {
    .name = "completions",
    .usage = "bash|zsh|fish",
    .summary = "print what makes a shell complete this command",
    .details =
        "bash: source <(noodle completions bash)\n"
        "zsh:  noodle completions zsh >~/.zfunc/_noodle, with ~/.zfunc in $fpath\n"
        "fish: noodle completions fish >~/.config/fish/completions/noodle.fish\n",
    .flags = {},
    .takes = Takes::Shells,
    .fewest = 1,
    .most = 1,
    .run = run,
};

}  // namespace noodle::tools
