/* What a `tcp` step sends, by the protocols that are plain text: requests of HTTP, commands of Redis (through
 * the row of redis-cli), memcached and SMTP. Which one is spoken is not asked: what changes in one of them
 * has no other sense in the others. */
#include <string.h>

#include "lint/change.h"

enum {
	LINES_MAX = 64, /* of a text, the first */
	WORDS_MAX = 16, /* of a line, the first */
};

static const char changing_methods[] = "POST PUT PATCH DELETE";
/* Of memcached, and the one of SMTP that hands a message over. */
static const char changing_words[] =
    "flush_all set add replace append prepend cas delete incr decr touch md ms ma DATA";

bool
rb_method_changes(struct rb_str method)
{
	return rb_shell_listed(changing_methods, method);
}

/* The words of text[from, to), at their places in it. */
static size_t
read_words(struct rb_str text, size_t from, size_t to, struct rb_shell_word *words)
{
	size_t n = 0;

	while (from < to && n < WORDS_MAX) {
		size_t end;

		while (from < to && strchr(" \t\r", text.p[from]) != NULL && text.p[from] != '\0')
			from++;
		for (end = from; end < to && (text.p[end] == '\0' || strchr(" \t\r", text.p[end]) == NULL);)
			end++;
		if (end > from)
			words[n++] = (struct rb_shell_word){.text = rb_str_cut(text, from, end),
			    .constant = true,
			    .exact = true,
			    .from = from,
			    .to = end};
		from = end;
	}
	return n;
}

static void
tell(const struct rb_shell_word *word, void (*fn)(void *ctx, const struct rb_change *change), void *ctx)
{
	struct rb_change change = {
	    .what = word->text, .does = "changes something", .from = word->from, .to = word->to};

	fn(ctx, &change);
}

static const char REDIS[] = "redis-cli";

struct teller {
	void (*fn)(void *ctx, const struct rb_change *change);
	void *ctx;
};

/* Without the program, which the text does not have. */
static void
tell_redis(void *ctx, const struct rb_change *change)
{
	const struct teller *t = ctx;
	struct rb_change sent = *change;

	sent.what = rb_str_cut(change->what, sizeof(REDIS), change->what.n);
	sent.row = NULL;
	t->fn(t->ctx, &sent);
}

/* As if it stood behind redis-cli. */
static void
find_redis(struct rb_arena *arena, const struct rb_shell_word *words, size_t n,
    void (*fn)(void *ctx, const struct rb_change *change), void *ctx)
{
	struct rb_shell_command *c = RB_NEW(arena, struct rb_shell_command);
	struct teller teller = {fn, ctx};

	c->runs = RB_RUNS_PROGRAM;
	c->nwords = n + 1;
	c->words = RB_ARRAY(arena, struct rb_shell_word, c->nwords);
	c->words[0] = words[0];
	c->words[0].text = rb_str_c(REDIS);
	memcpy(c->words + 1, words, n * sizeof(*words));
	rb_changes(arena, c, tell_redis, &teller);
}

void
rb_wire_changes(struct rb_arena *arena, struct rb_str text,
    void (*fn)(void *ctx, const struct rb_change *change), void *ctx)
{
	size_t from = 0;

	for (unsigned line = 0; line < LINES_MAX && from < text.n; line++) {
		struct rb_shell_word words[WORDS_MAX];
		size_t end = rb_str_find(text, RB_STR("\n"), from), n;

		end = end != SIZE_MAX ? end : text.n;
		n = read_words(text, from, end, words);
		from = end + 1;
		if (n == 0)
			continue;
		if (rb_str_starts(words[n - 1].text, "HTTP/")) {
			if (rb_method_changes(words[0].text))
				tell(&words[0], fn, ctx);
			return; /* what follows are headers and a body */
		}
		if (rb_shell_listed(changing_words, words[0].text))
			tell(&words[0], fn, ctx);
		else
			find_redis(arena, words, n, fn, ctx);
	}
}
