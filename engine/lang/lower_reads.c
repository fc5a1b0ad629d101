/* What expressions read. Two things follow from it: the output of a step is kept for facts only if something
 * mentions it, and a secret may be read only by those that named it. */
#include <string.h>

#include "lang/lower.h"

/* The facts that hold output, and what must be kept for each. */
static const struct {
	const char *name;
	bool out, err, body;
} kept[] = {{"stdout", true, false, false}, {"stderr", false, true, false}, {"output", true, true, false},
    {"body", false, false, true}, {"json", false, false, true}, {"results", true, true, true}};

enum { KEPT = sizeof(kept) / sizeof(*kept) };

static void
keep(struct rb_step *s, size_t row)
{
	s->keeps_stdout = s->keeps_stdout || kept[row].out;
	s->keeps_stderr = s->keeps_stderr || kept[row].err;
	s->keeps_body = s->keeps_body || kept[row].body;
}

/* Whose headers are read is known here; which of them, only the text of the expression says. */
static void
keep_headers(const struct rb_reader *r, struct rb_step *s, struct rb_str text)
{
	struct rb_header_read *read = RB_NEW(r->lower->load->arena, struct rb_header_read);

	read->text = text;
	read->next = s->header_reads;
	s->header_reads = read;
}

static bool
is_header_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static bool
names_header(struct rb_str text, struct rb_str name)
{
	for (size_t at = rb_str_find(text, name, 0); at != SIZE_MAX; at = rb_str_find(text, name, at + 1)) {
		size_t end = at + name.n;

		if ((at == 0 || !is_header_char(text.p[at - 1])) &&
		    (end == text.n || !is_header_char(text.p[end])))
			return true;
	}
	return false;
}

bool
rb_step_reads_header(const struct rb_step *step, struct rb_str name)
{
	for (const struct rb_header_read *read = step->header_reads; read != NULL; read = read->next) {
		if (names_header(read->text, name))
			return true;
	}
	return false;
}

/* `path` is "health.body.x": its second name decides. A step that is read as a whole keeps all. */
static void
keep_path(const struct rb_reader *r, struct rb_step *s, struct rb_str path, struct rb_str text)
{
	size_t from = rb_str_find(path, RB_STR("."), 0), to;
	struct rb_str name;

	if (from == SIZE_MAX) {
		s->keeps_stdout = s->keeps_stderr = s->keeps_body = true;
		return;
	}
	to = rb_str_find(path, RB_STR("."), from + 1);
	name = rb_str_cut(path, from + 1, to);
	if (rb_str_is(name, "headers"))
		keep_headers(r, s, text);
	for (size_t i = 0; i < KEPT; i++)
		if (rb_str_is(name, kept[i].name))
			keep(s, i);
}

/* `this` is no name with a declaration. What its expression mentions is kept: a word too many does no harm.
 */
static void
keep_this(const struct rb_reader *r, struct rb_str text)
{
	struct rb_step *s = r->step;

	if (rb_str_find(text, RB_STR("this"), 0) == SIZE_MAX)
		return;
	if (rb_str_find(text, RB_STR("headers"), 0) != SIZE_MAX)
		keep_headers(r, s, text);
	for (size_t i = 0; i < KEPT; i++)
		if (rb_str_find(text, rb_str_c(kept[i].name), 0) != SIZE_MAX)
			keep(s, i);
}

static void
check_secret(const struct rb_reader *r, const struct rb_decl *decl, const struct rb_expr *e)
{
	struct rb_diags *diags = r->lower->load->diags;
	struct rb_diag *diag;

	for (size_t i = 0; i < r->nsecrets; i++)
		if (r->secrets[i] == decl)
			return;
	diag = rb_diag_add(diags, RB_E_SECRET, rb_expr_span(e),
	    "the secret `%.*s` is read here, but not named in `secrets`", RB_STR_ARG(decl->name));
	rb_diag_hint(diags, diag, "add `secrets: [%.*s]` to the step", RB_STR_ARG(decl->name));
}

/* Items of one `checks` run side by side: what another finds may not be there yet. */
static void
check_sibling(
    const struct rb_reader *r, const struct rb_decl *decl, struct rb_str path, const struct rb_expr *e)
{
	const struct rb_step *s = r->step;

	if (s == NULL || !s->probe || s->list == NULL || decl->step == s || decl->step->list != s->list)
		return;
	rb_diag_add(r->lower->load->diags, RB_E_PROBE, rb_expr_span(e),
	    "`%.*s` is what another item of the same `checks` finds, and they run side by side",
	    RB_STR_ARG(path));
}

static void
read_path(void *ctx, const struct rb_decl *decl, unsigned up, struct rb_str path, const struct rb_expr *at)
{
	const struct rb_reader *r = ctx;

	(void)up;
	if (decl == NULL)
		return;
	if (decl->kind == RB_DECL_SECRET)
		check_secret(r, decl, at);
	if (decl->kind != RB_DECL_STEP || decl->step == NULL)
		return;
	check_sibling(r, decl, path, at);
	keep_path(r, r->lower->unit->steps_in_order[decl->step->index], path, rb_expr_text(at));
}

static void
read_expr(void *ctx, const struct rb_expr *e)
{
	const struct rb_reader *r = ctx;

	if (r->step != NULL)
		keep_this(r, rb_expr_text(e));
	rb_expr_reads(e, read_path, ctx);
}

void
rb_lower_read(const struct rb_reader *r, const struct rb_field *f)
{
	struct rb_reader copy = *r;

	rb_field_exprs(f, read_expr, &copy);
}

void
rb_lower_reads(struct rb_part *p, const struct rb_expr *e)
{
	struct rb_reader r = {p->lower, p->step, p->step->nsecrets, p->step->secrets};

	if (e != NULL)
		read_expr(&r, e);
}

void
rb_lower_field_reads(struct rb_part *p, const struct rb_field *f)
{
	struct rb_reader r = {p->lower, p->step, p->step->nsecrets, p->step->secrets};

	rb_lower_read(&r, f);
}
