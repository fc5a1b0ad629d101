/* Reads numbers and words out of text that others wrote (kernel tables, servers): no overflow, no locale.
 * Ownership: a cursor points into NUL-terminated text of the caller.
 *
 * Each function returns the cursor behind what it read, or NULL if it was not there; NULL in gives NULL out,
 * so that calls can follow each other with one check at the end. Leading blanks are skipped, but by
 * rb_scan_text. */
#ifndef RB_OS_SCAN_H
#define RB_OS_SCAN_H

#include <stddef.h>
#include <stdint.h>

/* Decimal digits. */
const char *rb_scan_uint(const char *p, uint64_t *v);
/* The same with an optional sign. */
const char *rb_scan_int(const char *p, int64_t *v);
/* At most `digits` hexadecimal digits (1-16). */
const char *rb_scan_hex(const char *p, size_t digits, uint64_t *v);
/* Exactly this text. */
const char *rb_scan_text(const char *p, const char *text);
/* So many words without blanks. */
const char *rb_scan_skip(const char *p, size_t words);

#endif
