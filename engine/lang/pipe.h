/* Pipes that were cut: what a script's exit status 141 means. Ownership: the texts are made in the arena. */
#ifndef RB_LANG_PIPE_H
#define RB_LANG_PIPE_H

#include "lang/program.h"

/* 128 and SIGPIPE: with `pipefail` the status of a script in which a program wrote into a pipe that nobody
 * read any more. */
enum { RB_PIPE_CUT = 141 };

/* Which pipe of the step's script that was: "`yes` was cut off, since `head` ended before it had read all";
 * where it has several that could be, without names. Empty where no simple command is piped into another: of
 * loops and groups nobody knows here which program of theirs reads. */
struct rb_str rb_pipe_cut(const struct rb_step *step, struct rb_arena *arena);

#endif
