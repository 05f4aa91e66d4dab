#!/usr/bin/env bash
# What `./dev lint` checks: formatting, the layers of the house, and with --tidy clang-tidy.
set -euo pipefail
cd "$(dirname "$0")/.."
status=0

mapfile -t sources < <(git ls-files -co --exclude-standard '*.h' '*.cpp')
if [[ ${1:-} == --fix ]]; then
  clang-format-19 -i "${sources[@]}"
else
  clang-format-19 --dry-run -Werror "${sources[@]}" || status=1
fi

# Noodle's own sources, with whichever command was built last.
noodle=$(ls -t build/bin/noodle build/dev/bin/noodle 2>/dev/null | head -n 1 || true)
if [[ -z $noodle ]]; then
  echo "lint: build the command first: std, examples and benchmarks are laid out by noodle fmt"
  status=1
elif [[ ${1:-} == --fix ]]; then
  "$noodle" fmt std examples benchmarks
else
  "$noodle" fmt --check std examples benchmarks || status=1
  "$noodle" lint examples || status=1
  "$noodle" lint --rules=missing_docs,missing_examples std || status=1
fi

# layer FOLDER PATTERN: no file of FOLDER includes what matches.
layer() {
  if grep -rnE "#include \"($2)" --include='*.h' --include='*.cpp' "$1"; then
    echo "lint: $1 must not include the above"
    status=1
  fi
}
layer base 'nbc/|compiler/|runtime/|tools/|embed/'
layer nbc 'compiler/|runtime/|tools/|embed/'
layer compiler 'runtime/|tools/|embed/'
layer runtime 'compiler/|tools/|embed/'
layer tools 'embed/'
layer compiler/source 'compiler/(syntax|sema|nir|codegen)/'
layer compiler/syntax 'compiler/(sema|nir|codegen)/'
layer compiler/sema 'compiler/(lint|nir|codegen)/'
layer compiler/lint 'compiler/(nir|codegen)/'
layer compiler/nir 'compiler/(lint|codegen)/'
layer runtime/memory 'runtime/(value|vm)/'
layer runtime/value 'runtime/(data|vm)/'
for room in runtime/room runtime/text runtime/hash runtime/compress runtime/big runtime/plot; do layer "$room" 'runtime/(vm|task|jit|world)/'; done
layer runtime/data 'runtime/(world|task|simulate|vm|jit)/'

# Memory is the exception: no fiber is left or entered while a block is taken or given.
if grep -rnE '\bthread_local\b' --include='*.h' --include='*.cpp' base nbc compiler runtime tools embed |
  grep -v '^runtime/memory/own_memory.cpp:'; then
  echo "lint: no thread_local: a fiber may change threads"
  status=1
fi

if [[ ${1:-} == --tidy ]]; then
  mapfile -t units < <(git ls-files -co --exclude-standard '*.cpp' | grep -v _test.cpp)
  printf '%s\n' "${units[@]}" | xargs -P "${NOODLE_JOBS:-$(nproc)}" -n 4 clang-tidy-19 -p build/dev --quiet || status=1
fi
exit "$status"
