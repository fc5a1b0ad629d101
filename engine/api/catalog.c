/* What there is to run and to use: the runbooks that are found by name, and the procedures of the standard
 * library, as lists, for `explain`, and as pages of docs/stdlib/. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

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

static bool
open_procedure(struct procedure *p, struct rb_str name, const struct rb_alloc *alloc)
{
	static const struct rb_source nowhere;
	const struct rb_source *src;
	struct rb_opener opener;
	struct rb_str why;

	*p = (struct procedure){.program = NULL};
	rb_arena_init(&p->arena, alloc);
	rb_diags_init(&p->diags, &p->arena);
	rb_library_init(&p->library, &p->arena);
	opener = rb_library_opener(&p->library);
	src = opener.open(opener.ctx, &p->arena, true, name, &nowhere, &why);
	if (src != NULL)
		p->program = rb_program_load_library(&p->arena, src, name, rb_kinds, &opener, &p->diags);
	if (p->program != NULL)
		p->proc = p->program->main->procs[0];
	return p->program != NULL;
}

static void
close_procedure(struct procedure *p)
{
	if (p->program != NULL)
		rb_program_free(p->program);
	rb_arena_free(&p->arena);
}

/* ---- words ---- */

/* A text with ${x} in it as <x>, on one line; for Markdown, where that would be a tag, as *x*. */
static struct rb_str
title_of(struct rb_arena *arena, const struct rb_tmpl *t, const char marks[2])
{
	struct rb_str s = t != NULL ? rb_tmpl_source(t) : RB_STR("");
	struct rb_buf b;
	bool inside = false;

	rb_buf_init(&b, arena->alloc, FIELD_MAX);
	for (size_t i = 0; i < s.n; i++) {
		if (!inside && s.p[i] == '$' && i + 1 < s.n && s.p[i + 1] == '{') {
			inside = true;
			rb_buf_char(&b, marks[0]);
			i++;
		} else if (inside && s.p[i] == '}') {
			inside = false;
			rb_buf_char(&b, marks[1]);
		} else {
			rb_buf_char(&b, s.p[i] == '\n' ? ' ' : s.p[i]);
		}
	}
	s = rb_arena_str(arena, rb_buf_view(&b));
	rb_buf_free(&b);
	return s;
}

static struct rb_str
plain(struct rb_arena *arena, const struct rb_tmpl *t)
{
	return title_of(arena, t, "<>");
}

static struct rb_str
marked(struct rb_arena *arena, const struct rb_tmpl *t)
{
	return title_of(arena, t, "**");
}

/* The default as it is written, on one line. */
static struct rb_str
written(struct rb_arena *arena, const struct rb_field *f)
{
	struct rb_span s = f->node->span;
	struct rb_str text = rb_str_cut(s.src->bytes, s.from, s.to);
	size_t end = rb_str_find(text, RB_STR("\n"), 0);

	return rb_arena_str(arena, rb_str_trim(rb_str_cut(text, 0, end)));
}

static struct rb_str
takes(struct rb_arena *arena, const struct rb_input *in)
{
	struct rb_buf b;
	struct rb_str s;

	rb_buf_init(&b, arena->alloc, FIELD_MAX);
	rb_buf_c(&b, in->type->name);
	for (size_t i = 0; i < in->nchoices; i++) {
		rb_buf_c(&b, i == 0 ? ": " : ", ");
		rb_value_show(in->choices[i], &b);
	}
	if (in->min.kind != RB_V_UNSET) {
		rb_buf_c(&b, ", at least ");
		rb_value_show(in->min, &b);
	}
	if (in->max.kind != RB_V_UNSET) {
		rb_buf_c(&b, ", at most ");
		rb_value_show(in->max, &b);
	}
	s = rb_arena_str(arena, rb_buf_view(&b));
	rb_buf_free(&b);
	return s;
}

static const char *
effect_words(enum rb_effect effect)
{
	static const char *const words[] = {[RB_READ] = "only looks",
	    [RB_CHANGE] = "changes something",
	    [RB_DANGER] = "changes something, and is dangerous"};

	return words[effect];
}

static const char *
effect_mark(enum rb_effect effect)
{
	static const char *const words[] = {
	    [RB_READ] = "reads", [RB_CHANGE] = "CHANGES", [RB_DANGER] = "DANGER"};

	return words[effect];
}

static const char *
type_name(const struct rb_output *o)
{
	return o->type != NULL ? o->type->name : "any";
}

/* How it is used, with what it must be given; `indent` blanks before each line. */
static void
usage(const struct procedure *p, unsigned indent, struct rb_buf *out)
{
	const struct rb_unit *u = p->program->main;
	size_t n = 0;

	rb_buf_pad(out, ' ', indent);
	rb_buf_fmt(out, "- use: %.*s\n", RB_STR_ARG(p->proc->name));
	for (size_t i = 0; i < p->proc->ninputs; i++) {
		const struct rb_input *in = &p->proc->inputs[i];

		if (in->dflt != NULL)
			continue;
		if (n++ == 0) {
			rb_buf_pad(out, ' ', indent + 2);
			rb_buf_c(out, "with: {");
		}
		rb_buf_fmt(out, "%s%.*s: \"${%.*s}\"", n > 1 ? ", " : "", RB_STR_ARG(in->name),
		    RB_STR_ARG(in->name));
	}
	if (n > 0)
		rb_buf_c(out, "}\n");
	n = 0;
	for (size_t i = 0; i < u->nsecrets; i++) {
		if (u->secrets[i].optional)
			continue;
		if (n++ == 0) {
			rb_buf_pad(out, ' ', indent + 2);
			rb_buf_c(out, "secrets: {");
		}
		rb_buf_fmt(out, "%s%.*s: my_secret", n > 1 ? ", " : "", RB_STR_ARG(u->secrets[i].decl->name));
	}
	if (n > 0)
		rb_buf_c(out, "}\n");
}

/* ---- for a terminal ---- */

static void
rows_of(struct procedure *p, struct rb_buf *out)
{
	const struct rb_unit *u = p->program->main;

	if (p->proc->ninputs > 0)
		rb_buf_c(out, "  inputs\n");
	for (size_t i = 0; i < p->proc->ninputs; i++) {
		const struct rb_input *in = &p->proc->inputs[i];

		rb_buf_fmt(out, "    %-14.*s %.*s (%.*s", RB_STR_ARG(in->name), RB_STR_ARG(in->help),
		    RB_STR_ARG(takes(&p->arena, in)));
		if (in->dflt != NULL)
			rb_buf_fmt(out, ", default %.*s)\n", RB_STR_ARG(written(&p->arena, in->dflt)));
		else
			rb_buf_c(out, ", required)\n");
	}
	if (u->nsecrets > 0)
		rb_buf_c(out, "  secrets\n");
	for (size_t i = 0; i < u->nsecrets; i++)
		rb_buf_fmt(out, "    %-14.*s %.*s (%s)\n", RB_STR_ARG(u->secrets[i].decl->name),
		    RB_STR_ARG(u->secrets[i].help), u->secrets[i].optional ? "optional" : "required");
	if (p->proc->noutputs > 0)
		rb_buf_c(out, "  outputs\n");
	for (size_t i = 0; i < p->proc->noutputs; i++) {
		const struct rb_output *o = &p->proc->outputs[i];

		rb_buf_fmt(
		    out, "    %-14.*s %.*s (%s)\n", RB_STR_ARG(o->name), RB_STR_ARG(o->help), type_name(o));
	}
}

static void
explain(struct procedure *p, struct rb_buf *out)
{
	rb_buf_fmt(out, "%.*s, a procedure of the library: %.*s\n", RB_STR_ARG(p->proc->name),
	    RB_STR_ARG(plain(&p->arena, p->proc->title)));
	if (p->proc->help.n > 0)
		rb_buf_fmt(out, "  %.*s\n", RB_STR_ARG(rb_str_trim(p->proc->help)));
	rb_buf_fmt(out, "  effect   %s\n", effect_words(p->proc->effect));
	rows_of(p, out);
	rb_buf_c(out, "  steps, by the ids that results of tests have for them\n");
	for (size_t i = 0; i < p->proc->unit->nsteps; i++) {
		const struct rb_step *s = p->proc->unit->steps_in_order[i];

		if (s->proc != p->proc || (s->title == NULL && !s->has_id))
			continue;
		rb_buf_fmt(out, "    %-14.*s %-8s %.*s\n", s->has_id ? (int)s->id.n : 0, s->id.p,
		    effect_mark(s->effect),
		    RB_STR_ARG(s->title != NULL ? plain(&p->arena, s->title) : rb_str_c(s->action)));
	}
	rb_buf_c(out, "  example\n");
	usage(p, 4, out);
}

int
rb_catalog_explain(const char *name, struct rb_buf *out)
{
	struct procedure p;
	bool found = false;

	for (size_t i = 0; rb_embedded[i].name != NULL && !found; i++) {
		rb_arena_init(&p.arena, out->alloc);
		found = rb_str_is(rb_library_dotted(&p.arena, rb_embedded[i].name), name);
		rb_arena_free(&p.arena);
	}
	if (!found)
		return -1;
	if (open_procedure(&p, rb_str_c(name), out->alloc))
		explain(&p, out);
	else
		rb_diags_render(&p.diags, false, out);
	close_procedure(&p);
	return 0;
}

/* ---- pages ---- */

/* A cell of a table: one line without bars. */
static void
cell(struct rb_buf *out, struct rb_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '|')
			rb_buf_c(out, "\\|");
		else
			rb_buf_char(out, s.p[i] == '\n' ? ' ' : s.p[i]);
	}
}

/* A row of up to four cells; the first one as code. */
static void
row(struct rb_buf *out, const struct rb_str *cells, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		rb_buf_c(out, i == 0 ? "| `" : " | ");
		cell(out, cells[i]);
		if (i == 0)
			rb_buf_char(out, '`');
	}
	rb_buf_c(out, " |\n");
}

static void
page_tables(struct procedure *p, struct rb_buf *out)
{
	const struct rb_unit *u = p->program->main;

	if (p->proc->ninputs > 0)
		rb_buf_c(out, "\n| input | takes | default | |\n|---|---|---|---|\n");
	for (size_t i = 0; i < p->proc->ninputs; i++) {
		const struct rb_input *in = &p->proc->inputs[i];
		struct rb_str cells[] = {in->name, takes(&p->arena, in),
		    in->dflt != NULL
			? rb_arena_fmt(&p->arena, "`%.*s`", RB_STR_ARG(written(&p->arena, in->dflt)))
			: RB_STR("required"),
		    in->help};

		row(out, cells, 4);
	}
	if (u->nsecrets > 0)
		rb_buf_c(out, "\n| secret | | |\n|---|---|---|\n");
	for (size_t i = 0; i < u->nsecrets; i++) {
		struct rb_str cells[] = {u->secrets[i].decl->name,
		    u->secrets[i].optional ? RB_STR("optional") : RB_STR("required"), u->secrets[i].help};

		row(out, cells, 3);
	}
	if (p->proc->noutputs > 0)
		rb_buf_c(out, "\n| output | type | |\n|---|---|---|\n");
	for (size_t i = 0; i < p->proc->noutputs; i++) {
		const struct rb_output *o = &p->proc->outputs[i];
		struct rb_str cells[] = {o->name, rb_str_c(type_name(o)), o->help};

		row(out, cells, 3);
	}
}

static void
page(struct procedure *p, struct rb_buf *out)
{
	rb_buf_fmt(out, "# %.*s\n\n%.*s: it %s.\n", RB_STR_ARG(p->proc->name),
	    RB_STR_ARG(marked(&p->arena, p->proc->title)), effect_words(p->proc->effect));
	if (p->proc->help.n > 0)
		rb_buf_fmt(out, "\n%.*s\n", RB_STR_ARG(rb_str_trim(p->proc->help)));
	rb_buf_c(out, "\n```yaml\n");
	usage(p, 0, out);
	rb_buf_c(out, "```\n");
	page_tables(p, out);
	rb_buf_c(out, "\nWhat it does, step by step:\n\n");
	for (size_t i = 0; i < p->proc->steps->len; i++) {
		const struct rb_step *s = p->proc->steps->steps[i];

		if (s->title != NULL)
			rb_buf_fmt(out, "- %s: %.*s\n", s->effect == RB_READ ? "looks" : "**changes**",
			    RB_STR_ARG(marked(&p->arena, s->title)));
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
		if (open_procedure(&p, name, out->alloc)) {
			rb_buf_fmt(out, "| [%.*s](%.*s.md) | ", RB_STR_ARG(name), RB_STR_ARG(name));
			cell(out, marked(&p.arena, p.proc->title));
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
	ok = open_procedure(&p, rb_str_c(name), out->alloc);
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
	key_str(&j, "title", plain(&p->arena, p->proc->title));
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
		rb_json_bool(&j, in->dflt == NULL);
		if (in->dflt != NULL)
			key_str(&j, "default", written(&p->arena, in->dflt));
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
		key_str(&j, "type", rb_str_c(type_name(o)));
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
		if (!open_procedure(&p, name, out->alloc))
			rb_diags_render(&p.diags, false, out);
		else if (json)
			procedure_json(&p, out);
		else
			rb_buf_fmt(out, "%-22.*s %-8s %.*s\n", RB_STR_ARG(name), effect_mark(p.proc->effect),
			    RB_STR_ARG(plain(&p.arena, p.proc->title)));
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
