# cmake -DROOT=… -DOUT=… -DFILES=… -P EmbedLibrary.cmake: writes the library's texts as one C++ file.
set(body "#include \"std/embedded.h\"\n\nnamespace noodle::library {\nnamespace {\nconstexpr File kFiles[] = {\n")
string(REPLACE "|" ";" files "${FILES}")
foreach(file ${files})
  file(READ "${ROOT}/${file}" text)
  string(APPEND body "{\"${file}\", R\"__noodle__(${text})__noodle__\"},\n")
endforeach()
string(APPEND body "};\n}  // namespace\n\nstd::span<const File> files() { return kFiles; }\n\n}  // namespace noodle::library\n")
file(WRITE "${OUT}" "${body}")
