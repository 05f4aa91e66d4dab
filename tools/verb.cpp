#include "tools/verb.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "base/text.h"

namespace noodle::tools {

namespace {

const Verb* const kVerbs[] = {&kRun, &kCheck, &kBuild,  &kTest, &kBench,       &kFmt,     &kLint, &kExplain,
                              &kDoc, &kRepl,  &kDisasm, &kNew,  &kCompletions, &kVersion, &kHelp};

const Flag* find_flag(const Verb& verb, std::string_view name) {
  const auto it = std::find_if(verb.flags.begin(), verb.flags.end(), [&](const Flag& f) { return f.name == name; });
  return it == verb.flags.end() ? nullptr : &*it;
}

std::string quoted(std::string_view text) { return "`" + std::string(text) + "`"; }

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
  const std::string_view best = nearest(word, candidates);
  return best.empty() ? "" : "; did you mean " + quoted(best) + "?";
}

std::string unknown_flag(const Verb& verb, std::string_view name) {
  std::vector<std::string_view> names{"--help"};
  for (const Flag& flag : verb.flags) {
    if (!flag.hidden) names.push_back(flag.name);
  }
  return quoted("noodle " + std::string(verb.name)) + " has no flag " + quoted(name) + did_you_mean(name, names);
}

std::string bad_choice(const Flag& flag, std::string_view value) {
  std::string text = quoted(flag.name) + " can't be " + quoted(value) + ": it is one of ";
  for (std::size_t i = 0; i < flag.choices.size(); ++i) {
    if (i != 0) text += ", ";
    text += flag.choices[i];
  }
  return text;
}

std::string flag_line(const Flag& flag) {
  std::string left = "  " + std::string(flag.name);
  if (!flag.value.empty()) {
    left += flag.name.starts_with("--") ? "=" : " ";
    left += flag.value;
  }
  left.resize(std::max<std::size_t>(left.size() + 2, 28), ' ');
  return left + std::string(flag.help) + "\n";
}

}  // namespace

std::span<const Verb* const> verbs() { return kVerbs; }

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (wrong != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::string_view> Arguments::value(std::string_view flag) const {
  for (auto it = flags.rbegin(); it != flags.rend(); ++it) {
    if (it->first == flag) return it->second;
  }
  return std::nullopt;
}

ParseResult parse_arguments(const Verb& verb, std::span<const std::string_view> words) {
  ParseResult result;
  Arguments& arguments = result.arguments;
  bool flags_ended = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (verb.passes_rest && arguments.positional.size() == verb.most) {
      arguments.rest.assign(words.begin() + static_cast<std::ptrdiff_t>(i), words.end());
      break;
    }
    if (flags_ended || word.size() < 2 || word[0] != '-') {
      arguments.positional.push_back(word);
      continue;
    }
    if (word == "--") {
      flags_ended = true;
      continue;
    }
    if (word == "--help" || word == "-h") {
      result.help = true;
      return result;
    }
    const std::size_t equals = word.starts_with("--") ? word.find('=') : std::string_view::npos;
    const std::string_view name = word.substr(0, equals);
    const Flag* flag = find_flag(verb, name);
    if (flag == nullptr) {
      result.error = unknown_flag(verb, name);
      return result;
    }
    std::string_view value;
    if (flag->value.empty()) {
      if (equals != std::string_view::npos) {
        result.error = quoted(name) + " takes no value";
        return result;
      }
    } else if (equals != std::string_view::npos) {
      value = word.substr(equals + 1);
    } else if (i + 1 < words.size()) {
      value = words[++i];
    } else {
      result.error = quoted(name) + " needs a value: " + std::string(flag->value);
      return result;
    }
    const bool allowed =
        flag->choices.empty() || std::find(flag->choices.begin(), flag->choices.end(), value) != flag->choices.end();
    if (!allowed) {
      result.error = bad_choice(*flag, value);
      return result;
    }
    arguments.flags.emplace_back(flag->name, value);
  }
  const std::string command = "noodle " + std::string(verb.name);
  if (arguments.positional.size() < verb.fewest) {
    result.error = "something is missing: " + command + " " + std::string(verb.usage);
  } else if (arguments.positional.size() > verb.most) {
    result.error = quoted(command) + " doesn't take " + quoted(arguments.positional[verb.most]);
  }
  return result;
}

std::string help_text(const Verb& verb) {
  std::string text = std::string(verb.summary) + "\n\nusage: noodle " + std::string(verb.name);
  if (!verb.usage.empty()) text += " " + std::string(verb.usage);
  text += "\n";
  if (!verb.details.empty()) text += "\n" + std::string(verb.details);
  text += "\nflags:\n";
  for (const Flag& flag : verb.flags) {
    if (!flag.hidden) text += flag_line(flag);
  }
  text += flag_line({"--help", "", "print this text"});
  return text;
}

std::string overview() {
  std::string text =
      "Noodle compiles and runs programs written in the Noodle language.\n\n"
      "usage: noodle VERB [ARGUMENTS]\n\n";
  for (const Verb* verb : kVerbs) {
    std::string line = "  " + std::string(verb->name);
    line.resize(14, ' ');
    text += line + std::string(verb->summary) + "\n";
  }
  text += "\n`noodle VERB --help` says more about a verb.\n";
  return text;
}

int run_command(std::span<const std::string_view> words) {
  if (words.empty()) {
    print_err(overview());
    return kExitUsage;
  }
  std::string_view name = words[0];
  if (name == "--help" || name == "-h") name = "help";
  if (name == "--version" || name == "-V") name = "version";
  for (const Verb* verb : kVerbs) {
    if (verb->name != name) continue;
    const ParseResult parsed = parse_arguments(*verb, words.subspan(1));
    if (parsed.help) {
      print_out(help_text(*verb));
      return 0;
    }
    if (!parsed.error.empty()) return usage_error(parsed.error);
    return verb->run(parsed.arguments);
  }
  if (name.ends_with(".noodle") || name.ends_with(".nbc")) {
    return usage_error("say what to do with the file: `noodle run " + std::string(name) + "`");
  }
  std::vector<std::string_view> names;
  for (const Verb* verb : kVerbs) names.push_back(verb->name);
  return usage_error("there is no verb " + quoted(name) + did_you_mean(name, names));
}

int usage_error(std::string_view message) {
  refuse(message);
  return kExitUsage;
}

int refuse(std::string_view why) {
  print_err("noodle: " + std::string(why) + "\n");
  return kExitErrors;
}

void print_out(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void print_err(std::string_view text) {
  std::fflush(stdout);  // so that both streams keep their order on one terminal
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace noodle::tools
