/* The terminal: who owns it, how it reads, and how wide it is. What is shown on it comes through
 * base/escape.h. Ownership: the struct is its owner's; rb_tty_close restores the modes that were found and
 * closes only what rb_tty_open opened itself.
 *
 * One owner arbitrates status line, prompts and children that have the foreground: this module only does what
 * that owner says. Nothing here touches signals or other process-wide state. */
#ifndef RB_OS_TTY_H
#define RB_OS_TTY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <termios.h>

#include "base/buf.h"

/* Keys that are not a character. */
enum { RB_TTY_EOF = -1, RB_TTY_AGAIN = -2, RB_TTY_OTHER = -3 };

struct rb_tty {
	int fd;               /* for the owner's loop watch */
	bool ours;            /* opened by rb_tty_open */
	bool changed;         /* the modes are not those that were found */
	struct termios found; /* modes when it was opened */
};

/* Uses `fd` if it is a terminal; fd -1: opens /dev/tty. 0, or -1 with errno if there is no terminal
 * (anymore). */
int rb_tty_open(struct rb_tty *t, int fd);
void rb_tty_close(struct rb_tty *t);

/* True if we may read and set modes: our group has its foreground. In the background both would stop us. */
bool rb_tty_foreground(const struct rb_tty *t);
/* True if it has hung up: its window was closed, the connection is lost. */
bool rb_tty_gone(const struct rb_tty *t);

/* Single keys, no echo; ^C and ^Z stay signals. 0, or -1 with errno (EIO in the background). */
int rb_tty_keys(struct rb_tty *t);
/* Whole lines, no echo (the newline is), for secrets. What was typed ahead is discarded, as it was echoed. */
int rb_tty_hidden(struct rb_tty *t);
/* Whole lines with echo, as found. */
int rb_tty_restore(struct rb_tty *t);

/* One key, when the descriptor is readable: a code point (UTF-8), RB_TTY_OTHER for arrow and function keys
 * and broken bytes, RB_TTY_EOF for ^D and a hang-up, RB_TTY_AGAIN if there was nothing. */
int32_t rb_tty_key(struct rb_tty *t);
/* What is there of a line, when the descriptor is readable: appends it without its newline. 1: the line is
 * whole; 0: not yet; -1: end of file or hang-up. */
int rb_tty_line(struct rb_tty *t, struct rb_buf *out);

/* Gives the foreground to a process group of our session. 0, or -1 with errno. */
int rb_tty_give(struct rb_tty *t, pid_t group);
/* Takes it back and restores the modes that were found: programs leave terminals in any state. 0, or -1 with
 * errno. */
int rb_tty_take(struct rb_tty *t);

#endif
