/* Values. Ownership: a value borrows; what it points to lives in the arena in which it was made, and a value
 * that must outlive that arena is copied with rb_value_copy.
 *
 * Three kinds are not values but reasons for having none, and every operation passes them on:
 * UNSET (nothing ever set it), UNKNOWN (a dry run or drill cannot know it), ERROR (it cannot be computed). */
#ifndef RB_LANG_VALUE_H
#define RB_LANG_VALUE_H

#include "base/json.h"
#include "lang/type.h"

enum rb_value_kind {
	RB_V_UNSET,    /* s: the name that is unset, for messages */
	RB_V_UNKNOWN,  /* s: how it is shown: "<holder.pid>" */
	RB_V_ERROR,    /* s: the reason, one sentence without a full stop */
	RB_V_NULL,     /* JSON null */
	RB_V_BOOL,     /* b */
	RB_V_INT,      /* i */
	RB_V_NUMBER,   /* d, finite */
	RB_V_TEXT,     /* s, any bytes */
	RB_V_VERSION,  /* s */
	RB_V_DURATION, /* i: ns */
	RB_V_SIZE,     /* i: bytes */
	RB_V_TIME,     /* i: ns since the epoch */
	RB_V_PROCESS,  /* process */
	RB_V_LIST,     /* list */
	RB_V_MAP,      /* map */
	RB_V_MATCH, /* map: a value with members; its first pair is the value itself (of a match: its truth)
		     */
};

struct rb_process {
	int64_t pid;
	uint64_t start; /* field 22 of /proc/PID/stat, clock ticks since boot (proc(5)) */
};

struct rb_value;
struct rb_vlist {
	size_t len;
	struct rb_value *items;
};
struct rb_vpair;
struct rb_vmap {
	size_t len;
	struct rb_vpair *pairs; /* in the order of their making */
};

struct rb_value {
	enum rb_value_kind kind;
	union {
		bool b;
		int64_t i;
		double d;
		struct rb_str s;
		struct rb_process process;
		const struct rb_vlist *list;
		const struct rb_vmap *map;
	};
};

struct rb_vpair {
	struct rb_str key;
	struct rb_value value;
};

enum {
	RB_ENV_MAX =
	    131071, /* bytes of a value that can be an environment string (execve(2): MAX_ARG_STRLEN) */
	RB_JSON_IN_DEPTH = 64,
};

/* Values of each kind. Texts are borrowed, but for that of ERROR, which is made in the arena (a sentence
 * without a full stop). `name`: of what is unset; `shown`: the marker, as <holder.pid>; `start`: of the
 * process, so that a pid that is used again is another one. */
struct rb_value rb_v_unset(struct rb_str name);
struct rb_value rb_v_unknown(struct rb_str shown);
struct rb_value rb_v_error(struct rb_arena *arena, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
struct rb_value rb_v_null(void);
struct rb_value rb_v_bool(bool b);
struct rb_value rb_v_int(int64_t i);
struct rb_value rb_v_number(double d);
struct rb_value rb_v_text(struct rb_str s);                  /* borrowed */
struct rb_value rb_v_of(enum rb_value_kind kind, int64_t i); /* DURATION, SIZE, TIME */
struct rb_value rb_v_version(struct rb_str s);
struct rb_value rb_v_process(int64_t pid, uint64_t start);
/* n items, to be filled in by the caller before the value is used. */
struct rb_value rb_v_list(struct rb_arena *arena, size_t n, struct rb_value **items);
struct rb_value rb_v_map(struct rb_arena *arena, size_t n, struct rb_vpair **pairs);

/* False for UNSET, UNKNOWN and ERROR. */
bool rb_v_known(struct rb_value v);
/* The member of a MAP or MATCH; UNSET (naming key) if there is none. */
struct rb_value rb_v_get(struct rb_value map, struct rb_str key);
struct rb_value rb_v_get_c(struct rb_value map, const char *key);
/* The value itself: of a MATCH its first pair, else v. */
struct rb_value rb_v_plain(struct rb_value v);
/* A deep copy. */
struct rb_value rb_value_copy(struct rb_arena *arena, struct rb_value v);
/* Equal in kind and content; INT and NUMBER, texts and versions compare with each other; lists and maps
 * deeply (maps regardless of order). */
bool rb_value_eq(struct rb_value a, struct rb_value b);
enum { RB_NO_ORDER = -2 };
/* -1, 0, 1 for ordered kinds of like sort; RB_NO_ORDER if they have no order. */
int rb_value_cmp(struct rb_value a, struct rb_value b);

/* As text for people and templates: durations "1m30s", sizes "200MB" exact, lists as comma-separated, maps as
 * JSON, UNKNOWN as its marker, UNSET as "<unset>", processes as their pid. */
void rb_value_show(struct rb_value v, struct rb_buf *out);
/* As a script gets it ($name): lists one item a line, durations as seconds (decimal if not whole), sizes as
 * bytes, booleans true/false, maps as JSON, a captured text without trailing newlines. -1 and a reason in
 * *why when it cannot be an environment string (NUL, longer than RB_ENV_MAX). */
int rb_value_env(struct rb_value v, struct rb_buf *out, const char **why);
/* As JSON: durations and sizes as their exact text form, PROCESS as {pid, start}, UNSET null, UNKNOWN its
 * marker. */
void rb_value_json(struct rb_value v, struct rb_json *j);
/* From JSON text, strictly (depth RB_JSON_IN_DEPTH, duplicate keys, NUL in keys and numbers out of range
 * refused): an ERROR value says what is wrong. */
struct rb_value rb_value_from_json(struct rb_arena *arena, struct rb_str text);

/* Decodes text into a value of a declared type ("8000" as port, "90s" as duration, …), without guessing: "no"
 * is no bool, "012" no int. ERROR says what form is asked. Lists and maps come from JSON text here. `file`
 * and `dir` decode as paths; whether they exist is judged when inputs are settled. */
struct rb_value rb_value_parse(struct rb_arena *arena, const struct rb_type_row *type, struct rb_str text);
/* The ERROR for a text that rb_pattern_new refused, with what that said. */
struct rb_value rb_v_no_pattern(struct rb_arena *arena, struct rb_str text, struct rb_str why, size_t at);
/* Sizes: "200MB" (powers of 1000: B kB MB GB TB) and "1.5GiB" (1024: KiB MiB GiB TiB), with at most 6
 * decimals; a unit is required but for 0. 0, or -1 if it is none or overflows. */
int rb_size_parse(struct rb_str text, int64_t *bytes);
/* Days of a month, 1 to 12, of the proleptic Gregorian calendar. */
int64_t rb_days_in(int64_t year, int64_t month);
/* A moment as it is shown: "2026-11-22T03:04:05.678Z", with or without the fraction; ns since the epoch. 0,
 * or -1 if it is none. */
int rb_time_parse(struct rb_str s, int64_t *wall);

#endif
