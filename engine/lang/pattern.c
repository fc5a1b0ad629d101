/* Patterns: literal text or a regex, read and compiled when a file is loaded. Searching is search.c, many
 * lines at once scan.c. */
#include <string.h>

#include "base/buf.h"
#include "lang/pattern_impl.h"

enum {
	ENGINE_MESSAGE = 160,
	FLAGS_MAX = 5, /* letters after the last slash that may still be meant as flags */
};

/* ---- the written form ---- */

static const struct {
	char letter;
	uint32_t option;
} flag_rows[] = {
    {'i', PCRE2_CASELESS},
    {'m', PCRE2_MULTILINE}, /* always on; writing it is no mistake */
    {'s', PCRE2_DOTALL},
    {'x', PCRE2_EXTENDED},
};

static const uint32_t BASE_OPTIONS =
    PCRE2_UTF | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT;

static uint32_t
flag_option(char letter)
{
	for (size_t i = 0; i < sizeof(flag_rows) / sizeof(flag_rows[0]); i++) {
		if (flag_rows[i].letter == letter)
			return flag_rows[i].option;
	}
	return 0;
}

/* Where the last slash stands, if the text could be /body/flags with flags of letters; else 0. */
static size_t
closing_slash(struct rb_str text)
{
	size_t i = text.n;

	if (text.n < 3 || text.p[0] != '/')
		return 0;
	while (i > 0 && text.p[i - 1] >= 'a' && text.p[i - 1] <= 'z')
		i--;
	return i > 2 && text.p[i - 1] == '/' ? i - 1 : 0;
}

bool
rb_pattern_is_regex(struct rb_str text)
{
	size_t slash = closing_slash(text);

	for (size_t i = slash + 1; slash > 0 && i < text.n; i++) {
		if (flag_option(text.p[i]) == 0)
			return false;
	}
	return slash > 0;
}

static bool
has_any(struct rb_str text, const char *set)
{
	for (size_t i = 0; i < text.n; i++) {
		if (memchr(set, text.p[i], strlen(set)) != NULL)
			return true;
	}
	return false;
}

static const char REGEX_SIGNS[] = "\\()[]{}*+?|^$";

/* Whether the body could as well be the middle of a path. */
static bool
looks_like_path(struct rb_str body)
{
	return has_any(body, "/") && !has_any(body, REGEX_SIGNS) && !has_any(body, " \t'\"");
}

/* What is wrong with the text before the engine sees it; false and *why, *at. */
static bool
check_form(struct rb_arena *arena, struct rb_str text, struct rb_str *why, size_t *at)
{
	size_t slash = closing_slash(text);
	struct rb_str body = rb_str_cut(text, 1, slash);

	*at = 0;
	if (text.n == 0 || rb_str_is(text, "//")) {
		*why = RB_STR("an empty pattern matches everything");
		return false;
	}
	if (text.n > RB_PATTERN_MAX) {
		*why = rb_arena_fmt(
		    arena, "a pattern may have %d bytes, this one has %zu", RB_PATTERN_MAX, text.n);
		return false;
	}
	if (slash == 0)
		return true;
	for (size_t i = slash + 1; i < text.n; i++) {
		if (flag_option(text.p[i]) != 0 || !has_any(body, REGEX_SIGNS) || text.n - slash > FLAGS_MAX)
			continue;
		*at = i;
		*why = rb_arena_fmt(arena, "a regex has no flag `%c`; there are i, m, s and x", text.p[i]);
		return false;
	}
	if (rb_pattern_is_regex(text) && looks_like_path(body)) {
		*why = RB_STR(
		    "this may be a path or a regex: for a regex write each slash inside it as `\\/`, for a "
		    "path write `/\\/path\\//`");
		return false;
	}
	return true;
}

void
rb_pattern_quote(struct rb_str text, struct rb_buf *out)
{
	size_t i = 0;

	while (i < text.n) {
		unsigned char c = (unsigned char)text.p[i];
		uint32_t cp = c;
		size_t n = rb_utf8_next(text.p + i, text.n - i, &cp);
		bool word =
		    (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';

		if (word)
			rb_buf_char(out, (char)c);
		else if (c > ' ' && c < 0x7f)
			rb_buf_fmt(out, "\\%c", c);
		else
			rb_buf_fmt(out, "\\x{%x}", n > 0 ? (unsigned)cp : (unsigned)c);
		i += n > 0 ? n : 1;
	}
}

/* ---- compiling ---- */

static void *
engine_malloc(size_t n, void *alloc)
{
	return rb_alloc_resize(alloc, NULL, n > 0 ? n : 1);
}

static void
engine_free(void *p, void *alloc)
{
	rb_alloc_free(alloc, p);
}

pcre2_code *
rb_regex_compile(const struct rb_regex *re, uint32_t more, int *error, size_t *at)
{
	pcre2_compile_context *c = pcre2_compile_context_create(re->memory);
	pcre2_code *code;

	/* CRLF texts (HTTP) should match /healthy$/ too. */
	pcre2_set_newline(c, PCRE2_NEWLINE_ANYCRLF);
	pcre2_set_max_pattern_length(c, RB_PATTERN_MAX);
	code = pcre2_compile((PCRE2_SPTR)re->body.p, re->body.n, re->options | more, error, at, c);
	pcre2_compile_context_free(c);
	return code;
}

/* Reads the named groups, in order of their numbers. */
static int
name_groups(struct rb_pattern *p, struct rb_arena *arena, struct rb_str *why)
{
	uint32_t count = 0, size = 0, duplicates = 0;
	PCRE2_SPTR table = NULL;

	pcre2_pattern_info(p->regex->code, PCRE2_INFO_NAMECOUNT, &count);
	pcre2_pattern_info(p->regex->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
	pcre2_pattern_info(p->regex->code, PCRE2_INFO_NAMETABLE, &table);
	pcre2_pattern_info(p->regex->code, PCRE2_INFO_JCHANGED, &duplicates);
	if (duplicates != 0) {
		*why = RB_STR("two groups of a pattern cannot have one name: (?J) is not allowed");
		return -1;
	}
	if (count > RB_PATTERN_GROUPS) {
		*why = rb_arena_fmt(arena, "a pattern can have %d named groups, this one has %u",
		    RB_PATTERN_GROUPS, (unsigned)count);
		return -1;
	}
	p->groups = RB_ARRAY(arena, struct rb_str, count);
	p->numbers = RB_ARRAY(arena, uint32_t, count);
	for (uint32_t i = 0; i < count; i++) {
		/* pcre2api(3), PCRE2_INFO_NAMETABLE: two bytes of number, then the name with a NUL; by name.
		 */
		PCRE2_SPTR entry = table + (size_t)i * size;
		uint32_t number = (uint32_t)entry[0] << 8 | entry[1];
		size_t k = p->ngroups++;

		for (; k > 0 && p->numbers[k - 1] > number; k--) {
			p->numbers[k] = p->numbers[k - 1];
			p->groups[k] = p->groups[k - 1];
		}
		p->numbers[k] = number;
		p->groups[k] = rb_arena_str(arena, rb_str_c((const char *)entry + 2));
	}
	return 0;
}

static int
compile_regex(struct rb_pattern *p, struct rb_arena *arena, struct rb_str *why, size_t *at)
{
	struct rb_regex *re = RB_NEW(arena, struct rb_regex);
	size_t slash = closing_slash(p->text);
	char message[ENGINE_MESSAGE];
	int error = 0;

	p->regex = re;
	re->body = rb_str_cut(p->text, 1, slash);
	re->options = BASE_OPTIONS;
	for (size_t i = slash + 1; i < p->text.n; i++)
		re->options |= flag_option(p->text.p[i]);
	re->memory = pcre2_general_context_create(engine_malloc, engine_free, (void *)(uintptr_t)p->alloc);
	re->code = rb_regex_compile(re, 0, &error, at);
	if (re->code == NULL) {
		*at = *at < re->body.n ? *at + 1 : slash;
		pcre2_get_error_message(error, (PCRE2_UCHAR *)message, sizeof(message));
		*why = rb_arena_fmt(arena, "this is not a valid regex: %s", message);
		return -1;
	}
	*at = 0;
	p->scannable = rb_regex_scannable(re->body, re->options);
	return name_groups(p, arena, why);
}

struct rb_pattern *
rb_pattern_new(struct rb_arena *arena, struct rb_str text, struct rb_str *why, size_t *at)
{
	struct rb_pattern *p;

	if (!check_form(arena, text, why, at))
		return NULL;
	p = RB_NEW(arena, struct rb_pattern);
	p->alloc = arena->alloc;
	p->text = rb_arena_str(arena, text);
	p->scannable = true;
	if (rb_pattern_is_regex(text) && compile_regex(p, arena, why, at) != 0) {
		rb_pattern_close(p);
		return NULL;
	}
	return p;
}

void
rb_pattern_ready(const struct rb_pattern *p)
{
	struct rb_regex *re = p->regex;

	if (re == NULL || re->ready)
		return;
	/* Where machine code cannot be had, the same code is interpreted. */
	(void)pcre2_jit_compile(re->code, PCRE2_JIT_COMPLETE);
	re->data = pcre2_match_data_create_from_pattern(re->code, re->memory);
	re->limits = pcre2_match_context_create(re->memory);
	pcre2_set_heap_limit(re->limits, RB_PATTERN_HEAP_LIMIT);
	re->ready = true;
}

void
rb_pattern_close(struct rb_pattern *p)
{
	struct rb_regex *re = p != NULL ? p->regex : NULL;

	if (re == NULL)
		return;
	pcre2_jit_stack_free(re->stack);
	pcre2_match_context_free(re->limits);
	pcre2_match_data_free(re->data);
	pcre2_code_free(re->timed);
	pcre2_code_free(re->code);
	pcre2_general_context_free(re->memory);
	p->regex = NULL;
}

struct rb_str
rb_pattern_text(const struct rb_pattern *p)
{
	return p->text;
}

size_t
rb_pattern_groups(const struct rb_pattern *p)
{
	return p->ngroups;
}

struct rb_str
rb_pattern_group(const struct rb_pattern *p, size_t i)
{
	return p->groups[i];
}
