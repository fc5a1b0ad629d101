/* Loading secrets: environment, file, credential, command, hidden prompt. */
#include "exec/secret.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/write.h"
#include "exec/job.h"
#include "os/spawn.h"
#include "os/tree.h"

#define COMMAND_TIMEOUT (30 * RB_SECOND)

static const char *
variable(const struct rb_host *h, struct rb_str name)
{
	for (size_t i = 0; h->environ_[i] != NULL; i++) {
		if (strncmp(h->environ_[i], name.p, name.n) == 0 && h->environ_[i][name.n] == '=')
			return h->environ_[i] + name.n + 1;
	}
	return NULL;
}

/* Takes bytes as the value, without the newline that files and commands end with. */
static int
take(struct rb_host *h, struct rb_eval *ev, struct rb_str bytes, struct rb_value *value, struct rb_str *why)
{
	bytes = rb_str_chomp(bytes);
	if (bytes.n > 0 && memchr(bytes.p, '\0', bytes.n) != NULL) {
		*why = RB_STR("it holds a NUL byte");
		return -1;
	}
	if (rb_masker_add(h->masker, bytes) < 0) {
		*why = rb_arena_fmt(ev->arena,
		    "it is %zu bytes long; a secret has %d to %d, or it could not be masked", bytes.n,
		    RB_SECRET_MIN, RB_SECRET_MAX);
		return -1;
	}
	*value = rb_v_text(rb_arena_str(ev->arena, bytes));
	return 1;
}

/* Only what is not there is missing: a file that cannot be read was meant to be had. */
static int
from_file(
    struct rb_host *h, struct rb_eval *ev, struct rb_str path, struct rb_value *value, struct rb_str *why)
{
	const char *name = rb_arena_str(ev->arena, path).p;
	const struct rb_source *src = rb_source_load(ev->arena, name, why);
	struct stat st;

	if (src != NULL)
		return take(h, ev, src->bytes, value, why);
	return stat(name, &st) != 0 && (errno == ENOENT || errno == ENOTDIR) ? 0 : -1;
}

/* Words of a command in list form, with the NULL at its end; and bytes of one read as they are shown. */
enum { WORDS_MAX = 64, SHOWN_MAX = RB_STREAMS_READ * 8 };

struct command {
	struct rb_buf out;
	struct rb_buf kept;          /* its stderr, where nobody sits at ours */
	struct rb_mask_stream *said; /* its stderr, on the way to the operator; NULL: it is kept */
	struct rb_loop_child child;
	struct rb_exit how;
	bool closed, ended; /* ended: `how` is known */
	bool lives;         /* it cannot be ended */
	bool over, cut;     /* over: it took too long; cut: a signal asks the run to end */
};

/* What the command says may be for the operator ("touch your key now"): a terminal gets it at once, with the
 * secrets that are known by then masked. Anything else may be a log, which must not have what cannot be
 * masked yet: it waits there for the secret, and without one it is not shown. */
static void
tell_operator(const struct rb_buf *safe)
{
	struct rb_buf shown;

	rb_buf_init(&shown, safe->alloc, SHOWN_MAX);
	rb_escape(&shown, rb_buf_view(safe), RB_ESCAPE_LINES);
	/* Where nobody reads it, the command goes on all the same. */
	(void)rb_write_all(STDERR_FILENO, rb_buf_view(&shown));
	rb_buf_free(&shown);
}

static void
on_bytes(void *ctx, unsigned which, struct rb_str bytes)
{
	struct command *c = ctx;
	struct rb_buf safe;

	if (which == 0) {
		rb_buf_str(&c->out, bytes);
		return;
	}
	if (c->said == NULL) {
		rb_buf_str(&c->kept, bytes);
		return;
	}
	rb_buf_init(&safe, c->out.alloc, SHOWN_MAX);
	rb_mask_stream_feed(c->said, bytes, &safe);
	tell_operator(&safe);
	rb_buf_free(&safe);
}

/* What was held back, since it could have begun a secret or held one. */
static void
say_rest(const struct rb_host *h, struct command *c, bool loaded)
{
	struct rb_buf safe;

	if (c->said == NULL && !loaded)
		return;
	rb_buf_init(&safe, h->alloc, SHOWN_MAX);
	if (c->said == NULL) {
		c->said = rb_mask_stream_new(h->masker, h->alloc);
		rb_mask_stream_feed(c->said, rb_buf_view(&c->kept), &safe);
	}
	if (c->kept.lost == 0)
		rb_mask_stream_end(c->said, &safe);
	else
		rb_buf_c(&safe, RB_CUT "\n");
	tell_operator(&safe);
	rb_buf_free(&safe);
}

static void
wipe(struct rb_buf *b)
{
	if (b->p != NULL)
		explicit_bzero(b->p, b->len);
	rb_buf_free(b);
}

static void
on_closed(void *ctx, bool incomplete)
{
	(void)incomplete;
	((struct command *)ctx)->closed = true;
}

static void
on_ended(void *ctx, const struct rb_exit *how)
{
	struct command *c = ctx;

	c->how = *how;
	c->ended = true;
}

static void
on_late(void *ctx)
{
	((struct command *)ctx)->over = true;
}

static void
on_tree(void *ctx, const struct rb_tree_result *r)
{
	struct command *c = ctx;

	c->closed = true;
	c->lives = r->child_lives;
}

/* What cannot be ended is not waited for. */
static bool
is_over(const struct command *c)
{
	return c->closed && (c->ended || c->lives);
}

/* Waits for the command on a loop of its own: nothing of the run has begun, or its strand rests on this. */
static void
wait_for(struct rb_host *h, struct rb_loop *loop, struct command *c, const struct rb_spawned *child,
    const char *cookie)
{
	struct rb_keeper *keeper = rb_keeper_new(loop);
	const struct rb_streams_handler handler = {c, on_bytes, on_closed};
	struct rb_streams *streams = rb_streams_open(keeper, child->out, child->err, &handler);
	struct rb_loop_timer late = {.fire = on_late, .ctx = c};
	struct rb_tree *tree = NULL;
	bool draining = false;

	c->child = (struct rb_loop_child){.pid = child->pid, .ended = on_ended, .ctx = c};
	rb_loop_child_add(loop, &c->child);
	rb_loop_timer_set(loop, &late, rb_clock_add(rb_clock_mono(), COMMAND_TIMEOUT));
	while (!is_over(c)) {
		c->cut = rb_host_interrupted(h);
		if ((c->over || c->cut) && tree == NULL)
			tree = rb_tree_end(loop, child->pid, cookie, RB_TREE_GRACE, on_tree, c);
		if (c->ended && !draining) {
			draining = true;
			rb_streams_drain(streams, RB_STREAMS_DRAIN);
		}
		if (rb_loop_step(loop, RB_SECOND) < 0)
			break;
	}
	if (!c->ended)
		kill(-child->pid, SIGKILL); /* nobody will ask for its value again */
	rb_loop_timer_clear(loop, &late);
	rb_tree_free(tree);
	rb_loop_child_reap(&c->child);
	rb_loop_child_remove(loop, &c->child);
	rb_streams_free(streams);
	rb_keeper_free(keeper);
}

/* What the command inherits: neither the secrets of the environment nor what else no child is to see. */
static const char **
environment(const struct rb_host *h, struct rb_arena *arena, const char *cookie)
{
	const char *const *from = h->x != NULL ? h->x->base_env : h->environ_;
	const char **env;
	size_t n = 0;

	while (h->x != NULL ? n < h->x->nbase_env : from[n] != NULL)
		n++;
	env = RB_ARRAY(arena, const char *, n + 2);
	memcpy(env, from, n * sizeof(*env));
	env[n] = rb_arena_fmt(arena, "%s=%s", RB_TREE_COOKIE, cookie).p;
	return env;
}

/* -1: it is too long. */
static int
words_of(struct rb_arena *arena, struct rb_value argv, const char *words[WORDS_MAX])
{
	if (argv.kind == RB_V_TEXT) {
		words[0] = "sh";
		words[1] = "-eu";
		words[2] = "-c";
		words[3] = rb_arena_str(arena, argv.s).p;
		return 0;
	}
	if (argv.list->len >= WORDS_MAX)
		return -1;
	for (size_t i = 0; i < argv.list->len; i++)
		words[i] = rb_arena_str(arena, argv.list->items[i].s).p;
	return 0;
}

static int
from_command(
    struct rb_host *h, struct rb_eval *ev, struct rb_value argv, struct rb_value *value, struct rb_str *why)
{
	const char *words[WORDS_MAX] = {NULL};
	struct rb_spawn req = {.argv = words, .terminal = -1};
	char cookie[RB_TREE_COOKIE_SIZE];
	struct command c = {.closed = false};
	struct rb_spawned child;
	struct rb_loop *loop;
	int r = -1;

	if (words_of(ev->arena, argv, words) < 0) {
		*why = rb_arena_fmt(
		    ev->arena, "its command has %zu words, and may have %d", argv.list->len, WORDS_MAX - 1);
		return -1;
	}
	loop = rb_loop_new(h->alloc);
	if (loop == NULL || rb_tree_cookie(cookie) < 0) {
		*why = RB_STR("no descriptors are left to run its command");
		rb_loop_free(loop);
		return -1;
	}
	req.env = environment(h, ev->arena, cookie);
	req.in.mode = RB_IO_NULL;
	req.out.mode = RB_IO_PIPE;
	req.err.mode = RB_IO_PIPE;
	rb_buf_init(&c.out, h->alloc, RB_SECRET_MAX + 2);
	rb_buf_init(&c.kept, h->alloc, RB_STREAMS_READ);
	c.said = isatty(STDERR_FILENO) == 1 ? rb_mask_stream_new(h->masker, h->alloc) : NULL;
	if (rb_spawn(&req, &child) < 0) {
		*why = rb_arena_str(ev->arena, rb_str_c(child.text));
	} else {
		wait_for(h, loop, &c, &child, cookie);
		if (c.cut)
			*why = RB_STR("its command was interrupted");
		else if (c.over)
			*why = RB_STR("its command did not end within 30s");
		else if (!c.ended)
			*why = RB_STR("its command could not be waited for");
		else if (c.how.lost)
			*why = RB_STR("the exit status of its command was lost");
		else if (c.how.signal != 0)
			*why = rb_arena_fmt(ev->arena, "its command was ended by signal %d", c.how.signal);
		else if (c.how.code != 0)
			*why = rb_arena_fmt(ev->arena, "its command failed with exit %d", c.how.code);
		else if (c.out.lost > 0)
			*why =
			    rb_arena_fmt(ev->arena, "its command printed more than %d bytes", RB_SECRET_MAX);
		else if (rb_str_chomp(rb_buf_view(&c.out)).n == 0) {
			/* As an empty variable is: there is none. */
			*why = RB_STR("its command printed nothing");
			r = 0;
		} else
			r = take(h, ev, rb_buf_view(&c.out), value, why);
	}
	say_rest(h, &c, r >= 0);
	if (r < 0 && c.kept.len > 0)
		*why = rb_arena_fmt(ev->arena,
		    "%.*s; what it said on stderr could hold the secret and is shown at a terminal only",
		    RB_STR_ARG(*why));
	rb_mask_stream_free(c.said);
	wipe(&c.kept);
	wipe(&c.out);
	rb_loop_free(loop);
	return r;
}

static int
from_environment(
    struct rb_host *h, struct rb_eval *ev, struct rb_str name, struct rb_value *value, struct rb_str *why)
{
	const char *text = variable(h, name);

	if (text == NULL || text[0] == '\0') {
		*why = rb_arena_fmt(ev->arena, "the environment variable %.*s is %s", RB_STR_ARG(name),
		    text == NULL ? "not set" : "empty");
		return 0;
	}
	if (h->x != NULL)
		rb_exec_hide(h->x, rb_arena_str(ev->arena, name).p);
	return take(h, ev, rb_str_c(text), value, why);
}

static int
from_credential(
    struct rb_host *h, struct rb_eval *ev, struct rb_str name, struct rb_value *value, struct rb_str *why)
{
	const char *folder = variable(h, RB_STR("CREDENTIALS_DIRECTORY"));

	if (folder == NULL) {
		*why = RB_STR(
		    "$CREDENTIALS_DIRECTORY is not set (systemd sets it for a service with LoadCredential=)");
		return 0;
	}
	if (rb_str_find(name, RB_STR("/"), 0) != SIZE_MAX) {
		*why = RB_STR("the name of a credential has no slash");
		return -1;
	}
	return from_file(h, ev, rb_arena_fmt(ev->arena, "%s/%.*s", folder, RB_STR_ARG(name)), value, why);
}

static int
from_prompt(
    struct rb_host *h, struct rb_eval *ev, struct rb_str question, struct rb_value *value, struct rb_str *why)
{
	struct rb_buf typed;
	int r;

	rb_buf_init(&typed, h->alloc, RB_SECRET_MAX + 2);
	if (h->hidden == NULL) {
		*why = RB_STR("there is no terminal to ask for it");
		r = 0;
	} else if (h->hidden(h->hidden_ctx, question, &typed) < 0) {
		/* Who interrupts has not said that it may be left out. */
		r = rb_host_interrupted(h) ? -1 : 0;
		*why = r < 0 ? RB_STR("interrupted while it was asked for")
			     : RB_STR("no answer came from the terminal");
	} else {
		r = take(h, ev, rb_buf_view(&typed), value, why);
	}
	wipe(&typed);
	return r;
}

void
rb_secret_hide(struct rb_host *h, const struct rb_secret *s, struct rb_eval *ev)
{
	struct rb_value source = rb_field_eval(&s->source, ev);

	if (s->from == RB_SECRET_ENV && source.kind == RB_V_TEXT && h->x != NULL)
		rb_exec_hide(h->x, rb_arena_str(ev->arena, source.s).p);
}

int
rb_secret_load(struct rb_host *h, const struct rb_secret *s, struct rb_eval *ev, struct rb_value *value,
    struct rb_str *why)
{
	struct rb_value source = rb_field_eval(&s->source, ev);
	int r = -1;

	if (source.kind != RB_V_TEXT && source.kind != RB_V_LIST) {
		*why = source.kind == RB_V_UNSET ? RB_STR("where it comes from is unset") : source.s;
		return -1;
	}
	switch (s->from) {
	case RB_SECRET_ENV:
		r = from_environment(h, ev, source.s, value, why);
		break;
	case RB_SECRET_FILE:
		r = from_file(h, ev, source.s, value, why);
		break;
	case RB_SECRET_CREDENTIAL:
		r = from_credential(h, ev, source.s, value, why);
		break;
	case RB_SECRET_COMMAND:
		r = from_command(h, ev, source, value, why);
		break;
	case RB_SECRET_PROMPT:
		r = from_prompt(h, ev, source.s, value, why);
		break;
	case RB_SECRET_CALLER: /* is loaded where the caller's file declares it */
		break;
	}
	if (r > 0 && s->decl->type->base == RB_URL &&
	    rb_value_parse(ev->arena, rb_type_row(RB_STR("url")), value->s).kind == RB_V_ERROR) {
		*why = RB_STR("it is no url, which begins with http:// or https://");
		r = -1;
	}
	r = r == 0 && !s->optional ? -1 : r;
	if (r < 0 && s->help.n > 0)
		*why = rb_arena_fmt(ev->arena, "%.*s (%.*s)", RB_STR_ARG(*why), RB_STR_ARG(s->help));
	return r;
}
