/* Building a URL out of literal text and values, each value encoded as its position asks (RFC 3986): so a
 * value can never become a host, a path segment, a parameter or a fragment that the runbook did not write.
 * Ownership: the builder borrows its output buffer.
 *
 * The functions return NULL, or what is wrong: a constant sentence without a full stop. */
#ifndef RB_LANG_URL_H
#define RB_LANG_URL_H

#include "base/buf.h"

enum rb_url_part {
	RB_URL_SCHEME, /* before :// */
	RB_URL_HOST,
	RB_URL_PORT,
	RB_URL_PATH,
	RB_URL_QUERY,
	RB_URL_FRAGMENT,
};

struct rb_url {
	struct rb_buf *out;
	enum rb_url_part part;
	size_t from;   /* where the part, in a path the segment, begins in out */
	bool brackets; /* inside of the [ ] of an IPv6 address */
	bool filled;   /* the segment holds some of a value */
	bool based;    /* what came last was a whole URL */
};

/* Begins a URL at the end of what the buffer holds. */
void rb_url_begin(struct rb_url *u, struct rb_buf *out);
/* Adds text that the runbook wrote. What may never stand in a URL (blanks, braces, letters beyond ASCII) is
 * encoded; user and password are refused. */
const char *rb_url_text(struct rb_url *u, struct rb_str text);
/* Adds a value: only a host's characters in the host, digits in the port, elsewhere encoded but for letters,
 * digits and -._~ . An IPv6 address gets its brackets. */
const char *rb_url_value(struct rb_url *u, struct rb_str value);
/* Begins with a value that is itself a URL. A slash at its end and one at the start of what follows are one.
 */
const char *rb_url_base(struct rb_url *u, struct rb_str url);
/* Adds text for people where a value is not known yet (`<holder.pid>`), as it is. */
void rb_url_marker(struct rb_url *u, struct rb_str marker);
/* To be called last. */
const char *rb_url_end(struct rb_url *u);

/* Appends text percent-encoded but for RFC 3986's unreserved characters: a name or value of a query or a
 * form. */
void rb_url_encode(struct rb_str text, struct rb_buf *out);

#endif
