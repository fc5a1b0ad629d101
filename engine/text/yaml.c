/* libyaml's events → nodes with spans. What libyaml has no opinion on is decided here: depth, size, anchors,
 * tags, repeated keys, more than one document. */
#include "text/load.h"

#include <assert.h>
#include <string.h>
#include <yaml.h>

#include "base/map.h"

enum { BEYOND_MAX = 4 * 1024 * 1024 }; /* bytes that are read again behind traps, all times together */

/* A list or mapping that is being read; its children lie on the loader's stack from `base` on. */
struct frame {
	struct rb_node *node;
	size_t base;
	size_t end; /* offset where the last child ended */
};

struct loader {
	struct rb_arena *arena;
	const struct rb_source *src;
	struct rb_diags *diags;
	struct rb_node *root;
	struct frame frames[RB_NODE_DEPTH];
	unsigned depth;
	struct rb_node **nodes; /* stack of nodes that wait for their list or mapping to end */
	size_t len, cap;
	size_t chars, bytes; /* one position in the file, counted in both */
	unsigned documents;
	bool stopped;        /* what is still open will not be complete */
	bool syntax;         /* because of `stop` */
	struct rb_stop stop; /* its texts are constants of libyaml */
};

/* libyaml counts characters. Its marks hardly ever go back, so that walking from the last one is linear over
 * the file. */
static size_t
to_bytes(struct loader *l, const yaml_mark_t *mark)
{
	struct rb_str s = l->src->bytes;

	if (l->src->ascii)
		return mark->index < s.n ? mark->index : s.n;
	while (l->chars < mark->index && l->bytes < s.n) {
		l->bytes++;
		while (l->bytes < s.n && ((unsigned char)s.p[l->bytes] & 0xc0) == 0x80)
			l->bytes++;
		l->chars++;
	}
	while (l->chars > mark->index) {
		l->bytes--;
		while (((unsigned char)s.p[l->bytes] & 0xc0) == 0x80)
			l->bytes--;
		l->chars--;
	}
	return l->bytes;
}

static struct rb_span
span_of(struct loader *l, size_t from, size_t to)
{
	return (struct rb_span){l->src, from, to > from ? to : from};
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
report_tag(struct loader *l, struct rb_span span)
{
	struct rb_str text = rb_span_text(span);
	struct rb_item item = rb_item_at(l->src, span.from, 0);
	struct rb_diag *diag;

	diag = rb_diag_add(
	    l->diags, RB_E_TAG, span, "YAML reads `%.*s` as a tag and drops it", RB_STR_ARG(text));
	if (rb_str_starts(text, "!!") || rb_str_starts(text, "!<"))
		rb_diag_hint(l->diags, diag, "leave it out: the type of a value comes from its key");
	else if (rb_str_is(rb_item_key(l->src, item), "if"))
		rb_diag_hint(l->diags, diag, "in an expression write `not`");
	else
		rb_mend_quote(l->src, item, l->diags, diag);
}

/* The start of the node proper behind an anchor and a tag, each of which is reported. */
static size_t
skip_properties(struct loader *l, size_t from, size_t to)
{
	const char *p = l->src->bytes.p;
	struct rb_diag *diag;

	while (from < to && (p[from] == '&' || p[from] == '!')) {
		size_t end = from;
		struct rb_span span;

		while (end < to && !is_space(p[end]))
			end++;
		span = span_of(l, from, end);
		if (p[from] == '!') {
			report_tag(l, span);
		} else {
			diag = rb_diag_add(l->diags, RB_E_ANCHOR, span,
			    "anchors (`%.*s`) are not part of the language", RB_STR_ARG(rb_span_text(span)));
			rb_diag_hint(l->diags, diag,
			    "a text that begins with & needs quotes; repeated values belong in "
			    "`values` or `defaults`");
		}
		while (end < to && is_space(p[end]))
			end++;
		from = end;
	}
	return from;
}

static struct rb_node *
new_node(struct loader *l, enum rb_node_kind kind, size_t from, size_t to)
{
	struct rb_node *n = RB_NEW(l->arena, struct rb_node);

	n->kind = kind;
	n->span = span_of(l, from, to);
	n->text = RB_STR("");
	return n;
}

/* A key must be a text that was written. What is none becomes an empty one, so that the tree has its shape.
 */
static void
check_key(struct loader *l, struct rb_node *key)
{
	struct rb_diag *diag;

	if (key->kind != RB_NODE_SCALAR) {
		diag =
		    rb_diag_add(l->diags, RB_E_KEYFORM, key->span, "%s cannot be a key", rb_node_form(key));
		if (key->kind == RB_NODE_MAP)
			rb_diag_hint(
			    l->diags, diag, "a value is written ${name}; a text with braces needs quotes");
		key->kind = RB_NODE_SCALAR;
		key->style = RB_PLAIN;
		key->len = 0;
	} else if (key->style == RB_PLAIN && rb_str_is(key->text, "<<")) {
		diag = rb_diag_add(
		    l->diags, RB_E_ANCHOR, key->span, "merge keys (`<<`) are not part of the language");
		rb_diag_hint(l->diags, diag,
		    "what steps have in common belongs in `defaults`, or in a procedure with inputs");
	} else if (key->style == RB_PLAIN && key->text.n == 0) {
		rb_diag_add(l->diags, RB_E_KEYFORM, key->span, "there is no key before the `:`");
	}
}

/* Puts a finished node where it belongs: on the stack of the list or mapping around it. */
static void
place(struct loader *l, struct rb_node *node)
{
	struct frame *f;

	if (l->depth == 0) {
		l->root = node;
		return;
	}
	f = &l->frames[l->depth - 1];
	if (f->node->kind == RB_NODE_MAP && (l->len - f->base) % 2 == 0 && !l->stopped)
		check_key(l, node);
	l->nodes = rb_alloc_grow(l->arena->alloc, l->nodes, sizeof(*l->nodes), l->len, &l->cap);
	l->nodes[l->len++] = node;
	if (node->span.to > f->end)
		f->end = node->span.to;
}

static void
report_repeated(struct loader *l, const struct rb_node *first, const struct rb_node *key)
{
	rb_diag_add(l->diags, RB_E_DUPLICATE, key->span,
	    "the key `%.*s` stands twice in this mapping, first on line %zu",
	    RB_STR_ARG(rb_str_cut(key->text, 0, 80)), rb_source_pos(l->src, first->span.from).line);
}

/* Makes pairs of the keys and values on the stack; of a repeated key only the first is kept. */
static void
take_pairs(struct loader *l, struct rb_node *map, struct rb_node **nodes, size_t n)
{
	enum { FEW = 16 }; /* up to here comparing each with each is faster than hashing */
	struct rb_pair *pairs = RB_ARRAY(l->arena, struct rb_pair, n);
	struct rb_arena scratch;
	struct rb_map seen;

	rb_arena_init(&scratch, l->arena->alloc);
	rb_map_init(&seen, &scratch);
	map->pairs = pairs;
	for (size_t i = 0; i < n; i++) {
		struct rb_node *key = nodes[2 * i], *first = NULL;

		if (n > FEW) {
			first = rb_map_get(&seen, key->text);
			if (first == NULL)
				rb_map_put(&seen, key->text, key);
		}
		for (size_t k = 0; n <= FEW && k < map->len && first == NULL; k++) {
			if (rb_str_eq(pairs[k].key->text, key->text))
				first = (struct rb_node *)pairs[k].key;
		}
		if (first != NULL && key->text.n > 0) {
			report_repeated(l, first, key);
			continue;
		}
		pairs[map->len++] = (struct rb_pair){key, nodes[2 * i + 1]};
	}
	rb_arena_free(&scratch);
}

static void
close_frame(struct loader *l, size_t end)
{
	struct frame *f = &l->frames[l->depth - 1];
	struct rb_node **nodes = l->nodes + f->base, *node = f->node;
	size_t n = l->len - f->base;

	assert(node != NULL); /* each frame was opened with its node */
	if (node->kind == RB_NODE_MAP) {
		take_pairs(l, node, nodes, n / 2);
	} else if (n > 0) {
		node->items = RB_ARRAY(l->arena, const struct rb_node *, n);
		memcpy(node->items, nodes, n * sizeof(*nodes));
		node->len = n;
	}
	node->span.to = end;
	l->len = f->base;
	l->depth--;
	place(l, node);
}

static int
open_frame(struct loader *l, enum rb_node_kind kind, const yaml_event_t *e)
{
	size_t from = to_bytes(l, &e->start_mark), to = to_bytes(l, &e->end_mark);

	from = skip_properties(l, from, to);
	if (l->depth == RB_NODE_DEPTH) {
		rb_diag_add(l->diags, RB_E_DEPTH, span_of(l, from, to),
		    "lists and mappings are nested deeper than %d levels here", RB_NODE_DEPTH);
		return -1;
	}
	l->frames[l->depth++] = (struct frame){new_node(l, kind, from, to), l->len, to};
	return 0;
}

/* The end of a block scalar's last line that holds text: libyaml's mark is past the blank lines behind it. */
static size_t
trim_end(const struct loader *l, size_t from, size_t to)
{
	while (to > from && is_space(l->src->bytes.p[to - 1]))
		to--;
	return to;
}

static void
read_scalar(struct loader *l, const yaml_event_t *e)
{
	static const enum rb_scalar_style styles[] = {[YAML_SINGLE_QUOTED_SCALAR_STYLE] = RB_SINGLE_QUOTED,
	    [YAML_DOUBLE_QUOTED_SCALAR_STYLE] = RB_DOUBLE_QUOTED,
	    [YAML_LITERAL_SCALAR_STYLE] = RB_LITERAL,
	    [YAML_FOLDED_SCALAR_STYLE] = RB_FOLDED};
	size_t from = to_bytes(l, &e->start_mark), to = to_bytes(l, &e->end_mark);
	struct rb_str text = {(const char *)e->data.scalar.value, e->data.scalar.length};
	struct rb_node *n = new_node(l, RB_NODE_SCALAR, from, to);

	if (e->data.scalar.anchor != NULL || e->data.scalar.tag != NULL)
		from = skip_properties(l, from, to);
	if (e->data.scalar.style > YAML_PLAIN_SCALAR_STYLE)
		n->style = styles[e->data.scalar.style];
	if (n->style == RB_LITERAL || n->style == RB_FOLDED)
		to = trim_end(l, from, to);
	n->span = span_of(l, from, to);
	n->text = rb_arena_str(l->arena, text);
	n->empty_plain =
	    n->style == RB_PLAIN && (text.n == 0 || rb_str_is(text, "~") || rb_str_is(text, "null"));
	if (text.n > RB_SCALAR_MAX)
		rb_diag_add(l->diags, RB_E_SCALAR, n->span, "this text has %zu bytes; the limit is %d KiB",
		    text.n, RB_SCALAR_MAX / 1024);
	place(l, n);
}

static void
read_alias(struct loader *l, const yaml_event_t *e)
{
	struct rb_node *n =
	    new_node(l, RB_NODE_SCALAR, to_bytes(l, &e->start_mark), to_bytes(l, &e->end_mark));
	struct rb_diag *diag;

	n->text = rb_arena_str(l->arena, rb_span_text(n->span));
	diag = rb_diag_add(l->diags, RB_E_ANCHOR, n->span, "aliases (`%.*s`) are not part of the language",
	    RB_STR_ARG(n->text));
	rb_mend_quote(l->src, rb_item_at(l->src, n->span.from, 0), l->diags, diag);
	place(l, n);
}

/* Returns 1 to go on, 0 at the end, -1 when reading further makes no sense. */
static int
read_event(struct loader *l, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (l->documents++ == 0)
			return 1;
		rb_diag_add(l->diags, RB_E_DOCUMENT,
		    span_of(l, to_bytes(l, &e->start_mark), to_bytes(l, &e->end_mark)),
		    "a second document starts here; a file holds one");
		return 0;
	case YAML_SCALAR_EVENT:
		read_scalar(l, e);
		return 1;
	case YAML_ALIAS_EVENT:
		read_alias(l, e);
		return 1;
	case YAML_SEQUENCE_START_EVENT:
		return open_frame(l, RB_NODE_LIST, e) == 0 ? 1 : -1;
	case YAML_MAPPING_START_EVENT:
		return open_frame(l, RB_NODE_MAP, e) == 0 ? 1 : -1;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		/* Brackets have an extent; a block ends with its last child, not at the next token. */
		if (e->end_mark.index > e->start_mark.index)
			close_frame(l, to_bytes(l, &e->end_mark));
		else
			close_frame(l, l->frames[l->depth - 1].end);
		return 1;
	case YAML_STREAM_END_EVENT:
		return 0;
	default:
		return 1;
	}
}

static void
keep_stop(struct loader *l, const yaml_parser_t *parser)
{
	if (parser->error == YAML_MEMORY_ERROR)
		rb_arena_array(l->arena, SIZE_MAX, 2); /* out of memory is the allocator hook's affair */
	l->syntax = true;
	l->stop.problem = parser->problem != NULL ? parser->problem : "unknown";
	l->stop.context = parser->context;
	l->stop.at = to_bytes(l, &parser->problem_mark);
	l->stop.context_at = parser->context != NULL ? to_bytes(l, &parser->context_mark) : l->stop.at;
}

static bool
is_trap(enum rb_code code)
{
	return code >= RB_E_TRAP_COMMENT && code <= RB_E_TRAP_TAB;
}

/* The trap that was found in what libyaml accepted, on the line where it stopped or on the last one before:
 * that is what made it stop. NULL if there is none. */
static const struct rb_diag *
find_trap(const struct loader *l)
{
	size_t last = rb_source_pos(l->src, l->stop.at).line, first = last - 1;

	while (first > 0 && rb_str_trim(rb_source_line(l->src, first)).n == 0)
		first--;
	for (size_t i = 0; i < l->diags->len; i++) {
		const struct rb_diag *diag = &l->diags->items[i];
		size_t line;

		if (diag->span.src != l->src || !is_trap(diag->code))
			continue;
		line = rb_source_pos(l->src, diag->span.from).line;
		if (line == first || line == last)
			return diag;
	}
	return NULL;
}

/* Returns 0 when the document was read to its end. */
static int
read_document(struct loader *l)
{
	yaml_parser_t parser;
	yaml_event_t event;
	int more = 1;

	if (!yaml_parser_initialize(&parser))
		rb_arena_array(l->arena, SIZE_MAX, 2);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)l->src->bytes.p, l->src->bytes.n);
	while (more > 0) {
		if (!yaml_parser_parse(&parser, &event)) {
			keep_stop(l, &parser);
			more = -1;
			break;
		}
		more = read_event(l, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return more;
}

/* Reads all that libyaml accepts, and tells what is wrong with it. Returns what made libyaml stop; NULL if
 * nothing did, or it was told before. */
static const struct rb_diag *
read_all(struct loader *l)
{
	const struct rb_diag *cause;
	size_t n;

	if (read_document(l) != 0) {
		l->stopped = true;
		while (l->depth > 0)
			close_frame(l, l->frames[l->depth - 1].end);
	}
	rb_alloc_free(l->arena->alloc, l->nodes);
	if (l->root != NULL)
		rb_traps(l->src, l->root, l->diags);
	if (!l->syntax)
		return NULL;
	cause = find_trap(l);
	n = l->diags->len;
	if (cause != NULL)
		return cause;
	if (!rb_traps_at_stop(l->src, &l->stop, l->diags))
		rb_stop_explain(l->src, &l->stop, l->diags);
	return l->diags->len > n ? &l->diags->items[n] : NULL;
}

/* Whether it is known how the author meant the rest of the line, and that the next one is another matter. */
static bool
ends_there(enum rb_code code)
{
	return (is_trap(code) && code != RB_E_TRAP_TAB && code != RB_E_TRAP_FOLD) || code == RB_E_ANCHOR ||
	       code == RB_E_TAG;
}

/* Writes over what made libyaml stop. Returns where that ends. */
static size_t
cover(const struct rb_source *src, const struct rb_diag *cause, char *bytes)
{
	struct rb_item item = {cause->span.from, cause->span.from, cause->span.to, false};

	if (cause->code != RB_E_TRAP_ESCAPE)
		item = rb_item_at(src, cause->span.from, 0);
	if (cause->span.from < item.value)
		item.value = cause->span.from;
	if (cause->span.to > item.to)
		item.to = cause->span.to;
	memset(bytes + item.value, 'x', item.to - item.value);
	return item.to;
}

/* Whether the line is as the author wrote it. */
static bool
is_own(const struct rb_source *src, const struct rb_source *covered, size_t at)
{
	size_t line = rb_source_pos(src, at).line;

	return rb_str_eq(rb_source_line(src, line), rb_source_line(covered, line));
}

/* Adds what was found from an offset on to the list of the caller. */
static void
tell_beyond(const struct rb_source *src, const struct rb_source *covered, const struct rb_diags *found,
    size_t from, struct rb_diags *diags)
{
	for (size_t i = 0; i < found->len; i++) {
		const struct rb_diag *d = &found->items[i];
		struct rb_diag *own;

		/* What libyaml finds on its own account may be of our making. */
		if (d->span.from < from || d->code == RB_E_YAML || d->code == RB_E_DOCUMENT ||
		    !is_own(src, covered, d->span.from))
			continue;
		own = rb_diag_add(diags, d->code, (struct rb_span){src, d->span.from, d->span.to}, "%.*s",
		    RB_STR_ARG(d->text));
		if (d->hint.n > 0 && own->hint.n == 0)
			rb_diag_hint(diags, own, "%.*s", RB_STR_ARG(d->hint));
	}
}

/* What stands behind the trap that made libyaml stop: it reads on, over and over, with each trap covered
 * where the one before was. */
static void
read_beyond(const struct rb_source *src, const struct rb_diag *cause, struct rb_diags *diags)
{
	struct rb_source covered = *src;
	size_t from, end, budget = BEYOND_MAX;
	struct rb_diags found;
	struct rb_arena arena;
	char *bytes;

	rb_arena_init(&arena, diags->arena->alloc);
	bytes = rb_arena_new(&arena, src->bytes.n + 1);
	memcpy(bytes, src->bytes.p, src->bytes.n);
	covered.bytes.p = bytes;
	while (cause != NULL && ends_there(cause->code) && src->bytes.n <= budget) {
		struct loader l = {.arena = &arena, .src = &covered, .diags = &found};

		budget -= src->bytes.n;
		end = cover(src, cause, bytes);
		from = rb_item_at(src, cause->span.from, 0).to;
		rb_diags_init(&found, &arena);
		cause = read_all(&l);
		tell_beyond(src, &covered, &found, from > end ? from : end, diags);
		if (cause != NULL && cause->span.from < end)
			break;
	}
	rb_arena_free(&arena);
}

const struct rb_node *
rb_yaml_load(struct rb_arena *arena, const struct rb_source *src, struct rb_diags *diags)
{
	struct loader l = {.arena = arena, .src = src, .diags = diags};
	const struct rb_diag *cause;

	if (rb_vet(src, diags) != 0)
		return NULL;
	cause = read_all(&l);
	if (cause != NULL)
		read_beyond(src, cause, diags);
	if (l.stopped)
		return NULL;
	if (l.root == NULL ||
	    (l.root->kind == RB_NODE_SCALAR && l.root->style == RB_PLAIN && l.root->text.n == 0)) {
		rb_diag_add(diags, RB_E_DOCUMENT, (struct rb_span){src, 0, 0}, "the file holds no document");
		return NULL;
	}
	return l.root;
}
