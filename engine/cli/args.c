/* Options by their tables. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/write.h"
#include "cli/cli.h"

int
rb_cli_unwritten(int error, int exit)
{
	if (error == EPIPE)
		return exit;
	rb_cli_complain("cannot write its output: %s", strerror(error));
	return RB_EXIT_ENVIRONMENT;
}

int
rb_cli_write(int fd, struct rb_str text, int exit)
{
	/* Where complaints cannot be written, there is nobody to complain to. */
	if (rb_write_all(fd, text) == 0 || fd == STDERR_FILENO)
		return exit;
	return rb_cli_unwritten(errno, exit);
}

unsigned
rb_cli_width(void *ctx)
{
	struct winsize w;

	(void)ctx;
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 ? w.ws_col : 0;
}

int
rb_cli_complain(const char *fmt, ...)
{
	struct rb_buf b;
	va_list ap;

	rb_buf_init(&b, NULL, 1 << 20);
	rb_buf_c(&b, "runbook: ");
	va_start(ap, fmt);
	rb_buf_vfmt(&b, fmt, ap);
	va_end(ap);
	rb_buf_char(&b, '\n');
	rb_cli_print(STDERR_FILENO, rb_buf_view(&b), 0);
	rb_buf_free(&b);
	return RB_EXIT_USAGE;
}

/* The nearest option of the command to a mistyped one, or NULL. */
static const char *
nearest(const struct rb_cli_command *command, struct rb_str got)
{
	const char *best = NULL;
	unsigned least = 3;

	for (size_t i = 0; command->options != NULL && command->options[i].name != NULL; i++) {
		unsigned d = rb_str_distance(got, rb_str_c(command->options[i].name), least);

		if (d < least) {
			least = d;
			best = command->options[i].name;
		}
	}
	return best;
}

static int
unknown(const struct rb_cli_command *command, struct rb_str name)
{
	const char *near = nearest(command, name);

	if (near != NULL)
		rb_cli_complain(
		    "%s has no option %.*s; did you mean %s?", command->name, RB_STR_ARG(name), near);
	else
		rb_cli_complain("%s has no option %.*s; `runbook help %s` lists them", command->name,
		    RB_STR_ARG(name), command->name);
	return RB_ARGS_WRONG;
}

/* Whether an option may stand without its value: its value is written in brackets. */
static bool
optional_value(const struct rb_cli_option *o)
{
	return o->value != NULL && o->value[0] == '[';
}

static int
take_option(struct rb_cli_args *a, const char *arg, const char **value)
{
	const char *eq = strchr(arg, '=');
	struct rb_str name = {arg, eq != NULL ? (size_t)(eq - arg) : strlen(arg)};
	const struct rb_cli_option *o = a->command->options;

	for (int i = 0; o != NULL && o[i].name != NULL; i++) {
		if (!rb_str_is(name, o[i].name))
			continue;
		*value = eq != NULL ? eq + 1 : NULL;
		if (o[i].value == NULL && eq != NULL) {
			rb_cli_complain("%s takes no value", o[i].name);
			return RB_ARGS_WRONG;
		}
		if (o[i].value == NULL || eq != NULL || optional_value(&o[i]))
			return i;
		if (a->at >= a->cli->argc) {
			rb_cli_complain("%s needs a value: %s %s", o[i].name, o[i].name, o[i].value);
			return RB_ARGS_WRONG;
		}
		*value = a->cli->argv[a->at++];
		return i;
	}
	return unknown(a->command, name);
}

int
rb_cli_next(struct rb_cli_args *a, const char **value)
{
	const char *arg;

	if (a->at >= a->cli->argc)
		return RB_ARGS_END;
	arg = a->cli->argv[a->at++];
	if (!a->operands_only && strcmp(arg, "--") == 0) {
		a->operands_only = true;
		return rb_cli_next(a, value);
	}
	if (a->operands_only || arg[0] != '-' || arg[1] == '\0') {
		*value = arg;
		return RB_ARGS_OPERAND;
	}
	return take_option(a, arg, value);
}
