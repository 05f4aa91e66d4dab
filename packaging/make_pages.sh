#!/usr/bin/env bash
# Writes the manual pages and the shells' completions where packages have them: make_pages.sh NOODLE PREFIX/share
set -euo pipefail
[[ $# -eq 2 ]] || { echo "usage: $0 NOODLE FOLDER" >&2; exit 2; }
noodle=$1 share=$2

mkdir -p "$share"/{man/man1,bash-completion/completions,zsh/site-functions,fish/vendor_completions.d}
"$noodle" help --man >"$share/man/man1/noodle.1"
verbs=$("$noodle" help | sed -n 's/^  \([a-z]*\) .*/\1/p')
for verb in $verbs; do
  "$noodle" help --man "$verb" >"$share/man/man1/noodle-$verb.1"
done
"$noodle" completions bash >"$share/bash-completion/completions/noodle"
"$noodle" completions zsh >"$share/zsh/site-functions/_noodle"
"$noodle" completions fish >"$share/fish/vendor_completions.d/noodle.fish"
