/* Sentences about results that the runners of the kinds (exec/) and the results of tests (kinds/…, `mock`)
 * say in the same words. Ownership: constants. */
#ifndef RB_KINDS_WORDS_H
#define RB_KINDS_WORDS_H

#define RB_SAYS_ENDED "it was ended"
/* scripts */
#define RB_SAYS_EXIT "exit %lld"
#define RB_SAYS_SIGNAL "ended by signal %lld (SIG%s)"
#define RB_SAYS_SIGNAL_NUMBER "ended by signal %lld"
#define RB_SAYS_STOP_UNMET "it ended before `stop_on` was met"
#define RB_SAYS_STOP_SEEN "seen what it waited for"
#define RB_SAYS_STOP_ENOUGH "the operator has seen enough"
#define RB_SAYS_STOPPED "stopped"
/* start */
#define RB_SAYS_PID "pid %lld"
#define RB_SAYS_EARLY_EXIT "it ended before it was ready (exit %lld)"
#define RB_SAYS_EARLY_SIGNAL "it was ended by signal %lld before it was ready"
/* http, tcp */
#define RB_SAYS_ANSWER "%.*s %.*s → %lld"
#define RB_SAYS_NO_ANSWER "%.*s %.*s: %s"
#define RB_SAYS_CONNECTED "connected to %s"
#define RB_SAYS_NOT_CONNECTED "%.*s: %s"
#define RB_SAYS_REFUSED "connection refused"
#define RB_SAYS_UNTIL_UNSEEN "the connection was closed before `until` was seen"
/* port, process */
#define RB_SAYS_HOLDER "pid %lld, %.*s, user %.*s"
#define RB_SAYS_HOLDERS "%zu processes hold it"
#define RB_SAYS_HOLDER_UNSEEN "somebody listens, but this user cannot see who"
#define RB_SAYS_NOBODY_LISTENS "nobody listens on port %lld"
#define RB_SAYS_NO_PROCESS "there is no such process"
#define RB_SAYS_PROCESSES "%zu processes"
#define RB_SAYS_GONE_BEFORE "it was gone already"
#define RB_SAYS_GONE_AFTER "gone after %.*s"
#define RB_SAYS_ALL_GONE_AFTER "%zu processes gone after %.*s"
#define RB_SAYS_TOO_BROAD "would stop processes that nobody meant: to `stop`, give more of the command line"

#endif
