/* Output of children: reads pipes through the loop. Ownership: descriptors that are given become this
 * module's; the bytes of a callback are good for the length of the call.
 *
 * A step ends when its direct child ends, while a daemon may hold the pipe for ever: rb_streams_drain bounds
 * what is still waited for, and a pipe that is open then goes to the keeper, which reads and discards until
 * the run ends, so that the daemon is not killed by SIGPIPE meanwhile. */
#ifndef RB_OS_STREAM_H
#define RB_OS_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "os/loop.h"

#define RB_STREAMS_DRAIN (1 * RB_SECOND)

/* Bytes of one read; pipes that the keeper holds at most (past it, the oldest is closed). */
enum { RB_STREAMS_READ = 65536, RB_KEEPER_MAX = 128 };

/* One a run: the read buffer that all streams share, and the pipes that outlived their steps. */
struct rb_keeper;
struct rb_keeper *rb_keeper_new(struct rb_loop *loop);
/* Closes what it holds. Free the streams first. */
void rb_keeper_free(struct rb_keeper *k);
/* Takes over the read end of a pipe. */
void rb_keeper_take(struct rb_keeper *k, int fd);
/* How many pipes are held open by others still. */
size_t rb_keeper_count(const struct rb_keeper *k);

struct rb_streams_handler {
	void *ctx;
	/* Bytes, in the order of their stream. `which`: 0 stdout, 1 stderr. May free the streams. */
	void (*bytes)(void *ctx, unsigned which, struct rb_str bytes);
	/* Called once, from the loop: no more bytes will come. `incomplete`: somebody still holds a pipe
	 * open. May free the streams. */
	void (*closed)(void *ctx, bool incomplete);
};

struct rb_streams;
/* Reads both pipes (non-blocking; -1: there is none; both -1: `closed` follows at once, from the loop). Takes
 * turns, so that neither starves the other. */
struct rb_streams *rb_streams_open(struct rb_keeper *k, int out, int err, const struct rb_streams_handler *h);
/* The direct child has ended: what is not closed in `bound` ns is given up as incomplete. */
void rb_streams_drain(struct rb_streams *s, int64_t bound);
/* Stops reading: open pipes go to the keeper; no callback follows. NULL is allowed. */
void rb_streams_free(struct rb_streams *s);

#endif
