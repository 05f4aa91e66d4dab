#pragma once

// What the REPL asks of the library that edits lines. It stands in a shared library of its own, so that nobody else
// loads libedit.

extern "C" {

/// Gives the words that the last word of a text may become, one after the other, until it gives null.
using NoodleEditComplete = const char* (*)(void* context, const char* text, int index);

/// One that keeps its history in a file; null when the terminal can't be used.
void* noodle_edit_open(const char* history_file, NoodleEditComplete complete, void* context);
/// Reads a line without its end, which stays until the next call. Null at the end of the input, or when a signal came:
/// then `interrupted` is 1.
const char* noodle_edit_read(void* editor, const char* prompt, int* interrupted);
/// Puts an input into the history.
void noodle_edit_remember(void* editor, const char* text);
void noodle_edit_close(void* editor);

}  // extern "C"
