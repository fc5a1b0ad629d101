/* The file that a step's `log` names: its output is added to it, masked. Ownership: a log owns its descriptor
 * until rb_steplog_close. */
#ifndef RB_EXEC_STEPLOG_H
#define RB_EXEC_STEPLOG_H

#include "exec/job.h"

struct rb_steplog;

/* Opens the file of the job's `log` for adding, creating it. NULL when the step has none; or with a reason in
 * *why when it cannot be opened. */
struct rb_steplog *rb_steplog_open(struct rb_job *job, struct rb_str *why);
/* Bytes of one stream. A write that fails is told once, as a warning: the step goes on, and the run's own
 * record has its output. */
void rb_steplog_write(struct rb_steplog *l, enum rb_stream stream, struct rb_str bytes);
/* Writes what was held back for masking. NULL is fine. */
void rb_steplog_close(struct rb_steplog *l);

#endif
