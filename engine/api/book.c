/* Loading and checking a runbook with all that it names. */
#include "api/book.h"

#include "kinds/kinds.h"
#include "lint/lint.h"

static struct rb_book *
load(const char *path, const struct rb_alloc *alloc, bool to_inspect)
{
	struct rb_book *b = rb_alloc_zero(alloc, 1, sizeof(*b));
	const struct rb_source *src;
	struct rb_opener opener;
	struct rb_str why, name;

	b->alloc = alloc;
	rb_arena_init(&b->arena, alloc);
	rb_diags_init(&b->diags, &b->arena);
	rb_library_init(&b->library, &b->arena);
	opener = rb_library_opener(&b->library);
	src = rb_library_main(&b->library, &b->arena, path, &why);
	name = src != NULL ? rb_library_procedure(src) : RB_STR("");
	if (src == NULL)
		rb_diag_add(
		    &b->diags, RB_E_FILE, (struct rb_span){NULL, 0, 0}, "%s: %.*s", path, RB_STR_ARG(why));
	else if (rb_test_is_file(path))
		rb_diag_add(&b->diags, RB_E_FILE, (struct rb_span){src, 0, 0},
		    "this is a scenario file, no runbook: `runbook test %s` plays it", path);
	else if (name.n > 0 && to_inspect)
		b->program = rb_program_load_library(&b->arena, src, name, rb_kinds, &opener, &b->diags);
	else if (name.n > 0)
		rb_diag_add(&b->diags, RB_E_FILE, (struct rb_span){src, 0, 0},
		    "this is a procedure of a library, no runbook: a step does it with `use: %.*s`",
		    RB_STR_ARG(name));
	else
		b->program = rb_program_load(&b->arena, src, rb_kinds, &opener, &b->diags);
	return b;
}

struct rb_book *
rb_book_load(const char *path, const struct rb_alloc *alloc)
{
	return load(path, alloc, false);
}

struct rb_book *
rb_book_inspect(const char *path, const struct rb_alloc *alloc)
{
	return load(path, alloc, true);
}

void
rb_book_free(struct rb_book *b)
{
	if (b == NULL)
		return;
	if (b->program != NULL)
		rb_program_free(b->program);
	rb_arena_free(&b->arena);
	rb_alloc_free(b->alloc, b);
}

void
rb_book_lint(struct rb_book *b)
{
	if (b->program != NULL)
		rb_lint(b->program, &b->diags);
}

bool
rb_book_ok(const struct rb_book *b)
{
	return b->program != NULL;
}

size_t
rb_book_errors(const struct rb_book *b)
{
	return b->diags.errors;
}

size_t
rb_book_warnings(const struct rb_book *b)
{
	return b->diags.warnings;
}

void
rb_book_problems(struct rb_book *b, bool colour, struct rb_buf *out)
{
	if (b->diags.len > 0)
		rb_diags_render(&b->diags, colour, out);
}

void
rb_book_problems_json(struct rb_book *b, struct rb_buf *out)
{
	rb_diags_json(&b->diags, out);
}

struct rb_str
rb_book_meta(const struct rb_book *b, const char *key)
{
	return b->program != NULL ? rb_unit_meta(b->program->main, key) : RB_STR("");
}

size_t
rb_book_steps(const struct rb_book *b)
{
	return b->program != NULL ? b->program->main->nsteps : 0;
}
