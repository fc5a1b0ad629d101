/* The keys of a step's map: which may stand beside its action, and what was meant by those that may not. */
#include "lang/lower.h"

/* The actions that a key belongs to, if there are few of them: "`look` and `run`". */
static bool
owners(const struct rb_load *load, const struct rb_key *key, struct rb_buf *out)
{
	const char *names[4];
	size_t n = 0;

	for (size_t i = 0; load->program->kinds[i] != NULL; i++)
		if ((load->program->kinds[i]->on & key->on) != 0 && n++ < 4)
			names[n - 1] = load->program->kinds[i]->name;
	for (size_t i = 0; rb_action_rows[i].name != NULL; i++)
		if ((rb_action_rows[i].on & key->on) != 0 && (rb_action_rows[i].flags & RB_KEY_LATER) == 0 &&
		    n++ < 4)
			names[n - 1] = rb_action_rows[i].name;
	if (n == 0 || n > 4)
		return false;
	for (size_t i = 0; i < n; i++)
		rb_buf_fmt(out, "%s`%s`", i == 0 ? "" : i + 1 == n ? " and " : ", ", names[i]);
	return true;
}

static void
misplaced(struct rb_part *p, const struct rb_key *key, struct rb_span span, unsigned role)
{
	struct rb_buf names;

	rb_buf_init(&names, p->ctx.arena->alloc, 256);
	if (role != 0 && (key->on & role) == 0)
		rb_diag_add(p->ctx.diags, RB_E_PROBE, span, "`%s` cannot stand in %s: it only looks",
		    key->name, role == RB_ON_CHECK ? "an item of `checks`" : "a probe");
	else if (owners(p->lower->load, key, &names))
		rb_diag_add(p->ctx.diags, RB_E_KEY, span, "`%s` belongs to %s, and this step is `%s`",
		    key->name, rb_buf_cstr(&names), p->step->action);
	else
		rb_diag_add(
		    p->ctx.diags, RB_E_KEY, span, "`%s` has no meaning for `%s`", key->name, p->step->action);
	rb_buf_free(&names);
}

/* How others call things, and what they are here. */
static const struct {
	const char *word, *instead;
} foreign[] = {
    {"cmd", "a command is a `look` (it only reads) or a `run` (it changes something)"},
    {"command", "a command is a `look` (it only reads) or a `run` (it changes something)"},
    {"script", "a script is a `look` (it only reads) or a `run` (it changes something)"},
    {"exec", "a command is a `look` (it only reads) or a `run` (it changes something)"},
    {"bash", "a script is a `look` (it only reads) or a `run` (it changes something)"},
    {"then", "`if` with `then` is an arm of `branch`: write - branch: [{if: …, then: …}]; `if` alone skips a "
	     "step"},
    {"else", "`else` is an arm of `branch`: write - branch: [{if: …, then: …}, {else: …}]"},
    {"retries", "write retry: {times: 3, every: 2s}"},
    {"when", "write `if`"},
    {"unless", "write `if` with `not`"},
    {"loop", "write for_each: {in: …, as: …}"},
    {"with_items", "write for_each: {in: …, as: …}"},
    {"foreach", "write for_each: {in: …, as: …}"},
    {"register", "write `capture`; the facts of a step are named by its `id`"},
    {"assert", "write `expect`"},
    {"name", "write `title`, or `id` for the name by which its facts are read"},
    {"description", "write `note`"},
    {"ignore_errors", "write on_fail: continue"},
    {"continue_on_error", "write on_fail: continue"},
    {"message", "a message to the operator is a `say`"},
    {"echo", "a message to the operator is a `say`"},
    {"sleep", "write wait: 5s"},
    {"approve", "write `confirm` with the question"},
    {"rollback", "write the way back as steps, in `on_fail`"},
};

static const char *
foreign_word(struct rb_str word)
{
	for (size_t i = 0; i < sizeof(foreign) / sizeof(*foreign); i++)
		if (rb_str_is(word, foreign[i].word))
			return foreign[i].instead;
	return NULL;
}

/* Words that are near: where the action is missing, the actions before the other keys. */
static void
suggest_word(struct rb_part *p, struct rb_diag *diag, struct rb_str got)
{
	const struct rb_map *words = &p->lower->load->words;
	struct rb_str *names = RB_ARRAY(p->ctx.arena, struct rb_str, words->len);
	size_t n = 0;

	for (size_t i = 0; i < words->len && p->seed->action == NULL; i++) {
		const struct rb_word *w = words->entries[i].value;

		if (w->kind != NULL || (w->action != NULL && (w->action->flags & RB_KEY_LATER) == 0))
			names[n++] = words->entries[i].key;
	}
	rb_diag_suggest(p->ctx.diags, diag, got, names, n);
	if (diag->hint.n > 0)
		return;
	for (n = 0; n < words->len; n++)
		names[n] = words->entries[n].key;
	rb_diag_suggest(p->ctx.diags, diag, got, names, n);
}

static void
unknown(struct rb_part *p, const struct rb_node *key)
{
	struct rb_diags *diags = p->ctx.diags;
	const char *instead = foreign_word(key->text);
	struct rb_diag *diag;

	if (key->text.n == 0)
		return; /* no key at all: the reader has said so */
	diag = rb_diag_add(diags, RB_E_KEY, key->span, "a step has no key `%.*s`", RB_STR_ARG(key->text));

	if (p->step->kind != NULL && rb_key_find(p->step->kind->keys, key->text) != NULL) {
		rb_diag_hint(diags, diag, "it stands inside of `%s`: {…}", p->step->action);
		return;
	}
	if (instead == NULL && rb_key_find(rb_runbook_keys, key->text) != NULL) {
		rb_diag_hint(diags, diag, "it belongs to the top of the file");
		return;
	}
	if (instead != NULL)
		rb_diag_hint(diags, diag, "%s", instead);
	else
		suggest_word(p, diag, key->text);
}

void
rb_lower_keys(struct rb_part *p, const struct rb_node *map, const struct rb_word *const *words, unsigned on,
    unsigned role, const struct rb_key *also)
{
	for (size_t i = 0; i < map->len; i++) {
		const struct rb_node *key = map->pairs[i].key;
		const struct rb_word *w =
		    words != NULL ? words[i] : rb_map_get(&p->lower->load->words, key->text);

		if (also != NULL && rb_key_find(also, key->text) != NULL)
			continue;
		if (w == NULL) {
			unknown(p, key);
		} else if (w->key == NULL) {
			continue;
		} else if ((w->key->flags & RB_KEY_LATER) != 0) {
			rb_key_later(&p->ctx, w->key->name, key->span);
		} else if ((w->key->on & on) == 0 || (role != 0 && (w->key->on & role) == 0)) {
			misplaced(p, w->key, key->span, role);
		} else if (p->nodes[w->key - rb_step_keys] == NULL) {
			p->nodes[w->key - rb_step_keys] = map->pairs[i].value;
		}
	}
}
