/* What becomes of a child's output or a body: matched, kept for facts, recorded, shown. Ownership: a
 * collector owns its matchers and buffers until rb_collect_free; what rb_collect_facts adds lives in the
 * job's arena. */
#ifndef RB_EXEC_COLLECT_H
#define RB_EXEC_COLLECT_H

#include "exec/job.h"

enum { RB_TAIL = 4096 }; /* bytes of each stream kept for messages */

struct rb_collect;

/* `streams` 2: stdout and stderr; 1: a body. NULL with a reason if a pattern of the step cannot be made.
 * `stopped` is called once, when `stop_on` has matched. */
struct rb_collect *rb_collect_new(
    struct rb_job *job, unsigned streams, void (*stopped)(void *ctx), void *ctx, struct rb_str *why);
/* The next bytes of stream 0 or 1, in the order in which they came. */
void rb_collect_bytes(struct rb_collect *c, unsigned stream, struct rb_str bytes);
/* The end of the output: closes its records. */
void rb_collect_end(struct rb_collect *c);
/* Whether `stop_on` has matched. */
bool rb_collect_stopped(const struct rb_collect *c);
/* Adds stdout, stderr, output (or body, json) as far as the step keeps them, and its match facts. Without an
 * answer no body `came`, not even an empty one. */
void rb_collect_facts(struct rb_collect *c, bool came, struct rb_facts *facts);
/* The tail of the most telling stream into res.excerpt: stderr, else stdout. */
void rb_collect_excerpt(struct rb_collect *c, struct rb_result *res);
/* Closes the step's `log` as well. c must not be NULL. */
void rb_collect_free(struct rb_collect *c);

#endif
