/* The one masker, which stands before every sink: secrets become "***". Ownership: the masker copies the
 * secrets into memory of its own, which is wiped when it is freed; a stream borrows its masker.
 *
 * The promise and its limits are those of reliability S1 and S3: the whole value and each of its lines
 * (of 4 bytes and more), and of a URL what opens something (parts.h); base64 and base64url at the three
 * shifts, hex in both cases, URL-, JSON-, HTML- and shell-quoted forms; forms.h lists them. Where matches
 * overlap or touch, their union is masked once. */
#ifndef RB_EVENT_MASK_H
#define RB_EVENT_MASK_H

#include "base/buf.h"
#include "base/secret.h"

#define RB_MASK "***"

struct rb_masker;

/* One that masks nothing yet. */
struct rb_masker *rb_masker_new(const struct rb_alloc *alloc);
/* After all of its streams. NULL is allowed. */
void rb_masker_free(struct rb_masker *m);
/* Adds a secret, its parts if it is a URL, and the encodings of them. -1 if it is shorter than RB_SECRET_MIN
 * or longer than RB_SECRET_MAX (nothing was added). Streams that are open already use it from their next byte
 * on. */
int rb_masker_add(struct rb_masker *m, struct rb_str secret);
/* True if there is anything to mask. NULL masks nothing, here and below. */
bool rb_masker_active(const struct rb_masker *m);
/* Appends a whole text, masked: also the beginning of a secret, of RB_SECRET_MIN bytes and more, that stands
 * before an RB_CUT. */
void rb_masker_text(const struct rb_masker *m, struct rb_str in, struct rb_buf *out);
/* Appends JSON text with every string in it (keys too) masked before encoding. A number that holds a secret
 * becomes a string; JSON which shows a secret by its own punctuation, and what is no JSON, become one masked
 * string. While there is nothing to mask, text passes as it is. */
void rb_masker_json(const struct rb_masker *m, struct rb_str in, struct rb_buf *out);

/* One stream of bytes (an attempt's stdout). What may be the beginning of a secret is held back. */
struct rb_mask_stream;
struct rb_mask_stream *rb_mask_stream_new(const struct rb_masker *m, const struct rb_alloc *alloc);
/* What is held back is wiped, not shown. NULL is allowed. */
void rb_mask_stream_free(struct rb_mask_stream *s);
/* Feeds bytes; appends to out what is safe to show. The result does not depend on how the bytes are split. */
void rb_mask_stream_feed(struct rb_mask_stream *s, struct rb_str in, struct rb_buf *out);
/* The end: appends what was held back. The stream can then begin anew. */
void rb_mask_stream_end(struct rb_mask_stream *s, struct rb_buf *out);

#endif
