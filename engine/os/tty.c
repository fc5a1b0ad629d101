/* The terminal: modes, keys, the foreground. */
#include "os/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { KEY_EOF = 0x04, KEY_ESCAPE = 0x1b, LINE_CHUNK = 1024 };

int
rb_tty_open(struct rb_tty *t, int fd)
{
	memset(t, 0, sizeof(*t));
	t->ours = fd < 0;
	t->fd = t->ours ? open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY) : fd;
	if (t->fd < 0)
		return -1;
	if (tcgetattr(t->fd, &t->found) == 0)
		return 0;
	if (t->ours)
		close(t->fd);
	t->fd = -1;
	return -1;
}

void
rb_tty_close(struct rb_tty *t)
{
	if (t->fd < 0)
		return;
	rb_tty_restore(t);
	if (t->ours)
		close(t->fd);
	t->fd = -1;
}

bool
rb_tty_foreground(const struct rb_tty *t)
{
	return tcgetpgrp(t->fd) == getpgrp();
}

bool
rb_tty_gone(const struct rb_tty *t)
{
	struct pollfd p = {.fd = t->fd};

	return poll(&p, 1, 0) == 1 && (p.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

/* At once, not after the output has drained: that may be held up by ^S. */
static int
set_modes(struct rb_tty *t, const struct termios *modes, bool changed)
{
	int rc;

	/* From the background the call would stop us. A terminal that is not our controlling one has no
	 * background. */
	if (tcgetpgrp(t->fd) >= 0 && !rb_tty_foreground(t)) {
		errno = EIO;
		return -1;
	}
	do
		rc = tcsetattr(t->fd, TCSANOW, modes);
	while (rc != 0 && errno == EINTR);
	if (rc == 0)
		t->changed = changed;
	return rc;
}

int
rb_tty_keys(struct rb_tty *t)
{
	struct termios m = t->found;

	m.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
	m.c_lflag |= ISIG;
	m.c_cc[VMIN] = 1;
	m.c_cc[VTIME] = 0;
	return set_modes(t, &m, true);
}

int
rb_tty_hidden(struct rb_tty *t)
{
	struct termios m = t->found;

	m.c_lflag &= (tcflag_t)~ECHO;
	m.c_lflag |= ICANON | ECHONL | ISIG;
	if (set_modes(t, &m, true) != 0)
		return -1;
	return tcflush(t->fd, TCIFLUSH);
}

int
rb_tty_restore(struct rb_tty *t)
{
	return t->changed ? set_modes(t, &t->found, false) : 0;
}

/* One byte; RB_TTY_EOF or RB_TTY_AGAIN if there is none. */
static int
byte(struct rb_tty *t)
{
	struct pollfd in = {.fd = t->fd, .events = POLLIN};
	unsigned char c;
	ssize_t n;

	/* What made the terminal readable may have been dropped since (tcflush), and the read would wait for
	 * the next key, with all deadlines behind it. The descriptor is not ours to make non-blocking. */
	if (poll(&in, 1, 0) == 0)
		return RB_TTY_AGAIN;
	do
		n = read(t->fd, &c, 1);
	while (n < 0 && errno == EINTR);
	if (n == 1)
		return c;
	return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? RB_TTY_AGAIN : RB_TTY_EOF;
}

/* How many bytes can be read without a wait. */
static int
waiting(const struct rb_tty *t)
{
	int n = 0;

	return ioctl(t->fd, FIONREAD, &n) == 0 ? n : 0;
}

/* Drops the rest of an escape sequence (ECMA-48: up to its final byte), which came in one piece with its ESC.
 */
static int32_t
escape_sequence(struct rb_tty *t)
{
	int c = 0;
	bool first = true;

	while (waiting(t) > 0) {
		c = byte(t);
		if (c < 0 || (!(first && (c == '[' || c == 'O')) && c >= 0x40 && c <= 0x7e))
			break;
		first = false;
	}
	return c == RB_TTY_EOF ? RB_TTY_EOF : RB_TTY_OTHER;
}

int32_t
rb_tty_key(struct rb_tty *t)
{
	char seq[4];
	uint32_t cp;
	size_t n = 0, need;
	int c = byte(t);

	if (c < 0 || c == KEY_EOF)
		return c == RB_TTY_AGAIN ? RB_TTY_AGAIN : RB_TTY_EOF;
	if (c == KEY_ESCAPE)
		return escape_sequence(t);
	if (c < 0x80)
		return c;
	/* What cannot begin a sequence (RFC 3629) takes nothing after it away. */
	if (c < 0xc2 || c > 0xf4)
		return RB_TTY_OTHER;
	need = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
	seq[n++] = (char)c;
	while (n < need && waiting(t) > 0) {
		c = byte(t);
		if (c < 0)
			break;
		seq[n++] = (char)c;
	}
	return rb_utf8_next(seq, n, &cp) == n ? (int32_t)cp : RB_TTY_OTHER;
}

int
rb_tty_line(struct rb_tty *t, struct rb_buf *out)
{
	char chunk[LINE_CHUNK];
	ssize_t n;
	bool whole;

	do
		n = read(t->fd, chunk, sizeof(chunk));
	while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	if (n <= 0)
		return -1;
	whole = chunk[n - 1] == '\n';
	rb_buf_add(out, chunk, (size_t)(whole ? n - 1 : n));
	explicit_bzero(chunk, sizeof(chunk)); /* it may have been a secret */
	return whole;
}

static int
set_foreground(const struct rb_tty *t, pid_t group)
{
	sigset_t ttou, before;
	int rc, saved;

	sigemptyset(&ttou);
	sigaddset(&ttou, SIGTTOU);
	pthread_sigmask(SIG_BLOCK, &ttou, &before);
	rc = tcsetpgrp(t->fd, group);
	saved = errno;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = saved;
	return rc;
}

int
rb_tty_give(struct rb_tty *t, pid_t group)
{
	if (rb_tty_restore(t) != 0)
		return -1;
	return set_foreground(t, group);
}

int
rb_tty_take(struct rb_tty *t)
{
	if (set_foreground(t, getpgrp()) != 0)
		return -1;
	t->changed = true;
	return rb_tty_restore(t);
}
