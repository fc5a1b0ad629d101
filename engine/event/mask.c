/* The streaming masker: an Aho-Corasick automaton over every form of every secret (forms.c), so that each
 * byte is looked at once whatever the secrets look like, with a skip ahead of it for bytes where no form can
 * begin. */
#include "event/mask.h"

#include <string.h>

#include "event/forms.h"
#include "event/parts.h"

enum {
	WINDOW = RB_SECRET_MIN,      /* no form is shorter, so this many bytes can be judged at once */
	PAIRS = 65536,               /* values of two bytes */
	SLICE = 65536,               /* fed to the automaton at a time: bounds the list of runs */
	BLOCK = 1024,                /* nodes taken from the allocator at a time */
	HELD_MAX = 8 * RB_SECRET_MAX /* longer than every form */
};

/* A state is the longest end of the input that begins a form. State 0: none. */
struct node {
	uint32_t child, sibling; /* first form that goes on, next child of the parent; 0: none */
	uint32_t fail;           /* the longest proper end of this state that is a state */
	uint32_t match;          /* length of the longest form that ends here; 0: none does */
	uint32_t depth : 24;     /* bytes in this state */
	uint32_t byte : 8;       /* the last of them */
};

/* Nodes stand in blocks that never move: growing would leave copies of secrets behind. They keep their
 * numbers, so that a stream which is open while a secret is added goes on from where it is. */
struct rb_masker {
	const struct rb_alloc *alloc;
	struct node **blocks;
	size_t nblocks, cap;
	size_t len;                 /* nodes; none before the first secret, then [0] is the root */
	uint32_t root[256];         /* children of the root */
	unsigned char shift[PAIRS]; /* how far to go on when these are the last two bytes of a window */
};

static struct node *
node(const struct rb_masker *m, uint32_t at)
{
	return &m->blocks[at / BLOCK][at % BLOCK];
}

struct rb_masker *
rb_masker_new(const struct rb_alloc *alloc)
{
	struct rb_masker *m = rb_alloc_zero(alloc, 1, sizeof(*m));

	m->alloc = alloc;
	memset(m->shift, WINDOW - 1, sizeof(m->shift));
	return m;
}

void
rb_masker_free(struct rb_masker *m)
{
	const struct rb_alloc *alloc;

	if (m == NULL)
		return;
	alloc = m->alloc;
	for (size_t i = 0; i < m->nblocks; i++) {
		explicit_bzero(m->blocks[i], BLOCK * sizeof(struct node));
		rb_alloc_free(alloc, m->blocks[i]);
	}
	rb_alloc_free(alloc, m->blocks);
	explicit_bzero(m, sizeof(*m));
	rb_alloc_free(alloc, m);
}

bool
rb_masker_active(const struct rb_masker *m)
{
	return m != NULL && m->len > 0;
}

static uint32_t
child_of(const struct rb_masker *m, uint32_t at, unsigned char byte)
{
	uint32_t child;

	if (at == 0)
		return m->root[byte];
	child = node(m, at)->child;
	while (child != 0 && node(m, child)->byte != byte)
		child = node(m, child)->sibling;
	return child;
}

static uint32_t
step(const struct rb_masker *m, uint32_t at, unsigned char byte)
{
	uint32_t to = child_of(m, at, byte);

	while (to == 0 && at != 0) {
		at = node(m, at)->fail;
		to = child_of(m, at, byte);
	}
	return to;
}

static uint32_t
add_node(struct rb_masker *m)
{
	if (m->len == m->nblocks * BLOCK) {
		m->blocks = rb_alloc_grow(m->alloc, m->blocks, sizeof(struct node *), m->nblocks, &m->cap);
		m->blocks[m->nblocks++] = rb_alloc_zero(m->alloc, BLOCK, sizeof(struct node));
	}
	return (uint32_t)m->len++;
}

static uint32_t
add_child(struct rb_masker *m, uint32_t at, unsigned char byte)
{
	uint32_t made = add_node(m);
	struct node *parent = node(m, at), *n = node(m, made);

	n->byte = byte;
	n->depth = (parent->depth + 1) & 0xffffff;
	n->sibling = parent->child;
	parent->child = made;
	if (at == 0)
		m->root[byte] = made;
	return made;
}

static size_t
pair(const unsigned char *p)
{
	return (size_t)p[0] << 8 | p[1];
}

static void
add_form(void *ctx, struct rb_str form)
{
	struct rb_masker *m = ctx;
	const unsigned char *p = (const unsigned char *)form.p;
	uint32_t at = 0;

	if (m->len == 0)
		add_node(m);
	for (size_t i = 0; i < form.n; i++) {
		uint32_t to = child_of(m, at, p[i]);

		at = to != 0 ? to : add_child(m, at, p[i]);
	}
	node(m, at)->match = (uint32_t)form.n;
	for (size_t k = 0; k + 2 <= WINDOW; k++) {
		unsigned char *shift = &m->shift[pair(p + k)];

		if (*shift > WINDOW - 2 - k)
			*shift = (unsigned char)(WINDOW - 2 - k);
	}
}

/* Breadth first, so that a state's shorter ends are linked before it. */
static void
link_states(struct rb_masker *m)
{
	uint32_t *queue = rb_alloc_resize(m->alloc, NULL, m->len * sizeof(*queue));
	size_t head = 0, tail = 0;

	queue[tail++] = 0;
	while (head < tail) {
		uint32_t at = queue[head++];

		for (uint32_t child = node(m, at)->child; child != 0; child = node(m, child)->sibling) {
			struct node *n = node(m, child);

			n->fail = at == 0 ? 0 : step(m, node(m, at)->fail, n->byte);
			if (n->match < n->depth)
				n->match = node(m, n->fail)->match;
			queue[tail++] = child;
		}
	}
	rb_alloc_free(m->alloc, queue);
}

static void
add_text(void *ctx, struct rb_str text)
{
	struct rb_masker *m = ctx;

	rb_forms_each(m->alloc, text, RB_SECRET_MIN, add_form, m);
}

int
rb_masker_add(struct rb_masker *m, struct rb_str secret)
{
	size_t n = rb_forms_bare(secret).n;

	if (n < RB_SECRET_MIN || secret.n > RB_SECRET_MAX)
		return -1;
	add_text(m, secret);
	rb_parts_each(m->alloc, rb_forms_bare(secret), RB_SECRET_MIN, add_text, m);
	link_states(m);
	return 0;
}

/* Bytes [from, to) of the stream. */
struct run {
	uint64_t from, to;
};

struct rb_mask_stream {
	const struct rb_masker *masker;
	const struct rb_alloc *alloc;
	uint32_t at;
	uint64_t pos;   /* bytes fed so far */
	uint64_t given; /* bytes decided and appended to an output; `held` keeps [given, pos) */
	struct rb_buf held;
	struct run *runs; /* to be masked, apart from each other, in order, none of them before `given` */
	size_t nruns, cap;
	bool masked_before; /* a run was shown, which ends at masked_to */
	uint64_t masked_to;
};

struct rb_mask_stream *
rb_mask_stream_new(const struct rb_masker *m, const struct rb_alloc *alloc)
{
	struct rb_mask_stream *s = rb_alloc_zero(alloc, 1, sizeof(*s));

	s->masker = m;
	s->alloc = alloc;
	rb_buf_init(&s->held, alloc, HELD_MAX);
	return s;
}

void
rb_mask_stream_free(struct rb_mask_stream *s)
{
	if (s == NULL)
		return;
	if (s->held.p != NULL)
		explicit_bzero(s->held.p, s->held.cap);
	rb_buf_free(&s->held);
	rb_alloc_free(s->alloc, s->runs);
	rb_alloc_free(s->alloc, s);
}

/* Adds a run to those found so far; runs arrive in the order of their ends. */
static void
add_run(struct rb_mask_stream *s, uint64_t from, uint64_t to)
{
	while (s->nruns > 0 && s->runs[s->nruns - 1].to >= from) {
		s->nruns--;
		if (s->runs[s->nruns].from < from)
			from = s->runs[s->nruns].from;
	}
	s->runs = rb_alloc_grow(s->alloc, s->runs, sizeof(*s->runs), s->nruns, &s->cap);
	s->runs[s->nruns++] = (struct run){from, to};
}

/* Moves the automaton over bytes whose first stands at `start` in the stream. */
static void
scan(struct rb_mask_stream *s, struct rb_str in, uint64_t start)
{
	const struct rb_masker *m = s->masker;
	const unsigned char *p = (const unsigned char *)in.p;
	uint32_t at = s->at;
	size_t i = 0;

	while (i < in.n) {
		if (at == 0) {
			while (i + WINDOW <= in.n && m->shift[pair(p + i + WINDOW - 2)] != 0)
				i += m->shift[pair(p + i + WINDOW - 2)];
		}
		at = step(m, at, p[i++]);
		if (node(m, at)->match > 0)
			add_run(s, start + i - node(m, at)->match, start + i);
	}
	s->at = at;
}

/* Appends the bytes [from, to) of the stream: from what was held back, then from `in`, which begins at
 * `start`. */
static void
copy(const struct rb_mask_stream *s, uint64_t from, uint64_t to, struct rb_str in, uint64_t start,
    struct rb_buf *out)
{
	if (from < start) {
		uint64_t end = to < start ? to : start;

		rb_buf_add(out, s->held.p + (from - s->given), (size_t)(end - from));
		from = end;
	}
	if (from < to)
		rb_buf_add(out, in.p + (from - start), (size_t)(to - from));
}

/* Gives out everything before `safe`; `in` begins at `start`, behind what is held. */
static void
give(struct rb_mask_stream *s, uint64_t safe, struct rb_str in, uint64_t start, struct rb_buf *out)
{
	uint64_t from = s->given;
	size_t done = 0;

	while (done < s->nruns && s->runs[done].from < safe) {
		struct run *run = &s->runs[done];

		copy(s, from, run->from, in, start, out);
		if (!s->masked_before || s->masked_to < run->from)
			rb_buf_c(out, RB_MASK);
		s->masked_before = true;
		s->masked_to = run->to < safe ? run->to : safe;
		from = s->masked_to;
		if (run->to > safe) {
			run->from = safe;
			break;
		}
		done++;
	}
	if (from < safe)
		copy(s, from, safe, in, start, out);
	if (done > 0)
		memmove(s->runs, s->runs + done, (s->nruns - done) * sizeof(*s->runs));
	s->nruns -= done;
}

/* Keeps [safe, pos) for later. */
static void
hold(struct rb_mask_stream *s, uint64_t safe, struct rb_str in, uint64_t start)
{
	if (safe >= start) {
		rb_buf_clear(&s->held);
		in = rb_str_cut(in, (size_t)(safe - start), in.n);
	} else {
		rb_buf_shift(&s->held, (size_t)(safe - s->given));
	}
	if (in.n > 0)
		rb_buf_str(&s->held, in);
	s->given = safe;
}

void
rb_mask_stream_feed(struct rb_mask_stream *s, struct rb_str in, struct rb_buf *out)
{
	if (!rb_masker_active(s->masker)) {
		rb_buf_str(out, in);
		s->pos += in.n;
		s->given = s->pos;
		return;
	}
	for (size_t from = 0; from < in.n; from += SLICE) {
		struct rb_str slice = rb_str_cut(in, from, from + SLICE);
		uint64_t start = s->pos, safe;

		scan(s, slice, start);
		s->pos += slice.n;
		safe = s->pos - node(s->masker, s->at)->depth;
		give(s, safe, slice, start, out);
		hold(s, safe, slice, start);
	}
}

void
rb_mask_stream_end(struct rb_mask_stream *s, struct rb_buf *out)
{
	give(s, s->pos, (struct rb_str){"", 0}, s->pos, out);
	s->at = 0;
	s->given = s->pos;
	s->nruns = 0;
	s->masked_before = false;
	rb_buf_clear(&s->held);
}

/* The text was cut here: what may be the beginning of a secret is taken for one. */
static void
mask_begun(struct rb_mask_stream *s)
{
	uint32_t depth = node(s->masker, s->at)->depth;

	if (depth >= RB_SECRET_MIN)
		add_run(s, s->pos - depth, s->pos);
}

void
rb_masker_text(const struct rb_masker *m, struct rb_str in, struct rb_buf *out)
{
	struct rb_mask_stream *s;
	size_t from = 0, cut;

	if (!rb_masker_active(m)) {
		rb_buf_str(out, in);
		return;
	}
	s = rb_mask_stream_new(m, m->alloc);
	for (cut = rb_str_find(in, RB_STR(RB_CUT), 0); cut != SIZE_MAX;
	     cut = rb_str_find(in, RB_STR(RB_CUT), from)) {
		rb_mask_stream_feed(s, rb_str_cut(in, from, cut), out);
		mask_begun(s);
		rb_mask_stream_feed(s, RB_STR(RB_CUT), out);
		from = cut + strlen(RB_CUT);
	}
	rb_mask_stream_feed(s, rb_str_cut(in, from, in.n), out);
	rb_mask_stream_end(s, out);
	rb_mask_stream_free(s);
}
