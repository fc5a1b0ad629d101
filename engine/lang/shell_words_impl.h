/* The parts of rb_shell_commands, for each other only: words and what is expanded in them (shell_words.c),
 * commands (shell_commands.c), values of variables (shell_follow.c), what commands are given to run
 * (shell_given.c), and what they read (shell_input.c). Ownership: as in shell_words.h. */
#ifndef RB_LANG_SHELL_WORDS_IMPL_H
#define RB_LANG_SHELL_WORDS_IMPL_H

#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "lang/shell_words.h"

enum { RB_SHELL_DOCUMENTS = 16 }; /* here-documents begun on one line; of more the rest is read as commands */

/* Commands in order, and the functions that the text defines. */
struct rb_shell_found {
	struct rb_arena *arena;
	struct rb_shell_command *first, **end;
	struct rb_map functions;
	struct rb_map *values; /* of variables, that are followed; NULL: none are */
	unsigned texts;        /* how many texts in texts it is */
};

struct rb_shell_document {
	struct rb_shell_redirect *redirect;
	struct rb_str word; /* that ends it */
	bool literal, tabs; /* <<'EOF', <<-EOF */
};

/* One text being read, from left to right. */
struct rb_shell_reader {
	struct rb_shell_found *found;
	struct rb_arena *arena;
	struct rb_str text;
	const struct rb_shell_word *in; /* the word whose text it is */
	size_t inside;                  /* offset of the text's first byte there, if that is exact */
	size_t i, end;                  /* what is being read */
	unsigned depth;
	unsigned mute; /* in $(…) whose commands are not told */
	bool told;     /* the inside of $(…) was told already */
	struct rb_buf scratch;
	size_t ndocuments;
	struct rb_shell_document documents[RB_SHELL_DOCUMENTS]; /* whose text begins on the next line */
};

/* A word with how it was written. */
struct rb_shell_reading {
	struct rb_shell_word w;
	size_t from;        /* in the text */
	size_t mark, start; /* of its text, in scratch and in the text */
	size_t parens;      /* of a pattern, open */
	bool direct;        /* the text stands in the source as it is */
	bool bare;          /* nothing in it is quoted */
};

/* The byte at i; NUL behind the end. */
static inline char
rb_shell_at(const struct rb_shell_reader *r, size_t i)
{
	return i < r->end ? r->text.p[i] : '\0';
}

/* NUL is in no set. */
static inline bool
rb_shell_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static inline bool
rb_shell_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Of a variable's name, whose first character is no digit. */
static inline bool
rb_shell_is_name(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (!first && rb_shell_is_digit(c));
}

/* n bytes further, or to the end. */
static inline void
rb_shell_skip(struct rb_shell_reader *r, size_t n)
{
	r->i = r->end - r->i > n ? r->i + n : r->end;
}

/* ---- shell_words.c ---- */

/* Where [from, to) of the text stands in what was given to read. */
void rb_shell_locate(const struct rb_shell_reader *r, size_t from, size_t to, struct rb_shell_word *w);
/* The word at i; false, and nothing is taken, where none begins. */
bool rb_shell_read_word(struct rb_shell_reader *r, struct rb_shell_reading *w);
/* Whether the word is written just so: a keyword. */
bool rb_shell_is_bare(const struct rb_shell_reading *w, const char *text);
/* Whether this word stands at i: a keyword that may be something else. Unlike reading a word to leave it
 * again, this is cheap whatever stands there. */
bool rb_shell_is_next(const struct rb_shell_reader *r, const char *text);
/* Blanks, joined lines and a comment. */
void rb_shell_skip_blanks(struct rb_shell_reader *r);
/* Behind `(`: a list, up to behind its `)`. */
void rb_shell_skip_list(struct rb_shell_reader *r);
/* Behind `parens` parentheses: arithmetic. */
void rb_shell_skip_arithmetic(struct rb_shell_reader *r, size_t parens);
/* One byte, or the expansion that begins with it, in text between double quotes or like it. */
void rb_shell_skip_inside(struct rb_shell_reader *r, bool doubled);

/* ---- shell_commands.c ---- */

enum rb_shell_stop { RB_SHELL_AT_END, RB_SHELL_AT_PAREN, RB_SHELL_AT_CASE };
/* Commands up to the end, to ")", or to what ends the arm of a case; that is not taken. */
void rb_shell_read_list(struct rb_shell_reader *r, enum rb_shell_stop stop);
/* Adds the commands of a word's text. Those within $(…) are left out if the word is no constant: they were
 * found where the word stands. */
void rb_shell_read_text(struct rb_shell_found *f, const struct rb_shell_word *word);

/* ---- shell_follow.c ---- */

/* Notes what "name=value" says, where that is a constant and values are followed. */
void rb_shell_note_assignment(struct rb_shell_found *f, const struct rb_shell_word *w);
/* The same of one value. */
void rb_shell_note_value(struct rb_shell_found *f, struct rb_str name, struct rb_str value);
/* Puts the values in their places. */
void rb_shell_follow(struct rb_shell_found *f);

/* ---- shell_given.c ---- */

/* No commands yet; they will be made in the arena. */
void rb_shell_found_init(struct rb_shell_found *f, struct rb_arena *arena);
/* Puts a command behind another one. Returns it. */
struct rb_shell_command *rb_shell_insert(
    struct rb_shell_found *f, struct rb_shell_command *after, struct rb_shell_command *c);
/* Says what each command runs, and adds what it is given to run behind it. */
void rb_shell_give(struct rb_shell_found *f, bool shell);

#endif
