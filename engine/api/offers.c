/* Gathering inputs: --set, then --inputs, then RUNBOOK_NAME. The first offer of a name wins. */
#include "api/offers.h"

#include <string.h>

#include "text/node.h"

struct list {
	struct rb_offer *items;
	size_t len;
};

static bool
offered(const struct list *l, struct rb_str name)
{
	for (size_t i = 0; i < l->len; i++) {
		if (rb_str_eq(l->items[i].name, name))
			return true;
	}
	return false;
}

static void
offer(struct list *l, struct rb_str name, struct rb_value value, const char *source, struct rb_span span)
{
	if (!offered(l, name))
		l->items[l->len++] = (struct rb_offer){name, value, source, span};
}

static int
from_sets(struct rb_diags *diags, const struct rb_run_options *o, struct list *l)
{
	const struct rb_span nowhere = {NULL, 0, 0};
	int r = 0;

	/* The last --set of a name wins, as people expect of flags. */
	for (size_t i = o->nsets; i-- > 0;) {
		const char *eq = strchr(o->sets[i], '=');

		if (eq == NULL) {
			rb_diag_add(
			    diags, RB_E_INPUT, nowhere, "`--set %s`: write --set NAME=VALUE", o->sets[i]);
			r = -1;
			continue;
		}
		offer(l, (struct rb_str){o->sets[i], (size_t)(eq - o->sets[i])}, rb_v_text(rb_str_c(eq + 1)),
		    "set", nowhere);
	}
	return r;
}

/* A node of an inputs file: texts, lists and maps of them. */
static struct rb_value
node_value(struct rb_arena *arena, const struct rb_node *n)
{
	struct rb_value v = rb_v_text(n->text), *items;
	struct rb_vpair *pairs;

	if (n->kind == RB_NODE_LIST) {
		v = rb_v_list(arena, n->len, &items);
		for (size_t i = 0; i < n->len; i++)
			items[i] = node_value(arena, n->items[i]);
	} else if (n->kind == RB_NODE_MAP) {
		v = rb_v_map(arena, n->len, &pairs);
		for (size_t i = 0; i < n->len; i++)
			pairs[i] =
			    (struct rb_vpair){n->pairs[i].key->text, node_value(arena, n->pairs[i].value)};
	}
	return v;
}

static const struct rb_node *
load_file(struct rb_arena *arena, struct rb_diags *diags, const char *path)
{
	size_t before = diags->errors;
	struct rb_str why = {"", 0};
	const struct rb_source *src = rb_source_load(arena, path, &why);
	const struct rb_node *root;

	if (src == NULL) {
		rb_diag_add(diags, RB_E_INPUT, (struct rb_span){NULL, 0, 0}, "--inputs %s: %.*s", path,
		    RB_STR_ARG(why));
		return NULL;
	}
	root = rb_yaml_load(arena, src, diags);
	if (root == NULL || diags->errors > before)
		return NULL;
	if (root->kind != RB_NODE_MAP) {
		rb_diag_add(diags, RB_E_INPUT, root->span,
		    "a file of inputs is a mapping of names to values, not %s", rb_node_form(root));
		return NULL;
	}
	return root;
}

/* RUNBOOK_PATH, RUNBOOK_STATE_DIR and what children are given are the program's own, not inputs of that name.
 */
static bool
is_ours(struct rb_str input)
{
	static const char *const names[] = {"path", "state_dir", "cookie", "idempotency_key"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (rb_str_is(input, names[i]))
			return true;
	}
	return false;
}

static void
from_environment(struct rb_arena *arena, const struct rb_input *inputs, size_t n, const char *const *environ_,
    struct list *l)
{
	for (size_t i = 0; i < n; i++) {
		struct rb_str name = rb_input_variable(arena, inputs[i].name);

		for (size_t k = 0; environ_[k] != NULL && !is_ours(inputs[i].name); k++) {
			if (strncmp(environ_[k], name.p, name.n) == 0 && environ_[k][name.n] == '=')
				offer(l, inputs[i].name, rb_v_text(rb_str_c(environ_[k] + name.n + 1)),
				    "environment", (struct rb_span){NULL, 0, 0});
		}
	}
}

/* Scopes keep the names of the two apart: a procedure may not shadow its file. */
static const struct rb_input *
input_of(const struct rb_procedure *from, struct rb_str name)
{
	for (size_t i = 0; from != NULL && i < from->ninputs; i++) {
		if (rb_str_eq(from->inputs[i].name, name))
			return &from->inputs[i];
	}
	return NULL;
}

static void
divide(struct rb_arena *arena, const struct rb_procedure *from, const struct list *l, struct rb_offers *out)
{
	*out = (struct rb_offers){
	    RB_ARRAY(arena, struct rb_offer, l->len), RB_ARRAY(arena, struct rb_offer, l->len), 0, 0};
	for (size_t i = 0; i < l->len; i++) {
		if (input_of(from, l->items[i].name) != NULL)
			out->from[out->nfrom++] = l->items[i];
		else
			out->file[out->nfile++] = l->items[i];
	}
}

int
rb_offers_collect(struct rb_arena *arena, struct rb_diags *diags, const struct rb_unit *unit,
    const struct rb_procedure *from, const struct rb_run_options *options, struct rb_offers *out)
{
	const struct rb_node *file =
	    options->inputs_file != NULL ? load_file(arena, diags, options->inputs_file) : NULL;
	size_t most = options->nsets + unit->ninputs + (from != NULL ? from->ninputs : 0) +
		      (file != NULL ? file->len : 0);
	struct list l = {RB_ARRAY(arena, struct rb_offer, most), 0};
	int r = options->inputs_file != NULL && file == NULL ? -1 : 0;

	if (from_sets(diags, options, &l) < 0)
		r = -1;
	for (size_t i = 0; file != NULL && i < file->len; i++)
		offer(&l, file->pairs[i].key->text, node_value(arena, file->pairs[i].value), "file",
		    file->pairs[i].key->span);
	from_environment(arena, unit->inputs, unit->ninputs, options->environ_, &l);
	if (from != NULL)
		from_environment(arena, from->inputs, from->ninputs, options->environ_, &l);
	divide(arena, from, &l, out);
	return r;
}

int
rb_offers_from(struct rb_settle *s, const struct rb_procedure *from, struct rb_frame *file,
    const struct rb_alloc *alloc, struct rb_offers *out)
{
	struct rb_input *wanted = RB_ARRAY(s->arena, struct rb_input, from->ninputs);
	struct rb_offer *accepted = RB_ARRAY(s->arena, struct rb_offer, from->ninputs);
	struct list given = {out->from, out->nfrom};
	struct rb_frame *frame = rb_frame_new(alloc, from->scope, file);
	struct rb_settle own = *s;
	size_t n = 0;
	int r;

	for (size_t i = 0; i < from->ninputs; i++) {
		if (from->inputs[i].dflt == NULL || offered(&given, from->inputs[i].name))
			wanted[n++] = from->inputs[i];
	}
	own.offers = out->from;
	own.noffers = out->nfrom;
	r = rb_settle_inputs(&own, wanted, n, frame);
	out->from = accepted;
	out->nfrom = 0;
	for (size_t i = 0; i < n; i++) {
		struct rb_value v = rb_frame_get(frame, 0, wanted[i].decl->slot);

		if (rb_v_known(v))
			accepted[out->nfrom++] = (struct rb_offer){
			    wanted[i].name, rb_value_copy(s->arena, v), "set", {NULL, 0, 0}};
	}
	rb_frame_free(frame);
	return r;
}
