/* Secret captures: what a step finds and must not be seen. Ownership: nothing is owned; values are added to
 * the masker of the exec's options. */
#ifndef RB_EXEC_HUSH_H
#define RB_EXEC_HUSH_H

#include "exec/job.h"

/* Has the masker learn the secret captures of a result, before anybody is told of it. A value that is too
 * short to be masked makes the result an error. */
void rb_hush_result(struct rb_job *job);
/* Refuses a request that would show a secret to all users of the host: in an argument of its command, or in
 * the name of a file. 0, or -1 with the reason. */
int rb_hush_request(struct rb_job *job, struct rb_str *why);

#endif
