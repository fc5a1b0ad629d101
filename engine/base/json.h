/* Writes JSON (RFC 8259) onto a buffer, one token a call; commas and colons come by themselves.
 * Ownership: the writer borrows its buffer and keeps no text.
 *
 * Bytes that are not UTF-8 are written so that they can be had back exactly: see rb_json_bytes. */
#ifndef RB_BASE_JSON_H
#define RB_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* A text under way. There is no limit to how deep it nests. */
struct rb_json {
	struct rb_buf *out;
	unsigned depth;
	bool comma; /* due before the next item */
	bool after_key;
};

/* Begins a text behind what the buffer holds. */
void rb_json_init(struct rb_json *j, struct rb_buf *out);
void rb_json_open(struct rb_json *j, char bracket);  /* '{' or '[' */
void rb_json_close(struct rb_json *j, char bracket); /* '}' or ']' */
/* The name of the member that the next call writes; in an object only. */
void rb_json_key(struct rb_json *j, const char *key);
void rb_json_key_str(struct rb_json *j, struct rb_str key);
/* A string; each byte that is not part of valid UTF-8 becomes U+FFFD. What could steer a terminal or a reader
 * of lines (rb_utf8_steers) is written as \u escapes. */
void rb_json_str(struct rb_json *j, struct rb_str s);
void rb_json_c(struct rb_json *j, const char *s);
/* A string if s is valid UTF-8, else {"base64":"…"} (RFC 4648), so that every byte can be had back. */
void rb_json_bytes(struct rb_json *j, struct rb_str s);
void rb_json_int(struct rb_json *j, int64_t v);
/* The shortest text that reads back as v; null when v is not finite. */
void rb_json_number(struct rb_json *j, double v);
void rb_json_bool(struct rb_json *j, bool v);
void rb_json_null(struct rb_json *j);
/* `raw` is JSON already. */
void rb_json_raw(struct rb_json *j, struct rb_str raw);

/* Appends what stands between the quotes of a JSON string, decoded. Of text that is not valid JSON it makes
 * what it can; an escape that is cut off is left out. */
void rb_json_unescape(struct rb_str in, struct rb_buf *out);

/* Appends the base64 of s (RFC 4648, section 4, with padding). */
void rb_base64(struct rb_buf *out, struct rb_str s);

#endif
