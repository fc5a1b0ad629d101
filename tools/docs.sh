#!/bin/sh
# Writes the generated parts of docs/ anew, from the program itself: the language reference, a page for each
# procedure of the standard library, and the tables in docs/testing-runbooks.md. Usage: tools/docs.sh RUNBOOK [FOLDER]
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

# Between its two marks the page has what the program says.
page=$docs/testing-runbooks.md
if [ -f "$page" ]; then
  "$runbook" reference scenario >"$page.tables"
  awk -v tables="$page.tables" '
    /^<!-- end -->$/ { off = 0 }
    !off { print }
    /^<!-- begin -->$/ { off = 1; while ((getline line < tables) > 0) print line }' "$page" >"$page.new"
  mv "$page.new" "$page"
  rm "$page.tables"
fi
