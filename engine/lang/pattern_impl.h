/* What pattern.c, search.c, scan.c and matcher.c share. Ownership: as in pattern.h. Nobody else includes
 * this. */
#ifndef RB_LANG_PATTERN_IMPL_H
#define RB_LANG_PATTERN_IMPL_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "lang/pattern.h"

enum {
	RB_PATTERN_MATCH_LIMIT = 100000,   /* backtracking steps from one start position */
	RB_PATTERN_HEAP_LIMIT = 20 * 1024, /* KiB, of the interpreter */
	RB_PATTERN_QUICK_LIMIT = 1000,  /* steps of a first try; what needs more is searched with the clock */
	RB_PATTERN_STACK = 1024 * 1024, /* bytes of our own JIT stack */
};

/* The engine's side of a regex: codes, and the memory that each search writes to. */
struct rb_regex {
	struct rb_str body;
	uint32_t options;
	pcre2_general_context *memory;
	pcre2_code *code;
	pcre2_code *timed; /* the same with a callout before each item, made when it is first needed */
	pcre2_match_data *data;
	pcre2_match_context *limits;
	pcre2_jit_stack *stack; /* made when the 32 KiB of the machine's own stack do not do */
	bool ready;
	bool untimed;  /* `timed` cannot be compiled */
	int64_t spent; /* CPU time of searches that one quick try did not decide, ns, ever */
	int64_t until; /* the CPU time at which the callout gives up */
	unsigned callouts;
};

struct rb_pattern {
	const struct rb_alloc *alloc;
	struct rb_str text;     /* as written */
	struct rb_regex *regex; /* NULL: `text` is literal */
	bool scannable;         /* rb_pattern_scan is exact for it */
	size_t ngroups;
	struct rb_str *groups;
	uint32_t *numbers; /* of the groups, in the engine */
};

/* How much of the text, from its start, is UTF-8: a length. */
size_t rb_regex_valid(struct rb_str text);
/* Copies the text, of which `valid` bytes are UTF-8, and makes it UTF-8 without moving a byte: what the
 * engine searches. */
void rb_regex_mend(struct rb_str text, size_t valid, char *to);

/* The body's code with `more` options; NULL, *error and *at as pcre2_compile. */
pcre2_code *rb_regex_compile(const struct rb_regex *re, uint32_t more, int *error, size_t *at);

/* One call of the engine: start positions from..last (offsets, inclusive), `limit` steps from each. The
 * subject must be UTF-8. The rc of pcre2_match; JIT stack shortage is already dealt with. */
int rb_regex_try(struct rb_regex *re, const pcre2_code *code, struct rb_str subject, size_t from, size_t last,
    uint32_t limit);

/* Whether a search over a block of whole lines says the same as one search in each line: if the regex matches
 * a line, then the search over the block finds a match that starts in it, at the same place. `body` is the
 * text between the slashes. (scan.c has the argument.) */
bool rb_regex_scannable(struct rb_str body, uint32_t options);

/* Finds the first match that starts at or after `from` in a block of whole lines, which must be UTF-8. 1
 * found: [*start, *end), which may run over the line's end; 0 none; -1 undecided, or too slow this way: go
 * line by line. Only for patterns with `scannable` set. */
int rb_pattern_scan(const struct rb_pattern *p, struct rb_str block, size_t from, size_t *start, size_t *end);

/* CPU time spent in searches that were not decided at the first try, in all, ns. */
int64_t rb_pattern_spent(const struct rb_pattern *p);
/* CPU time of this thread, ns: what searches are measured by. */
int64_t rb_regex_clock(void);

#endif
