#include "tools/repl/edit_library.h"

#include <histedit.h>
#include <algorithm>
#include <cctype>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

constexpr int kMostHistory = 2000;

struct Editor {
  EditLine* line = nullptr;
  History* history = nullptr;
  std::string file, prompt, read;
  NoodleEditComplete complete = nullptr;
  void* context = nullptr;
};

Editor& editor_of(EditLine* line) {
  void* editor = nullptr;
  el_get(line, EL_CLIENTDATA, &editor);
  return *static_cast<Editor*>(editor);
}

char* prompt_of(EditLine* line) { return editor_of(line).prompt.data(); }

bool is_word_part(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0; }

/// Tabulator: puts in what all candidates have in common, and lists them when that is nothing.
unsigned char complete(EditLine* line, int) {
  Editor& editor = editor_of(line);
  const LineInfo* info = el_line(line);
  const std::string before(info->buffer, info->cursor);
  std::size_t begin = before.size();
  while (begin > 0 && is_word_part(before[begin - 1])) --begin;
  const std::string word = before.substr(begin);
  std::vector<std::string> words;
  for (int i = 0;; ++i) {
    const char* one = editor.complete(editor.context, before.c_str(), i);
    if (one == nullptr) break;
    words.emplace_back(one);
  }
  if (words.empty()) return CC_ERROR;
  std::string common = words[0];
  for (const std::string& one : words) {
    const auto end = std::mismatch(common.begin(), common.end(), one.begin(), one.end()).first;
    common.erase(end, common.end());
  }
  if (common.size() > word.size()) {
    el_insertstr(line, common.c_str() + word.size());
    return CC_REFRESH;
  }
  if (words.size() == 1) return CC_NORM;
  std::printf("\n");
  for (const std::string& one : words) std::printf("%s  ", one.c_str());
  std::printf("\n");
  std::fflush(stdout);
  return CC_REDISPLAY;
}

}  // namespace

void* noodle_edit_open(const char* history_file, NoodleEditComplete complete_word, void* context) {
  // Without such a locale libedit knows no characters but ASCII's.
  if (std::setlocale(LC_CTYPE, "") == nullptr || MB_CUR_MAX == 1) std::setlocale(LC_CTYPE, "C.UTF-8");
  auto* editor = new Editor;
  editor->file = history_file;
  editor->complete = complete_word;
  editor->context = context;
  editor->line = el_init("noodle", stdin, stdout, stderr);
  editor->history = history_init();
  if (editor->line == nullptr || editor->history == nullptr) {
    noodle_edit_close(editor);
    return nullptr;
  }
  HistEvent event;
  history(editor->history, &event, H_SETSIZE, kMostHistory);
  history(editor->history, &event, H_SETUNIQUE, 1);
  if (!editor->file.empty()) history(editor->history, &event, H_LOAD, editor->file.c_str());
  el_set(editor->line, EL_CLIENTDATA, editor);
  el_set(editor->line, EL_PROMPT, prompt_of);
  el_set(editor->line, EL_EDITOR, "emacs");
  el_set(editor->line, EL_HIST, history, editor->history);
  el_set(editor->line, EL_ADDFN, "noodle-complete", "completes a name", complete);
  el_set(editor->line, EL_BIND, "^I", "noodle-complete", nullptr);
  el_set(editor->line, EL_BIND, "^R", "em-inc-search-prev", nullptr);
  el_source(editor->line, nullptr);
  return editor;
}

const char* noodle_edit_read(void* handle, const char* prompt, int* interrupted) {
  auto& editor = *static_cast<Editor*>(handle);
  editor.prompt = prompt;
  *interrupted = 0;
  int length = 0;
  errno = 0;
  const char* text = el_gets(editor.line, &length);
  if (text == nullptr || length <= 0) {
    *interrupted = length < 0 && errno == EINTR ? 1 : 0;
    if (*interrupted == 1) el_reset(editor.line);
    return nullptr;
  }
  editor.read.assign(text, static_cast<std::size_t>(length));
  if (editor.read.ends_with('\n')) editor.read.pop_back();
  return editor.read.c_str();
}

void noodle_edit_remember(void* handle, const char* text) {
  auto& editor = *static_cast<Editor*>(handle);
  HistEvent event;
  history(editor.history, &event, H_ENTER, text);
  if (!editor.file.empty()) history(editor.history, &event, H_SAVE, editor.file.c_str());
}

void noodle_edit_close(void* handle) {
  auto* editor = static_cast<Editor*>(handle);
  if (editor->history != nullptr) history_end(editor->history);
  if (editor->line != nullptr) el_end(editor->line);
  delete editor;
}
