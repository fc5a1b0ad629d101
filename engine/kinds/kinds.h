/* The leaf step kinds: what each is, without how it is done. Ownership: constant tables.
 *
 * How one is added stands in docs/architecture.md. The enums number the rows of a kind's keys, which index
 * rb_step.args and rb_request.values. */
#ifndef RB_KINDS_KINDS_H
#define RB_KINDS_KINDS_H

#include "lang/kind.h"

extern const struct rb_kind rb_kind_look, rb_kind_run, rb_kind_start, rb_kind_http, rb_kind_tcp, rb_kind_port,
    rb_kind_process, rb_kind_wait, rb_kind_ask, rb_kind_manual, rb_kind_say;

/* All of them; ends with NULL. */
extern const struct rb_kind *const rb_kinds[];

enum { RB_ARG_SCRIPT_SCRIPT };
enum {
	RB_ARG_HTTP_URL,
	RB_ARG_HTTP_METHOD,
	RB_ARG_HTTP_QUERY,
	RB_ARG_HTTP_HEADERS,
	RB_ARG_HTTP_JSON,
	RB_ARG_HTTP_FORM,
	RB_ARG_HTTP_BODY,
	RB_ARG_HTTP_BODY_FILE,
	RB_ARG_HTTP_AUTH,
	RB_ARG_HTTP_FOLLOW,
	RB_ARG_HTTP_TLS,
	RB_ARG_HTTP_UNIX_SOCKET,
	RB_ARG_HTTP_RESOLVE,
	RB_ARG_HTTP_PROXY,
	RB_ARG_HTTP_VERSION,
	RB_ARG_HTTP_COMPRESSED,
	RB_ARG_HTTP_MAX_BODY
};
enum { RB_ARG_TCP_ADDRESS, RB_ARG_TCP_SEND, RB_ARG_TCP_UNTIL };
enum { RB_ARG_PORT_PORT };
enum {
	RB_ARG_PROCESS_PATTERN,
	RB_ARG_PROCESS_PIDFILE,
	RB_ARG_PROCESS_PROCESS,
	RB_ARG_PROCESS_STOP,
	RB_ARG_PROCESS_GRACE
};
enum { RB_ARG_WAIT_FOR };
enum { RB_ARG_ASK_QUESTION, RB_ARG_ASK_TYPE, RB_ARG_ASK_CHOICES };
enum { RB_ARG_MANUAL_TEXT, RB_ARG_MANUAL_RECORD };
enum { RB_ARG_SAY_TEXT };

/* "ended by signal 9 (SIGKILL)". */
struct rb_str rb_script_signal(struct rb_arena *arena, int64_t number);
/* Whether a step itself says how a signal may end it. */
bool rb_script_expects_signal(const struct rb_step *step);

/* Bytes of output or body that the facts of a step can hold. */
enum { RB_FACT_TEXT_MAX = 1024 * 1024 };
#define RB_PROCESS_GRACE_DEFAULT (5 * RB_SECOND)

#endif
