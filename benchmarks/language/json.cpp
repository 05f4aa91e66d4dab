#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <variant>
#include <vector>

struct Json;
using Items = std::vector<Json>;
using Fields = std::vector<std::pair<std::string, Json>>;
struct Json {
  std::variant<std::nullptr_t, bool, double, std::string, Items, Fields> value;
};
struct Parser {
  const std::string& text;
  std::size_t at = 0;
  void skip() {
    while (text[at] == ' ' || text[at] == '\n') ++at;
  }
  Json read() {
    skip();
    switch (text[at]) {
      case '{': return {fields()};
      case '[': return {items()};
      case '"': return {string()};
      case 't': at += 4; return {true};
      case 'f': at += 5; return {false};
      case 'n': at += 4; return {nullptr};
      default: return {number()};
    }
  }
  Items items() {
    Items out;
    ++at, skip();
    while (text[at] != ']') {
      out.push_back(read());
      skip();
      if (text[at] == ',') ++at;
    }
    ++at;
    return out;
  }
  Fields fields() {
    Fields out;
    ++at, skip();
    while (text[at] != '}') {
      skip();
      std::string key = string();
      skip(), ++at;
      out.emplace_back(std::move(key), read());
      skip();
      if (text[at] == ',') ++at;
    }
    ++at;
    return out;
  }
  std::string string() {
    const std::size_t start = ++at;
    while (text[at] != '"') ++at;
    return text.substr(start, at++ - start);
  }
  double number() {
    const std::size_t start = at;
    while (at < text.size() && (text[at] == '-' || text[at] == '.' || (text[at] >= '0' && text[at] <= '9'))) ++at;
    return std::strtod(text.substr(start, at - start).c_str(), nullptr);
  }
};
static double total(const Json& json) {
  if (const auto* value = std::get_if<double>(&json.value)) return *value;
  double sum = 0;
  if (const auto* items = std::get_if<Items>(&json.value)) {
    for (const Json& item : *items) sum += total(item);
  } else if (const auto* fields = std::get_if<Fields>(&json.value)) {
    for (const auto& [key, item] : *fields) sum += total(item);
  }
  return sum;
}
static void write(const Json& json, std::vector<std::string>& out) {
  if (std::holds_alternative<std::nullptr_t>(json.value)) {
    out.emplace_back("null");
  } else if (const auto* flag = std::get_if<bool>(&json.value)) {
    out.emplace_back(*flag ? "true" : "false");
  } else if (const auto* value = std::get_if<double>(&json.value)) {
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "%.1f", *value);
    out.emplace_back(buffer);
  } else if (const auto* text = std::get_if<std::string>(&json.value)) {
    out.push_back('"' + *text + '"');
  } else if (const auto* items = std::get_if<Items>(&json.value)) {
    out.emplace_back("[");
    for (std::size_t i = 0; i < items->size(); ++i) {
      if (i > 0) out.emplace_back(",");
      write((*items)[i], out);
    }
    out.emplace_back("]");
  } else if (const auto* fields = std::get_if<Fields>(&json.value)) {
    out.emplace_back("{");
    for (std::size_t i = 0; i < fields->size(); ++i) {
      if (i > 0) out.emplace_back(",");
      out.push_back('"' + (*fields)[i].first + "\":");
      write((*fields)[i].second, out);
    }
    out.emplace_back("}");
  }
}
int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 1;
  std::string text = "[";
  for (int i = 0; i < 25000; ++i) {
    const std::string n = std::to_string(i);
    text += (i == 0 ? "" : ", ") + ("{ \"id\": " + n) + ", \"name\": \"user " + n + "\", \"tags\": [\"a\", \"b" +
            std::to_string(i % 7) + "\"], \"ok\": " + (i % 2 == 0 ? "true" : "false") +
            ", \"none\": null, \"score\": " + n + ".5 }";
  }
  text += "]";
  double sum = 0;
  std::size_t written = 0;
  for (int i = 0; i < rounds; ++i) {
    const Json json = Parser{text}.read();
    std::vector<std::string> out;
    write(json, out);
    sum += total(json);
    std::string joined;
    for (const std::string& part : out) joined += part;
    written += joined.size();
  }
  std::printf("%zu %.1f %zu\n", text.size(), sum, written);
}
