/* What there is to run and to use: the runbooks that are found by name, and the procedures of the standard
 * library, as lists, for `explain`, and as pages of docs/stdlib/. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "api/about.h"
#include "api/book.h"
#include "base/escape.h"
#include "base/json.h"
#include "kinds/kinds.h"
#include "lang/program.h"

enum { TEXT_MAX = 1 << 20, FIELD_MAX = 4096 };

/* ---- one procedure of the library ---- */

struct procedure {
	struct rb_arena arena;
	struct rb_library library;
	struct rb_diags diags;
	struct rb_program *program;
	const struct rb_procedure *proc;
};

/* `from` says beside which file a lib/ is looked for. Whether there is one of the name; what is wrong with it
 * is in p->diags, and then p->program is NULL. */
static bool
open_procedure(
    struct procedure *p, struct rb_str name, const struct rb_source *from, const struct rb_alloc *alloc)
{
	const struct rb_source *src;
	struct rb_opener opener;
	struct rb_str why;

	*p = (struct procedure){.program = NULL};
	rb_arena_init(&p->arena, alloc);
	rb_diags_init(&p->diags, &p->arena);
	rb_library_init(&p->library, &p->arena);
	opener = rb_library_opener(&p->library);
	src = opener.open(opener.ctx, &p->arena, true, name, from, &why);
	if (src != NULL)
		p->program = rb_program_load_library(&p->arena, src, name, rb_kinds, &opener, &p->diags);
	if (p->program != NULL)
		p->proc = p->program->main->procs[0];
	return src != NULL;
}

/* One of the program's own. */
static bool
open_embedded(struct procedure *p, struct rb_str name, const struct rb_alloc *alloc)
{
	static const struct rb_source nowhere;

	return open_procedure(p, name, &nowhere, alloc) && p->program != NULL;
}

static void
close_procedure(struct procedure *p)
{
	if (p->program != NULL)
		rb_program_free(p->program);
	rb_arena_free(&p->arena);
}

static struct rb_card
card_of(struct procedure *p, bool markdown, struct rb_buf *out)
{
	return (struct rb_card){.arena = &p->arena, .out = out, .markdown = markdown};
}

static struct rb_str
plain(struct procedure *p)
{
	struct rb_card c = card_of(p, false, NULL);

	return rb_card_title(&c, p->proc->title);
}

/* A procedure by its name; one of lib/ below the working folder stands in for one of the program's, as it
 * does for a runbook there. */
static int
explain_procedure(const char *name, struct rb_buf *out)
{
	static const struct rb_source here = {.path = {"./", 2}};
	struct procedure p;
	bool found;

	if (strchr(name, '.') == NULL || strchr(name, '/') != NULL)
		return -1;
	found = open_procedure(&p, rb_str_c(name), &here, out->alloc);
	if (p.program != NULL) {
		struct rb_card c = card_of(&p, false, out);

		rb_about_procedure(&c, p.proc);
	} else if (found) {
		rb_diags_render(&p.diags, false, out);
	}
	close_procedure(&p);
	return found ? 0 : -1;
}

/* Whether a runbook is found by the name, or a file by the path. */
static bool
is_there(const char *name, const struct rb_alloc *alloc)
{
	struct rb_library library;
	struct rb_arena arena;
	struct rb_str why;
	bool found;

	rb_arena_init(&arena, alloc);
	rb_library_init(&library, &arena);
	found = rb_library_main(&library, &arena, name, &why) != NULL;
	rb_arena_free(&arena);
	return found;
}

int
rb_catalog_explain(const char *name, struct rb_buf *out)
{
	return explain_procedure(name, out);
}

int
rb_catalog_explain_file(const char *name, struct rb_buf *out)
{
	struct rb_book *b;
	bool ok;

	if (strchr(name, '/') == NULL && !is_there(name, out->alloc))
		return -1;
	b = rb_book_inspect(name, out->alloc);
	ok = rb_book_ok(b);
	if (ok)
		rb_about_book(b, name, out);
	else
		rb_book_problems(b, false, out);
	rb_book_free(b);
	return ok ? 0 : 1;
}

/* ---- pages ---- */

static void
page(struct procedure *p, struct rb_buf *out)
{
	const struct rb_unit *u = p->program->main;
	struct rb_card c = card_of(p, true, out);

	rb_buf_fmt(out, "# %.*s\n\n%.*s: it %s.\n", RB_STR_ARG(p->proc->name),
	    RB_STR_ARG(rb_card_title(&c, p->proc->title)), rb_card_effect(p->proc->effect));
	if (p->proc->help.n > 0)
		rb_buf_fmt(out, "\n%.*s\n", RB_STR_ARG(rb_str_trim(p->proc->help)));
	rb_buf_c(out, "\n```yaml\n");
	rb_card_usage(&c, p->proc);
	rb_buf_c(out, "```\n");
	rb_card_inputs(&c, p->proc->inputs, p->proc->ninputs);
	rb_card_secrets(&c, u->secrets, u->nsecrets);
	rb_card_outputs(&c, p->proc->outputs, p->proc->noutputs);
	rb_buf_c(out, "\nWhat it does, step by step:\n\n");
	for (size_t i = 0; i < p->proc->steps->len; i++) {
		const struct rb_step *s = p->proc->steps->steps[i];

		if (s->title != NULL)
			rb_buf_fmt(out, "- %s: %.*s\n", s->effect == RB_READ ? "looks" : "**changes**",
			    RB_STR_ARG(rb_card_title(&c, s->title)));
	}
}

static void
index_page(struct rb_buf *out)
{
	rb_buf_c(out, "# The standard library\n\nProcedures that are part of the program, for `use:`. "
		      "`runbook list --lib` lists them, `runbook explain port.free` explains one. A file "
		      "`lib/port/free.yaml` beside a runbook stands in for `port.free`.\n\n"
		      "| procedure | does | |\n|---|---|---|\n");
	for (size_t i = 0; rb_embedded[i].name != NULL; i++) {
		struct procedure p;
		struct rb_arena arena;
		struct rb_str name;

		rb_arena_init(&arena, out->alloc);
		name = rb_library_dotted(&arena, rb_embedded[i].name);
		if (open_embedded(&p, name, out->alloc)) {
			struct rb_card c = card_of(&p, true, out);

			rb_buf_fmt(out, "| [%.*s](%.*s.md) | ", RB_STR_ARG(name), RB_STR_ARG(name));
			rb_card_cell(out, rb_card_title(&c, p.proc->title));
			rb_buf_fmt(out, " | %s |\n", p.proc->effect == RB_READ ? "looks" : "changes");
		}
		close_procedure(&p);
		rb_arena_free(&arena);
	}
}

int
rb_catalog_page(const char *name, struct rb_buf *out)
{
	struct procedure p;
	bool ok;

	if (name == NULL) {
		index_page(out);
		return 0;
	}
	ok = open_embedded(&p, rb_str_c(name), out->alloc);
	if (ok)
		page(&p, out);
	close_procedure(&p);
	return ok ? 0 : -1;
}

/* ---- lists ---- */

static void
key_str(struct rb_json *j, const char *key, struct rb_str value)
{
	rb_json_key(j, key);
	rb_json_str(j, value);
}

static void
procedure_json(struct procedure *p, struct rb_buf *out)
{
	struct rb_json j;

	rb_json_init(&j, out);
	rb_json_open(&j, '{');
	key_str(&j, "procedure", p->proc->name);
	key_str(&j, "title", plain(p));
	key_str(&j, "description", rb_str_trim(p->proc->help));
	key_str(&j, "effect", rb_str_c(rb_effect_words[p->proc->effect]));
	rb_json_key(&j, "inputs");
	rb_json_open(&j, '[');
	for (size_t i = 0; i < p->proc->ninputs; i++) {
		const struct rb_input *in = &p->proc->inputs[i];

		rb_json_open(&j, '{');
		key_str(&j, "name", in->name);
		key_str(&j, "type", rb_str_c(in->type->name));
		rb_json_key(&j, "required");
		rb_json_bool(&j, rb_card_must_be_given(in));
		if (in->dflt != NULL)
			key_str(&j, "default", rb_card_default(&p->arena, in));
		key_str(&j, "help", in->help);
		rb_json_close(&j, '}');
	}
	rb_json_close(&j, ']');
	rb_json_key(&j, "outputs");
	rb_json_open(&j, '[');
	for (size_t i = 0; i < p->proc->noutputs; i++) {
		const struct rb_output *o = &p->proc->outputs[i];

		rb_json_open(&j, '{');
		key_str(&j, "name", o->name);
		key_str(&j, "type", rb_str_c(rb_card_type(o)));
		key_str(&j, "help", o->help);
		rb_json_close(&j, '}');
	}
	rb_json_close(&j, ']');
	rb_json_close(&j, '}');
	rb_buf_char(out, '\n');
}

void
rb_catalog_library(bool json, struct rb_buf *out)
{
	for (size_t i = 0; rb_embedded[i].name != NULL; i++) {
		struct procedure p;
		struct rb_arena arena;
		struct rb_str name;

		rb_arena_init(&arena, out->alloc);
		name = rb_library_dotted(&arena, rb_embedded[i].name);
		if (!open_embedded(&p, name, out->alloc))
			rb_diags_render(&p.diags, false, out);
		else if (json)
			procedure_json(&p, out);
		else
			rb_buf_fmt(out, "%-22.*s %-8s %.*s\n", RB_STR_ARG(name), rb_card_mark(p.proc->effect),
			    RB_STR_ARG(plain(&p)));
		close_procedure(&p);
		rb_arena_free(&arena);
	}
}

static bool
is_runbook(const char *name)
{
	struct rb_str s = rb_str_c(name);

	return s.n > strlen(".yaml") && s.p[0] != '.' && rb_str_ends(s, ".yaml") && !rb_test_is_file(name);
}

/* A file that holds no runbook (a list of inputs, say) is none of ours; a runbook with errors is listed as
 * such. */
static void
runbook_row(const char *path, struct rb_str name, bool json, struct rb_buf *out)
{
	struct rb_book *b = rb_book_load(path, out->alloc);
	struct rb_buf line;
	struct rb_json j;

	rb_buf_init(&line, out->alloc, FIELD_MAX);
	if (json) {
		rb_json_init(&j, &line);
		rb_json_open(&j, '{');
		key_str(&j, "name", name);
		key_str(&j, "file", rb_str_c(path));
		rb_json_key(&j, "ok");
		rb_json_bool(&j, rb_book_ok(b));
		key_str(&j, "title", rb_book_meta(b, "title"));
		key_str(&j, "severity", rb_book_meta(b, "severity"));
		key_str(&j, "owner", rb_book_meta(b, "owner"));
		rb_json_close(&j, '}');
		rb_buf_str(out, rb_buf_view(&line));
	} else {
		rb_buf_fmt(
		    &line, "%-28.*s %-9.*s ", RB_STR_ARG(name), RB_STR_ARG(rb_book_meta(b, "severity")));
		if (rb_book_ok(b))
			rb_buf_str(&line, rb_book_meta(b, "title"));
		else
			rb_buf_fmt(&line, "cannot be run: runbook check %s", path);
		rb_escape(out, rb_buf_view(&line), 0);
	}
	rb_buf_char(out, '\n');
	rb_buf_free(&line);
	rb_book_free(b);
}

static bool
begins_as_runbook(const char *path)
{
	struct rb_arena arena;
	const struct rb_source *src;
	struct rb_str why;
	bool is = false;

	rb_arena_init(&arena, NULL);
	src = rb_source_load(&arena, path, &why);
	if (src != NULL)
		is = rb_str_starts(src->bytes, "runbook:") ||
		     rb_str_find(src->bytes, RB_STR("\nrunbook:"), 0) != SIZE_MAX;
	rb_arena_free(&arena);
	return is;
}

static int
wanted_entry(const struct dirent *e)
{
	return is_runbook(e->d_name);
}

static void
list_folder(struct rb_arena *arena, struct rb_str folder, struct rb_map *seen, bool json, struct rb_buf *out)
{
	struct dirent **entries;
	int n = scandir(folder.p, &entries, wanted_entry, alphasort);

	for (int i = 0; i < n; i++) {
		struct rb_str file = rb_str_c(entries[i]->d_name),
			      name = rb_arena_str(arena, rb_str_cut(file, 0, file.n - strlen(".yaml")));
		const char *path = rb_arena_fmt(arena, "%.*s/%.*s", RB_STR_ARG(folder), RB_STR_ARG(file)).p;

		/* The name finds the first of them: rb_library_main. */
		if (rb_map_get(seen, name) == NULL && begins_as_runbook(path)) {
			rb_map_put(seen, name, seen);
			runbook_row(path, name, json, out);
		}
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

void
rb_catalog_runbooks(bool json, struct rb_buf *out)
{
	struct rb_arena arena;
	struct rb_map seen;

	rb_arena_init(&arena, out->alloc);
	rb_map_init(&seen, &arena);
	for (size_t i = 0;; i++) {
		struct rb_str folder = rb_library_folder(&arena, i);

		if (folder.n == 0)
			break;
		list_folder(&arena, folder, &seen, json, out);
	}
	rb_arena_free(&arena);
}
