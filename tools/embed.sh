#!/bin/sh
# Writes the files of stdlib/ as a C table (engine/api/library.h: rb_embedded). Usage: tools/embed.sh DIR FILE…
set -eu
dir=$1
shift
echo '/* Made by tools/embed.sh. */'
echo '#include "api/library.h"'
n=0
for f in "$@"; do
	echo "static const unsigned char f${n}[] = {"
	od -An -v -tx1 "$f" | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
	echo '0};'
	n=$((n + 1))
done
echo 'const struct rb_embedded rb_embedded[] = {'
n=0
for f in "$@"; do
	echo "    {\"${f#"$dir"/}\", f$n, sizeof(f$n) - 1},"
	n=$((n + 1))
done
echo '    {0, 0, 0},'
echo '};'
