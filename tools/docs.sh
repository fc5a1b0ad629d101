#!/bin/sh
# Writes the generated parts of docs/ anew, from the program itself: the language reference, a page for each
# procedure of the standard library, and the tables in docs/testing-runbooks.md and docs/transcript.md.
# Usage: tools/docs.sh RUNBOOK [FOLDER]
#
# The tests compare what it writes with what is there (tests/docs.bats).
set -eu
runbook=$1
docs=${2:-docs}

mkdir -p "$docs/stdlib"
"$runbook" reference >"$docs/language.md"
rm -f "$docs"/stdlib/*.md
"$runbook" reference stdlib >"$docs/stdlib/README.md"
"$runbook" list --lib | while read -r name _; do
  "$runbook" reference "$name" >"$docs/stdlib/$name.md"
done

# tables PAGE WORD — between its two marks the page has what the program says.
tables() {
  page=$docs/$1
  [ -f "$page" ] || return 0
  "$runbook" reference "$2" >"$page.tables"
  awk -v tables="$page.tables" '
    /^<!-- end -->$/ { off = 0 }
    !off { print }
    /^<!-- begin -->$/ { off = 1; while ((getline line < tables) > 0) print line }' "$page" >"$page.new"
  mv "$page.new" "$page"
  rm "$page.tables"
}
tables testing-runbooks.md scenario
tables transcript.md transcript
