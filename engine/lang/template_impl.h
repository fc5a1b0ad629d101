/* What template.c, which reads and checks templates, and template_fill.c share. Ownership: as in template.h.
 * Nobody else includes this. */
#ifndef RB_LANG_TEMPLATE_IMPL_H
#define RB_LANG_TEMPLATE_IMPL_H

#include "lang/template.h"

struct rb_tmpl_part {
	struct rb_str text;   /* literal, $${ already unescaped; or */
	struct rb_expr *expr; /* ${…} */
	size_t at;            /* where it stands in the scalar's text */
};

struct rb_tmpl {
	struct rb_str source;
	enum rb_place place;
	bool secret;
	bool regex; /* RB_PLACE_REGEX: written as /…/ */
	size_t len;
	struct rb_tmpl_part *parts;
};

/* The expression as it is written, for messages. */
static inline struct rb_str
rb_tmpl_expr_text(const struct rb_tmpl_part *p)
{
	return rb_str_trim(rb_expr_text(p->expr));
}

/* Whether part i is the value that a URL begins with. */
static inline bool
rb_tmpl_is_base(const struct rb_tmpl *t, size_t i)
{
	return i == 0 && t->parts[0].expr != NULL;
}

#endif
