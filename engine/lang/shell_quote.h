/* Which parts of a shell text the shell itself takes as they stand: single quotes, comments, quoted
 * here-documents, what a backslash precedes. Read beside the names that shell.h finds there. Ownership: the
 * text is borrowed. */
#ifndef RB_LANG_SHELL_QUOTE_H
#define RB_LANG_SHELL_QUOTE_H

#include "base/str.h"

enum {
	RB_QUOTE_LEVELS = 32, /* nested $(…) and "…"; what is deeper is read as its surroundings */
	RB_QUOTE_WORD = 64,   /* bytes of the word that ends a here-document; a longer one is none */
};

struct rb_quote_level {
	bool doubled;    /* within double quotes */
	bool arithmetic; /* $((…)): << shifts there */
	unsigned parens; /* open in it */
};

struct rb_shell_quote {
	struct rb_str text;
	size_t to;  /* all before it has been read */
	bool inert; /* whether what was read last is taken as it stands */
	unsigned level;
	struct rb_quote_level levels[RB_QUOTE_LEVELS];
	enum {
		RB_NO_DOCUMENT,
		RB_DOCUMENT_NEXT,
		RB_DOCUMENT
	} document;             /* a here-document: none, from the next
				 * line on, being read */
	struct rb_str word;     /* that ends it */
	bool literal, indented; /* <<'EOF', <<-EOF */
};

/* Before the first byte of a text, which must live as long. */
void rb_shell_quote_init(struct rb_shell_quote *q, struct rb_str text);
/* Whether the character at offset `at` is taken as it stands. Asked for rising offsets the whole is linear.
 */
bool rb_shell_quote_inert(struct rb_shell_quote *q, size_t at);

#endif
