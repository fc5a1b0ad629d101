/* What a shell text mentions: names that it reads, names that it sets, and what looks like another language's
 * way to fill in values. Purely by its letters: quotes, comments and here-documents are read like everything
 * else, since awk programs and `bash -c` texts see the environment too. Ownership: all slices are of the
 * text. */
#ifndef RB_LANG_SHELL_H
#define RB_LANG_SHELL_H

#include "base/str.h"

enum rb_shell_kind {
	RB_SHELL_READ, /* $name, ${name…}, ${#name}, name in $((…)): ->text is the name */
	RB_SHELL_SET,  /* name=, read name, for name in, local name, ((name = …)), ${name:=…}, {name}> */
	RB_SHELL_OPEN, /* `source`, `.`, `eval`: what it sets cannot be seen here */
	RB_SHELL_DOTTED,    /* $a.b */
	RB_SHELL_BRACED,    /* ${a.b…}, which no shell has: ->text is a.b */
	RB_SHELL_MOUSTACHE, /* {{ a.b }}: ->text is a.b; nothing else inside */
};

struct rb_shell_item {
	enum rb_shell_kind kind;
	struct rb_str text;
	size_t at;       /* of ->text */
	size_t from, to; /* with its signs: "${a.b}" */
	bool guarded; /* READ: as ${x:-…}, ${x-…}, ${x:+…}, ${x+…} or ${x:=…}, which an unset name does not
			 fail */
};

/* Calls fn for each, in order. Linear in the text's length. */
void rb_shell_read(struct rb_str text, void (*fn)(void *ctx, const struct rb_shell_item *item), void *ctx);

#endif
