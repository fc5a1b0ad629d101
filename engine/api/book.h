/* A loaded runbook, inside of the library. Ownership: all of it lives in its arena. */
#ifndef RB_API_BOOK_H
#define RB_API_BOOK_H

#include "api/library.h"
#include "api/runbook.h"

struct rb_book {
	const struct rb_alloc *alloc;
	struct rb_arena arena;
	struct rb_diags diags;
	struct rb_library library;
	struct rb_program *program; /* NULL when it has errors */
};

#endif
