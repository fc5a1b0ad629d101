/* What this host has, for plans: commands, variables, paths, names. It has the layers that execute beside it
 * only to ask them; nothing here starts, connects or writes anything. */
#include "api/outlook.h"

#include <limits.h>
#include <string.h>
#include <sys/utsname.h>

#include "api/inputs.h"
#include "exec/host.h"
#include "os/spawn.h"

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
	*host = (struct rb_plan_host){
	    .ctx = o, .has_command = has_command, .has_env = has_env, .lacks_path = lacks_path};
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
rb_outlook_free(struct rb_outlook *o)
{
	rb_arena_free(&o->arena);
}
