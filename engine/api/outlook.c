/* What this host has, for plans: commands, variables, paths, names. It has the layers that execute beside it
 * only to ask them; nothing here starts, connects or writes anything. */
#include "api/outlook.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "api/inputs.h"
#include "exec/host.h"
#include "exec/process_find.h"
#include "kinds/words.h"
#include "os/spawn.h"

enum { COMMAND_SHOWN = 200 }; /* bytes of a command line */

static bool
has_command(void *ctx, const char *name)
{
	const struct rb_outlook *o = ctx;
	char path[PATH_MAX];

	return rb_spawn_find(name, o->opt->environ_, NULL, path, sizeof(path)) == RB_SPAWN_OK;
}

static bool
has_env(void *ctx, struct rb_str name)
{
	const struct rb_outlook *o = ctx;

	for (size_t i = 0; o->opt->environ_[i] != NULL; i++) {
		if (strncmp(o->opt->environ_[i], name.p, name.n) == 0 && o->opt->environ_[i][name.n] == '=')
			return true;
	}
	return false;
}

static bool
has_folder(void *ctx, const char *path)
{
	struct stat st;

	(void)ctx;
	/* What may not be looked into may be there. */
	return stat(path, &st) == 0 ? S_ISDIR(st.st_mode) : errno != ENOENT && errno != ENOTDIR;
}

static const char *
lacks_path(void *ctx, const struct rb_input *input, struct rb_str path)
{
	struct rb_outlook *o = ctx;

	return rb_input_lacks(&o->arena, input, path);
}

void
rb_outlook_init(struct rb_outlook *o, const struct rb_run_options *opt, struct rb_plan_host *host)
{
	struct utsname u;
	struct rb_buf b;

	o->opt = opt;
	rb_arena_init(&o->arena, opt->alloc);
	*host = (struct rb_plan_host){.ctx = o,
	    .has_command = has_command,
	    .has_env = has_env,
	    .has_folder = has_folder,
	    .lacks_path = lacks_path};
	rb_buf_init(&b, opt->alloc, RB_LINE_MAX);
	rb_host_name(&b);
	host->name = rb_arena_str(&o->arena, rb_buf_view(&b));
	rb_buf_clear(&b);
	rb_host_user(&b);
	host->user = rb_arena_str(&o->arena, rb_buf_view(&b));
	rb_buf_free(&b);
	if (uname(&u) == 0)
		host->os = rb_arena_str(&o->arena, rb_str_c(u.sysname));
}

void
rb_outlook_processes(void *ctx, const struct rb_plan_target *target, struct rb_buf *out)
{
	struct rb_outlook *o = ctx;
	struct rb_process_search s = {.arena = &o->arena};
	struct rb_str why = RB_STR("");
	bool absent = false;
	int r = 0;

	if (target->process.kind == RB_V_PROCESS)
		r = rb_process_by_id(&s,
		    (struct rb_proc_id){(pid_t)target->process.process.pid, target->process.process.start},
		    &why);
	else if (target->pidfile != NULL)
		r = rb_process_by_pidfile(&s, target->pidfile, &absent, &why);
	else if (target->pattern != NULL)
		r = rb_process_by_pattern(&s, target->pattern, &why);
	else
		return;
	if (r < 0)
		rb_buf_str(out, why);
	else if (s.len == 0)
		rb_buf_str(out, rb_process_none(&s));
	for (size_t i = 0; r == 0 && i < s.len; i++)
		rb_buf_fmt(out, RB_SAYS_HOLDER "\n", (long long)s.items[i].id.pid,
		    RB_STR_ARG(rb_str_cut(s.items[i].command, 0, COMMAND_SHOWN)),
		    RB_STR_ARG(s.items[i].user));
}

void
rb_outlook_free(struct rb_outlook *o)
{
	rb_arena_free(&o->arena);
}
